import type { ListQuery, Page, Sort } from '../directory.ts';
import { invalidCursor } from '../error.ts';
import { matches } from '../filter/match.ts';
import type { ResourceType } from '../registry.ts';
import type { CatalogueEntry } from './entry.ts';

/**
 * The page of a catalogue that a query asks for, in the catalogue's own order unless it asks for another. Fails with
 * ScimError 400 invalidCursor for a cursor that no page gave out.
 */
export function pageOf(
  entries: readonly CatalogueEntry[],
  { filter, sort, paging }: ListQuery,
  type: ResourceType,
): Page<CatalogueEntry> {
  const meta = { resourceType: type.name };
  const found = entries.filter((entry) => filter === null || matches(filter, { ...entry, meta }, type));
  const ordered = sort === null ? found : found.toSorted(comparison(sort));
  const start = paging.kind === 'index' ? paging.startIndex - 1 : positionOf(paging.cursor);
  const items = ordered.slice(start, start + paging.count);
  const end = start + items.length;
  const isLast = paging.kind === 'index' || paging.count === 0 || end >= ordered.length;
  return { total: ordered.length, items, nextCursor: isLast ? null : `at-${end}` };
}

/** A catalogue never changes while the service runs, so that a place in it is all that a cursor has to know. */
function positionOf(cursor: string | null): number {
  if (cursor === null) return 0;
  const [, position] = /^at-(\d{1,6})$/.exec(cursor) ?? [];
  if (position === undefined) throw invalidCursor('cursor must be a nextCursor that this list gave out.');
  return Number(position);
}

function comparison({ reference, order }: Sort): (one: CatalogueEntry, other: CatalogueEntry) => number {
  const texts = (entry: CatalogueEntry): string => {
    const value = new Map<string, string>(Object.entries(entry)).get(reference.path) ?? '';
    // RFC 7644 §3.4.2.3: by case only where the attribute has one.
    return reference.attribute.caseExact ? value : value.toLowerCase();
  };
  const sign = order === 'ascending' ? 1 : -1;
  return (one, other) => {
    const [left, right] = [texts(one), texts(other)];
    return left === right ? 0 : sign * (left < right ? -1 : 1);
  };
}

import { CursorError } from '../domain/reports.ts';

/** What a list is sorted by: a name or a number, and an id where that is equal. */
export type SortKey<Sort extends string | number> = readonly [Sort, string];

/**
 * Where the page after `limit` items begins, as text for a client; null when there is none.
 *
 * @param rows the items of the page and, if there is one, the item after
 */
export function nextCursor<Row>(
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => SortKey<string | number>,
): string | null {
  const last = rows[limit - 1];
  if (rows.length <= limit || last === undefined) return null;
  return Buffer.from(JSON.stringify(keyOf(last))).toString('base64url');
}

/** The name and id that a list was shown up to. Fails with `CursorError` for a cursor of any other list. */
export function nameCursor(cursor: string): SortKey<string> {
  const [name, id] = parse(cursor);
  if (typeof name !== 'string') throw new CursorError();
  return [name, id];
}

/** The number and id that a list was shown up to. Fails with `CursorError` for a cursor of any other list. */
export function numberCursor(cursor: string): SortKey<number> {
  const [number, id] = parse(cursor);
  if (typeof number !== 'number') throw new CursorError();
  return [number, id];
}

function parse(cursor: string): readonly [unknown, string] {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(key) && key.length === 2 && typeof key[1] === 'string') return [key[0], key[1]];
  } catch {
    // Not JSON: refused below like any other text that is no cursor.
  }
  throw new CursorError();
}

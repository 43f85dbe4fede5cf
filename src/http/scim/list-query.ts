import type { ListQuery } from '../../scim/directory.ts';
import { invalidFilter, invalidValue } from '../../scim/error.ts';
import { parseFilter } from '../../scim/filter/parse.ts';
import { userResourceType } from '../../scim/registry.ts';

const DEFAULT_COUNT = 100;
/** The most resources that one answer holds. */
export const MAX_COUNT = 200;

/**
 * The page and the filter that a query asks for. Unknown parameters (Entra's `?aadOptscim062020`) are ignored.
 *
 * @throws ScimError 400 invalidFilter, or invalidValue for a number that is none
 */
export function parseListQuery(query: { readonly [name: string]: unknown }): ListQuery {
  const { filter } = query;
  if (filter !== undefined && typeof filter !== 'string') throw invalidFilter('Give one filter.');
  return {
    filter: filter === undefined ? null : parseFilter(filter, userResourceType),
    sort: null,
    paging: {
      kind: 'index',
      // RFC 7644 §3.4.2.4: less than 1 means 1, and a negative count means 0.
      startIndex: Math.max(1, integer(query, 'startIndex') ?? 1),
      count: Math.min(MAX_COUNT, Math.max(0, integer(query, 'count') ?? DEFAULT_COUNT)),
    },
  };
}

function integer(query: { readonly [name: string]: unknown }, name: string): number | undefined {
  const value = query[name];
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string' || !/^[+-]?\d+$/.test(value.trim())) {
    throw invalidValue(`${name} must be an integer.`);
  }
  return Math.min(Number(value), Number.MAX_SAFE_INTEGER);
}

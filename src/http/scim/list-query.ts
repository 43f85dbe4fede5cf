import type { JsonObject } from '../../domain/json.ts';
import type { ListQuery, Paging, Sort } from '../../scim/directory.ts';
import { excerpt, invalidCount, invalidFilter, invalidValue } from '../../scim/error.ts';
import { parseFilter } from '../../scim/filter/parse.ts';
import { member } from '../../scim/json.ts';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from '../../scim/limits.ts';
import { comparableAttribute, findAttribute, type ResourceType } from '../../scim/registry.ts';

/** What a list is asked for with, in a query or in a search request; types are checked, meanings not yet. */
export interface ListParameters {
  readonly attributes: unknown;
  readonly excludedAttributes: unknown;
  readonly filter: string | undefined;
  readonly sortBy: string | undefined;
  readonly sortOrder: string | undefined;
  readonly startIndex: number | undefined;
  readonly count: number | undefined;
  readonly cursor: string | undefined;
}

type Lookup = (name: string) => unknown;

/**
 * The parameters that a query has (RFC 7644 §3.4.2, RFC 9865 §2). Unknown ones (Entra's `?aadOptscim062020`) are ignored.
 *
 * @throws ScimError 400 invalidFilter, invalidCount or invalidValue for what is given twice or no number
 */
export function queryParameters(query: { readonly [name: string]: unknown }): ListParameters {
  return parameters((name) => (query[name] === '' && isNumber(name) ? undefined : query[name]), integerOf);
}

/**
 * The parameters that a search request has (RFC 7644 §3.4.3): `attributes`, `filter` and so on as members of a body,
 * in any case; unknown ones are ignored.
 *
 * @throws ScimError 400 invalidFilter, invalidCount or invalidValue for a value of another type
 */
export function searchParameters(body: JsonObject): ListParameters {
  return parameters(
    (name) => member(body, name) ?? undefined,
    (value) => (typeof value === 'number' && Number.isInteger(value) ? value : undefined),
  );
}

/**
 * The filter, order and page that parameters mean for resources of a type.
 *
 * @throws ScimError 400 invalidFilter, or invalidValue for an order by what cannot be ordered by and for both ways of
 *   paging at once
 */
export function listQuery(asked: ListParameters, type: ResourceType): ListQuery {
  return {
    filter: asked.filter === undefined ? null : parseFilter(asked.filter, type),
    sort: sortOf(asked, type),
    paging: pagingOf(asked),
  };
}

/**
 * The page that parameters mean.
 *
 * @throws ScimError 400 invalidValue for both ways of paging at once
 */
export function pagingOf({ startIndex, count = DEFAULT_PAGE_SIZE, cursor }: ListParameters): Paging {
  // RFC 7644 §3.4.2.4, RFC 9865 §2: a negative count means 0; a page may hold less than was asked for.
  const most = Math.min(MAX_PAGE_SIZE, Math.max(0, count));
  if (cursor === undefined) return { kind: 'index', startIndex: startingAt(startIndex), count: most };
  // RFC 9865 §2.4: each of the two asks for its own way of paging.
  if (startIndex !== undefined) throw invalidValue('Give either "startIndex" or "cursor", not both.');
  // RFC 9865 §2: an empty cursor asks for the first page.
  return { kind: 'cursor', cursor: cursor === '' ? null : cursor, count: most };
}

// RFC 7644 §3.4.2.4: less than 1 means 1.
function startingAt(startIndex = 1): number {
  return Math.min(Math.max(1, startIndex), Number.MAX_SAFE_INTEGER);
}

/**
 * RFC 7644 §3.4.2.3: a complex attribute is ordered by its `value`. The section names no error for an attribute that
 * is not known; of §3.12 table 9, invalidValue is the one for a query's value, where invalidPath is PATCH's.
 */
function sortOf({ sortBy = '', sortOrder = '' }: ListParameters, type: ResourceType): Sort | null {
  const order = ['', 'ascending', 'descending'].indexOf(sortOrder.toLowerCase());
  if (order === -1) throw invalidValue('sortOrder must be ascending or descending.');
  if (sortBy === '') return null;
  const found = findAttribute(type, sortBy);
  const reference = found && comparableAttribute(found);
  if (reference === undefined || reference.attribute.returned === 'never') {
    throw invalidValue(`A ${type.name} cannot be sorted by ${excerpt(sortBy)}.`);
  }
  return { reference, order: order === 2 ? 'descending' : 'ascending' };
}

function parameters(lookup: Lookup, toInteger: (value: unknown) => number | undefined): ListParameters {
  const cursor = text(lookup, 'cursor');
  const integer = (name: 'startIndex' | 'count'): number | undefined => {
    const value = lookup(name);
    const number = toInteger(value);
    if (value === undefined || number !== undefined) return number;
    // RFC 9865 §2.1: a page asked for by cursor has an error of its own for that.
    const refusal = name === 'count' && cursor !== undefined ? invalidCount : invalidValue;
    throw refusal(`${name} must be an integer.`);
  };
  return {
    attributes: lookup('attributes'),
    excludedAttributes: lookup('excludedAttributes'),
    filter: text(lookup, 'filter'),
    sortBy: text(lookup, 'sortBy'),
    sortOrder: text(lookup, 'sortOrder'),
    startIndex: integer('startIndex'),
    count: integer('count'),
    cursor,
  };
}

function text(lookup: Lookup, name: 'filter' | 'sortBy' | 'sortOrder' | 'cursor'): string | undefined {
  const value = lookup(name);
  if (value === undefined || typeof value === 'string') return value;
  if (name === 'filter') throw invalidFilter('Give one filter, as a text.');
  throw invalidValue(`Give one ${name}, as a text.`);
}

function isNumber(name: string): boolean {
  return name === 'startIndex' || name === 'count';
}

function integerOf(value: unknown): number | undefined {
  return typeof value === 'string' && /^[+-]?\d+$/.test(value.trim()) ? Number(value) : undefined;
}

import type { Attributes, Json } from './attributes.ts';
import { isAttributes } from './attributes.ts';

/** A filter of RFC 7644 section 3.4.2.2 as Concur takes it (identity-search.md, "Filtering"). */
export type Filter =
  | { readonly kind: 'compare'; readonly path: string; readonly operator: Operator; readonly value: Json }
  | { readonly kind: 'present'; readonly path: string }
  | { readonly kind: 'and' | 'or'; readonly left: Filter; readonly right: Filter }
  | { readonly kind: 'not'; readonly inner: Filter }
  | { readonly kind: 'group'; readonly path: string; readonly inner: Filter };

type Operator = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le';
const OPERATORS: readonly string[] = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'];

/** Parses a filter; undefined when it is not one. `NOT` binds before `AND`, `AND` before `OR`. */
export function parseFilter(text: string): Filter | undefined {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[()[\]]|[^\s()[\]"]+/g);
  if (!tokens || tokens.join('').replace(/\s/g, '') !== text.replace(/\s/g, '')) return undefined;
  let position = 0;
  const peek = (): string | undefined => tokens[position];
  const keyword = (): string | undefined => peek()?.toLowerCase();

  const disjunction = (): Filter | undefined => {
    let left = conjunction();
    while (left && keyword() === 'or') {
      position += 1;
      const right = conjunction();
      left = right && { kind: 'or', left, right };
    }
    return left;
  };
  const conjunction = (): Filter | undefined => {
    let left = term();
    while (left && keyword() === 'and') {
      position += 1;
      const right = term();
      left = right && { kind: 'and', left, right };
    }
    return left;
  };
  const enclosed = (closing: string): Filter | undefined => {
    position += 1;
    const inner = disjunction();
    if (peek() !== closing) return undefined;
    position += 1;
    return inner;
  };
  const term = (): Filter | undefined => {
    if (peek() === '(') return enclosed(')');
    if (keyword() === 'not') {
      position += 1;
      const inner = term();
      return inner && { kind: 'not', inner };
    }
    const path = peek();
    if (path === undefined || /^["()[\]]/.test(path)) return undefined;
    position += 1;
    if (peek() === '[') {
      const inner = enclosed(']');
      return inner && { kind: 'group', path, inner };
    }
    const operator = keyword();
    position += 1;
    if (operator === 'pr') return { kind: 'present', path };
    const raw = peek();
    position += 1;
    if (operator === undefined || !OPERATORS.includes(operator) || raw === undefined) return undefined;
    const value = parseValue(raw);
    return value === undefined ? undefined : { kind: 'compare', path, operator: operator as Operator, value };
  };

  const filter = disjunction();
  return position === tokens.length ? filter : undefined;
}

function parseValue(raw: string): Json | undefined {
  if (/^[()[\]]/.test(raw)) return undefined;
  if (/^("|true$|false$|null$|-?\d+(\.\d+)?$)/.test(raw)) {
    try {
      return JSON.parse(raw) as Json;
    } catch {
      return undefined;
    }
  }
  // Dates and UUIDs may stand without quotes (identity-search.md, "Filter By UUID").
  return /^[\w.:+-]+$/.test(raw) ? raw : undefined;
}

/** The attribute paths that a filter names, with the path of the group that encloses them. */
export function pathsOf(filter: Filter): string[] {
  switch (filter.kind) {
    case 'compare':
    case 'present':
      return [filter.path];
    case 'not':
      return pathsOf(filter.inner);
    case 'group':
      return pathsOf(filter.inner).map((path) => `${filter.path}.${path}`);
    case 'and':
    case 'or':
      return [...pathsOf(filter.left), ...pathsOf(filter.right)];
  }
}

/**
 * Whether a resource matches a filter.
 * @param resolve finds the values at an attribute path of a resource; lists are spread
 */
export function matches(
  filter: Filter,
  resource: Attributes,
  resolve: (resource: Attributes, path: string) => Json[] = valuesAt,
): boolean {
  switch (filter.kind) {
    case 'and':
      return matches(filter.left, resource, resolve) && matches(filter.right, resource, resolve);
    case 'or':
      return matches(filter.left, resource, resolve) || matches(filter.right, resource, resolve);
    case 'not':
      return !matches(filter.inner, resource, resolve);
    case 'group':
      return resolve(resource, filter.path).some(
        (value) => isAttributes(value) && matches(filter.inner, value, valuesAt),
      );
    case 'present':
      return resolve(resource, filter.path).some((value) => value !== null && value !== '');
    case 'compare': {
      const values = resolve(resource, filter.path);
      if (filter.operator === 'ne') return !values.some((value) => compare('eq', value, filter.value));
      return values.some((value) => compare(filter.operator, value, filter.value));
    }
  }
}

/** The values at a dotted path; lists are spread, what is not there gives nothing. */
export function valuesAt(resource: Attributes, path: string): Json[] {
  let values: Json[] = [resource];
  for (const name of path.split('.')) {
    values = values.flatMap((value) => {
      const next = isAttributes(value) ? value[name] : undefined;
      if (next === undefined || next === null) return [];
      return Array.isArray(next) ? next : [next];
    });
  }
  return values;
}

// Text is compared without regard to case: the guide finds "john.doe@sap.com" by "John.Doe@sap.com" and the
// entitlement "Invoice" by "invoice" (identity-search.md, "Popular Searches").
function compare(operator: Operator, value: Json, wanted: Json): boolean {
  if (typeof value !== 'string' || typeof wanted !== 'string') return operator === 'eq' && value === wanted;
  const left = value.toLowerCase();
  const right = wanted.toLowerCase();
  switch (operator) {
    case 'eq':
      return left === right;
    case 'ne':
      return left !== right;
    case 'co':
      return left.includes(right);
    case 'sw':
      return left.startsWith(right);
    case 'ew':
      return left.endsWith(right);
    case 'gt':
      return left > right;
    case 'ge':
      return left >= right;
    case 'lt':
      return left < right;
    case 'le':
      return left <= right;
  }
}

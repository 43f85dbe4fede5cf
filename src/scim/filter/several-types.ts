import { type AttributeReference, type ResourceType, schemasOf } from '../registry.ts';
import type { Filter } from './filter.ts';
import { parseFilter } from './parse.ts';

/**
 * What a filter over resources of several types is for those of one: a filter, or true or false where all or none of
 * them match. RFC 7644 §3.4.2.1: an attribute that the type does not have is one without a value. Fails like
 * `parseFilter`.
 */
export function parseFilterAmong(
  text: string,
  type: ResourceType,
  others: readonly ResourceType[],
): Filter | boolean {
  const own = schemasOf(type);
  return reduce(parseFilter(text, type, others), ({ schema }) => own.includes(schema));
}

function reduce(filter: Filter, isOwn: (reference: AttributeReference) => boolean): Filter | boolean {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const parts = filter.filters.map((part) => reduce(part, isOwn));
      const decisive = filter.kind === 'or';
      if (parts.includes(decisive)) return decisive;
      const [first, ...rest] = parts.filter((part) => typeof part !== 'boolean');
      if (first === undefined) return !decisive;
      return rest.length === 0 ? first : { kind: filter.kind, filters: [first, ...rest] };
    }
    case 'not': {
      const inner = reduce(filter.filter, isOwn);
      return typeof inner === 'boolean' ? !inner : { kind: 'not', filter: inner };
    }
    case 'compare': {
      if (isOwn(filter.reference)) return filter;
      const { operator, value } = filter;
      return operator === 'ne' ? value !== null : operator === 'eq' && value === null;
    }
    case 'present':
    case 'valuePath':
      return isOwn(filter.reference) ? filter : false;
  }
}

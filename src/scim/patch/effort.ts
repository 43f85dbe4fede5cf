import type { JsonValue } from '../../domain/json.ts';
import type { Filter } from '../filter/filter.ts';
import type { Target } from './path.ts';

/**
 * How many characters one PATCH may go through. Without it a body of 1 MB asks for hundreds of comparisons with, or
 * copies of one large value into, each of 1,000 elements, again and again. This many take about 0.1 s.
 */
export const MAXIMUM_EFFORT = 4_000_000;

/** What it costs to look up the name of an attribute in a value without path, measured in the same coin. */
export const NAME_EFFORT = 100;

/**
 * What an operation costs, in characters: those of the attribute it works on, once for each comparison of its filter,
 * and those of its value, once for each element that may take it.
 */
export function effortOf(
  current: JsonValue | undefined,
  target: Exclude<Target, { kind: 'schema' }>,
  value: JsonValue | undefined,
): number {
  const filtered = target.kind === 'elements';
  const comparisons = filtered ? comparisonsOf(target.filter) : 1;
  const each = Array.isArray(current) && (filtered || target.reference.chain.length > 1);
  return sizeOf(current) * comparisons + sizeOf(value) * (each ? current.length : 1);
}

function comparisonsOf(filter: Filter): number {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.filters.reduce((sum, part) => sum + comparisonsOf(part), 0);
    case 'not':
    case 'valuePath':
      return comparisonsOf(filter.filter);
    case 'compare':
    case 'present':
      return 1;
  }
}

function sizeOf(value: JsonValue | undefined): number {
  return value === undefined ? 0 : JSON.stringify(value).length;
}

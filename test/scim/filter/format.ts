import type { Filter } from '../../../src/scim/filter/filter.ts';

/** Writes a filter as text, every sub-filter in brackets of its own. The opposite of `parseFilter`. */
export function formatFilter(filter: Filter): string {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.filters.map((part) => `(${formatFilter(part)})`).join(` ${filter.kind} `);
    case 'not':
      return `not (${formatFilter(filter.filter)})`;
    case 'compare':
      return `${filter.path} ${filter.operator} ${JSON.stringify(filter.value)}`;
    case 'present':
      return `${filter.path} pr`;
    case 'valuePath':
      return `${filter.path}[${formatFilter(filter.filter)}]`;
  }
}

import type { Filter } from '../../scim/filter/filter.ts';
import type { Wanted } from './later.ts';

/** What a filter is but for the values that `eq` compares with, and those values. */
export interface Shape {
  /** The same for two filters if and only if they differ in the values alone. */
  readonly text: string;
  /** In the order of the filter. */
  readonly values: readonly Wanted[];
}

/** The shape of a filter; null where it compares in another way than with `eq`, or with null. */
export function shapeOf(filter: Filter): Shape | null {
  const values: Wanted[] = [];
  const text = textOf(filter, values);
  return text === null ? null : { text, values };
}

/** The filter with the place of each value in its shape instead of the value. */
export function numbered(filter: Filter): Filter {
  let count = 0;
  const numberedIn = (part: Filter): Filter => {
    switch (part.kind) {
      case 'and':
      case 'or':
        return { ...part, filters: part.filters.map(numberedIn) };
      case 'not':
      case 'valuePath':
        return { ...part, filter: numberedIn(part.filter) };
      case 'present':
        return part;
      case 'compare': {
        const value = count;
        count += 1;
        return { ...part, value };
      }
    }
  };
  return numberedIn(filter);
}

/** Paths hold neither blanks nor brackets, so that no two trees have the same text. */
function textOf(filter: Filter, values: Wanted[]): string | null {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      let text = '';
      for (const part of filter.filters) {
        const partText = textOf(part, values);
        if (partText === null) return null;
        text += `${text === '' ? '' : ` ${filter.kind} `}${partText}`;
      }
      return `(${text})`;
    }
    case 'not': {
      const text = textOf(filter.filter, values);
      return text === null ? null : `not (${text})`;
    }
    case 'valuePath': {
      const text = textOf(filter.filter, values);
      return text === null ? null : `${filter.path}[${text}]`;
    }
    case 'present':
      return `${filter.path} pr`;
    case 'compare':
      if (filter.operator !== 'eq' || filter.value === null) return null;
      values.push(filter.value);
      return `${filter.path} eq`;
  }
}

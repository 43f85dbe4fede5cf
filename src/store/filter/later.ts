import type { CompiledQuery } from 'kysely';
import type { Filter } from '../../scim/filter/filter.ts';

/** What a filter compares with. */
export type Wanted = NonNullable<Extract<Filter, { kind: 'compare' }>['value']>;

/** What the statements of a list are run with: all that may differ from one list of a shape to the next. */
export interface Asked {
  /** What `eq` compares with where the filter that the statement was made of has `written`. */
  wantedFor(written: Wanted): Wanted;
  readonly limit: number;
  readonly offset: number;
}

/** Stands in a statement for a value that is known when it is run. */
export class Later {
  readonly of: (asked: Asked) => unknown;

  constructor(of: (asked: Asked) => unknown) {
    this.of = of;
  }
}

/** The statement as it is run. */
export function withValues<Row>(query: CompiledQuery<Row>, asked: Asked): CompiledQuery<Row> {
  const parameters = query.parameters.map((one) => (one instanceof Later ? one.of(asked) : one));
  return { ...query, parameters };
}

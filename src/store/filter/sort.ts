import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Sort } from '../../scim/directory.ts';
import type { AttributeReference } from '../../scim/registry.ts';
import type { FilterEngine, Value } from './engine.ts';
import type { Home } from './home.ts';
import { firstAt, operandAt } from './json.ts';
import { placeOfSchema, rowColumn } from './subject.ts';

/** What a resource is sorted by, in the form in which values are compared; null for who has none. */
export type SortValue = string | number | null;

/** What the last item of a page was sorted by. */
export interface SortKey {
  readonly value: SortValue;
  readonly created: number;
  readonly id: string;
}

/** The order of a list. */
export interface Order {
  /** Null: by `created` and `id` alone. */
  readonly value: Value | null;
  readonly terms: readonly Value[];
  /** The condition that a resource comes after `key`. */
  after(key: SortKey): RawBuilder<SqlBool>;
}

/**
 * The order that a sort asks for (RFC 7644 §3.4.2.3): who has no value comes last in ascending, first in descending
 * order; equal ones by creation, then by id.
 */
export function orderOf(engine: FilterEngine, home: Home, sort: Sort | null): Order {
  const created = sql.ref(`${home.table}.created`);
  const id = sql.ref(`${home.table}.id`);
  const tie = [created, id];
  const afterTie = (key: SortKey) => sql<SqlBool>`(${created}, ${id}) > (${key.created}, ${key.id})`;
  if (sort === null) return { value: null, terms: tie, after: afterTie };
  const { value, nullable } = sortValue(engine, home, sort.reference);
  const ascending = sort.order === 'ascending';
  const direction = ascending ? sql`asc` : sql`desc`;
  const nulls = nullable ? (ascending ? sql` nulls last` : sql` nulls first`) : sql``;
  const beyond = ascending ? sql`>` : sql`<`;
  return {
    value,
    terms: [sql`${value} ${direction}${nulls}`, ...tie],
    after(key) {
      if (key.value === null) {
        const later = sql<SqlBool>`(${value} is null and ${afterTie(key)})`;
        return ascending ? later : sql`(${later} or ${value} is not null)`;
      }
      const later = sql<SqlBool>`(${value} ${beyond} ${key.value} or (${value} = ${key.value} and ${afterTie(key)}))`;
      if (nullable && ascending) return sql`(${later} or ${value} is null)`;
      // Says nothing new, but lets an index begin there.
      return sql`(${value} ${beyond}= ${key.value} and ${later})`;
    },
  };
}

function sortValue(
  engine: FilterEngine,
  home: Home,
  reference: AttributeReference,
): { readonly value: Value; readonly nullable: boolean } {
  const column = home.columns.get(reference.path);
  if (column !== undefined) return column;
  const row = rowColumn(home, reference);
  if (row?.rows.complete) {
    const { from, where, owner } = row.rows;
    const { value } = row.operand;
    const id = sql.ref(`${home.table}.id`);
    const first = sql`(select ${value} from ${from} where ${where} and ${owner} = ${id} order by ${row.rows.order} limit 1)`;
    return { value: first, nullable: true };
  }
  const first = firstAt(engine, placeOfSchema(home, reference), reference.chain);
  return operandAt(first, engine, reference.path, reference.attribute);
}

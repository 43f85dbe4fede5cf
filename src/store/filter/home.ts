import { sql } from 'kysely';
import type { ResourceType } from '../../scim/registry.ts';
import { allOf, type Condition, type Operand, ofAll, weightOfElements } from './condition.ts';
import type { FilterEngine, Value } from './engine.ts';

/** Where the attributes of one kind of resource are kept. What is in neither columns nor rows is in `resource`. */
export interface Home {
  readonly table: 'people' | 'groups';
  readonly resourceType: ResourceType;
  /** By path: what has a column, or is computed from one. */
  readonly columns: ReadonlyMap<string, Operand>;
  /** By the path of the attribute: multi-valued attributes whose elements are rows of a table. */
  readonly rows: ReadonlyMap<string, Rows>;
}

/** The elements of a multi-valued attribute as rows of a table. */
export interface Rows {
  readonly from: Value;
  /** Narrows the table to the connection, and to what counts. */
  readonly where: Value;
  /** The column that holds the id of the resource that the element is of. */
  readonly owner: Value;
  /** The column that says which element comes first. */
  readonly order: Value;
  /** By the path below the attribute. */
  readonly columns: ReadonlyMap<string, Operand>;
  /** Whether everything about an element is in the row; the rest is in `resource`. */
  readonly complete: boolean;
}

/**
 * The condition that one of the rows of a resource meets `condition`: looked up by that condition where an index has
 * it, and for every resource where not.
 */
export function someRow(
  engine: FilterEngine,
  table: Home['table'],
  { from, where, owner }: Rows,
  condition: Condition,
): Condition {
  const id = sql.ref(`${table}.id`);
  if (condition.reach === 'all') {
    return ofAll(
      sql`exists (select 1 from ${from} where ${where} and ${owner} = ${id} and ${engine.withinTime()} and ${condition.sql})`,
      weightOfElements(condition),
    );
  }
  return {
    ...condition,
    sql: sql`${id} in (select ${owner} from ${from} where ${where} and ${inTime(engine, condition).sql})`,
  };
}

/** The condition, and that there is time left: even a few may have much that is to be looked at. */
export function inTime(engine: FilterEngine, condition: Condition): Condition {
  // The time comes first: who does not meet a condition is not asked the next.
  return allOf([ofAll(engine.withinTime(), 0), condition]);
}

/** An operand, NULL where nothing is kept unless `nullable` is false. */
export function column(
  value: string | Value,
  form: Operand['form'],
  index?: Operand['index'],
  nullable = true,
): Operand {
  const expression = typeof value === 'string' ? sql.ref(value) : value;
  return { value: expression, form, nullable, weight: 1, ...(index === undefined ? {} : { index }) };
}

/** What `meta` (RFC 7643 §3.1) is made of; it is made when shown, and stored nowhere. */
export function metaColumns(
  table: Home['table'],
  resourceType: ResourceType,
): readonly (readonly [string, Operand])[] {
  const version = sql`('W/"' || ${sql.ref(`${table}.version`)} || '"')`;
  return [
    ['meta', column(sql`1`, 'flag', undefined, false)],
    ['meta.resourceType', column(sql`${resourceType.name}`, 'exact', undefined, false)],
    ['meta.created', column(`${table}.created`, 'instant', 'many', false)],
    ['meta.lastModified', column(`${table}.last_modified`, 'instant', 'many', false)],
    ['meta.location', column(`${table}.id`, 'address', undefined, false)],
    ['meta.version', column(version, 'exact', undefined, false)],
  ];
}

import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Value } from './engine.ts';

/**
 * How many resources a database has to look at: the few that a unique index knows, some that share a value (two as a
 * rule, and everybody where that value is a placeholder), the many of a part of an index, or all.
 */
export type Reach = 'few' | 'some' | 'many' | 'all';

/** A condition in SQL. Where it has no answer (NULL), it does not hold. */
export interface Condition {
  readonly sql: RawBuilder<SqlBool>;
  readonly reach: Reach;
  /** About what it costs to ask one resource, in columns that are compared. */
  readonly weight: number;
}

/** What it costs to find a value in the JSON of a resource, in columns. */
export const JSON_WEIGHT = 5;

/** How many elements a multi-valued attribute is taken to have: few have more, one may have a thousand. */
const ELEMENTS = 5;

const REACHES: readonly Reach[] = ['few', 'some', 'many', 'all'];

/** A condition that is asked of every resource. */
export function ofAll(condition: RawBuilder<SqlBool>, weight: number): Condition {
  return { sql: condition, reach: 'all', weight };
}

/** What it costs to ask `condition` of every element of a multi-valued attribute. */
export function weightOfElements(condition: Condition): number {
  return JSON_WEIGHT + ELEMENTS * condition.weight;
}

/** All of the conditions hold: the index of any of them will do. */
export function allOf(conditions: readonly Condition[]): Condition {
  const reach = REACHES.find((one) => conditions.some((condition) => condition.reach === one)) ?? 'all';
  return { sql: balanced(conditions, sql` and `), reach, weight: weightOf(conditions) };
}

/** One of the conditions holds: every one of them needs an index. */
export function anyOf(conditions: readonly Condition[]): Condition {
  const reach = REACHES.findLast((one) => conditions.some((condition) => condition.reach === one)) ?? 'all';
  return { sql: balanced(conditions, sql` or `), reach, weight: weightOf(conditions) };
}

function weightOf(conditions: readonly Condition[]): number {
  return conditions.reduce((sum, { weight }) => sum + weight, 0);
}

/** The condition does not hold; an index only knows of whom it does. */
export function noneOf(condition: Condition): Condition {
  return ofAll(sql`((${condition.sql}) is not true)`, condition.weight);
}

/** Databases bound how deep an expression is nested, and `a or b or c` nests to the left: the halves nest less. */
function balanced(conditions: readonly Condition[], operator: RawBuilder<unknown>): RawBuilder<SqlBool> {
  const [only] = conditions;
  if (conditions.length === 1 && only !== undefined) return only.sql;
  const half = Math.ceil(conditions.length / 2);
  const left = balanced(conditions.slice(0, half), operator);
  return sql`(${left}${operator}${balanced(conditions.slice(half), operator)})`;
}

/** A value of a resource, or of an element of a multi-valued attribute, as it is compared; NULL for none. */
export interface Operand {
  readonly value: Value;
  /**
   * What `value` is: text as `keyText` makes it, text as `folded` makes it, text as it is, a number, 1 or 0, a time in ms,
   * or an address, which the store does not know in full.
   */
  readonly form: 'key' | 'folded' | 'exact' | 'number' | 'flag' | 'instant' | 'address';
  /** How many have the same value, where an index finds them. */
  readonly index?: Exclude<Reach, 'all'>;
  readonly nullable: boolean;
  /** What it costs to read it, in columns. */
  readonly weight: number;
}

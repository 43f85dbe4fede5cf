import type { AliasedRawBuilder, RawBuilder, SqlBool } from 'kysely';

/** A piece of SQL that yields a value. */
export type Value = RawBuilder<unknown>;

/** What every kind of database says in its own way when filters are asked of it and groups are read. */
export interface FilterEngine {
  /**
   * The value at a path of names in a JSON text: NULL when there is none, 1 and 0 for true and false, and JSON text
   * for an object or array.
   */
  jsonValue(json: Value, path: readonly string[]): Value;
  /**
   * The elements of the array at a path of names in a JSON text, as a table of that alias: `value` is as `jsonValue`
   * yields it, `key` the position. Of an object at the end of the path: its members, `key` the name.
   */
  jsonElements(json: Value, path: readonly string[], alias: string): Value;
  /** Texts as a table `texts` with the column `value`: one variable of a statement, however many they are. */
  texts(texts: readonly string[]): AliasedRawBuilder<{ value: string }, 'texts'>;
  /** Text without case, as `folded` in `src/scim/filter/fold.ts` makes it. */
  folded(text: Value): Value;
  /** Text as `keyText` makes it. */
  keyed(text: Value): Value;
  /** A SCIM dateTime in ms since the epoch. */
  instant(text: Value): Value;
  contains(text: Value, part: string): RawBuilder<SqlBool>;
  startsWith(text: Value, start: string): RawBuilder<SqlBool>;
  endsWith(text: Value, end: string): RawBuilder<SqlBool>;
  /** True; a query that has had its time fails where a row is asked this. */
  withinTime(): RawBuilder<SqlBool>;
  /** Whether a query failed because its filter is nested deeper, or has more parts, than the database can take. */
  isTooComplex(error: unknown): boolean;
}

import {
  type Compilable,
  type CompiledQuery,
  type DatabaseConnection,
  type DialectAdapter,
  type Kysely,
  type QueryExecutor,
  type RawBuilder,
  sql,
} from 'kysely';
import type { Database } from './tables.ts';

/** Stands in a statement for a value that is known when it is run. */
export type Places<Values> = <Name extends keyof Values & string>(name: Name) => RawBuilder<Values[Name]>;

/** Runs statements that need wait for nothing at once, past all of Kysely's steps. */
export interface InPlace {
  /**
   * Runs a statement and returns its rows; null where it has to take its turn, or the transaction is not known to have
   * it. Fails as the driver does.
   *
   * @param transaction what executes the statements of the transaction that it is one of; null: of none
   */
  runAtOnce(query: CompiledQuery, transaction: QueryExecutor | null): readonly unknown[] | null;
  /** Says on which connection a transaction is that has its turn. */
  remember(transaction: QueryExecutor, connection: DatabaseConnection): void;
}

/** The adapter of a database that can. */
export interface InPlaceAdapter extends DialectAdapter {
  readonly inPlace: InPlace;
}

/** Runs a statement on a database, or in a transaction, and returns its rows. */
export type Statement<Values, Row> = (db: Kysely<Database>, values: Values) => Promise<readonly Row[]>;

class Place<Values> {
  readonly name: keyof Values;

  constructor(name: keyof Values) {
    this.name = name;
  }
}

/**
 * A statement that every request runs: built and compiled when it is first run, and never again. To build a small
 * statement takes several times as long as SQLite takes to run it.
 *
 * @param build builds the statement; it must be the same whatever the values are
 */
export function statement<Values extends object, Row>(
  build: (db: Kysely<Database>, place: Places<Values>) => Compilable<Row>,
): Statement<Values, Row> {
  // Databases of different kinds have adapters of different kinds, and statements of their own.
  const compiled = new WeakMap<DialectAdapter, CompiledQuery>();
  return async (db, values) => {
    const { adapter } = db.getExecutor();
    let query = compiled.get(adapter);
    if (query === undefined) {
      query = build(db, (name) => sql`${new Place<Values>(name)}`).compile();
      compiled.set(adapter, query);
    }
    const parameters = query.parameters.map((one) => (one instanceof Place ? valueAt(values, one) : one));
    return await rowsOf(db, { ...query, parameters });
  };
}

/** Runs a compiled statement on a database, or in a transaction, and returns its rows. */
export async function rowsOf<Row>(db: Kysely<Database>, query: CompiledQuery<Row>): Promise<readonly Row[]> {
  const executor = db.getExecutor();
  const { adapter } = executor;
  const inPlace = isInPlace(adapter) ? adapter.inPlace : null;
  const rows = inPlace?.runAtOnce(query, db.isTransaction ? executor : null) ?? null;
  // The rows are those of the statement, which the driver does not know.
  if (rows !== null) return rows as readonly Row[];
  if (inPlace === null || !db.isTransaction) return (await db.executeQuery(query)).rows;
  return await executor.provideConnection(async (connection) => {
    inPlace.remember(executor, connection);
    return (await connection.executeQuery<Row>(query)).rows;
  });
}

function isInPlace(adapter: DialectAdapter): adapter is InPlaceAdapter {
  return 'inPlace' in adapter;
}

function valueAt<Values>(values: Values, { name }: Place<Values>): unknown {
  return values[name];
}

/** The places of columns whose names are those of the values. */
export function placesOf<Values, Name extends keyof Values & string>(
  names: readonly Name[],
  place: Places<Values>,
): { [Each in Name]: RawBuilder<Values[Each]> } {
  // The names are those of the entries, which `fromEntries` cannot tell.
  return Object.fromEntries(names.map((name) => [name, place(name)])) as never;
}

/**
 * Statements that write some of the columns of a table: one for each of the few sets of columns that are written
 * together.
 *
 * @param build as for `statement`, given the columns
 */
export function statementOfColumns<Columns extends object, Values extends object>(
  build: (
    db: Kysely<Database>,
    columns: { [Name in keyof Columns & string]: RawBuilder<Columns[Name]> },
    place: Places<Values>,
  ) => Compilable,
): (db: Kysely<Database>, columns: Partial<Columns>, values: Values) => Promise<void> {
  const made = new Map<string, Statement<Columns & Values, unknown>>();
  return async (db, columns, values) => {
    const names = Object.keys(columns) as (keyof Columns & string)[];
    const key = names.join();
    let one = made.get(key);
    if (one === undefined) {
      one = statement((compiler, place: Places<Columns & Values>) =>
        build(compiler, placesOf(names, place), place),
      );
      made.set(key, one);
    }
    await one(db, { ...columns, ...values } as Columns & Values);
  };
}

/** What of `after` is not as it was before. An index is written anew for every column that is written, changed or not. */
export function changedOf<Row extends object>(before: Partial<Row>, after: Row): Partial<Row> {
  const known = new Map<string, unknown>(Object.entries(before));
  return Object.fromEntries(
    Object.entries(after).filter(([name, value]) => known.get(name) !== value),
  ) as Partial<Row>;
}

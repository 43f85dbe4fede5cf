import { setTimeout } from 'node:timers/promises';
import BetterSqlite from 'better-sqlite3';
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type QueryExecutor,
  type QueryResult,
  SelectQueryNode,
} from 'kysely';
import { StoreUnavailable } from '../domain/store-unavailable.ts';
import { BEHIND, type Checkpoints, openCheckpoints, WITHOUT_THREAD } from './sqlite-checkpoint.ts';
import { type Prepare, withStatementCache } from './sqlite-statements.ts';
import type { InPlace } from './statement.ts';

/**
 * How long SQLite itself waits for another process, in ms, which blocks the thread: while the file is opened, and where
 * it is read, as while another recovers it.
 */
export const BUSY_TIMEOUT = 5_000;

/** How often, and how long between, a write asks for the lock that another process holds. */
const LOCK_ATTEMPTS = 1_000;
const LOCK_PAUSE = 10;

/** Failures that are nobody's fault and may pass: `SQLITE_FULL`, `SQLITE_IOERR_WRITE`, `SQLITE_BUSY_SNAPSHOT` … */
const PASSING = /^SQLITE_(FULL|IOERR|BUSY)/;

/**
 * Runs Kysely's statements on one file: transactions and single writes in turn on one connection, reads outside
 * transactions at any time on another, so that they do not wait for a write that waits for another process.
 * What may pass fails with `StoreUnavailable`.
 */
export class SqliteFileDriver implements Driver, InPlace {
  readonly #writer: BetterSqlite.Database;
  readonly #reader: BetterSqlite.Database | null;
  readonly #begin: BetterSqlite.Statement<[]>;
  readonly #commit: BetterSqlite.Statement<[]>;
  readonly #prepareWrite: Prepare;
  readonly #prepareRead: Prepare | null;
  readonly #checkpoints: Checkpoints | null;
  /** Ends when nobody uses the writer any more. */
  #lastTurn: Promise<void> = Promise.resolve();
  /** Ends the turn of a connection that is in a transaction. */
  readonly #turns = new WeakMap<DatabaseConnection, () => void>();
  readonly #transactions = new WeakMap<QueryExecutor, DatabaseConnection>();

  /** @param reader another connection to the same file; null for a database in memory, which has one only */
  constructor(writer: BetterSqlite.Database, reader: BetterSqlite.Database | null) {
    this.#writer = writer;
    this.#reader = reader;
    // The driver waits itself, without blocking the process.
    writer.pragma('busy_timeout = 0');
    this.#begin = writer.prepare('begin immediate');
    this.#commit = writer.prepare('commit');
    this.#prepareWrite = withStatementCache(writer);
    this.#prepareRead = reader === null ? null : withStatementCache(reader);
    this.#checkpoints = reader === null ? null : this.#openCheckpoints();
  }

  #openCheckpoints(): Checkpoints {
    this.#writer.pragma(`wal_autocheckpoint = ${BEHIND}`);
    return openCheckpoints(
      { path: this.#writer.name, busyTimeout: BUSY_TIMEOUT },
      {
        between: async (work) => {
          const endTurn = await this.#takeTurn();
          try {
            await work();
          } finally {
            endTurn();
          }
        },
        doWithoutThread: () => {
          if (this.#writer.open) this.#writer.pragma(`wal_autocheckpoint = ${WITHOUT_THREAD}`);
        },
      },
    );
  }

  async init(): Promise<void> {
    // The file is open already, so that a start fails at once when it cannot be.
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    const connection: DatabaseConnection = {
      executeQuery: (query) => this.#execute(connection, query),
      streamQuery: () => {
        throw new Error('The store reads no streams');
      },
    };
    return connection;
  }

  async releaseConnection(): Promise<void> {
    // A connection is a name for a series of statements; nothing is held for it outside a transaction.
  }

  /**
   * Every transaction takes the write lock at its beginning, so that what it reads cannot be changed
   * by another process before it writes.
   */
  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    const endTurn = await this.#takeTurn();
    try {
      await withLock(() => this.#begin.run());
    } catch (error) {
      endTurn();
      throw error;
    }
    this.#turns.set(connection, endTurn);
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    passing(() => this.#commit.run());
    this.#endTurn(connection);
    this.#checkpoints?.committed();
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      // On a full disk SQLite has rolled back by itself; to ask once more would be an error that hides the real one.
      if (this.#writer.inTransaction) passing(() => this.#writer.exec('rollback'));
    } finally {
      this.#endTurn(connection);
    }
  }

  async destroy(): Promise<void> {
    await this.#checkpoints?.close();
    // The last to close tidies the file up, which a reader cannot.
    this.#reader?.close();
    this.#writer.close();
  }

  /** See `InPlace.runAtOnce`. */
  runAtOnce(query: CompiledQuery, transaction: QueryExecutor | null): readonly unknown[] | null {
    if (transaction !== null) {
      const connection = this.#transactions.get(transaction);
      const hasTurn = connection !== undefined && this.#turns.has(connection);
      return hasTurn ? passing(() => run(this.#prepareWrite, query)).rows : null;
    }
    const prepareRead = this.#prepareRead;
    if (prepareRead === null || !SelectQueryNode.is(query.query)) return null;
    return passing(() => run(prepareRead, query)).rows;
  }

  /** See `InPlace.remember`. */
  remember(transaction: QueryExecutor, connection: DatabaseConnection): void {
    this.#transactions.set(transaction, connection);
  }

  async #execute<Row>(connection: DatabaseConnection, query: CompiledQuery): Promise<QueryResult<Row>> {
    if (this.#turns.has(connection)) return passing(() => run(this.#prepareWrite, query));
    const prepareRead = this.#prepareRead;
    if (prepareRead !== null && SelectQueryNode.is(query.query)) {
      return passing(() => run(prepareRead, query));
    }
    const endTurn = await this.#takeTurn();
    try {
      return await withLock(() => run(this.#prepareWrite, query));
    } finally {
      endTurn();
      this.#checkpoints?.committed();
    }
  }

  async #takeTurn(): Promise<() => void> {
    const before = this.#lastTurn;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#lastTurn = promise;
    await before;
    return resolve;
  }

  #endTurn(connection: DatabaseConnection): void {
    this.#turns.get(connection)?.();
    this.#turns.delete(connection);
  }
}

/** Does what needs the write lock. Another process may hold it; the wait for that leaves the event loop free. */
async function withLock<Result>(work: () => Result): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return work();
    } catch (error) {
      if (attempt === LOCK_ATTEMPTS || !isBusy(error)) throw unavailable(error);
    }
    await setTimeout(LOCK_PAUSE);
  }
}

function run<Row>(prepare: Prepare, { sql, parameters }: CompiledQuery): QueryResult<Row> {
  const statement = prepare(sql);
  if (statement.reader) {
    // Kysely knows the rows' type from the query that it built; the driver cannot.
    return { rows: statement.all(parameters) as Row[] };
  }
  const { changes, lastInsertRowid } = statement.run(parameters);
  return { numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid), rows: [] };
}

function passing<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw unavailable(error);
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof BetterSqlite.SqliteError && error.code.startsWith('SQLITE_BUSY');
}

/** Tells whether a failure of that code is nobody's fault and may pass. */
export function isPassing(code: string): boolean {
  return PASSING.test(code);
}

function unavailable(error: unknown): unknown {
  return error instanceof BetterSqlite.SqliteError && isPassing(error.code)
    ? new StoreUnavailable(error.code, error)
    : error;
}

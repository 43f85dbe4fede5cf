import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import BetterSqlite from 'better-sqlite3';
import {
  type DatabaseConnection,
  type Dialect,
  type Driver,
  SqliteAdapter,
  SqliteDialect,
  SqliteDriver,
} from 'kysely';
import type { MigrationEngine } from './migrate.ts';
import { writeStatistics } from './sqlite-statistics.ts';

/** What SQLite does in its own way when tables are made. */
export const SQLITE_ENGINE: MigrationEngine = {
  serial: 'integer primary key autoincrement',
  afterChange: writeStatistics,
};

/** How long SQLite itself waits, blocking the process, e.g. while another process recovers the file, in ms. */
const BUSY_TIMEOUT = 5_000;

/** How often, and how long between, a transaction asks for the write lock that another process holds. */
const LOCK_ATTEMPTS = 1_000;
const LOCK_PAUSE = 10;

/** Compiled statements kept; the lists of `in` make the number of different texts large, but not unbounded. */
const STATEMENTS = 500;

/**
 * Opens a SQLite file (made with its folder, but not that folder's, when it is not there; `:memory:`
 * for none) for Kysely.
 * Two processes may open the same file. Fails when the file cannot be opened.
 */
export function sqliteDialect(path: string): Dialect {
  const folder = dirname(path);
  if (path !== ':memory:' && !existsSync(folder)) mkdirSync(folder, { mode: 0o700 });
  const database = new BetterSqlite(path, { timeout: BUSY_TIMEOUT });
  database.pragma('journal_mode = WAL');
  // What was accepted must survive a power cut: in WAL mode only FULL syncs at every commit.
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  return new BridgeSqliteDialect(database);
}

class BridgeSqliteDialect extends SqliteDialect {
  readonly #database: BetterSqlite.Database;

  constructor(database: BetterSqlite.Database) {
    super({ database });
    this.#database = database;
  }

  override createDriver(): Driver {
    return new ImmediateDriver(this.#database);
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalAdapter();
  }
}

/** SQLite does run DDL in transactions, so that two processes that migrate at once cannot mix. */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class ImmediateDriver extends SqliteDriver {
  readonly #database: BetterSqlite.Database;

  constructor(database: BetterSqlite.Database) {
    super({ database: withStatementCache(database) });
    this.#database = database;
  }

  /**
   * Every transaction takes the write lock at its beginning, so that what it reads cannot be changed
   * by another process before it writes. The wait for the lock leaves the event loop free.
   */
  override async beginTransaction(_connection: DatabaseConnection): Promise<void> {
    for (let attempt = 1; !this.#tryBegin(attempt === LOCK_ATTEMPTS); attempt++) await setTimeout(LOCK_PAUSE);
  }

  #tryBegin(last: boolean): boolean {
    this.#database.pragma('busy_timeout = 0');
    try {
      this.#database.exec('begin immediate');
      return true;
    } catch (error) {
      if (error instanceof BetterSqlite.SqliteError && error.code.startsWith('SQLITE_BUSY') && !last)
        return false;
      throw error;
    } finally {
      this.#database.pragma(`busy_timeout = ${BUSY_TIMEOUT}`);
    }
  }
}

function withStatementCache(database: BetterSqlite.Database) {
  const statements = new Map<string, BetterSqlite.Statement<readonly unknown[]>>();
  return {
    prepare(text: string) {
      const known = statements.get(text);
      if (known !== undefined) return known;
      if (statements.size >= STATEMENTS) statements.clear();
      const statement = database.prepare<readonly unknown[]>(text);
      statements.set(text, statement);
      return statement;
    },
    close: () => database.close(),
  };
}

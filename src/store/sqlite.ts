import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { type Dialect, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import type { Read } from './list.ts';
import type { MigrationEngine } from './migrate.ts';
import { BUSY_TIMEOUT, SqliteFileDriver } from './sqlite-driver.ts';
import { registerFunctions } from './sqlite-functions.ts';
import { openScanner, type ScanLimits, type Scanner } from './sqlite-scanner.ts';
import { writeStatistics } from './sqlite-statistics.ts';
import type { InPlace, InPlaceAdapter } from './statement.ts';

/** What SQLite does in its own way when tables are made. */
export const SQLITE_ENGINE: MigrationEngine = {
  serial: 'integer primary key autoincrement',
  afterChange: writeStatistics,
};

/** The file is a database of another program, in which this one must not make tables. */
export class ForeignDatabaseError extends Error {
  constructor(path: string) {
    super(`The database ${path} belongs to another program: it has tables, and none of ours.`);
    this.name = 'ForeignDatabaseError';
  }
}

/** In place only that is read which an index answers at once, or a database in memory: no time is taken. */
const IN_PLACE = () => undefined;

const IN_MEMORY = ':memory:';

/**
 * KB of pages that a connection keeps in memory; the driver's own default is 16 MB each. The system keeps the file in its
 * own memory, so that little is lost, but a transaction that changes more pages than there is room for writes some twice.
 */
const CACHE = { writer: 8_000, reader: 4_000 } as const;

/** The file of a SQLite database by the URL that names it; null for one in memory. */
export function databaseFile(url: string): string | null {
  return /^sqlite:(?!:memory:)(.*)$/.exec(url)?.[1] ?? null;
}

/**
 * Reads the file at `path` on threads; a database in memory, which only its own connection sees, in place.
 *
 * @param readHere reads in place
 */
export function sqliteScanner(path: string, readHere: Read, limits: ScanLimits): Scanner {
  return path === IN_MEMORY ? { read: readHere, close: () => Promise.resolve() } : openScanner(path, limits);
}

/**
 * Opens a SQLite file (made with its folder, but not that folder's, when it is not there; `:memory:`
 * for none) for Kysely.
 * Two processes may open the same file. Fails when the file cannot be opened, and with
 * `ForeignDatabaseError`.
 */
export function sqliteDialect(path: string): Dialect {
  const folder = dirname(path);
  const inMemory = path === IN_MEMORY;
  if (!inMemory && !existsSync(folder)) mkdirSync(folder, { mode: 0o700 });
  const writer = openWriter(path);
  const driver = new SqliteFileDriver(writer, inMemory ? null : openReader(path));
  return {
    createDriver: () => driver,
    createAdapter: () => new FileAdapter(driver),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new FileQueryCompiler(),
  };
}

function openWriter(path: string): BetterSqlite.Database {
  const database = new BetterSqlite(path, { timeout: BUSY_TIMEOUT });
  try {
    if (isForeign(database)) throw new ForeignDatabaseError(path);
    database.pragma('journal_mode = WAL');
    // What was accepted must survive a power cut: in WAL mode only FULL syncs at every commit.
    database.pragma('synchronous = FULL');
    database.pragma('foreign_keys = ON');
    database.pragma(`cache_size = -${CACHE.writer}`);
    registerFunctions(database, IN_PLACE);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function openReader(path: string): BetterSqlite.Database {
  const database = new BetterSqlite(path, { readonly: true, timeout: BUSY_TIMEOUT });
  database.pragma(`cache_size = -${CACHE.reader}`);
  registerFunctions(database, IN_PLACE);
  return database;
}

// Our tables and Kysely's record of them are made in one transaction: nobody sees the one without the other.
function isForeign(database: BetterSqlite.Database): boolean {
  const tables = database
    .prepare<[], { name: string }>(`select name from sqlite_master where type = 'table'`)
    .all()
    .map(({ name }) => name)
    .filter((name) => !name.startsWith('sqlite_'));
  return tables.length > 0 && !tables.includes('kysely_migration');
}

class FileAdapter extends SqliteAdapter implements InPlaceAdapter {
  readonly inPlace: InPlace;

  constructor(inPlace: InPlace) {
    super();
    this.inPlace = inPlace;
  }

  /** SQLite does run DDL in transactions, so that two processes that migrate at once cannot mix. */
  override get supportsTransactionalDdl(): boolean {
    return true;
  }

  /** The driver itself lets writes take turns; reads need not wait for them. */
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

class FileQueryCompiler extends SqliteQueryCompiler {
  /**
   * SQLite makes the plan of a join anew whenever a variable in its conditions gets another value, which takes ten
   * times as long as to run it: the plan might depend on the value. The plus says that it does not.
   */
  protected override getCurrentParameterPlaceholder(): string {
    return '+?';
  }
}

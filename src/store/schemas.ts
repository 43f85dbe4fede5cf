import { existsSync } from 'node:fs';
import BetterSqlite from 'better-sqlite3';
import type { Kysely } from 'kysely';
import { type LearnedSchemas, learnMore } from '../domain/learned-schemas.ts';
import { fromJson } from './records.ts';
import { databaseFile } from './sqlite.ts';
import { BUSY_TIMEOUT } from './sqlite-driver.ts';
import type { Database } from './tables.ts';

/** What Concur's own schemas said so far of one connection. */
export interface Schemas {
  /** Null: they were not read yet. */
  read(): Promise<LearnedSchemas | null>;
  /** Adds what was read to what is known; returns both, of before and of now. */
  learn(
    schemas: LearnedSchemas,
  ): Promise<{ readonly before: LearnedSchemas | null; readonly now: LearnedSchemas }>;
  /** As this process last read or learned them, without waiting. */
  latest(): LearnedSchemas | null;
}

/**
 * What Concur's own schemas said so far of a connection that is bound.
 *
 * @param latest what this process last read or learned, by connection: whoever opens one again finds it there
 */
export function schemas(
  db: Kysely<Database>,
  connection: string,
  latest: Map<string, LearnedSchemas | null>,
): Schemas {
  async function stored(queries: Kysely<Database>): Promise<LearnedSchemas | null> {
    const row = await queries
      .selectFrom('connections')
      .select('schemas')
      .where('name', '=', connection)
      .executeTakeFirst();
    return row === undefined || row.schemas === null ? null : fromJson(row.schemas);
  }

  return {
    read: async () => {
      const known = await stored(db);
      latest.set(connection, known);
      return known;
    },
    learn: async (read) => {
      const learned = await db.transaction().execute(async (transaction) => {
        const before = await stored(transaction);
        const now = learnMore(before, read);
        await transaction
          .updateTable('connections')
          .set({ schemas: JSON.stringify(now) })
          .where('name', '=', connection)
          .execute();
        return { before, now };
      });
      latest.set(connection, learned.now);
      return learned;
    },
    latest: () => latest.get(connection) ?? null,
  };
}

/**
 * Reads what Concur's own schemas said so far, before the database is opened as a whole: the configuration, which
 * is checked against it, names the database. Never rejects: without a database, or with one that only opening it will
 * find fault with, nothing is known.
 *
 * @param url the database
 * @param connection the name of a connection
 * @returns null: they were not read yet
 */
export function learnedSchemas(url: string, connection: string): LearnedSchemas | null {
  const path = databaseFile(url);
  // Where the folder is missing too, the driver fails with no error of SQLite's.
  if (path === null || !existsSync(path)) return null;
  try {
    const database = new BetterSqlite(path, { readonly: true, timeout: BUSY_TIMEOUT });
    try {
      const row = database
        .prepare<[string], { schemas: string | null }>('select schemas from connections where name = ?')
        .get(connection);
      return row === undefined || row.schemas === null ? null : fromJson(row.schemas);
    } finally {
      database.close();
    }
  } catch (error) {
    // No table yet, no database, or none for this user: whoever opens it says which.
    if (error instanceof BetterSqlite.SqliteError) return null;
    throw error;
  }
}

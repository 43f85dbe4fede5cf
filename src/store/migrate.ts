import type { Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { initial } from './migrations/0001_initial.ts';
import type { Database } from './tables.ts';

/** How a database spells a column that numbers its rows by itself. */
export type SerialColumn =
  | 'integer primary key autoincrement'
  | 'bigint generated always as identity primary key';

/** What the migrations leave to the database they run on. */
export interface MigrationEngine {
  readonly serial: SerialColumn;
  /** Called in the same transaction after the tables have changed. */
  afterChange(db: Kysely<Database>): Promise<void>;
}

/** The database was made by a newer version of the program, which this one must not write to. */
export class NewerDatabaseError extends Error {
  constructor(migrations: readonly string[]) {
    super(
      `The database is newer than this program: it has ${migrations.join(', ')}. Start the newer version.`,
    );
    this.name = 'NewerDatabaseError';
  }
}

/**
 * Brings the tables up to date, in one transaction. Fails with `NewerDatabaseError` when the database
 * has migrations that this program does not know.
 */
export async function migrate(db: Kysely<Database>, engine: MigrationEngine): Promise<void> {
  const migrations: Record<string, Migration> = { '0001_initial': initial(engine.serial) };
  await db.transaction().execute(async (transaction) => {
    const unknown = (await appliedMigrations(transaction)).filter((name) => !Object.hasOwn(migrations, name));
    if (unknown.length > 0) throw new NewerDatabaseError(unknown);
    const migrator = new Migrator({
      db: transaction,
      provider: { getMigrations: () => Promise.resolve(migrations) },
    });
    const { error, results } = await migrator.migrateToLatest();
    if (error !== undefined) throw error;
    if (results !== undefined && results.length > 0) await engine.afterChange(transaction);
  });
}

async function appliedMigrations(db: Kysely<Database>): Promise<readonly string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === 'kysely_migration')) return [];
  const rows = await db
    .withTables<{ kysely_migration: { name: string } }>()
    .selectFrom('kysely_migration')
    .select('name')
    .execute();
  return rows.map(({ name }) => name);
}

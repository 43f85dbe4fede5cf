import { Kysely } from 'kysely';
import type { DeliverySwitch } from '../domain/delivery.ts';
import type { LearnedSchemas } from '../domain/learned-schemas.ts';
import type { ProvisioningStore } from '../domain/ports.ts';
import type { ReplanningStore } from '../domain/replanning.ts';
import type { Reports } from '../domain/reports.ts';
import type { ScopeSettings } from '../domain/scope.ts';
import type { Directory } from '../scim/directory.ts';
import type { Gives } from './access.ts';
import { type Credentials, credentials } from './credentials.ts';
import { deliverySwitch } from './delivery-switch.ts';
import { directory } from './directory.ts';
import { SQLITE_FILTERS } from './filter/sqlite.ts';
import { type ListSources, readHere } from './list.ts';
import { listCursors } from './list-cursor.ts';
import { migrate } from './migrate.ts';
import { provisioningStore } from './provisioning.ts';
import { replanningStore } from './replanning.ts';
import { reports } from './reports.ts';
import { type Schemas, schemas } from './schemas.ts';
import { type ScimTokens, scimTokens } from './scim-tokens.ts';
import { SQLITE_ENGINE, sqliteDialect, sqliteScanner } from './sqlite.ts';
import { MOMENTS_LIMITS, SEARCH_LIMITS } from './sqlite-scanner.ts';
import type { Database } from './tables.ts';

export { bindConnection } from './connections.ts';

/** One connection's part of the store: nothing in it reaches another connection's rows. */
export interface ConnectionStore {
  readonly directory: Directory;
  readonly provisioning: ProvisioningStore;
  readonly replanning: ReplanningStore;
  readonly reports: Reports;
  readonly credentials: Credentials;
  readonly tokens: ScimTokens;
  readonly schemas: Schemas;
  readonly delivery: DeliverySwitch;
}

/** The database of all connections. */
export interface Store {
  /**
   * The part of a connection that `bindConnection` has bound.
   *
   * @param gives tells which groups give their members anything in Concur; absent: none does
   * @param scope whom the connection is for; absent: everybody
   */
  connection(name: string, gives?: Gives | undefined, scope?: ScopeSettings): ConnectionStore;
  close(): Promise<void>;
  /** For the files of this folder. */
  readonly db: Kysely<Database>;
  readonly clock: () => number;
}

/** What a store is opened with. */
export interface StoreOptions {
  /** `sqlite:` and a path (relative to the working directory, or absolute), or `sqlite::memory:`. */
  readonly url: string;
  /** The key of the stored credentials, 32 bytes. */
  readonly secretKey: Buffer;
  /** The time in ms since the epoch. */
  readonly clock: () => number;
  /** Makes the id of a person or a group, a UUID. */
  readonly newId: () => string;
}

const SQLITE = 'sqlite:';

/**
 * Opens the database and brings its tables up to date. Fails with `NewerDatabaseError` when a newer
 * version of the program made it, and with an error of SQLite's when it cannot be opened.
 */
export async function openStore({ url, secretKey, clock, newId }: StoreOptions): Promise<Store> {
  if (!url.startsWith(SQLITE)) throw new Error(`The database URL must begin with ${SQLITE}`);
  if (secretKey.length !== 32) throw new Error('The secret key must have 32 bytes');
  const path = url.slice(SQLITE.length);
  const db = new Kysely<Database>({ dialect: sqliteDialect(path) });
  try {
    await migrate(db, SQLITE_ENGINE);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  const here = readHere(db);
  const moments = sqliteScanner(path, here, MOMENTS_LIMITS);
  const searches = sqliteScanner(path, here, SEARCH_LIMITS);
  const sources: ListSources = {
    db,
    engine: SQLITE_FILTERS,
    cursors: listCursors(secretKey, clock),
    read: { nothing: here, moments: moments.read, search: searches.read },
  };
  const learned = new Map<string, LearnedSchemas | null>();
  return {
    connection: (name, givesAccess, scope) => {
      // Where the scope goes by groups, every group decides who is provisioned at all.
      const gives = scope?.scope?.usesGroups === true ? () => true : givesAccess;
      const place = { db, engine: sources.engine, connection: name };
      const provisioning = provisioningStore(place, moments.read, gives, scope);
      return {
        directory: directory(db, name, clock, newId, { ...sources, gives, scope }),
        provisioning,
        replanning: replanningStore(db, name, provisioning.withRelations),
        reports: reports(db, name, moments.read, clock),
        credentials: credentials(db, name, secretKey, clock),
        tokens: scimTokens(db, name, clock),
        schemas: schemas(db, name, learned),
        delivery: deliverySwitch(db, name),
      };
    },
    close: async () => {
      await Promise.all([moments.close(), searches.close()]);
      await db.destroy();
    },
    db,
    clock,
  };
}

import { createHash } from 'node:crypto';
import type { Kysely } from 'kysely';
import { open, seal } from './sealed.ts';
import type { Database } from './tables.ts';

/** A refresh token with what Concur said beside it. */
export interface StoredToken {
  readonly refreshToken: string;
  /** Where the company's data is: the base address of every other call. */
  readonly geolocation: string | null;
  /** When the refresh token ends, in ms since the epoch. */
  readonly expiresAt: number | null;
}

/** The secrets of one connection, encrypted at rest. Reading fails with `SecretKeyError` under another key. */
export interface Credentials {
  /**
   * Takes over the configured refresh token, unless this very value was taken over before: then the
   * stored one, which Concur has rotated since, wins. Null: nothing is configured, nothing changes.
   */
  seedRefreshToken(value: string | null): Promise<void>;
  refreshToken(): Promise<{
    readonly token: string;
    readonly geolocation: string | null;
    readonly expiresAt: number | null;
  } | null>;
  /** Stores the token that Concur gave out last. */
  storeToken(token: StoredToken): Promise<void>;
}

const KIND = 'refresh_token';

/**
 * The credentials of one connection.
 *
 * @param secretKey 32 bytes
 */
export function credentials(
  db: Kysely<Database>,
  connection: string,
  secretKey: Buffer,
  clock: () => number,
): Credentials {
  const place = `the ${KIND} of connection ${connection}`;

  async function read(queries: Kysely<Database>) {
    return await queries
      .selectFrom('credentials')
      .selectAll()
      .where('connection', '=', connection)
      .where('kind', '=', KIND)
      .executeTakeFirst();
  }

  async function save(queries: Kysely<Database>, token: StoredToken, seedHash: string | null): Promise<void> {
    const row = {
      sealed: seal(token.refreshToken, secretKey, place),
      geolocation: token.geolocation,
      expires_at: token.expiresAt,
      seed_hash: seedHash,
      changed: clock(),
    };
    await queries
      .insertInto('credentials')
      .values({ connection, kind: KIND, ...row })
      .onConflict((conflict) => conflict.columns(['connection', 'kind']).doUpdateSet(row))
      .execute();
  }

  return {
    seedRefreshToken: (value) =>
      db.transaction().execute(async (transaction) => {
        if (value === null) return;
        const seedHash = createHash('sha256').update(value).digest('hex');
        const stored = await read(transaction);
        if (stored?.seed_hash === seedHash) return;
        await save(transaction, { refreshToken: value, geolocation: null, expiresAt: null }, seedHash);
      }),
    refreshToken: async () => {
      const row = await read(db);
      if (row === undefined) return null;
      return {
        token: open(row.sealed, secretKey, place),
        geolocation: row.geolocation,
        expiresAt: row.expires_at,
      };
    },
    storeToken: (token) =>
      db.transaction().execute(async (transaction) => {
        const stored = await read(transaction);
        await save(transaction, token, stored?.seed_hash ?? null);
      }),
  };
}

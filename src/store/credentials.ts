import { createHash } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Credential, CredentialStore } from '../domain/credential.ts';
import { open, seal } from './sealed.ts';
import type { Database } from './tables.ts';

/** The credential of one connection, encrypted at rest. Reading fails with `SecretKeyError` under another key. */
export interface Credentials extends CredentialStore {
  /**
   * Takes over the configured refresh token as a new credential, unless this very value was taken over before:
   * then the stored one, which Concur has rotated since, wins. Null: nothing is configured, nothing changes.
   */
  seedRefreshToken(value: string | null): Promise<void>;
}

/**
 * The credential of one connection.
 *
 * @param secretKey 32 bytes
 */
export function credentials(db: Kysely<Database>, connection: string, secretKey: Buffer): Credentials {
  const place = `the refresh_token of connection ${connection}`;

  async function stored(queries: Kysely<Database>) {
    return await queries
      .selectFrom('credentials')
      .selectAll()
      .where('connection', '=', connection)
      .executeTakeFirst();
  }

  async function save(
    queries: Kysely<Database>,
    { principal, refreshToken, geolocation, scopes, expiresAt, refreshedAt }: Credential,
    seedHash: string | null,
  ): Promise<void> {
    const row = {
      principal,
      sealed: refreshToken === null ? null : seal(refreshToken, secretKey, place),
      geolocation,
      scopes: scopes === null ? null : scopes.join(' '),
      expires_at: expiresAt,
      refreshed_at: refreshedAt,
      seed_hash: seedHash,
    };
    await queries
      .insertInto('credentials')
      .values({ connection, ...row })
      .onConflict((conflict) => conflict.column('connection').doUpdateSet(row))
      .execute();
  }

  return {
    seedRefreshToken: (value) =>
      db.transaction().execute(async (transaction) => {
        if (value === null) return;
        const seedHash = createHash('sha256').update(value).digest('hex');
        if ((await stored(transaction))?.seed_hash === seedHash) return;
        await save(transaction, seedOf(value), seedHash);
      }),
    read: async () => {
      const row = await stored(db);
      if (row === undefined) return null;
      return {
        principal: row.principal,
        refreshToken: row.sealed === null ? null : open(row.sealed, secretKey, place),
        geolocation: row.geolocation,
        scopes: row.scopes === null ? null : row.scopes.split(' ').filter((scope) => scope !== ''),
        expiresAt: row.expires_at,
        refreshedAt: row.refreshed_at,
      };
    },
    write: (credential) =>
      db.transaction().execute(async (transaction) => {
        await save(transaction, credential, (await stored(transaction))?.seed_hash ?? null);
      }),
  };
}

/** A configured refresh token: a company's, as the bridge needs, until Concur says otherwise. */
function seedOf(refreshToken: string): Credential {
  const unknown = { geolocation: null, scopes: null, expiresAt: null, refreshedAt: null };
  return { principal: 'company', refreshToken, ...unknown };
}

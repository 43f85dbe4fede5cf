import { createHash } from 'node:crypto';
import type { Kysely } from 'kysely';
import { type Credential, type CredentialStore, newCredential } from '../domain/credential.ts';
import { isLookedFor } from '../domain/granted.ts';
import { queueForGrant } from './grants.ts';
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
 * The credential of one connection. Where a credential comes with more scopes than the one before, whoever they may
 * concern is queued: a process that starts later does not know what people were judged by.
 *
 * @param secretKey 32 bytes
 * @param clock the time in ms since the epoch
 */
export function credentials(
  db: Kysely<Database>,
  connection: string,
  secretKey: Buffer,
  clock: () => number,
): Credentials {
  const place = `the refresh_token of connection ${connection}`;

  async function stored(queries: Kysely<Database>) {
    return await queries
      .selectFrom('credentials')
      .selectAll()
      .where('connection', '=', connection)
      .executeTakeFirst();
  }

  function tokenOf({ sealed }: Pick<Database['credentials'], 'sealed'>): string | null {
    return sealed === null ? null : open(sealed, secretKey, place);
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
        // A company's, as the bridge needs, until Concur says otherwise.
        await save(transaction, newCredential('company', value), seedHash);
      }),
    read: async () => {
      const row = await stored(db);
      if (row === undefined) return null;
      return {
        principal: row.principal,
        refreshToken: tokenOf(row),
        geolocation: row.geolocation,
        scopes: row.scopes === null ? null : listOf(row.scopes),
        expiresAt: row.expires_at,
        refreshedAt: row.refreshed_at,
      };
    },
    write: async (credential, refreshed) => {
      const written = await db.transaction().execute(async (transaction) => {
        const before = await stored(transaction);
        const isAnother = before !== undefined && refreshed?.replacing !== undefined;
        if (isAnother && tokenOf(before) !== refreshed.replacing) return null;
        await save(transaction, credential, before?.seed_hash ?? null);
        return { added: addedScopes(before?.scopes ?? null, credential.scopes) };
      });
      const added = written?.added ?? [];
      if (added.length > 0) await queueForGrant(db, connection, added.some(isLookedFor), clock());
      return written !== null;
    },
  };
}

/** The scopes that were not stored before: all, after a configured token, of which nothing was known. */
function addedScopes(before: string | null, now: readonly string[] | null): readonly string[] {
  const had = new Set(before === null ? [] : listOf(before));
  return (now ?? []).filter((scope) => !had.has(scope));
}

function listOf(scopes: string): readonly string[] {
  return scopes.split(' ').filter((scope) => scope !== '');
}

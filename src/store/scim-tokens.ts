import { hash, randomBytes, randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Database } from './tables.ts';

/** A bearer token of a SCIM client, without the secret. Times are ms since the epoch. */
export interface ScimToken {
  readonly id: string;
  readonly name: string;
  readonly created: number;
  readonly revoked: number | null;
}

/** The bearer tokens of one connection's SCIM clients; only their SHA-256 is kept. */
export interface ScimTokens {
  /** Makes a token; the plain text is returned once and never again. Null: a valid token has that name. */
  create(name: string): Promise<{ readonly id: string; readonly token: string } | null>;
  /**
   * Whose token it is; null when it is unknown or revoked. What another process revokes may count here for 5 more
   * seconds; what is revoked here counts no more at once.
   */
  verify(token: string): Promise<{ readonly name: string } | null>;
  /** All tokens, the oldest first, revoked ones included. */
  list(): Promise<readonly ScimToken[]>;
  /** Revokes a token for ever and returns it; null when there is none of that id that is still valid. */
  revoke(id: string): Promise<ScimToken | null>;
  /**
   * Makes the configured token valid, and a token that was configured before and is no more, invalid.
   * A configured token that was revoked stays revoked.
   */
  seed(token: string | null): Promise<void>;
}

/** How long a token that was found valid is not looked up again, in ms. */
const BELIEVED = 5_000;

/** The name under which a token from the configuration acts. */
const CONFIGURED = 'configuration';

/** The SCIM tokens of one connection. */
export function scimTokens(db: Kysely<Database>, connection: string, clock: () => number): ScimTokens {
  /** Valid tokens, by hash, so that not every request reads the database; strangers leave nothing here. */
  const believed = new Map<string, { readonly name: string; readonly since: number }>();
  /** How often tokens were taken away here: what was read before is not believed after. */
  let withdrawals = 0;

  async function withdraw<Result>(work: (transaction: Kysely<Database>) => Promise<Result>): Promise<Result> {
    try {
      return await db.transaction().execute(work);
    } finally {
      withdrawals++;
      believed.clear();
    }
  }

  async function insert(queries: Kysely<Database>, name: string, token: string, configured: 0 | 1) {
    // Wholly random: an admin names a token by how its id begins.
    const id = randomUUID();
    await queries
      .insertInto('scim_tokens')
      .values({ connection, id, name, hash: hashOf(token), configured, created: clock() })
      .onConflict((conflict) => conflict.columns(['connection', 'hash']).doNothing())
      .execute();
    return id;
  }

  return {
    create: (name) =>
      db.transaction().execute(async (transaction) => {
        const namesake = await transaction
          .selectFrom('scim_tokens')
          .select('id')
          .where('connection', '=', connection)
          .where('name', '=', name)
          .where('revoked', 'is', null)
          .executeTakeFirst();
        if (namesake !== undefined) return null;
        const token = `bridge_${randomBytes(32).toString('base64url')}`;
        return { id: await insert(transaction, name, token, 0), token };
      }),
    // Looked up by hash: how long the index takes says nothing about a token that the caller does not have.
    verify: async (token) => {
      const hashed = hashOf(token);
      const now = clock();
      const known = believed.get(hashed);
      // A clock that was put back must not make a token live longer.
      if (known !== undefined && now >= known.since && now - known.since < BELIEVED)
        return { name: known.name };
      const withdrawalsBefore = withdrawals;
      const row = await db
        .selectFrom('scim_tokens')
        .select('name')
        .where('connection', '=', connection)
        .where('hash', '=', hashed)
        .where('revoked', 'is', null)
        .executeTakeFirst();
      if (row === undefined) believed.delete(hashed);
      else if (withdrawals === withdrawalsBefore) believed.set(hashed, { ...row, since: now });
      return row ?? null;
    },
    list: () =>
      db
        .selectFrom('scim_tokens')
        .select(['id', 'name', 'created', 'revoked'])
        .where('connection', '=', connection)
        .orderBy('created')
        .orderBy('id')
        .execute(),
    revoke: (id) =>
      withdraw(async (transaction) => {
        const revoked = await transaction
          .updateTable('scim_tokens')
          .set({ revoked: clock() })
          .where('connection', '=', connection)
          .where('id', '=', id)
          .where('revoked', 'is', null)
          .returning(['id', 'name', 'created', 'revoked'])
          .executeTakeFirst();
        return revoked ?? null;
      }),
    seed: (token) =>
      withdraw(async (transaction) => {
        await transaction
          .deleteFrom('scim_tokens')
          .where('connection', '=', connection)
          .where('configured', '=', 1)
          .where('hash', '<>', token === null ? '' : hashOf(token))
          .execute();
        if (token !== null) await insert(transaction, CONFIGURED, token, 1);
      }),
  };
}

function hashOf(token: string): string {
  return hash('sha256', token, 'hex');
}

import { type Kysely, sql } from 'kysely';

/** Credentials for Concur, and tokens of SCIM clients. */
export async function createSecrets(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('credentials')
    .addColumn('connection', 'text', (column) => column.notNull())
    .addColumn('principal', 'text', (column) => column.notNull())
    .addColumn('sealed', 'text')
    .addColumn('geolocation', 'text')
    .addColumn('scopes', 'text')
    .addColumn('expires_at', 'bigint')
    .addColumn('refreshed_at', 'bigint')
    .addColumn('seed_hash', 'text')
    .addPrimaryKeyConstraint('credentials_pk', ['connection'])
    .addForeignKeyConstraint('credentials_connection_fk', ['connection'], 'connections', ['name'])
    .addCheckConstraint('credentials_principal_check', sql`principal in ('company', 'user', 'application')`)
    .addCheckConstraint('credentials_sealed_check', sql`(sealed is null) = (principal = 'application')`)
    .execute();
  await db.schema
    .createTable('scim_tokens')
    .addColumn('connection', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .addColumn('configured', 'integer', (column) => column.notNull())
    .addColumn('created', 'bigint', (column) => column.notNull())
    .addColumn('revoked', 'bigint')
    .addPrimaryKeyConstraint('scim_tokens_pk', ['connection', 'id'])
    .addUniqueConstraint('scim_tokens_hash_unique', ['connection', 'hash'])
    .addForeignKeyConstraint('scim_tokens_connection_fk', ['connection'], 'connections', ['name'])
    .addCheckConstraint('scim_tokens_configured_check', sql`configured in (0, 1)`)
    .execute();
}

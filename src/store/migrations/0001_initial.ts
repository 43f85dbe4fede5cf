import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { SerialColumn } from '../migrate.ts';

/**
 * The first tables. A migration never changes once it was released, so the closed lists are spelled
 * out here and not imported.
 */
export function initial(serial: SerialColumn): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await createPeople(db);
      await createGroups(db, serial);
      await createProvisionings(db);
      await createRequests(db);
      await createChanges(db, serial);
      await createSecrets(db);
    },
  };
}

async function createPeople(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('connections')
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('company_id', 'text', (column) => column.notNull())
    .addColumn('created', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('connections_pk', ['name'])
    .execute();
  await db.schema
    .createTable('people')
    .addColumn('connection', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('resource', 'text', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('created', 'bigint', (column) => column.notNull())
    .addColumn('last_modified', 'bigint', (column) => column.notNull())
    .addColumn('deleted', 'bigint')
    .addColumn('override', 'text')
    .addColumn('user_name', 'text', (column) => column.notNull())
    .addColumn('user_name_key', 'text', (column) => column.notNull())
    .addColumn('employee_number_key', 'text')
    .addColumn('external_id', 'text')
    .addColumn('external_id_key', 'text')
    .addColumn('display_name_key', 'text')
    .addColumn('manager', 'text')
    .addColumn('active', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('people_pk', ['connection', 'id'])
    .addForeignKeyConstraint('people_connection_fk', ['connection'], 'connections', ['name'])
    .addCheckConstraint('people_version_check', sql`version >= 1`)
    .addCheckConstraint('people_times_check', sql`last_modified >= created`)
    .addCheckConstraint('people_user_name_check', sql`user_name_key <> ''`)
    .addCheckConstraint('people_active_check', sql`active in (0, 1)`)
    .execute();
  await index(
    db,
    'people_user_name_unique',
    'people',
    ['connection', 'user_name_key'],
    'deleted is null',
    true,
  );
  await index(
    db,
    'people_employee_number_unique',
    'people',
    ['connection', 'employee_number_key'],
    'deleted is null and employee_number_key is not null',
    true,
  );
  await index(db, 'people_external_id', 'people', ['connection', 'external_id'], 'deleted is null');
  await index(db, 'people_external_id_key', 'people', ['connection', 'external_id_key'], 'deleted is null');
  await index(
    db,
    'people_display_name',
    'people',
    ['connection', 'display_name_key', 'created', 'id'],
    'deleted is null',
  );
  await index(db, 'people_active', 'people', ['connection', 'active', 'created', 'id'], 'deleted is null');
  await index(db, 'people_manager', 'people', ['connection', 'manager'], 'manager is not null');
  await index(db, 'people_created', 'people', ['connection', 'created', 'id'], 'deleted is null');
  await index(db, 'people_modified', 'people', ['connection', 'last_modified', 'id'], 'deleted is null');
  await index(db, 'people_deleted', 'people', ['connection', 'deleted'], 'deleted is not null');
  for (const key of ['user_name_key', 'employee_number_key', 'external_id']) {
    await index(db, `people_deleted_${key}`, 'people', ['connection', key], 'deleted is not null');
  }

  await db.schema
    .createTable('person_emails')
    .addColumn('connection', 'text', (column) => column.notNull())
    .addColumn('person_id', 'text', (column) => column.notNull())
    .addColumn('type', 'text')
    .addColumn('value_key', 'text', (column) => column.notNull())
    .addForeignKeyConstraint('person_emails_person_fk', ['connection', 'person_id'], 'people', [
      'connection',
      'id',
    ])
    .execute();
  await index(db, 'person_emails_person', 'person_emails', ['connection', 'person_id', 'type', 'value_key']);
  await index(db, 'person_emails_value', 'person_emails', ['connection', 'value_key']);

  await db.schema
    .createTable('person_phones')
    .addColumn('connection', 'text', (column) => column.notNull())
    .addColumn('person_id', 'text', (column) => column.notNull())
    .addColumn('type', 'text')
    .addColumn('value_key', 'text', (column) => column.notNull())
    .addForeignKeyConstraint('person_phones_person_fk', ['connection', 'person_id'], 'people', [
      'connection',
      'id',
    ])
    .execute();
  await index(db, 'person_phones_person', 'person_phones', ['connection', 'person_id', 'type', 'value_key']);
  await index(db, 'person_phones_value', 'person_phones', ['connection', 'value_key']);
}

async function createGroups(db: Kysely<unknown>, serial: SerialColumn): Promise<void> {
  await db.schema
    .createTable('groups')
    .addColumn('connection', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('resource', 'text', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('created', 'bigint', (column) => column.notNull())
    .addColumn('last_modified', 'bigint', (column) => column.notNull())
    .addColumn('deleted', 'bigint')
    .addColumn('display_name_key', 'text', (column) => column.notNull())
    .addColumn('external_id', 'text')
    .addPrimaryKeyConstraint('groups_pk', ['connection', 'id'])
    .addForeignKeyConstraint('groups_connection_fk', ['connection'], 'connections', ['name'])
    .addCheckConstraint('groups_version_check', sql`version >= 1`)
    .addCheckConstraint('groups_times_check', sql`last_modified >= created`)
    .execute();
  await index(
    db,
    'groups_display_name_unique',
    'groups',
    ['connection', 'display_name_key'],
    'deleted is null',
    true,
  );
  await index(db, 'groups_external_id', 'groups', ['connection', 'external_id'], 'deleted is null');
  await index(db, 'groups_created', 'groups', ['connection', 'created', 'id'], 'deleted is null');
  await index(db, 'groups_modified', 'groups', ['connection', 'last_modified', 'id'], 'deleted is null');

  // A member may be somebody who is not here (yet): what a client said is remembered, so no foreign key.
  await db.schema
    .createTable('group_members')
    .addColumn('connection', 'text', (column) => column.notNull())
    .addColumn('group_id', 'text', (column) => column.notNull())
    .addColumn('member_id', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('group_members_pk', ['connection', 'group_id', 'member_id'])
    .addForeignKeyConstraint('group_members_group_fk', ['connection', 'group_id'], 'groups', [
      'connection',
      'id',
    ])
    .execute();
  await index(db, 'group_members_member', 'group_members', ['connection', 'member_id']);

  await db.schema
    .createTable('group_changes')
    .addColumn('id', sql.raw(serial))
    .addColumn('connection', 'text', (column) => column.notNull())
    .addColumn('group_id', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('actor_kind', 'text', (column) => column.notNull())
    .addColumn('actor_name', 'text', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('attributes', 'text', (column) => column.notNull())
    .addColumn('members_added', 'text', (column) => column.notNull())
    .addColumn('members_removed', 'text', (column) => column.notNull())
    .addForeignKeyConstraint('group_changes_group_fk', ['connection', 'group_id'], 'groups', [
      'connection',
      'id',
    ])
    .addCheckConstraint('group_changes_actor_kind_check', sql`actor_kind in ('scim', 'admin', 'cli')`)
    .addCheckConstraint('group_changes_action_check', sql`action in ('create', 'update', 'delete')`)
    .execute();
  await index(db, 'group_changes_group', 'group_changes', ['connection', 'group_id', 'id']);
}

async function createProvisionings(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('provisionings')
    .addColumn('connection', 'text', (column) => column.notNull())
    .addColumn('person_id', 'text', (column) => column.notNull())
    .addColumn('user_name_key', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('reason', 'text')
    .addColumn('concur_id', 'text')
    .addColumn('applied', 'text', (column) => column.notNull())
    .addColumn('owned', 'text', (column) => column.notNull())
    .addColumn('refused', 'text', (column) => column.notNull())
    .addColumn('candidates', 'text', (column) => column.notNull())
    .addColumn('confirmed', 'text', (column) => column.notNull().defaultTo('{}'))
    .addColumn('lane', 'text', (column) => column.notNull())
    .addColumn('due', 'bigint')
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('pending_since', 'bigint')
    .addColumn('deactivation_since', 'bigint')
    .addColumn('last_confirmed', 'bigint')
    .addColumn('last_error', 'text')
    .addColumn('last_request_id', 'text')
    .addColumn('lease_token', 'text')
    .addColumn('lease_until', 'bigint')
    .addPrimaryKeyConstraint('provisionings_pk', ['connection', 'person_id'])
    .addForeignKeyConstraint('provisionings_person_fk', ['connection', 'person_id'], 'people', [
      'connection',
      'id',
    ])
    .addCheckConstraint(
      'provisionings_state_check',
      sql`state in ('queued', 'sending', 'processing', 'in_sync', 'partial', 'failed', 'held', 'unmanaged')`,
    )
    .addCheckConstraint(
      'provisionings_reason_check',
      sql`reason in ('refused', 'name_taken', 'ambiguous', 'incomplete', 'waiting_for_person', 'not_readable', 'not_created', 'not_kept',
        'not_granted', 'concur_unavailable', 'credentials', 'bridge_failed', 'outcome_unknown')`,
    )
    .addCheckConstraint(
      'provisionings_lane_check',
      sql`lane in ('deactivation', 'creation', 'update', 'import')`,
    )
    .addCheckConstraint('provisionings_attempts_check', sql`attempts >= 0`)
    .addCheckConstraint('provisionings_lease_check', sql`(lease_token is null) = (lease_until is null)`)
    .addCheckConstraint('provisionings_sending_check', sql`(state = 'sending') = (lease_token is not null)`)
    .execute();
  await index(
    db,
    'provisionings_claim',
    'provisionings',
    ['connection', 'lane', 'state', 'due'],
    'due is not null',
  );
  await index(
    db,
    'provisionings_lease',
    'provisionings',
    ['connection', 'lease_token'],
    'lease_token is not null',
  );
  await index(
    db,
    'provisionings_concur_id',
    'provisionings',
    ['connection', 'concur_id'],
    'concur_id is not null',
  );
  await index(db, 'provisionings_name', 'provisionings', ['connection', 'user_name_key', 'person_id']);
  await index(db, 'provisionings_state', 'provisionings', [
    'connection',
    'state',
    'user_name_key',
    'person_id',
  ]);
  await index(
    db,
    'provisionings_reason',
    'provisionings',
    ['connection', 'reason', 'user_name_key', 'person_id'],
    'reason is not null',
  );
  await index(
    db,
    'provisionings_deactivation',
    'provisionings',
    ['connection', 'deactivation_since'],
    'deactivation_since is not null',
  );

  await db.schema
    .createTable('waits')
    .addColumn('connection', 'text', (column) => column.notNull())
    .addColumn('person_id', 'text', (column) => column.notNull())
    .addColumn('reference', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('waits_pk', ['connection', 'person_id', 'reference'])
    .addForeignKeyConstraint('waits_person_fk', ['connection', 'person_id'], 'people', ['connection', 'id'])
    .execute();
  await index(db, 'waits_reference', 'waits', ['connection', 'reference']);
}

async function createRequests(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('provisioning_requests')
    .addColumn('connection', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('provision_id', 'text')
    .addColumn('correlation_id', 'text')
    .addColumn('http_status', 'integer')
    .addColumn('message', 'text')
    .addColumn('sent_at', 'bigint', (column) => column.notNull())
    .addColumn('completed_at', 'bigint')
    .addColumn('next_poll', 'bigint')
    .addColumn('looked_at', 'bigint')
    .addColumn('polls', 'integer', (column) => column.notNull())
    .addColumn('lease_token', 'text')
    .addColumn('lease_until', 'bigint')
    .addPrimaryKeyConstraint('provisioning_requests_pk', ['connection', 'id'])
    .addForeignKeyConstraint('provisioning_requests_connection_fk', ['connection'], 'connections', ['name'])
    .addCheckConstraint('provisioning_requests_kind_check', sql`kind in ('user', 'bulk')`)
    .addCheckConstraint(
      'provisioning_requests_state_check',
      sql`state in ('sending', 'open', 'completed', 'refused', 'retried', 'unknown')`,
    )
    .addCheckConstraint('provisioning_requests_polls_check', sql`polls >= 0`)
    .addCheckConstraint(
      'provisioning_requests_lease_check',
      sql`(lease_token is null) = (lease_until is null)`,
    )
    .execute();
  const requests = 'provisioning_requests';
  await index(
    db,
    'provisioning_requests_poll',
    requests,
    ['connection', 'next_poll'],
    'next_poll is not null',
  );
  await index(
    db,
    'provisioning_requests_lease',
    requests,
    ['connection', 'lease_token'],
    'lease_token is not null',
  );
  await index(db, 'provisioning_requests_sent', requests, ['connection', 'sent_at', 'id']);
  await index(db, 'provisioning_requests_state', requests, ['connection', 'state', 'sent_at', 'id']);

  await db.schema
    .createTable('operations')
    .addColumn('connection', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('request_id', 'text', (column) => column.notNull())
    .addColumn('person_id', 'text', (column) => column.notNull())
    .addColumn('method', 'text', (column) => column.notNull())
    .addColumn('concur_id', 'text')
    .addColumn('difference', 'text', (column) => column.notNull())
    .addColumn('base', 'text', (column) => column.notNull())
    .addColumn('initial', 'text', (column) => column.notNull())
    .addColumn('desired', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('overtaken', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('operations_pk', ['connection', 'id'])
    .addForeignKeyConstraint('operations_request_fk', ['connection', 'request_id'], requests, [
      'connection',
      'id',
    ])
    .addForeignKeyConstraint('operations_person_fk', ['connection', 'person_id'], 'people', [
      'connection',
      'id',
    ])
    .addCheckConstraint('operations_method_check', sql`method in ('POST', 'PATCH')`)
    .addCheckConstraint(
      'operations_state_check',
      sql`state in ('open', 'applied', 'partial', 'refused', 'retried', 'unknown')`,
    )
    .addCheckConstraint('operations_overtaken_check', sql`overtaken in (0, 1)`)
    .execute();
  await index(db, 'operations_request', 'operations', ['connection', 'request_id']);
  await index(db, 'operations_person', 'operations', ['connection', 'person_id', 'state']);

  await db.schema
    .createTable('extension_results')
    .addColumn('connection', 'text', (column) => column.notNull())
    .addColumn('operation_id', 'text', (column) => column.notNull())
    .addColumn('extension', 'text', (column) => column.notNull())
    .addColumn('completed', 'integer', (column) => column.notNull())
    .addColumn('success', 'integer')
    .addColumn('result', 'text', (column) => column.notNull())
    .addColumn('code', 'text')
    .addColumn('messages', 'text', (column) => column.notNull())
    .addForeignKeyConstraint('extension_results_operation_fk', ['connection', 'operation_id'], 'operations', [
      'connection',
      'id',
    ])
    .addCheckConstraint('extension_results_completed_check', sql`completed in (0, 1)`)
    .addCheckConstraint('extension_results_success_check', sql`success in (0, 1)`)
    .execute();
  await index(db, 'extension_results_operation', 'extension_results', ['connection', 'operation_id']);
}

async function createChanges(db: Kysely<unknown>, serial: SerialColumn): Promise<void> {
  await db.schema
    .createTable('changes')
    .addColumn('id', sql.raw(serial))
    .addColumn('connection', 'text', (column) => column.notNull())
    .addColumn('person_id', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('actor_kind', 'text', (column) => column.notNull())
    .addColumn('actor_name', 'text', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('attributes', 'text', (column) => column.notNull())
    .addColumn('reason', 'text')
    .addForeignKeyConstraint('changes_person_fk', ['connection', 'person_id'], 'people', ['connection', 'id'])
    .addCheckConstraint('changes_actor_kind_check', sql`actor_kind in ('scim', 'admin', 'cli')`)
    .addCheckConstraint(
      'changes_action_check',
      sql`action in ('create', 'update', 'delete', 'override', 'lift', 'retry', 'release')`,
    )
    .execute();
  await index(db, 'changes_connection', 'changes', ['connection', 'id']);
  await index(db, 'changes_person', 'changes', ['connection', 'person_id', 'id']);
}

async function createSecrets(db: Kysely<unknown>): Promise<void> {
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

async function index(
  db: Kysely<unknown>,
  name: string,
  table: string,
  columns: readonly string[],
  where?: string,
  unique = false,
): Promise<void> {
  const kind = unique ? 'unique index' : 'index';
  const condition = where === undefined ? sql`` : sql` where ${sql.raw(where)}`;
  await sql`create ${sql.raw(kind)} ${sql.id(name)} on ${sql.table(table)} (${sql.join(columns.map((column) => sql.id(column)))})${condition}`.execute(
    db,
  );
}

import { type Kysely, sql } from 'kysely';
import { index } from './create-index.ts';

/** Where each person stands between the bridge and Concur. */
export async function createProvisionings(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('provisionings')
    .addColumn('connection', 'text', (column) => column.notNull())
    .addColumn('person_id', 'text', (column) => column.notNull())
    .addColumn('user_name_key', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('reason', 'text')
    .addColumn('concur_id', 'text')
    .addColumn('has_access', 'integer')
    .addColumn('lane', 'text', (column) => column.notNull())
    .addColumn('due', 'bigint')
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('pending_since', 'bigint')
    .addColumn('deactivation_since', 'bigint')
    .addColumn('last_confirmed', 'bigint')
    .addColumn('last_error', 'text')
    .addColumn('last_request_id', 'text')
    .addColumn('verdict_until', 'bigint')
    .addColumn('lease_token', 'text')
    .addColumn('lease_until', 'bigint')
    // What is long comes last: SQLite reads through all that stands before a column.
    .addColumn('applied', 'text', (column) => column.notNull())
    .addColumn('owned', 'text', (column) => column.notNull())
    .addColumn('refused', 'text', (column) => column.notNull())
    .addColumn('candidates', 'text', (column) => column.notNull())
    .addColumn('confirmed', 'text', (column) => column.notNull().defaultTo('{}'))
    .addColumn('losses', 'text', (column) => column.notNull().defaultTo('{}'))
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
        'not_granted', 'out_of_scope', 'deleted', 'guard', 'discarded', 'concur_unavailable', 'credentials', 'bridge_failed', 'outcome_unknown')`,
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
    'provisionings_verdict',
    'provisionings',
    ['connection', 'verdict_until'],
    'verdict_until is not null',
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
    .createTable('relations')
    .addColumn('connection', 'text', (column) => column.notNull())
    .addColumn('person_id', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('target', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('relations_pk', ['connection', 'person_id', 'kind', 'target'])
    .addForeignKeyConstraint('relations_person_fk', ['connection', 'person_id'], 'people', [
      'connection',
      'id',
    ])
    .execute();
  await index(db, 'relations_target', 'relations', ['connection', 'kind', 'target', 'person_id']);
}

/** What was sent to Concur, and what became of it. */
export async function createRequests(db: Kysely<unknown>): Promise<void> {
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
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('difference', 'text', (column) => column.notNull())
    .addColumn('base', 'text', (column) => column.notNull())
    .addColumn('initial', 'text', (column) => column.notNull())
    .addColumn('desired', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('operations_pk', ['connection', 'id'])
    .addForeignKeyConstraint('operations_request_fk', ['connection', 'request_id'], requests, [
      'connection',
      'id',
    ])
    .addForeignKeyConstraint('operations_person_fk', ['connection', 'person_id'], 'people', [
      'connection',
      'id',
    ])
    .addCheckConstraint('operations_method_check', sql`method in ('POST', 'PATCH', 'DELETE')`)
    .addCheckConstraint(
      'operations_state_check',
      sql`state in ('open', 'applied', 'partial', 'refused', 'retried', 'unknown')`,
    )
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

import { type Kysely, sql } from 'kysely';
import type { SerialColumn } from '../../migrate.ts';
import { index } from './create-index.ts';

/** The connections, and people with what they are found by. */
export async function createPeople(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('connections')
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('company_id', 'text', (column) => column.notNull())
    .addColumn('created', 'bigint', (column) => column.notNull())
    .addColumn('planned_by', 'text')
    .addColumn('schemas', 'text')
    .addColumn('delivery', 'text')
    .addPrimaryKeyConstraint('connections_pk', ['name'])
    .execute();
  await db.schema
    .createTable('people')
    .addColumn('connection', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
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
    // What is long comes last: SQLite reads through all that stands before a column.
    .addColumn('resource', 'text', (column) => column.notNull())
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
  await index(
    db,
    'people_external_id_key',
    'people',
    ['connection', 'external_id_key'],
    'deleted is null and external_id_key is not null',
  );
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

/** Groups, who is in them, and their audit trail. */
export async function createGroups(db: Kysely<unknown>, serial: SerialColumn): Promise<void> {
  await db.schema
    .createTable('groups')
    .addColumn('connection', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('created', 'bigint', (column) => column.notNull())
    .addColumn('last_modified', 'bigint', (column) => column.notNull())
    .addColumn('deleted', 'bigint')
    .addColumn('display_name_key', 'text', (column) => column.notNull())
    .addColumn('external_id', 'text')
    .addColumn('resource', 'text', (column) => column.notNull())
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

/** The audit trail of people. */
export async function createChanges(db: Kysely<unknown>, serial: SerialColumn): Promise<void> {
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
      sql`action in ('create', 'update', 'delete', 'withdraw', 'override', 'lift', 'retry', 'release', 'discard')`,
    )
    .execute();
  await index(db, 'changes_connection', 'changes', ['connection', 'id']);
  await index(db, 'changes_person', 'changes', ['connection', 'person_id', 'id']);
}

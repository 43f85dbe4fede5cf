import type { Kysely } from 'kysely';
import { index } from './create-index.ts';

/** Who lost access when: what the guard counts, and how long deactivations took. */
export async function createLosses(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('counted_losses')
    .addColumn('connection', 'text', (column) => column.notNull())
    .addColumn('person_id', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('counted_losses_pk', ['connection', 'person_id'])
    .addForeignKeyConstraint('counted_losses_person_fk', ['connection', 'person_id'], 'people', [
      'connection',
      'id',
    ])
    .execute();
  await index(db, 'counted_losses_at', 'counted_losses', ['connection', 'at', 'person_id']);
  await index(db, 'provisionings_access', 'provisionings', ['connection'], 'has_access is not null');

  await db.schema
    .createTable('deactivations')
    .addColumn('connection', 'text', (column) => column.notNull())
    .addColumn('person_id', 'text', (column) => column.notNull())
    .addColumn('accepted_at', 'bigint', (column) => column.notNull())
    .addColumn('confirmed_at', 'bigint', (column) => column.notNull())
    .addForeignKeyConstraint('deactivations_person_fk', ['connection', 'person_id'], 'people', [
      'connection',
      'id',
    ])
    .execute();
  await index(db, 'deactivations_confirmed', 'deactivations', ['connection', 'confirmed_at', 'accepted_at']);
}

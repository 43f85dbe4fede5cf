import type { Kysely, OperandValueExpressionOrList } from 'kysely';
import type { Lane, State } from '../domain/provisioning.ts';
import type { Database } from './tables.ts';

/** States of people for whom something is to be sent, or on its way. */
export const UNDER_WAY: readonly State[] = ['queued', 'sending', 'processing'];

/** Ids of people, or a query for them. */
type People = OperandValueExpressionOrList<Database, 'provisionings', 'person_id'>;

/**
 * Makes people due of whom something is wanted now that was not before, though nobody wrote them: whoever rests is
 * queued; who waits is due at once, and what is under way is looked at again when it ends. Whoever is tried again ever
 * more slowly goes on so, or two who wake each other would be tried without end. Nobody is looked for in Concur who has
 * no access anyway; whoever is held waits for an admin; and of somebody deleted nothing else is ever wanted.
 */
export async function requeue(
  db: Kysely<Database>,
  connection: string,
  people: People,
  now: number,
): Promise<void> {
  await makeDue(db, connection, people, now, 'unfailed');
  await db
    .updateTable('provisionings')
    .where('connection', '=', connection)
    .where('person_id', 'in', people)
    .set((row) => ({
      state: 'queued',
      reason: null,
      lane: row.case().when('concur_id', 'is', null).then<Lane>('creation').else<Lane>('update').end(),
      due: now,
      attempts: 0,
      pending_since: row.fn.coalesce('pending_since', row.val(now)),
    }))
    .where((row) =>
      row.or([
        row('state', 'in', ['partial', 'failed']),
        // Access may be given again whose loss the guard holds.
        row('reason', '=', 'guard'),
        row.and([row('state', '=', 'in_sync'), row('reason', 'is', null)]),
      ]),
    )
    .where((row) =>
      row.exists(
        row
          .selectFrom('people')
          .select('people.id')
          .whereRef('people.connection', '=', 'provisionings.connection')
          .whereRef('people.id', '=', 'provisionings.person_id')
          .where('people.deleted', 'is', null),
      ),
    )
    .execute();
}

/**
 * Makes those of the people due at once who are under way. Who is due already keeps their place among others. A leaver
 * on whose deactivation Concur works is left alone: who is due among those is deactivated once more.
 *
 * @param which `unfailed`: those who wait for another try are not due any sooner
 */
export async function makeDue(
  db: Kysely<Database>,
  connection: string,
  people: People,
  now: number,
  which: 'all' | 'unfailed' = 'all',
): Promise<void> {
  await db
    .updateTable('provisionings')
    .set({ due: now })
    .where('connection', '=', connection)
    .where('person_id', 'in', people)
    .where('state', 'in', UNDER_WAY)
    .where((row) => row.or([row('due', 'is', null), row('due', '>', now)]))
    .where((row) => row.or([row('state', '!=', 'processing'), row('lane', '!=', 'deactivation')]))
    .$if(which === 'unfailed', (those) =>
      those.where((row) => row.or([row('state', '!=', 'queued'), row('attempts', '=', 0)])),
    )
    .execute();
}

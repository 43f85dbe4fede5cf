import type { Kysely, OperandValueExpressionOrList } from 'kysely';
import type { Lane, State } from '../domain/provisioning.ts';
import type { Database } from './tables.ts';

const UNDER_WAY: readonly State[] = ['queued', 'sending', 'processing'];

/**
 * Makes people due of whom something is wanted now that was not before, though nobody wrote them: whoever rests is
 * queued; who waits is due at once, and what is under way is looked at again when it ends. Nobody is looked for in
 * Concur who has no access anyway; whoever is held waits for an admin.
 *
 * @param people ids, or a query for them
 */
export async function requeue(
  db: Kysely<Database>,
  connection: string,
  people: OperandValueExpressionOrList<Database, 'provisionings', 'person_id'>,
  now: number,
): Promise<void> {
  const those = db
    .updateTable('provisionings')
    .where('connection', '=', connection)
    .where('person_id', 'in', people);
  await those.set({ due: now }).where('state', 'in', UNDER_WAY).execute();
  await those
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
        row.and([row('state', '=', 'in_sync'), row('reason', 'is', null)]),
      ]),
    )
    .execute();
}

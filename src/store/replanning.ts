import type { Kysely } from 'kysely';
import type { PersonRecord } from '../domain/person.ts';
import { LANES, type Lane, type State } from '../domain/provisioning.ts';
import type { ReplanningStore, Roused } from '../domain/replanning.ts';
import { loadRecords } from './records.ts';
import { makeDue, UNDER_WAY } from './requeue.ts';
import type { Database } from './tables.ts';

/** Whoever is held waits for an admin, unless the settings put them out of scope. */
const RESTING: readonly State[] = ['in_sync', 'partial', 'failed', 'held', 'unmanaged'];

/**
 * The side of one connection's people that planning everybody anew works on.
 *
 * @param withRelations adds to the records how each person stands to others
 */
export function replanningStore(
  db: Kysely<Database>,
  connection: string,
  withRelations: (records: readonly PersonRecord[]) => Promise<readonly PersonRecord[]>,
): ReplanningStore {
  return {
    page: async (after, limit) => {
      // Whatever their state, so that no page is a search through people of other states.
      const rows = await db
        .selectFrom('provisionings')
        .innerJoin('people', (join) =>
          join
            .onRef('people.connection', '=', 'provisionings.connection')
            .onRef('people.id', '=', 'provisionings.person_id'),
        )
        .select(['person_id', 'state', 'deleted'])
        .where('provisionings.connection', '=', connection)
        .where('person_id', '>', after ?? '')
        .orderBy('person_id')
        .limit(limit)
        .execute();
      const living = rows.filter(({ deleted }) => deleted === null);
      const idsIn = (states: readonly State[]) =>
        living.filter(({ state }) => states.includes(state)).map(({ person_id }) => person_id);
      return {
        resting: await withRelations(await loadRecords(db, connection, idsIn(RESTING))),
        underWay: idsIn(UNDER_WAY),
        last: rows.at(-1)?.person_id ?? null,
      };
    },
    rouse: async (resting, underWay, now) => {
      if (resting.length === 0 && underWay.length === 0) return;
      await db.transaction().execute(async (transaction) => {
        for (const lane of LANES) await queue(transaction, connection, resting, lane, now);
        if (underWay.length > 0) await makeDue(transaction, connection, underWay, now);
      });
    },
    begin: (fingerprint) =>
      db.transaction().execute(async (transaction) => {
        const { planned_by } = await transaction
          .selectFrom('connections')
          .select('planned_by')
          .where('name', '=', connection)
          .executeTakeFirstOrThrow();
        if (planned_by === fingerprint) return false;
        await plannedBy(transaction, connection, null);
        return true;
      }),
    finish: (fingerprint) => plannedBy(db, connection, fingerprint),
    dispute: async (fingerprint) => {
      const { numUpdatedRows } = await db
        .updateTable('connections')
        .set({ planned_by: null })
        .where('name', '=', connection)
        .where('planned_by', '!=', fingerprint)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
  };
}

/** Who was queued meanwhile is planned by the new settings as it is, and keeps the lane that they have. */
async function queue(
  db: Kysely<Database>,
  connection: string,
  roused: readonly Roused[],
  lane: Lane,
  now: number,
): Promise<void> {
  const people = roused.filter((one) => one.lane === lane).map(({ personId }) => personId);
  if (people.length === 0) return;
  const isDeactivation = lane === 'deactivation';
  await db
    .updateTable('provisionings')
    .set((row) => ({
      state: 'queued',
      reason: null,
      lane,
      due: now,
      attempts: 0,
      pending_since: row.fn.coalesce('pending_since', row.val(now)),
      ...(isDeactivation ? { deactivation_since: row.fn.coalesce('deactivation_since', row.val(now)) } : {}),
    }))
    .where('connection', '=', connection)
    .where('person_id', 'in', people)
    .where('state', 'in', RESTING)
    .execute();
}

async function plannedBy(
  db: Kysely<Database>,
  connection: string,
  fingerprint: string | null,
): Promise<void> {
  await db
    .updateTable('connections')
    .set({ planned_by: fingerprint })
    .where('name', '=', connection)
    .execute();
}

import type { ExpressionBuilder, ExpressionWrapper, Kysely, SqlBool } from 'kysely';
import type { Database } from './tables.ts';

/** How many people are queued in one transaction: of a million in one, everything else would wait for ten seconds. */
const SLICE = 1_000;

type Row = ExpressionBuilder<Database, 'provisionings'>;
type Condition = (row: Row) => ExpressionWrapper<Database, 'provisionings', SqlBool>;

/** Who rests for lack of a scope. Others are judged by the new scopes when what is under way for them ends. */
const NOT_GRANTED: Condition = (row) =>
  row.and([row('reason', '=', 'not_granted'), row('state', 'in', ['partial', 'failed'])]);

/** Who rests because a part of the profile could not be read: looking at them again costs a read. */
const NOT_READABLE: Condition = (row) =>
  row.and([row('reason', '=', 'not_readable'), row('state', '=', 'partial')]);

/** Who is in sync, but those for whom there is nothing to create: looking at them again would cost a search. */
const IN_SYNC: Condition = (row) => row.and([row('state', '=', 'in_sync'), row('reason', 'is', null)]);

/** Queues whoever a grant may concern: see `ProvisioningStore.queueForGrant`. */
export async function queueForGrant(
  db: Kysely<Database>,
  connection: string,
  alsoInSync: boolean,
  now: number,
): Promise<void> {
  await queueAll(db, connection, NOT_GRANTED, now);
  if (!alsoInSync) return;
  await queueAll(db, connection, NOT_READABLE, now);
  await queueAll(db, connection, IN_SYNC, now);
}

/** Goes through the people once, by name: whoever rests again meanwhile is not queued again. */
async function queueAll(
  db: Kysely<Database>,
  connection: string,
  condition: Condition,
  now: number,
): Promise<void> {
  let [name, id] = ['', ''];
  while (true) {
    const rows = await db
      .selectFrom('provisionings')
      .select(['user_name_key', 'person_id'])
      .where('connection', '=', connection)
      .where(condition)
      .where((row) => row(row.refTuple('user_name_key', 'person_id'), '>', row.tuple(name, id)))
      .orderBy('user_name_key')
      .orderBy('person_id')
      .limit(SLICE)
      .execute();
    const last = rows.at(-1);
    if (last === undefined) return;
    const people = rows.map(({ person_id }) => person_id);
    await db
      .updateTable('provisionings')
      .set((row) => ({
        state: 'queued',
        reason: null,
        lane: 'import',
        due: now,
        attempts: 0,
        pending_since: row.fn.coalesce('pending_since', row.val(now)),
      }))
      .where('connection', '=', connection)
      .where('person_id', 'in', people)
      .where(condition)
      .execute();
    name = last.user_name_key;
    id = last.person_id;
  }
}

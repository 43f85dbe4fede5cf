import type { Kysely, Selectable } from 'kysely';
import type { PersonRecord } from '../domain/person.ts';
import type { Reason, State } from '../domain/provisioning.ts';
import type { ChangeReport, ReportPage, Reports, Summary } from '../domain/reports.ts';
import { approvesFor, leavingApprovers } from './approvers.ts';
import { nameCursor, nextCursor, numberCursor } from './cursor.ts';
import { deactivations } from './deactivations.ts';
import type { Read } from './list.ts';
import { fromJson, loadRecord, loadRecords, peopleWithProvisionings } from './records.ts';
import { requestReport, requestReports } from './request-reports.ts';
import { earlier, search } from './search.ts';
import type { Database } from './tables.ts';

/** The states in which nothing is to be done for somebody who was deleted. */
const SETTLED: readonly State[] = ['in_sync', 'unmanaged'];

/** What admins read of one connection; what looks at everybody is read by `readApart`. */
export function reports(
  db: Kysely<Database>,
  connection: string,
  readApart: Read,
  clock: () => number,
): Reports {
  return {
    summary: () => summary(db, readApart, connection, clock()),
    people: (query) => people(db, connection, query),
    search: (query) => search(db, connection, query),
    earlier: (person) => earlier(db, person),
    person: (id) => loadRecord(db, connection, id),
    approvesFor: (concurId, limit) => approvesFor(db, connection, concurId, limit),
    leavingApprovers: (limit) => leavingApprovers(db, readApart, connection, limit),
    requests: (query) => requestReports(db, connection, query),
    request: (id) => requestReport(db, connection, id),
    changes: (query) => changes(db, connection, query),
  };
}

async function summary(
  db: Kysely<Database>,
  readApart: Read,
  connection: string,
  now: number,
): Promise<Summary> {
  const { states, reasons } = await countPeople(db, readApart, connection);
  const requests = await db
    .selectFrom('provisioning_requests')
    .select((row) => row.fn.countAll<number>().as('open'))
    .where('connection', '=', connection)
    .where('state', 'in', ['sending', 'open'])
    .executeTakeFirst();
  const deactivation = await db
    .selectFrom('provisionings')
    .select((row) => [row.fn.min('deactivation_since').as('oldest'), row.fn.countAll<number>().as('people')])
    .where('connection', '=', connection)
    .where('deactivation_since', 'is not', null)
    .executeTakeFirst();
  return {
    connection,
    people: Object.values(states).reduce((sum, people) => sum + people, 0),
    states,
    reasons,
    openRequests: Number(requests?.open ?? 0),
    openDeactivations: Number(deactivation?.people ?? 0),
    oldestOpenDeactivation: deactivation?.oldest ?? null,
    deactivations: await deactivations(db, readApart, connection, now),
  };
}

/**
 * Counts from the index by state alone, then takes off the leavers who are settled: they are the fewer. It takes
 * 0.2 s for a million people, so it is read apart from everything else.
 */
async function countPeople(
  db: Kysely<Database>,
  readApart: Read,
  connection: string,
): Promise<Pick<Summary, 'states' | 'reasons'>> {
  const byState = db
    .selectFrom('provisionings')
    .select((row) => ['state', row.fn.countAll<number>().as('people')])
    .where('connection', '=', connection)
    .groupBy('state');
  const gone = peopleWithProvisionings(db)
    // One row in any case: after a query that finds none nothing more is read.
    .select((row) =>
      SETTLED.map((state) =>
        row.fn.countAll<number>().filterWhere('provisionings.state', '=', state).as(state),
      ),
    )
    .where('people.connection', '=', connection)
    .where('people.deleted', 'is not', null)
    .where('provisionings.state', 'in', SETTLED);
  const byReason = unsettled(db, connection)
    .select((row) => ['provisionings.reason', row.fn.countAll<number>().as('people')])
    .where('provisionings.reason', 'is not', null)
    .groupBy('provisionings.reason');
  // The rows are those of the queries, in their order; where there is nobody the first has none.
  const [inState = [], [settled = {}] = [], ofReason = []] = (await readApart([
    byState.compile(),
    gone.compile(),
    byReason.compile(),
  ])) as [StateCount[]?, Partial<Record<State, number>>[]?, ReasonCount[]?];
  const states: Record<State, number> = {
    queued: 0,
    sending: 0,
    processing: 0,
    in_sync: 0,
    partial: 0,
    failed: 0,
    held: 0,
    unmanaged: 0,
  };
  for (const { state, people } of inState) states[state] = Number(people);
  for (const state of SETTLED) states[state] -= Number(settled[state] ?? 0);
  const reasons = Object.fromEntries(ofReason.map(({ reason, people }) => [reason, Number(people)]));
  return { states, reasons };
}

interface StateCount {
  readonly state: State;
  readonly people: number;
}

interface ReasonCount {
  readonly reason: Reason;
  readonly people: number;
}

/** Everybody but leavers who are settled: nothing is to be done for them. */
function unsettled(db: Kysely<Database>, connection: string) {
  return db
    .selectFrom('provisionings')
    .innerJoin('people', (join) =>
      join
        .onRef('people.connection', '=', 'provisionings.connection')
        .onRef('people.id', '=', 'provisionings.person_id'),
    )
    .where('provisionings.connection', '=', connection)
    .where((row) =>
      row.or([row('people.deleted', 'is', null), row('provisionings.state', 'not in', SETTLED)]),
    );
}

async function people(
  db: Kysely<Database>,
  connection: string,
  { state, reason, cursor, limit }: Parameters<Reports['people']>[0],
): Promise<ReportPage<PersonRecord>> {
  let query = unsettled(db, connection).select(['provisionings.user_name_key', 'provisionings.person_id']);
  if (state !== undefined) query = query.where('provisionings.state', '=', state);
  if (reason !== undefined) query = query.where('provisionings.reason', '=', reason);
  if (cursor !== undefined) {
    const [name, id] = nameCursor(cursor);
    query = query.where((row) =>
      row(row.refTuple('provisionings.user_name_key', 'provisionings.person_id'), '>', row.tuple(name, id)),
    );
  }
  const rows = await query
    .orderBy('provisionings.user_name_key')
    .orderBy('provisionings.person_id')
    .limit(limit + 1)
    .execute();
  const page = rows.slice(0, limit);
  const ids = page.map(({ person_id }) => person_id);
  return {
    items: await loadRecords(db, connection, ids),
    nextCursor: nextCursor(rows, limit, (row) => [row.user_name_key, row.person_id]),
  };
}

async function changes(
  db: Kysely<Database>,
  connection: string,
  { personId, cursor, limit }: Parameters<Reports['changes']>[0],
): Promise<ReportPage<ChangeReport>> {
  let query = db.selectFrom('changes').selectAll().where('connection', '=', connection);
  if (personId !== undefined) query = query.where('person_id', '=', personId);
  if (cursor !== undefined) query = query.where('id', '<', numberCursor(cursor)[0]);
  const rows = await query
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
  return {
    items: rows.slice(0, limit).map(toChangeReport),
    nextCursor: nextCursor(rows, limit, (row) => [row.id, row.person_id]),
  };
}

function toChangeReport(row: Selectable<Database['changes']>): ChangeReport {
  return {
    id: row.id,
    personId: row.person_id,
    at: row.at,
    actor: `${row.actor_kind}:${row.actor_name}`,
    action: row.action,
    version: row.version,
    attributes: fromJson(row.attributes),
    reason: row.reason,
  };
}

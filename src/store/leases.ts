import type { Kysely } from 'kysely';
import { searchKeys } from '../domain/adoption.ts';
import type { PersonRecord } from '../domain/person.ts';
import type { Lease, Newcomer, OpenRequest } from '../domain/ports.ts';
import { type Claimable, LANES, type Lane, type State } from '../domain/provisioning.ts';
import { isSwitchedOff } from './delivery-switch.ts';
import { fromJson, loadRecords } from './records.ts';
import { loadOpenRequests } from './requests.ts';
import type { Database } from './tables.ts';

/** Claims due people under a lease: see `ProvisioningStore.claim`. */
export async function claim(
  db: Kysely<Database>,
  connection: string,
  wanted: Claimable,
  limit: number,
  lease: Lease,
  now: number,
): Promise<readonly PersonRecord[]> {
  return await db.transaction().execute(async (transaction) => {
    const ofLeavers = wanted === 'deactivation' || wanted === 'lookup';
    const lanes = LANES.filter((lane) => (lane === 'deactivation') === ofLeavers);
    const ids: string[] = [];
    if (await isSwitchedOff(transaction, connection)) return [];
    for (const lane of lanes) {
      if (ids.length < limit)
        ids.push(...(await dueIn(transaction, connection, wanted, lane, limit - ids.length, now)));
    }
    if (ids.length === 0) return [];
    await transaction
      .updateTable('provisionings')
      .set({ state: 'sending', due: null, lease_token: lease.token, lease_until: lease.until })
      .where('connection', '=', connection)
      .where('person_id', 'in', ids)
      .execute();
    return await loadRecords(transaction, connection, ids);
  });
}

/** A deactivation overtakes what Concur is still working on; everything else waits for it to end. */
async function dueIn(
  db: Kysely<Database>,
  connection: string,
  wanted: Claimable,
  lane: Lane,
  limit: number,
  now: number,
): Promise<readonly string[]> {
  if (wanted === 'awaited') return awaitedIn(db, connection, lane, limit, now);
  const states: readonly State[] = wanted === 'deactivation' ? ['queued', 'processing'] : ['queued'];
  const due = db
    .selectFrom('provisionings')
    .select('person_id')
    .where('connection', '=', connection)
    .where('lane', '=', lane)
    .where('state', 'in', states)
    .where('due', '<=', now)
    .orderBy('due')
    .orderBy('person_id')
    .limit(limit);
  const rows = await (wanted === 'others'
    ? due.where((row) => row.or([row('verdict_until', 'is', null), row('verdict_until', '<=', now)]))
    : due.where('concur_id', wanted === 'deactivation' ? 'is not' : 'is', null)
  ).execute();
  return rows.map(({ person_id }) => person_id);
}

async function awaitedIn(
  db: Kysely<Database>,
  connection: string,
  lane: Lane,
  limit: number,
  now: number,
): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('provisionings')
    .select('person_id')
    .where('connection', '=', connection)
    .where('verdict_until', '>', now)
    .where('lane', '=', lane)
    .where('state', '=', 'queued')
    .where('due', '<=', now)
    .orderBy('verdict_until')
    .limit(limit)
    .execute();
  return rows.map(({ person_id }) => person_id);
}

/** Counts whom others would have to wait for: see `ProvisioningStore.backlog`. */
export async function backlog(
  db: Kysely<Database>,
  connection: string,
  limit: number,
  now: number,
): Promise<number> {
  const some = db
    .selectFrom('provisionings')
    .select('person_id')
    .where('connection', '=', connection)
    .where('lane', 'in', ['creation', 'update'])
    .where((row) => row.or([row('verdict_until', 'is', null), row('verdict_until', '<=', now)]))
    .limit(limit);
  const due = await some.where('state', '=', 'queued').where('due', '<=', now).execute();
  const claimed = await some.where('state', '=', 'sending').execute();
  return Math.min(limit, due.length + claimed.length);
}

/** Looks at the newcomers who are claimed next: see `ProvisioningStore.newcomers`. */
export async function newcomers(
  db: Kysely<Database>,
  connection: string,
  limit: number,
  now: number,
): Promise<readonly Newcomer[]> {
  // The inner select is ordered before anything of a person is read, as in a claim.
  const rows = await db
    .selectFrom((from) =>
      from
        .selectFrom('provisionings')
        .select(['person_id', 'due'])
        .where('connection', '=', connection)
        .where('lane', '=', 'creation')
        .where('state', '=', 'queued')
        .where('due', '<=', now)
        .where('concur_id', 'is', null)
        .where('last_request_id', 'is', null)
        .where('attempts', '=', 0)
        .orderBy('due')
        .orderBy('person_id')
        .limit(limit)
        .as('next'),
    )
    .innerJoin('people', 'people.id', 'next.person_id')
    .select(['people.id', 'people.version', 'people.resource'])
    .where('people.connection', '=', connection)
    .orderBy('next.due')
    .orderBy('next.person_id')
    .execute();
  return rows.map(({ id, version, resource }) => ({
    personId: id,
    version,
    keys: searchKeys(fromJson(resource)),
  }));
}

/** Who of these people is under a lease that has not lapsed. */
export async function heldUnder(
  db: Kysely<Database>,
  connection: string,
  people: readonly string[],
  token: string,
  now: number,
): Promise<ReadonlySet<string>> {
  if (people.length === 0) return new Set();
  const rows = await db
    .selectFrom('provisionings')
    .select('person_id')
    .where('connection', '=', connection)
    .where('person_id', 'in', people)
    .where('lease_token', '=', token)
    .where('lease_until', '>', now)
    .execute();
  return new Set(rows.map(({ person_id }) => person_id));
}

/** Lengthens a lease: see `ProvisioningStore.renew`. */
export async function renew(db: Kysely<Database>, connection: string, lease: Lease): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    for (const table of ['provisionings', 'provisioning_requests'] as const) {
      await transaction
        .updateTable(table)
        .set({ lease_until: lease.until })
        .where('connection', '=', connection)
        .where('lease_token', '=', lease.token)
        .execute();
    }
  });
}

/** Takes over what a worker left behind when its lease lapsed: see `ProvisioningStore.recover`. */
export async function recover(
  db: Kysely<Database>,
  connection: string,
  lease: Lease,
  now: number,
): Promise<readonly OpenRequest[]> {
  return await db.transaction().execute(async (transaction) => {
    const lapsed = await transaction
      .selectFrom('provisioning_requests')
      .select('id')
      .where('connection', '=', connection)
      .where('state', '=', 'sending')
      .where('lease_until', '<=', now)
      .orderBy('sent_at')
      .execute();
    const ids = lapsed.map(({ id }) => id);
    if (ids.length > 0) await takeOver(transaction, connection, ids, lease, now);
    // A request was given its lease after its people: they wait until it is taken over too.
    await transaction
      .updateTable('provisionings')
      .set({ state: 'queued', due: now, lease_token: null, lease_until: null, verdict_until: null })
      .where('connection', '=', connection)
      .where('state', '=', 'sending')
      .where('lease_until', '<=', now)
      .where((row) =>
        row.not(
          row.exists(
            row
              .selectFrom('provisioning_requests as request')
              .select('request.id')
              .whereRef('request.connection', '=', 'provisionings.connection')
              .whereRef('request.id', '=', 'provisionings.last_request_id')
              .where('request.state', '=', 'sending'),
          ),
        ),
      )
      .execute();
    return await loadOpenRequests(transaction, connection, ids);
  });
}

/** The people of a request go with it: they must not be sent again before its outcome is looked for. */
async function takeOver(
  db: Kysely<Database>,
  connection: string,
  requestIds: readonly string[],
  lease: Lease,
  now: number,
): Promise<void> {
  const held = { lease_token: lease.token, lease_until: lease.until };
  await db
    .updateTable('provisioning_requests')
    .set(held)
    .where('connection', '=', connection)
    .where('id', 'in', requestIds)
    .execute();
  await db
    .updateTable('provisionings')
    // The clients of who died wait no longer.
    .set({ ...held, verdict_until: null })
    .where('connection', '=', connection)
    .where('state', '=', 'sending')
    .where('lease_until', '<=', now)
    .where('last_request_id', 'in', requestIds)
    .execute();
}

import type { ExpressionBuilder, Kysely } from 'kysely';
import type { Lease, OpenRequest, RequestUpdate } from '../domain/ports.ts';
import { toSentOperation } from './operations.ts';
import type { Database } from './tables.ts';

/** The shortest time between two looks at one request (User Provisioning, "Tracking Completion"), in ms. */
const SHORTEST_POLL = 5_000;

/** Claims requests that are to be looked at: see `ProvisioningStore.claimPolls`. */
export async function claimPolls(
  db: Kysely<Database>,
  connection: string,
  limit: number,
  lease: Lease,
  now: number,
): Promise<readonly OpenRequest[]> {
  return await db.transaction().execute(async (transaction) => {
    const rows = await transaction
      .selectFrom('provisioning_requests')
      .select('id')
      .where('connection', '=', connection)
      .where('next_poll', '<=', now)
      .where((row) => row.or([row('lease_until', 'is', null), row('lease_until', '<=', now)]))
      .orderBy('next_poll')
      .orderBy('id')
      .limit(limit)
      .execute();
    const ids = rows.map(({ id }) => id);
    if (ids.length === 0) return [];
    await transaction
      .updateTable('provisioning_requests')
      .set({ lease_token: lease.token, lease_until: lease.until })
      .where('connection', '=', connection)
      .where('id', 'in', ids)
      .execute();
    return await loadOpenRequests(transaction, connection, ids);
  });
}

/**
 * Makes the next look at an open request due: see `ProvisioningStore.hasten`. While a look is under way, what
 * that look writes wins: the request is then looked at when it would have been.
 */
export async function hasten(
  db: Kysely<Database>,
  connection: string,
  provisionId: string,
  now: number,
): Promise<boolean> {
  return await db.transaction().execute(async (transaction) => {
    const row = await transaction
      .selectFrom('provisioning_requests')
      .select('id')
      .where('connection', '=', connection)
      .where('state', '=', 'open')
      .where('provision_id', '=', provisionId)
      .executeTakeFirst();
    if (row === undefined) return false;
    await lookSooner(transaction, connection, row.id, now);
    return true;
  });
}

/** Makes the next look at a request due at `now`, or as soon as the shortest interval after the last look is over. */
export async function lookSooner(
  db: Kysely<Database>,
  connection: string,
  id: string,
  now: number,
): Promise<void> {
  await db
    .updateTable('provisioning_requests')
    .set((row) => ({ next_poll: soonest(row, now) }))
    .where('connection', '=', connection)
    .where('id', '=', id)
    .where('state', '=', 'open')
    .where((row) => row('next_poll', '>', soonest(row, now)))
    .execute();
}

function soonest(row: ExpressionBuilder<Database, 'provisioning_requests'>, now: number) {
  return row
    .case()
    .when('looked_at', '>', now - SHORTEST_POLL)
    .then(row('looked_at', '+', SHORTEST_POLL))
    .else(row.val(now))
    .end();
}

/** Reads requests with their operations, in the order of `ids`. */
export async function loadOpenRequests(
  db: Kysely<Database>,
  connection: string,
  ids: readonly string[],
): Promise<readonly OpenRequest[]> {
  if (ids.length === 0) return [];
  const requests = await db
    .selectFrom('provisioning_requests')
    .selectAll()
    .where('connection', '=', connection)
    .where('id', 'in', ids)
    .execute();
  const rows = await db
    .selectFrom('operations')
    .selectAll()
    .where('connection', '=', connection)
    .where('request_id', 'in', ids)
    .orderBy('id')
    .execute();
  const operations = Map.groupBy(rows, ({ request_id }) => request_id);
  const leavers = await createdLeavers(db, connection, ids);
  return requests
    .sort((left, right) => ids.indexOf(left.id) - ids.indexOf(right.id))
    .map((request) => ({
      id: request.id,
      kind: request.kind,
      provisionId: request.provision_id,
      state: request.state,
      sentAt: request.sent_at,
      polls: request.polls,
      createsLeaver: leavers.has(request.id),
      operations: (operations.get(request.id) ?? []).map(toSentOperation),
    }));
}

/** Which of these requests create somebody whose access is to be taken away as soon as their Concur UUID is known. */
async function createdLeavers(
  db: Kysely<Database>,
  connection: string,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await db
    .selectFrom('operations')
    .innerJoin('provisionings', (join) =>
      join
        .onRef('provisionings.connection', '=', 'operations.connection')
        .onRef('provisionings.person_id', '=', 'operations.person_id'),
    )
    .select('operations.request_id')
    .where('operations.connection', '=', connection)
    .where('operations.request_id', 'in', ids)
    .where('operations.method', '=', 'POST')
    .where('operations.state', '=', 'open')
    .where('provisionings.lane', '=', 'deactivation')
    .where('provisionings.concur_id', 'is', null)
    .execute();
  return new Set(rows.map(({ request_id }) => request_id));
}

/**
 * Updates a request's row and ends its lease unless it stays `sending`. Returns false, having written
 * nothing, when the request is not under `lease` (if one is given) or is over: its outcome is written
 * once.
 */
export async function updateRequest(
  db: Kysely<Database>,
  connection: string,
  update: RequestUpdate,
  lease: string | undefined,
  now: number,
): Promise<boolean> {
  const row = await db
    .selectFrom('provisioning_requests')
    .select(['state', 'next_poll', 'lease_token', 'lease_until'])
    .where('connection', '=', connection)
    .where('id', '=', update.id)
    .executeTakeFirst();
  if (row === undefined || isOver(row)) return false;
  if (lease !== undefined && (row.lease_token !== lease || (row.lease_until ?? 0) <= now)) return false;
  const columns = {
    state: update.state,
    provision_id: update.provisionId,
    correlation_id: update.correlationId,
    http_status: update.httpStatus,
    message: update.message,
    next_poll: update.nextPoll,
    polls: update.polls,
    looked_at: update.polls === undefined ? undefined : now,
    completed_at: update.completedAt,
    ...((update.state ?? row.state) === 'sending' ? {} : { lease_token: null, lease_until: null }),
  };
  await db
    .updateTable('provisioning_requests')
    .set(Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined)))
    .where('connection', '=', connection)
    .where('id', '=', update.id)
    .execute();
  return true;
}

function isOver({
  state,
  next_poll,
}: Pick<Database['provisioning_requests'], 'state' | 'next_poll'>): boolean {
  switch (state) {
    case 'sending':
    case 'open':
      return false;
    case 'unknown':
      return next_poll === null;
    case 'completed':
    case 'refused':
    case 'retried':
      return true;
  }
}

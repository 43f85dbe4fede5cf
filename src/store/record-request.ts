import type { Kysely } from 'kysely';
import { isDeactivation } from '../domain/difference.ts';
import type { Lease, NewRequest, OutgoingOperation } from '../domain/ports.ts';
import { isSwitchedOff } from './delivery-switch.ts';
import { heldUnder } from './leases.ts';
import { toOperationRow } from './operations.ts';
import type { Database } from './tables.ts';

/** Writes a request before it is sent: see `ProvisioningStore.recordRequest`. */
export async function recordRequest(
  db: Kysely<Database>,
  connection: string,
  request: NewRequest,
  lease: Lease,
  now: number,
): Promise<readonly string[]> {
  return await db.transaction().execute(async (transaction) => {
    const people = request.operations.map(({ personId }) => personId);
    const held = await heldUnder(transaction, connection, people, lease.token, now);
    const ours = request.operations.filter(({ personId }) => held.has(personId));
    if (await isSwitchedOff(transaction, connection)) {
      await giveBack(transaction, connection, [...held], now);
      return people;
    }
    const outdated = await outdatedCreates(transaction, connection, ours);
    await giveBack(transaction, connection, outdated, now);
    const operations = ours.filter(({ personId }) => !outdated.includes(personId));
    if (operations.length > 0) await insertRequest(transaction, connection, request, operations, lease, now);
    return people.filter((id) => !held.has(id) || outdated.includes(id));
  });
}

/** Who was to be created and has changed since: the answer that Concur does not hold them was for other keys. */
async function outdatedCreates(
  db: Kysely<Database>,
  connection: string,
  operations: readonly OutgoingOperation[],
): Promise<readonly string[]> {
  const creates = operations.filter(({ version }) => version !== undefined);
  if (creates.length === 0) return [];
  const people = creates.map(({ personId }) => personId);
  const rows = await db
    .selectFrom('people')
    .select(['id', 'version'])
    .where('connection', '=', connection)
    .where('id', 'in', people)
    .execute();
  const versions = new Map(rows.map(({ id, version }) => [id, version]));
  return creates.filter((one) => versions.get(one.personId) !== one.version).map(({ personId }) => personId);
}

async function giveBack(
  db: Kysely<Database>,
  connection: string,
  people: readonly string[],
  now: number,
): Promise<void> {
  if (people.length === 0) return;
  await db
    .updateTable('provisionings')
    .set({ state: 'queued', due: now, lease_token: null, lease_until: null })
    .where('connection', '=', connection)
    .where('person_id', 'in', people)
    .execute();
}

async function insertRequest(
  db: Kysely<Database>,
  connection: string,
  request: NewRequest,
  operations: readonly OutgoingOperation[],
  lease: Lease,
  now: number,
): Promise<void> {
  await db
    .insertInto('provisioning_requests')
    .values({
      connection,
      id: request.id,
      kind: request.kind,
      state: 'sending',
      sent_at: now,
      polls: 0,
      lease_token: lease.token,
      lease_until: lease.until,
    })
    .execute();
  await db
    .insertInto('operations')
    .values(operations.map((operation) => toOperationRow(connection, request.id, operation)))
    .execute();
  const deactivated = operations
    .filter(({ method, difference }) => method === 'PATCH' && isDeactivation(difference))
    .map(({ personId }) => personId);
  if (deactivated.length > 0) await measure(db, connection, deactivated, now);
  await db
    .updateTable('provisionings')
    .set({ last_request_id: request.id })
    .where('connection', '=', connection)
    .where(
      'person_id',
      'in',
      operations.map(({ personId }) => personId),
    )
    .execute();
}

/** A deactivation that no client wrote, of somebody who left the scope, began when something was to be done for them. */
async function measure(
  db: Kysely<Database>,
  connection: string,
  people: readonly string[],
  now: number,
): Promise<void> {
  await db
    .updateTable('provisionings')
    .set((row) => ({ deactivation_since: row.fn.coalesce('pending_since', row.val(now)) }))
    .where('connection', '=', connection)
    .where('person_id', 'in', people)
    .where('deactivation_since', 'is', null)
    .execute();
}

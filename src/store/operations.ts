import type { Kysely } from 'kysely';
import type { ExtensionResult } from '../domain/outcome.ts';
import type { LostCreate, OperationUpdate, OutgoingOperation, SentOperation } from '../domain/ports.ts';
import { fromJson } from './records.ts';
import type { Database } from './tables.ts';

/** Writes what became of an operation; one whose outcome is known already keeps it. */
export async function updateOperation(
  db: Kysely<Database>,
  connection: string,
  { id, state, results }: OperationUpdate,
): Promise<void> {
  const updated = await db
    .updateTable('operations')
    .set({ state })
    .where('connection', '=', connection)
    .where('id', '=', id)
    .where('state', 'in', ['open', 'unknown'])
    .executeTakeFirst();
  if (updated.numUpdatedRows === 0n) return;
  await db
    .deleteFrom('extension_results')
    .where('connection', '=', connection)
    .where('operation_id', '=', id)
    .execute();
  if (results.length === 0) return;
  await db
    .insertInto('extension_results')
    .values(results.map((result) => ({ connection, operation_id: id, ...toResultRow(result) })))
    .execute();
}

function toResultRow({ extension, completed, success, result, code, messages }: ExtensionResult) {
  return {
    extension,
    completed: completed ? 1 : 0,
    success: success === null ? null : success ? 1 : 0,
    result,
    code,
    messages: JSON.stringify(messages),
  };
}

/** The creates of these people whose outcome is not known, the oldest first: see `ProvisioningStore.lostCreates`. */
export async function lostCreates(
  db: Kysely<Database>,
  connection: string,
  people: readonly string[],
): Promise<readonly LostCreate[]> {
  if (people.length === 0) return [];
  const rows = await db
    .selectFrom('operations')
    .innerJoin('provisioning_requests as request', (join) =>
      join
        .onRef('request.connection', '=', 'operations.connection')
        .onRef('request.id', '=', 'operations.request_id'),
    )
    .select(['operations.person_id', 'operations.desired', 'request.next_poll'])
    .where('operations.connection', '=', connection)
    .where('operations.person_id', 'in', people)
    .where('operations.state', '=', 'unknown')
    .where('operations.method', '=', 'POST')
    .orderBy('request.sent_at')
    .orderBy('operations.id')
    .execute();
  return rows.map(({ person_id, desired, next_poll }) => ({
    personId: person_id,
    desired: fromJson(desired),
    mayRunUntil: next_poll,
  }));
}

/** The row of an operation that is about to be sent. */
export function toOperationRow(
  connection: string,
  requestId: string,
  operation: OutgoingOperation,
): Database['operations'] {
  return {
    connection,
    id: operation.id,
    request_id: requestId,
    person_id: operation.personId,
    method: operation.method,
    concur_id: operation.concurId,
    difference: JSON.stringify(operation.difference),
    base: JSON.stringify(operation.base),
    initial: JSON.stringify(operation.initial),
    desired: JSON.stringify(operation.desired),
    state: 'open',
    overtaken: 0,
  };
}

/** The operation that a row holds. */
export function toSentOperation(row: Database['operations']): SentOperation {
  return {
    id: row.id,
    personId: row.person_id,
    method: row.method,
    concurId: row.concur_id,
    difference: fromJson(row.difference),
    base: fromJson(row.base),
    initial: fromJson(row.initial),
    desired: fromJson(row.desired),
    overtaken: row.overtaken === 1,
  };
}

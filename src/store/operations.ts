import type { Kysely } from 'kysely';
import type { ExtensionResult } from '../domain/outcome.ts';
import type { OperationUpdate, OutgoingOperation, SentOperation } from '../domain/ports.ts';
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

import type { Kysely } from 'kysely';
import type { ExtensionResult } from '../domain/outcome.ts';
import type { OperationUpdate, OutgoingOperation, SentOperation } from '../domain/ports.ts';
import { fromJson } from './records.ts';
import type { Database } from './tables.ts';

/** Rows that one statement inserts; a statement has a bounded number of variables. */
const ROWS = 500;

/** Writes what became of operations: of those that are over already nothing is written. Without results, those of before stay. */
export async function updateOperations(
  db: Kysely<Database>,
  connection: string,
  updates: readonly OperationUpdate[],
): Promise<void> {
  const updated = new Set<string>();
  for (const [state, those] of Map.groupBy(updates, ({ state }) => state)) {
    const rows = await db
      .updateTable('operations')
      .set({ state })
      .where('connection', '=', connection)
      .where(
        'id',
        'in',
        those.map(({ id }) => id),
      )
      .where('state', 'in', ['open', 'unknown'])
      .returning('id')
      .execute();
    for (const { id } of rows) updated.add(id);
  }
  const results = updates.filter(({ id, results }) => updated.has(id) && results.length > 0);
  if (results.length === 0) return;
  await db
    .deleteFrom('extension_results')
    .where('connection', '=', connection)
    .where(
      'operation_id',
      'in',
      results.map(({ id }) => id),
    )
    .execute();
  const rows = results.flatMap(({ id, results }) =>
    results.map((result) => ({ connection, operation_id: id, ...toResultRow(result) })),
  );
  for (let start = 0; start < rows.length; start += ROWS) {
    await db
      .insertInto('extension_results')
      .values(rows.slice(start, start + ROWS))
      .execute();
  }
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
  };
}

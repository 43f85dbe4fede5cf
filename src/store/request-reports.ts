import type { Kysely } from 'kysely';
import type { ExtensionResult } from '../domain/outcome.ts';
import type { OperationReport, ReportPage, Reports, RequestReport } from '../domain/reports.ts';
import { nextCursor, numberCursor } from './cursor.ts';
import { fromJson } from './records.ts';
import type { Database } from './tables.ts';

/** Requests with their operations, newest first: see `Reports.requests`. */
export async function requestReports(
  db: Kysely<Database>,
  connection: string,
  { personId, state, cursor, limit }: Parameters<Reports['requests']>[0],
): Promise<ReportPage<RequestReport>> {
  let query = db.selectFrom('provisioning_requests').selectAll().where('connection', '=', connection);
  if (state !== undefined) query = query.where('state', '=', state);
  if (personId !== undefined) {
    query = query.where('id', 'in', (row) =>
      row
        .selectFrom('operations')
        .select('operations.request_id')
        .where('operations.connection', '=', connection)
        .where('operations.person_id', '=', personId),
    );
  }
  if (cursor !== undefined) {
    const [sentAt, id] = numberCursor(cursor);
    query = query.where((row) => row(row.refTuple('sent_at', 'id'), '<', row.tuple(sentAt, id)));
  }
  const rows = await query
    .orderBy('sent_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
  return {
    items: await toReports(db, connection, rows.slice(0, limit)),
    nextCursor: nextCursor(rows, limit, (row) => [row.sent_at, row.id]),
  };
}

/** How many characters of an id are enough to stand for it. */
const SHORTEST_PREFIX = 4;

/** One request with its operations, by its id or the beginning of it: see `Reports.request`. */
export async function requestReport(
  db: Kysely<Database>,
  connection: string,
  id: string,
): Promise<RequestReport | null> {
  const all = db.selectFrom('provisioning_requests').selectAll().where('connection', '=', connection);
  const exact = await all.where('id', '=', id).execute();
  const prefix = id.toLowerCase();
  const rows =
    exact.length > 0 || id.length < SHORTEST_PREFIX
      ? exact
      : // A range, which the index answers: `z` follows whatever a UUID may go on with.
        await all.where('id', '>=', prefix).where('id', '<', `${prefix}z`).limit(2).execute();
  const [report, ...others] = await toReports(db, connection, rows);
  return report === undefined || others.length > 0 ? null : report;
}

async function toReports(
  db: Kysely<Database>,
  connection: string,
  rows: readonly Database['provisioning_requests'][],
): Promise<readonly RequestReport[]> {
  const ids = rows.map(({ id }) => id);
  const operations = Map.groupBy(await loadOperations(db, connection, ids), ({ request_id }) => request_id);
  const results = await loadResults(db, connection, ids);
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    state: row.state,
    provisionId: row.provision_id,
    correlationId: row.correlation_id,
    httpStatus: row.http_status,
    message: row.message,
    sentAt: row.sent_at,
    completedAt: row.completed_at,
    polls: row.polls,
    operations: (operations.get(row.id) ?? []).map((operation) =>
      toOperationReport(operation, results.get(operation.id) ?? []),
    ),
  }));
}

type OperationRow = Awaited<ReturnType<typeof loadOperations>>[number];

async function loadOperations(db: Kysely<Database>, connection: string, requestIds: readonly string[]) {
  if (requestIds.length === 0) return [];
  return await db
    .selectFrom('operations')
    .innerJoin('people', (join) =>
      join
        .onRef('people.connection', '=', 'operations.connection')
        .onRef('people.id', '=', 'operations.person_id'),
    )
    .select([
      'operations.id',
      'operations.request_id',
      'operations.person_id',
      'operations.method',
      'operations.state',
      'operations.difference',
      'people.user_name',
    ])
    .where('operations.connection', '=', connection)
    .where('operations.request_id', 'in', requestIds)
    .orderBy('operations.id')
    .execute();
}

async function loadResults(
  db: Kysely<Database>,
  connection: string,
  requestIds: readonly string[],
): Promise<ReadonlyMap<string, readonly ExtensionResult[]>> {
  if (requestIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('extension_results')
    .selectAll()
    .where('connection', '=', connection)
    .where('operation_id', 'in', (row) =>
      row
        .selectFrom('operations')
        .select('operations.id')
        .where('operations.connection', '=', connection)
        .where('operations.request_id', 'in', requestIds),
    )
    .orderBy('extension')
    .execute();
  const byOperation = Map.groupBy(rows, ({ operation_id }) => operation_id);
  return new Map([...byOperation].map(([id, results]) => [id, results.map(toExtensionResult)]));
}

function toOperationReport(row: OperationRow, results: readonly ExtensionResult[]): OperationReport {
  return {
    id: row.id,
    personId: row.person_id,
    userName: row.user_name,
    method: row.method,
    state: row.state,
    difference: fromJson(row.difference),
    results,
  };
}

function toExtensionResult(row: Database['extension_results']): ExtensionResult {
  return {
    extension: row.extension,
    completed: row.completed === 1,
    success: row.success === null ? null : row.success === 1,
    result: row.result,
    code: row.code,
    messages: fromJson(row.messages),
  };
}

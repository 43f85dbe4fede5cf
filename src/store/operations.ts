import type { Kysely } from 'kysely';
import { createdKeys, type SearchKeys } from '../domain/adoption.ts';
import type { Difference } from '../domain/difference.ts';
import type { ExtensionResult } from '../domain/outcome.ts';
import type {
  LeaversCreate,
  LostCreate,
  OperationUpdate,
  OutgoingOperation,
  SentOperation,
} from '../domain/ports.ts';
import type { AttributeKey, Profile } from '../domain/profile.ts';
import { keyText } from './keys.ts';
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
    .select(['operations.id', 'operations.person_id', 'operations.desired', 'request.next_poll'])
    .where('operations.connection', '=', connection)
    .where('operations.person_id', 'in', people)
    .where('operations.state', '=', 'unknown')
    .where('operations.method', '=', 'POST')
    .orderBy('request.sent_at')
    .orderBy('operations.id')
    .execute();
  const lost = rows.map(({ id, person_id, desired, next_poll }) => ({
    id,
    personId: person_id,
    desired: fromJson<Profile>(desired),
    mayRunUntil: next_poll,
  }));
  if (lost.length === 0) return [];
  const keys = lost.map(({ desired }) => createdKeys(desired));
  const rivals: readonly Rival[] = await peopleWith(db, connection, keys, 'living').execute();
  return lost.map((one) => {
    const keys = createdKeys(one.desired);
    const isContested = rivals.some((rival) => rival.id !== one.personId && asksFor(rival, keys));
    return { ...one, isContested };
  });
}

/** The creates of leavers with these keys, of unknown outcome: see `ProvisioningStore.createsOfLeavers`. */
export async function createsOfLeavers(
  db: Kysely<Database>,
  connection: string,
  keys: readonly SearchKeys[],
): Promise<readonly LeaversCreate[]> {
  if (keys.length === 0) return [];
  const leavers = await peopleWith(db, connection, keys, 'deleted').execute();
  if (leavers.length === 0) return [];
  const rows = await db
    .selectFrom('operations')
    .select(['difference', 'initial', 'desired'])
    .where('connection', '=', connection)
    .where(
      'person_id',
      'in',
      leavers.map(({ id }) => id),
    )
    .where('state', 'in', ['open', 'unknown'])
    .where('method', '=', 'POST')
    .execute();
  return rows.map((row) => {
    const { set } = fromJson<Difference>(row.difference);
    const initial = new Set(fromJson<readonly AttributeKey[]>(row.initial));
    return { desired: fromJson(row.desired), owned: Object.keys(set).filter((key) => !initial.has(key)) };
  });
}

type Rival = Pick<Database['people'], 'id' | 'user_name_key' | 'employee_number_key'>;

/**
 * The living or the deleted people who have a userName or an employee number of these. Each is looked up in an index of
 * its own: a condition with `or` would walk through everybody.
 */
function peopleWith(
  db: Kysely<Database>,
  connection: string,
  keys: readonly SearchKeys[],
  which: 'living' | 'deleted',
) {
  const names = keys.map(({ userName }) => keyText(userName));
  const numbers = keys.flatMap(({ employeeNumber }) =>
    employeeNumber === null ? [] : [keyText(employeeNumber)],
  );
  const people = db
    .selectFrom('people')
    .select(['id', 'user_name_key', 'employee_number_key'])
    .where('connection', '=', connection)
    .where('deleted', which === 'living' ? 'is' : 'is not', null);
  return people.where('user_name_key', 'in', names).union(people.where('employee_number_key', 'in', numbers));
}

/** Whether a person may be the user with these keys: one who has another employee number is somebody else. */
function asksFor(rival: Rival, { userName, employeeNumber }: SearchKeys): boolean {
  const number = employeeNumber === null ? null : keyText(employeeNumber);
  if (rival.employee_number_key !== null && number !== null) return rival.employee_number_key === number;
  return rival.user_name_key === keyText(userName);
}

/**
 * Concur no longer holds somebody whom it did hold: a lost create of theirs whose time is over has nothing to do with
 * whoever may have its keys now.
 */
export async function voidLostCreates(
  db: Kysely<Database>,
  connection: string,
  person: string,
  now: number,
): Promise<void> {
  await db
    .updateTable('operations')
    .set({ state: 'retried' })
    .where('connection', '=', connection)
    .where('person_id', '=', person)
    .where('method', '=', 'POST')
    .where('state', '=', 'unknown')
    .where('request_id', 'in', (row) =>
      row
        .selectFrom('provisioning_requests as request')
        .select('request.id')
        .where('request.connection', '=', connection)
        .where((request) =>
          request.or([request('request.next_poll', 'is', null), request('request.next_poll', '<=', now)]),
        ),
    )
    .execute();
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

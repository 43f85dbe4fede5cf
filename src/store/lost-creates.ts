import type { Kysely } from 'kysely';
import { createdKeys, type SearchKeys } from '../domain/adoption.ts';
import type { Difference } from '../domain/difference.ts';
import type { LeaversCreate, LostCreate } from '../domain/ports.ts';
import type { AttributeKey, Profile } from '../domain/profile.ts';
import { keyText } from './keys.ts';
import { fromJson } from './records.ts';
import { UNDER_WAY } from './requeue.ts';
import type { Database } from './tables.ts';

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

/** The creates of leavers with these keys, open or lost: see `ProvisioningStore.createsOfLeavers`. */
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
    .innerJoin('provisionings', (join) =>
      join
        .onRef('provisionings.connection', '=', 'operations.connection')
        .onRef('provisionings.person_id', '=', 'operations.person_id'),
    )
    .select(['difference', 'initial', 'desired'])
    .where('operations.connection', '=', connection)
    .where(
      'operations.person_id',
      'in',
      leavers.map(({ id }) => id),
    )
    .where('operations.state', 'in', ['open', 'unknown'])
    .where('operations.method', '=', 'POST')
    // Whoever held a user found what the create made, or made another: it made nobody whom the search finds now.
    .where('provisionings.concur_id', 'is', null)
    .where((row) =>
      row.or([row('provisionings.state', 'in', UNDER_WAY), row('provisionings.reason', '=', 'not_created')]),
    )
    .execute();
  return rows.map(({ difference, initial, desired }) => {
    const filling = new Set(fromJson<readonly AttributeKey[]>(initial));
    return {
      desired: fromJson(desired),
      owned: Object.keys(fromJson<Difference>(difference).set).filter((key) => !filling.has(key)),
    };
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
  const byName = people.where('user_name_key', 'in', names);
  return numbers.length === 0 ? byName : byName.union(people.where('employee_number_key', 'in', numbers));
}

/** Whether a person may be the user with these keys: one who has another employee number is somebody else. */
function asksFor(rival: Rival, { userName, employeeNumber }: SearchKeys): boolean {
  const number = employeeNumber === null ? null : keyText(employeeNumber);
  if (rival.employee_number_key !== null && number !== null) return rival.employee_number_key === number;
  return rival.user_name_key === keyText(userName);
}

/**
 * Somebody no longer stands for a Concur user: a lost create of theirs whose time is over has nothing to do with whoever
 * may have its keys now.
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
    .where((row) =>
      row.exists(
        row
          .selectFrom('provisioning_requests as request')
          .select('request.id')
          .whereRef('request.connection', '=', 'operations.connection')
          .whereRef('request.id', '=', 'operations.request_id')
          .where((request) =>
            request.or([request('request.next_poll', 'is', null), request('request.next_poll', '<=', now)]),
          ),
      ),
    )
    .execute();
}

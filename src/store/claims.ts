import { type Kysely, type SqlBool, sql } from 'kysely';
import { type Claim, type SearchKeys, searchKeys } from '../domain/adoption.ts';
import { ENTERPRISE } from '../domain/extensions.ts';
import type { Applied, Person } from '../domain/person.ts';
import type { AttributeKey } from '../domain/profile.ts';
import type { Reason, State } from '../domain/provisioning.ts';
import { keyText } from './keys.ts';
import type { Read } from './list.ts';
import { voidLostCreates } from './lost-creates.ts';
import type { Memberships } from './memberships.ts';
import { fromJson, peopleWithProvisionings } from './records.ts';
import { UNDER_WAY } from './requeue.ts';
import type { Database } from './tables.ts';

/** Of several who stand for one Concur user, whose claim counts. */
const STRENGTH = { former: 0, halted: 1, leaving: 1, person: 2 } as const;

/** Who here stands for these Concur users: see `ProvisioningStore.claims`. */
export async function claims(
  db: Kysely<Database>,
  connection: string,
  concurIds: readonly string[],
): Promise<ReadonlyMap<string, Claim>> {
  if (concurIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('provisionings')
    .innerJoin('people', (join) =>
      join
        .onRef('people.connection', '=', 'provisionings.connection')
        .onRef('people.id', '=', 'provisionings.person_id'),
    )
    .select([
      'provisionings.concur_id',
      'provisionings.state',
      'provisionings.reason',
      'provisionings.owned',
      'provisionings.applied',
      'people.deleted',
      'people.resource',
    ])
    .where('provisionings.connection', '=', connection)
    .where('provisionings.concur_id', 'in', concurIds)
    .orderBy('people.created')
    .execute();
  const found = new Map<string, Claim>();
  for (const { concur_id, state, reason, owned, applied, deleted, resource } of rows) {
    if (concur_id === null) continue;
    const holder = deleted === null ? 'person' : holderWhoLeft(state, reason, fromJson(applied));
    if (STRENGTH[holder] < STRENGTH[found.get(concur_id)?.holder ?? 'former']) continue;
    const rests = !UNDER_WAY.includes(state);
    found.set(concur_id, { holder, keys: searchKeys(fromJson(resource)), owned: fromJson(owned), rests });
  }
  return found;
}

/** Who here is being created with these employee numbers: see `ProvisioningStore.beingCreated`. */
export async function beingCreated(
  db: Kysely<Database>,
  connection: string,
  employeeNumbers: readonly string[],
): Promise<ReadonlyMap<string, Claim>> {
  if (employeeNumbers.length === 0) return new Map();
  const rows = await peopleWithProvisionings(db)
    .select(['people.employee_number_key', 'people.resource', 'provisionings.state', 'provisionings.owned'])
    .where('people.connection', '=', connection)
    .where('people.deleted', 'is', null)
    .where('people.employee_number_key', 'in', employeeNumbers.map(keyText))
    .where('provisionings.concur_id', 'is', null)
    .where('provisionings.last_request_id', 'is not', null)
    .execute();
  const byKey = new Map(
    rows.map(({ employee_number_key, resource, state, owned }): [string | null, Claim] => {
      const rests = !UNDER_WAY.includes(state);
      const keys = searchKeys(fromJson(resource));
      return [employee_number_key, { holder: 'person', keys, owned: fromJson(owned), rests }];
    }),
  );
  return new Map(
    employeeNumbers.flatMap((number) => {
      const claim = byKey.get(keyText(number));
      return claim === undefined ? [] : [[number, claim]];
    }),
  );
}

function holderWhoLeft(state: State, reason: Reason | null, { profile }: Applied): Claim['holder'] {
  // What a deactivated leaver may still lack, such as the scope to be deleted, matters to nobody who comes after.
  const isKept = state === 'in_sync' || state === 'unmanaged';
  if (profile.active === false && (isKept || state === 'partial')) return 'former';
  return isKept || (state === 'held' && reason === 'guard') ? 'halted' : 'leaving';
}

/** Lets go of a Concur user for people who were deleted, when a living person takes it over; nothing is held of them any more. */
export async function releaseFormerHolders(
  db: Kysely<Database>,
  { connection, id }: Person,
  concurId: string,
  now: number,
): Promise<void> {
  const former = db
    .updateTable('provisionings')
    .where('connection', '=', connection)
    .where('concur_id', '=', concurId)
    .where('person_id', '!=', id)
    .where((row) =>
      row.exists(
        row
          .selectFrom('people')
          .select('people.id')
          .whereRef('people.connection', '=', 'provisionings.connection')
          .whereRef('people.id', '=', 'provisionings.person_id')
          .where('people.deleted', 'is not', null),
      ),
    );
  await former
    .set({ ...SETTLED, losses: '{}', pending_since: null, deactivation_since: null })
    .where('state', '=', 'held')
    .where('reason', '=', 'guard')
    .execute();
  const released = await former.set({ concur_id: null, has_access: null }).returning('person_id').execute();
  for (const { person_id } of released) await voidLostCreates(db, connection, person_id, now);
}

const SETTLED = { state: 'in_sync', reason: null, last_error: null, due: null } as const;

/** Makes what was set in a Concur user for somebody else the present holder's, and queues the holder. */
export async function handOver(
  db: Kysely<Database>,
  connection: string,
  concurId: string,
  owned: readonly AttributeKey[],
  now: number,
): Promise<void> {
  const rows = await db
    .selectFrom('provisionings')
    .select(['person_id', 'owned', 'state'])
    .where('connection', '=', connection)
    .where('concur_id', '=', concurId)
    .execute();
  for (const { person_id, owned: own, state } of rows) {
    const all = [...new Set([...fromJson<readonly AttributeKey[]>(own), ...owned])].sort();
    const rests = state === 'in_sync' || state === 'partial';
    await db
      .updateTable('provisionings')
      .set({ owned: JSON.stringify(all), due: now, ...(rests ? { state: 'queued', reason: null } : {}) })
      .where('connection', '=', connection)
      .where('person_id', '=', person_id)
      .execute();
  }
}

/**
 * Whether somebody else is about to give up a userName or an employee number: see `ProvisioningStore.isGivenUp`. It looks
 * at everybody of whom something is under way, and is read apart.
 */
export async function isGivenUp(
  { db, engine, connection }: Memberships,
  readApart: Read,
  personId: string,
  { userName, employeeNumber }: SearchKeys,
): Promise<boolean> {
  const applied = (key: string) =>
    engine.keyed(engine.jsonValue(sql.ref('provisionings.applied'), ['profile', key]));
  const holds = [
    sql<SqlBool>`${applied('userName')} = ${keyText(userName)}`,
    ...(employeeNumber === null
      ? []
      : [sql<SqlBool>`${applied(`${ENTERPRISE}:employeeNumber`)} = ${keyText(employeeNumber)}`]),
  ];
  const holder = db
    .selectFrom('provisionings')
    .select('person_id')
    .where('connection', '=', connection)
    .where('state', 'in', UNDER_WAY)
    .where('person_id', '!=', personId)
    .where(engine.withinTime())
    .where((row) => row.or(holds))
    .limit(1);
  const [rows = []] = await readApart([holder.compile()]);
  return rows.length > 0;
}

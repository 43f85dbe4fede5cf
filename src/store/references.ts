import type { ExpressionBuilder, Kysely } from 'kysely';
import { type Claim, searchKeys } from '../domain/adoption.ts';
import { CORE, ENTERPRISE } from '../domain/extensions.ts';
import type { JsonValue } from '../domain/json.ts';
import type { Applied, Person, PersonRecord } from '../domain/person.ts';
import type { ProvisioningUpdate, Referenced } from '../domain/ports.ts';
import type { AttributeKey, Profile } from '../domain/profile.ts';
import type { Reason, State } from '../domain/provisioning.ts';
import { withoutRefusal } from '../domain/refusal.ts';
import { fromJson, keyText, loadRecord } from './records.ts';
import { UNDER_WAY } from './requeue.ts';
import type { Database } from './tables.ts';

/** What a reference may name, the surest first. */
const REFERENCE_COLUMNS = [
  'people.id',
  'people.external_id_key',
  'people.user_name_key',
  'people.employee_number_key',
  'provisionings.concur_id',
] as const;

/**
 * Looks up whom references stand for: see `ResolveReferences`. Of several people with the same externalId, the oldest
 * whom Concur holds.
 */
export async function resolve(
  db: Kysely<Database>,
  connection: string,
  references: readonly string[],
): Promise<ReadonlyMap<string, Referenced>> {
  const found = new Map<string, Omit<Referenced, 'above'>>();
  const open = new Set(references.map(keyText));
  for (const column of REFERENCE_COLUMNS) {
    if (open.size === 0) break;
    for (const row of await peopleBy(db, connection, column, [...open])) {
      if (row.reference === null || !open.delete(row.reference)) continue;
      const applied = fromJson<Applied>(row.applied);
      found.set(row.reference, {
        personId: row.id,
        concurId: row.concur_id,
        hasAccess: row.active === 1 && row.override === null && applied.profile.active !== false,
        applied,
      });
    }
  }
  const concurIds = [...found.values()].map(({ concurId }) => concurId).filter((id) => id !== null);
  const tops = await above(db, connection, [...new Set(concurIds)]);
  return new Map(
    references.flatMap((reference) => {
      const person = found.get(keyText(reference));
      return person === undefined
        ? []
        : [[reference, { ...person, above: tops.get(person.concurId ?? '') ?? [] }]];
    }),
  );
}

/** The relations of a person whose provisioning it is. */
function isOf(row: ExpressionBuilder<Database, 'provisionings' | 'relations'>) {
  return row.and([
    row('relations.connection', '=', row.ref('provisionings.connection')),
    row('relations.person_id', '=', row.ref('provisionings.person_id')),
  ]);
}

async function peopleBy(
  db: Kysely<Database>,
  connection: string,
  column: (typeof REFERENCE_COLUMNS)[number],
  references: readonly string[],
) {
  return await db
    .selectFrom('people')
    .innerJoin('provisionings', (join) =>
      join
        .onRef('provisionings.connection', '=', 'people.connection')
        .onRef('provisionings.person_id', '=', 'people.id'),
    )
    .select([`${column} as reference`, 'people.id', 'people.active', 'people.override'])
    .select(['provisionings.concur_id', 'provisionings.applied'])
    .where('people.connection', '=', connection)
    .where('people.deleted', 'is', null)
    .where(column, 'in', references)
    .orderBy((row) => row('provisionings.concur_id', 'is', null))
    .orderBy('people.created')
    .orderBy('people.id')
    .execute();
}

/** The UUIDs of those above each of these Concur users by `biManager`; a circle ends where it began. */
async function above(
  db: Kysely<Database>,
  connection: string,
  concurIds: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  if (concurIds.length === 0) return new Map();
  const rows = await db
    .withRecursive('above(below, concur_id)', (query) =>
      query
        .selectFrom('provisionings')
        .innerJoin('relations', (join) => join.on(isOf))
        .select(['provisionings.concur_id as below', 'relations.target as concur_id'])
        .where('provisionings.connection', '=', connection)
        .where('provisionings.concur_id', 'in', concurIds)
        .where('relations.kind', '=', 'biManager')
        .union(
          query
            .selectFrom('above')
            .innerJoin('provisionings', 'provisionings.concur_id', 'above.concur_id')
            .innerJoin('relations', (join) => join.on(isOf))
            .select(['above.below', 'relations.target as concur_id'])
            .where('provisionings.connection', '=', connection)
            .where('relations.kind', '=', 'biManager'),
        ),
    )
    .selectFrom('above')
    .selectAll()
    .execute();
  const byBelow = Map.groupBy(rows, ({ below }) => below ?? '');
  return new Map([...byBelow].map(([below, those]) => [below, those.map(({ concur_id }) => concur_id)]));
}

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
  const rows = await db
    .selectFrom('people')
    .innerJoin('provisionings', (join) =>
      join
        .onRef('provisionings.connection', '=', 'people.connection')
        .onRef('provisionings.person_id', '=', 'people.id'),
    )
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
  const isDone =
    state === 'in_sync' || state === 'unmanaged' || (state === 'partial' && profile.active === false);
  if (isDone) return 'former';
  return state === 'held' && reason === 'guard' ? 'halted' : 'leaving';
}

/** Lets go of a Concur user for people who were deleted, when a living person takes it over; nothing is held of them any more. */
export async function releaseFormerHolders(
  db: Kysely<Database>,
  { connection, id }: Person,
  concurId: string,
): Promise<void> {
  const former = db
    .updateTable('provisionings')
    .where('connection', '=', connection)
    .where('concur_id', '=', concurId)
    .where('person_id', '!=', id)
    .where('person_id', 'in', (row) =>
      row
        .selectFrom('people')
        .select('people.id')
        .where('people.connection', '=', connection)
        .where('people.deleted', 'is not', null),
    );
  await former
    .set({ ...SETTLED, losses: '{}', pending_since: null, deactivation_since: null })
    .where('state', '=', 'held')
    .where('reason', '=', 'guard')
    .execute();
  await former.set({ concur_id: null, has_access: null }).execute();
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
 * Queues whoever Concur refused a name or number that `record`'s person has now given up in Concur:
 * the refusal is void, since its holder among our people is gone.
 */
export async function wakeRefused(
  db: Kysely<Database>,
  { person, provisioning }: PersonRecord,
  update: ProvisioningUpdate,
  now: number,
): Promise<void> {
  if (update.applied === undefined) return;
  const before = takenKeys(provisioning.applied.profile);
  const after = takenKeys(update.applied.profile);
  for (const column of ['user_name_key', 'employee_number_key'] as const) {
    const freed = before[column];
    if (freed === null || freed === after[column]) continue;
    const rows = await db
      .selectFrom('people')
      .select('people.id')
      .where('people.connection', '=', person.connection)
      .where(`people.${column}`, '=', freed)
      .where('people.deleted', 'is', null)
      .where('people.id', '!=', person.id)
      .execute();
    for (const { id } of rows) await forgetTaken(db, person.connection, id, now);
  }
}

function takenKeys(profile: Profile): Record<'user_name_key' | 'employee_number_key', string | null> {
  const key = (value: JsonValue | undefined) => (typeof value === 'string' ? keyText(value) : null);
  return {
    user_name_key: key(profile.userName),
    employee_number_key: key(profile[`${ENTERPRISE}:employeeNumber`]),
  };
}

async function forgetTaken(db: Kysely<Database>, connection: string, id: string, now: number): Promise<void> {
  const record = await loadRecord(db, connection, id);
  if (record === null) return;
  const { state, refused } = record.provisioning;
  const isUnderWay = state === 'sending' || state === 'processing';
  const wasTaken = refused[CORE]?.uniqueness === true;
  // The refusal of somebody who is under way may be yet to come: it is void then (`settle`).
  if (!wasTaken && !isUnderWay) return;
  const rests = state === 'failed' || state === 'partial';
  await db
    .updateTable('provisionings')
    .set({
      ...(wasTaken ? { refused: JSON.stringify(withoutRefusal(refused, CORE)) } : {}),
      due: now,
      ...(rests ? { state: 'queued', reason: null } : {}),
    })
    .where('connection', '=', connection)
    .where('person_id', '=', id)
    .execute();
}

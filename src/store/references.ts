import type { ExpressionBuilder, Kysely } from 'kysely';
import { CORE, ENTERPRISE } from '../domain/extensions.ts';
import type { JsonValue } from '../domain/json.ts';
import type { Applied, PersonRecord } from '../domain/person.ts';
import type { ProvisioningUpdate, Referenced } from '../domain/ports.ts';
import { BI_MANAGER, type Profile } from '../domain/profile.ts';
import { withoutRefusal } from '../domain/refusal.ts';
import { keyText } from './keys.ts';
import { fromJson, loadRecord, peopleWithProvisionings } from './records.ts';
import { type Places, statement } from './statement.ts';
import type { Database } from './tables.ts';

/** What a reference may name, the surest first. */
const FINDERS = (
  [
    'people.id',
    'people.external_id_key',
    'people.user_name_key',
    'people.employee_number_key',
    'provisionings.concur_id',
  ] as const
).map((column) =>
  statement((db, place: Places<{ connection: string; reference: string }>) =>
    peopleWithProvisionings(db)
      .select(['people.id', 'people.active', 'people.override'])
      .select(['provisionings.concur_id', 'provisionings.applied'])
      .where('people.connection', '=', place('connection'))
      .where('people.deleted', 'is', null)
      .where(column, '=', place('reference'))
      .orderBy((row) => row('provisionings.concur_id', 'is', null))
      .orderBy('people.created')
      .orderBy('people.id')
      .limit(1),
  ),
);

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
  for (const reference of new Set(references.map(keyText))) {
    const person = await find(db, connection, reference);
    if (person !== undefined) found.set(reference, person);
  }
  // Hardly any company has anybody report to somebody by `biManager`.
  const below = [...found.values()].filter(({ applied }) => applied.profile[BI_MANAGER] !== undefined);
  const concurIds = below.map(({ concurId }) => concurId).filter((id) => id !== null);
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

async function find(
  db: Kysely<Database>,
  connection: string,
  reference: string,
): Promise<Omit<Referenced, 'above'> | undefined> {
  for (const finder of FINDERS) {
    const [row] = await finder(db, { connection, reference });
    if (row === undefined) continue;
    const applied = fromJson<Applied>(row.applied);
    const hasAccess = row.active === 1 && row.override === null && applied.profile.active !== false;
    return { personId: row.id, concurId: row.concur_id, hasAccess, applied };
  }
  return undefined;
}

/** The relations of a person whose provisioning it is. */
function isOf(row: ExpressionBuilder<Database, 'provisionings' | 'relations'>) {
  return row.and([
    row('relations.connection', '=', row.ref('provisionings.connection')),
    row('relations.person_id', '=', row.ref('provisionings.person_id')),
  ]);
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

import type { Kysely } from 'kysely';
import { SPEND_APPROVER } from '../domain/extensions.ts';
import { APPROVER_KINDS } from '../domain/lists.ts';
import type { Person, PersonRecord, Provisioning } from '../domain/person.ts';
import type { ProvisioningUpdate } from '../domain/ports.ts';
import { BI_MANAGER, type Profile } from '../domain/profile.ts';
import { type Refusals, withoutRefusal } from '../domain/refusal.ts';
import { keyText, namesOf } from './keys.ts';
import { fromJson } from './records.ts';
import { resolve } from './references.ts';
import { requeue } from './requeue.ts';
import { type Places, statement } from './statement.ts';
import type { Database } from './tables.ts';

/** A row of `relations`, without the person whose it is. */
type Relation = Pick<Database['relations'], 'kind' | 'target'>;

/** Relations that nobody stood in before, and those that nobody stands in any more. */
export interface Turn {
  readonly begun: readonly Relation[];
  readonly ended: readonly Relation[];
}

/**
 * Keeps how a person stands to others, as a step leaves it, and makes those due of whom Concur requires something else
 * now: who begins or ends to manage anybody, and of whom Concur no longer holds that they approve for anybody.
 */
export async function keepRelations(
  db: Kysely<Database>,
  record: PersonRecord,
  update: ProvisioningUpdate,
  now: number,
): Promise<void> {
  await wakeRelated(db, record.person.connection, await writeRelations(db, record, update), now);
}

/** Keeps how a person stands to others, as a step leaves it, and says what turned for those others. */
export async function writeRelations(
  db: Kysely<Database>,
  { person, provisioning }: PersonRecord,
  update: ProvisioningUpdate,
): Promise<Turn> {
  const before = relationsOf(provisioning);
  const next = { ...provisioning, ...update };
  const after = relationsOf((await isOwnManager(db, person, next)) ? { ...next, manager: null } : next);
  const gone = without(before, after);
  const come = without(after, before);
  for (const { kind, target } of gone) {
    await db
      .deleteFrom('relations')
      .where('connection', '=', person.connection)
      .where('person_id', '=', person.id)
      .where('kind', '=', kind)
      .where('target', '=', target)
      .execute();
  }
  // Somebody who manages one more person manages no less than before.
  const begun = await unheld(db, person.connection, come);
  if (come.length > 0) {
    const whose = { connection: person.connection, person_id: person.id };
    await db
      .insertInto('relations')
      .values(come.map((relation) => ({ ...whose, ...relation })))
      .execute();
  }
  return { begun, ended: await unheld(db, person.connection, gone) };
}

/** Nobody approves for themselves because they are named as their own manager. */
async function isOwnManager(
  db: Kysely<Database>,
  person: Person,
  { manager, concurId }: Pick<Provisioning, 'manager' | 'concurId'>,
): Promise<boolean> {
  if (manager === null || !namesOf(person, concurId).includes(keyText(manager))) return false;
  const found = await resolve(db, person.connection, [manager]);
  return found.get(manager)?.personId === person.id;
}

/** Makes those due for whom something turned. */
export async function wakeRelated(
  db: Kysely<Database>,
  connection: string,
  { begun, ended }: Turn,
  now: number,
): Promise<void> {
  await requeueManagers(db, connection, [...begun, ...ended], now);
  await requeueApprovers(db, connection, ended, now);
}

function relationsOf({
  waitingFor,
  manager,
  applied,
}: Pick<Provisioning, 'waitingFor' | 'manager' | 'applied'>): readonly Relation[] {
  return [
    ...[...new Set(waitingFor.map(keyText))].map(
      (reference): Relation => ({ kind: 'waits', target: reference }),
    ),
    ...(manager === null ? [] : [{ kind: 'manager', target: keyText(manager) } as const]),
    ...heldRelations(applied.profile),
  ];
}

/** Whom Concur holds as approvers and as `biManager`, by UUID, of somebody with access. */
function heldRelations(profile: Profile): readonly Relation[] {
  if (profile.active === false) return [];
  const approvers = Object.entries(profile).flatMap(([key, value]): Relation[] => {
    if (!key.startsWith(`${SPEND_APPROVER}:`) || !key.endsWith('.approver.value')) return [];
    const kind = APPROVER_KINDS.find((one) => key.startsWith(`${SPEND_APPROVER}:${one}[`));
    return kind === undefined ? [] : [{ kind, target: keyText(String(value)) }];
  });
  const above = profile[BI_MANAGER];
  return [
    ...new Map(approvers.map((one) => [`${one.kind} ${one.target}`, one])).values(),
    ...(above === undefined ? [] : [{ kind: 'biManager', target: keyText(String(above)) } as const]),
  ];
}

function without(relations: readonly Relation[], others: readonly Relation[]): readonly Relation[] {
  return relations.filter(
    ({ kind, target }) => !others.some((other) => other.kind === kind && other.target === target),
  );
}

/** Those of managers and approvers that nobody has in the table. */
async function unheld(
  db: Kysely<Database>,
  connection: string,
  relations: readonly Relation[],
): Promise<readonly Relation[]> {
  const found: Relation[] = [];
  for (const relation of relations) {
    if (relation.kind === 'waits' || relation.kind === 'biManager') continue;
    const held = await db
      .selectFrom('relations')
      .select('person_id')
      .where('connection', '=', connection)
      .where('kind', '=', relation.kind)
      .where('target', '=', relation.target)
      .limit(1)
      .executeTakeFirst();
    if (held === undefined) found.push(relation);
  }
  return found;
}

async function requeueManagers(
  db: Kysely<Database>,
  connection: string,
  relations: readonly Relation[],
  now: number,
): Promise<void> {
  const references = relations.filter(({ kind }) => kind === 'manager').map(({ target }) => target);
  if (references.length === 0) return;
  const found = await resolve(db, connection, references);
  const ids = [...found.values()].map(({ personId }) => personId);
  await requeue(db, connection, ids, now);
}

async function requeueApprovers(
  db: Kysely<Database>,
  connection: string,
  relations: readonly Relation[],
  now: number,
): Promise<void> {
  const concurIds = relations.filter(({ kind }) => kind !== 'manager').map(({ target }) => target);
  if (concurIds.length === 0) return;
  await requeue(
    db,
    connection,
    db
      .selectFrom('provisionings as holders')
      .select('holders.person_id')
      .where('holders.connection', '=', connection)
      .where('holders.concur_id', 'in', concurIds),
    now,
  );
}

/**
 * Makes everybody due who waits for `person`, who may now be what Concur requires of them: at once, and queued if
 * they rest.
 */
export async function wakeWaiting(
  db: Kysely<Database>,
  person: Person,
  concurId: string | null,
  now: number,
): Promise<void> {
  const { connection } = person;
  if (!(await isNamed(db, person, concurId, 'waits'))) return;
  await requeue(db, connection, naming(db, connection, 'waits', namesOf(person, concurId)), now);
}

/** Makes void that Concur refused `person`, who has gained a role, as an approver of whoever waits for them. */
export async function voidApproverRefusals(
  db: Kysely<Database>,
  person: Person,
  concurId: string | null,
): Promise<void> {
  const { connection } = person;
  if (!(await isNamed(db, person, concurId, 'waits'))) return;
  const rows = await db
    .selectFrom('provisionings')
    .select(['person_id', 'refused'])
    .where('connection', '=', connection)
    .where('person_id', 'in', naming(db, connection, 'waits', namesOf(person, concurId)))
    .where('refused', '!=', '{}')
    .execute();
  for (const { person_id, refused } of rows) {
    const all = fromJson<Refusals>(refused);
    if (all[SPEND_APPROVER] === undefined) continue;
    await db
      .updateTable('provisionings')
      .set({ refused: JSON.stringify(withoutRefusal(all, SPEND_APPROVER)) })
      .where('connection', '=', connection)
      .where('person_id', '=', person_id)
      .execute();
  }
}

/** The names of a person, of which they have five at most. */
interface Names {
  readonly connection: string;
  readonly kind: Relation['kind'];
  readonly first: string | null;
  readonly second: string | null;
  readonly third: string | null;
  readonly fourth: string | null;
  readonly fifth: string | null;
}

const SOMEBODY_NAMING = statement((db, place: Places<Names>) =>
  db
    .selectFrom('relations')
    .select('person_id')
    .where('connection', '=', place('connection'))
    .where('kind', '=', place('kind'))
    .where('target', 'in', [place('first'), place('second'), place('third'), place('fourth'), place('fifth')])
    .limit(1),
);

/** Whether anybody names a person so: hardly anybody is, and to find that out costs least. */
async function isNamed(
  db: Kysely<Database>,
  person: Person,
  concurId: string | null,
  kind: Relation['kind'],
): Promise<boolean> {
  const names = namesOf(person, concurId);
  const [first = null, second = null, third = null, fourth = null, fifth = null] = names;
  const { connection } = person;
  const rows = await SOMEBODY_NAMING(db, { connection, kind, first, second, third, fourth, fifth });
  return rows.length > 0;
}

/**
 * Makes everybody due whose manager is named as `person` is, and who does not wait for them: the name may have stood for
 * somebody else up to now, or the person for another Concur user.
 *
 * @param former names that the person had before, as the same Concur user: whoever uses one of them knows no better
 */
export async function wakeManaged(
  db: Kysely<Database>,
  person: Person,
  concurId: string | null,
  now: number,
  former?: Person,
): Promise<void> {
  if (!(await isNamed(db, person, concurId, 'manager'))) return;
  const { connection } = person;
  const known = former === undefined ? [] : namesOf(former, concurId);
  const names = namesOf(person, concurId).filter((name) => !known.includes(name));
  const managed = naming(db, connection, 'manager', names).except(naming(db, connection, 'waits', names));
  await requeue(db, connection, managed, now);
}

function naming(db: Kysely<Database>, connection: string, kind: Relation['kind'], names: readonly string[]) {
  return db
    .selectFrom('relations')
    .select('relations.person_id')
    .where('relations.connection', '=', connection)
    .where('relations.kind', '=', kind)
    .where('relations.target', 'in', names);
}

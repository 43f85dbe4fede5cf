import { setImmediate } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import type { Member, MemberChange } from '../scim/groups.ts';
import type { FilterEngine } from './filter/engine.ts';
import { memberType } from './filter/member.ts';
import type { Database } from './tables.ts';

/** Member ids that one statement looks at; SQLite keeps the process busy for its length, some 10 ms. */
const ROWS = 1_000;

type MemberType = Member['type'];

const ALL_TYPES: ReadonlySet<MemberType> = new Set<MemberType>(['User', 'Group', null]);

/** What steps of change come to, whoever is a member now. */
export interface MemberPlan {
  /** Whether somebody whom a step names is a member in the end, by member id. */
  readonly named: ReadonlyMap<string, boolean>;
  /** What those are of the others who go. */
  readonly gone: ReadonlySet<MemberType>;
}

/** Whom a change made members and whom it made members no longer, by member id. */
export interface MembersChanged {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** The members of one group, in a transaction. */
export interface MembersOf {
  readonly db: Kysely<Database>;
  readonly engine: FilterEngine;
  readonly connection: string;
  readonly groupId: string;
}

/** What `steps`, taken in order, come to. Reads nothing of the members. */
export async function planMembers(place: MembersOf, steps: readonly MemberChange[]): Promise<MemberPlan> {
  const named = new Map<string, boolean>();
  let gone: ReadonlySet<MemberType> = new Set();
  const types = steps.some(({ kind }) => kind === 'removeTypes')
    ? await typesOf(place, [...new Set(steps.flatMap(idsOfConcern))])
    : new Map<string, MemberType>();
  for (const step of steps) {
    switch (step.kind) {
      case 'add':
        for (const id of step.ids) named.set(id, true);
        break;
      case 'remove':
        for (const id of step.ids) named.set(id, false);
        break;
      case 'replace':
        gone = ALL_TYPES;
        named.clear();
        for (const id of step.ids) named.set(id, true);
        break;
      case 'removeTypes':
        if (step.among === null) gone = gone.union(new Set(step.types));
        for (const id of step.among ?? membersIn(named)) {
          if (step.types.includes(types.get(id) ?? null)) named.set(id, false);
        }
        break;
    }
  }
  return { named, gone };
}

/** Whom a plan would make members who are neither a person nor a group here, nor members already. */
export async function unknownMembers(place: MembersOf, { named }: MemberPlan): Promise<readonly string[]> {
  const types = await typesOf(place, membersIn(named));
  const strangers = [...types.keys()].filter((id) => types.get(id) === null);
  const members = new Set(await inChunks(strangers, (ids) => among(place, ids)));
  return strangers.filter((id) => !members.has(id));
}

/** Makes the members what a plan says, and tells who was not, or was, a member before. */
export async function writeMembers(place: MembersOf, { named, gone }: MemberPlan): Promise<MembersChanged> {
  const unnamed = gone.size === 0 ? [] : await membersOfTypes(place, gone);
  const unwanted = [
    ...[...named.keys()].filter((id) => named.get(id) === false),
    ...unnamed.filter((id) => !named.has(id)),
  ];
  return {
    removed: await inChunks(unwanted, (ids) => remove(place, ids)),
    added: await inChunks(membersIn(named), (ids) => add(place, ids)),
  };
}

function membersIn(named: MemberPlan['named']): readonly string[] {
  return [...named.keys()].filter((id) => named.get(id) === true);
}

/** Whose types matter where members are removed by type. */
function idsOfConcern(step: MemberChange): readonly string[] {
  switch (step.kind) {
    case 'add':
    case 'replace':
      return step.ids;
    case 'remove':
      return [];
    case 'removeTypes':
      return step.among ?? [];
  }
}

/** What all of `ids` stand for, be they members or not. */
async function typesOf(
  { db, engine, connection }: MembersOf,
  ids: readonly string[],
): Promise<ReadonlyMap<string, MemberType>> {
  const rows = await inChunks(ids, (chunk) =>
    db
      .selectFrom(engine.texts(chunk))
      .select(['texts.value', memberType(sql.val(connection), sql.ref('texts.value')).as('type')])
      .execute(),
  );
  return new Map(rows.map(({ value, type }) => [value, type]));
}

/** All members of these types. */
async function membersOfTypes(place: MembersOf, types: MemberPlan['gone']): Promise<readonly string[]> {
  // Who goes whatever they are need not be looked up.
  const type = types.isSupersetOf(ALL_TYPES)
    ? sql<MemberType>`null`
    : memberType(sql.val(place.connection), sql.ref('member_id'));
  const ids: string[] = [];
  let chunk: readonly { member_id: string; type: MemberType }[];
  let last = '';
  do {
    chunk = await membersOf(place)
      .select(['member_id', type.as('type')])
      .where('member_id', '>', last)
      .orderBy('member_id')
      .limit(ROWS)
      .execute();
    ids.push(...chunk.filter((member) => types.has(member.type)).map(({ member_id }) => member_id));
    last = chunk.at(-1)?.member_id ?? last;
    await setImmediate();
  } while (chunk.length === ROWS);
  return ids;
}

/** Those of `ids` who are members. */
async function among(place: MembersOf, ids: readonly string[]): Promise<readonly string[]> {
  const rows = await membersOf(place)
    .select('member_id')
    .where('member_id', 'in', (row) => row.selectFrom(place.engine.texts(ids)).select('texts.value'))
    .execute();
  return rows.map(({ member_id }) => member_id);
}

function membersOf({ db, connection, groupId }: MembersOf) {
  return db.selectFrom('group_members').where('connection', '=', connection).where('group_id', '=', groupId);
}

async function add(
  { db, engine, connection, groupId }: MembersOf,
  ids: readonly string[],
): Promise<readonly string[]> {
  const rows = await db
    .insertInto('group_members')
    .columns(['connection', 'group_id', 'member_id'])
    .expression((row) =>
      row
        .selectFrom(engine.texts(ids))
        .select([sql.val(connection).as('connection'), sql.val(groupId).as('group_id'), 'texts.value'])
        // Without a condition SQLite reads the "on" that follows as that of a join.
        .where(sql<boolean>`true`),
    )
    .onConflict((conflict) => conflict.doNothing())
    .returning('member_id')
    .execute();
  return rows.map(({ member_id }) => member_id);
}

async function remove(
  { db, engine, connection, groupId }: MembersOf,
  ids: readonly string[],
): Promise<readonly string[]> {
  const rows = await db
    .deleteFrom('group_members')
    .where('connection', '=', connection)
    .where('group_id', '=', groupId)
    .where('member_id', 'in', (row) => row.selectFrom(engine.texts(ids)).select('texts.value'))
    .returning('member_id')
    .execute();
  return rows.map(({ member_id }) => member_id);
}

/**
 * Runs a statement on a part of the ids at a time; in between, the process serves others. They are taken in order: ids
 * that are far apart are far apart in every index, and each would be looked for, and written, on a page of its own.
 */
async function inChunks<Row>(
  ids: readonly string[],
  statement: (chunk: readonly string[]) => Promise<readonly Row[]>,
): Promise<readonly Row[]> {
  const results: Row[] = [];
  const isLong = ids.length > ROWS;
  // To have made so many took time, and so does to put them in order.
  if (isLong) await setImmediate();
  const ordered = ids.toSorted();
  for (let start = 0; start < ordered.length; start += ROWS) {
    if (isLong) await setImmediate();
    results.push(...(await statement(ordered.slice(start, start + ROWS))));
  }
  return results;
}

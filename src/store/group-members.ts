import { setImmediate } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import type { Member, MemberChange } from '../scim/groups.ts';
import { selectMembers, textList } from './group-records.ts';
import type { Database } from './tables.ts';

/** Member ids that one statement looks at; SQLite keeps the process busy for its length, some 10 ms. */
const ROWS = 2_000;

/** What steps of change come to, whoever is a member now. */
export interface MemberPlan {
  /** Whether somebody whom a step names is a member in the end, by member id. */
  readonly named: ReadonlyMap<string, boolean>;
  readonly others: 'stay' | 'go';
}

/** Whom a change made members and whom it made members no longer, by member id. */
export interface MembersChanged {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** The members of one group, in a transaction. */
export interface MembersOf {
  readonly db: Kysely<Database>;
  readonly connection: string;
  readonly groupId: string;
}

export const NO_MEMBERS: MemberPlan = { named: new Map(), others: 'go' };

/** What `steps`, taken in order, come to. Reads members only for the steps that name nobody. */
export async function planMembers(place: MembersOf, steps: readonly MemberChange[]): Promise<MemberPlan> {
  const named = new Map<string, boolean>();
  let others: MemberPlan['others'] = 'stay';
  for (const step of steps) {
    switch (step.kind) {
      case 'add':
        for (const id of step.ids) named.set(id, true);
        break;
      case 'remove':
        for (const id of step.ids) named.set(id, false);
        break;
      case 'replace':
        others = 'go';
        named.clear();
        for (const id of step.ids) named.set(id, true);
        break;
      case 'removeTypes': {
        const present = await membersOfTypes(place, step.types);
        const added = await ofTypes(place, membersIn({ named, others }), step.types);
        for (const id of [...present, ...added]) named.set(id, false);
        break;
      }
    }
  }
  return { named, others };
}

/** Whom a plan would make members who are neither a person nor a group here, nor members already. */
export async function unknownMembers(place: MembersOf, plan: MemberPlan): Promise<readonly string[]> {
  const strangers = await ofTypes(place, membersIn(plan), [null]);
  const members = new Set(await inChunks(strangers, (ids) => among(place, ids)));
  return strangers.filter((id) => !members.has(id));
}

/** Makes the members what a plan says, and tells who was not, or was, a member before. */
export async function writeMembers(place: MembersOf, plan: MemberPlan): Promise<MembersChanged> {
  const wanted = membersIn(plan);
  const unwanted =
    plan.others === 'go'
      ? await membersBesides(place, wanted)
      : [...plan.named.keys()].filter((id) => plan.named.get(id) === false);
  return {
    removed: await inChunks(unwanted, (ids) => remove(place, ids)),
    added: await inChunks(wanted, (ids) => add(place, ids)),
  };
}

function membersIn({ named }: MemberPlan): readonly string[] {
  return [...named.keys()].filter((id) => named.get(id) === true);
}

async function membersOfTypes(
  { db, connection, groupId }: MembersOf,
  types: readonly Member['type'][],
): Promise<readonly string[]> {
  const rows = await db
    .selectFrom(selectMembers(db, connection, [groupId]).as('members'))
    .select('members.member_id')
    .where((member) => member.or(types.map((type) => member('members.type', 'is', type))))
    .execute();
  return rows.map(({ member_id }) => member_id);
}

/** Those of `ids` that stand for somebody of these types, be they members or not. */
async function ofTypes(
  { db, connection }: MembersOf,
  ids: readonly string[],
  types: readonly Member['type'][],
): Promise<readonly string[]> {
  const idsIn = async (table: 'people' | 'groups', chunk: readonly string[]) => {
    const rows = await db
      .selectFrom(table)
      .select('id')
      .where('connection', '=', connection)
      .where('deleted', 'is', null)
      .where('id', 'in', (row) => row.selectFrom(textList(chunk)).select('texts.value'))
      .execute();
    return rows.map(({ id }) => id);
  };
  const people = new Set(await inChunks(ids, (chunk) => idsIn('people', chunk)));
  const rest = ids.filter((id) => !people.has(id));
  const groups = new Set(await inChunks(rest, (chunk) => idsIn('groups', chunk)));
  const typeOf = (id: string) => (people.has(id) ? 'User' : groups.has(id) ? 'Group' : null);
  return ids.filter((id) => types.includes(typeOf(id)));
}

/** Those of `ids` who are members. */
async function among(
  { db, connection, groupId }: MembersOf,
  ids: readonly string[],
): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('group_members')
    .select('member_id')
    .where('connection', '=', connection)
    .where('group_id', '=', groupId)
    .where('member_id', 'in', (row) => row.selectFrom(textList(ids)).select('texts.value'))
    .execute();
  return rows.map(({ member_id }) => member_id);
}

async function membersBesides(
  { db, connection, groupId }: MembersOf,
  ids: readonly string[],
): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('group_members')
    .select('member_id')
    .where('connection', '=', connection)
    .where('group_id', '=', groupId)
    .where('member_id', 'not in', (row) => row.selectFrom(textList(ids)).select('texts.value'))
    .execute();
  return rows.map(({ member_id }) => member_id);
}

async function add(
  { db, connection, groupId }: MembersOf,
  ids: readonly string[],
): Promise<readonly string[]> {
  const rows = await db
    .insertInto('group_members')
    .orIgnore()
    .columns(['connection', 'group_id', 'member_id'])
    .expression((row) =>
      row
        .selectFrom(textList(ids))
        .select([sql.val(connection).as('connection'), sql.val(groupId).as('group_id'), 'texts.value']),
    )
    .returning('member_id')
    .execute();
  return rows.map(({ member_id }) => member_id);
}

async function remove(
  { db, connection, groupId }: MembersOf,
  ids: readonly string[],
): Promise<readonly string[]> {
  const rows = await db
    .deleteFrom('group_members')
    .where('connection', '=', connection)
    .where('group_id', '=', groupId)
    .where('member_id', 'in', (row) => row.selectFrom(textList(ids)).select('texts.value'))
    .returning('member_id')
    .execute();
  return rows.map(({ member_id }) => member_id);
}

/** Runs a statement on a part of the ids at a time; in between, the process serves others. */
async function inChunks(
  ids: readonly string[],
  statement: (chunk: readonly string[]) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const results: string[] = [];
  for (let start = 0; start < ids.length; start += ROWS) {
    if (start > 0) await setImmediate();
    results.push(...(await statement(ids.slice(start, start + ROWS))));
  }
  return results;
}

import { type Kysely, sql } from 'kysely';
import type { MemberOf, PersonRecord } from '../domain/person.ts';
import type { FilterEngine } from './filter/engine.ts';
import type { Database } from './tables.ts';

/** How many groups may stand inside each other to be looked through; identity providers send one or two. */
const DEPTH = 5;

/** Ids that one statement looks at; SQLite keeps the process busy for its length, some 10 ms. */
const IDS = 2_000;

/** The groups of one connection. */
export interface Memberships {
  readonly db: Kysely<Database>;
  readonly engine: FilterEngine;
  readonly connection: string;
}

/** The records with the groups that each person is in, by themselves or through groups inside groups. */
export async function withGroups(
  place: Memberships,
  records: readonly PersonRecord[],
): Promise<readonly PersonRecord[]> {
  if (records.length === 0) return [];
  const groups = await groupsAbove(
    place,
    records.map(({ person }) => person.id),
  );
  return records.map((record) => ({ ...record, groups: groups.get(record.person.id) ?? [] }));
}

/** The groups that people and groups are in, by their ids, those around these groups included; those of a person by name. */
export async function groupsAbove(
  { db, engine, connection }: Memberships,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly MemberOf[]>> {
  const displayName = engine.jsonValue(sql.ref('groups.resource'), ['displayName']);
  const { rows } = await sql<{
    member: string;
    id: string;
    display_name: string;
    external_id: string | null;
  }>`
    with recursive above (member, id, depth) as (
      select group_members.member_id, group_members.group_id, 1
      from group_members
      join groups on groups.connection = group_members.connection and groups.id = group_members.group_id
      where group_members.connection = ${connection} and groups.deleted is null
        and group_members.member_id in (select texts.value from ${engine.texts(ids)})
      union
      select above.member, group_members.group_id, above.depth + 1
      from above
      join group_members on group_members.connection = ${connection} and group_members.member_id = above.id
      join groups on groups.connection = ${connection} and groups.id = group_members.group_id
      where groups.deleted is null and above.depth < ${DEPTH}
    )
    select distinct above.member, groups.id, groups.display_name_key, ${displayName} as display_name, groups.external_id
    from above
    join groups on groups.connection = ${connection} and groups.id = above.id
    order by groups.display_name_key`.execute(db);
  const byMember = Map.groupBy(rows, ({ member }) => member);
  return new Map(
    [...byMember].map(([member, those]) => [
      member,
      those.map(({ id, display_name, external_id }) => ({
        id,
        displayName: display_name,
        externalId: external_id,
      })),
    ]),
  );
}

/** These of the ids that are groups, with the groups inside them. */
export async function groupsWithin(
  { db, engine, connection }: Memberships,
  ids: readonly string[],
): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    with recursive within (id, depth) as (
      select groups.id, 1
      from groups
      where groups.connection = ${connection}
        and groups.id in (select texts.value from ${engine.texts(ids)})
      union
      select groups.id, within.depth + 1
      from within
      join group_members on group_members.connection = ${connection} and group_members.group_id = within.id
      join groups on groups.connection = ${connection} and groups.id = group_members.member_id
      where groups.deleted is null and within.depth < ${DEPTH}
    )
    select distinct id from within`.execute(db);
  return rows.map(({ id }) => id);
}

/** The ids of all members of a group, a part at a time. */
export async function* membersOf(
  { db, connection }: Memberships,
  groupId: string,
): AsyncGenerator<readonly string[]> {
  let last = '';
  while (true) {
    const rows = await db
      .selectFrom('group_members')
      .select('member_id')
      .where('connection', '=', connection)
      .where('group_id', '=', groupId)
      .where('member_id', '>', last)
      .orderBy('member_id')
      .limit(IDS)
      .execute();
    const end = rows.at(-1);
    if (end === undefined) return;
    yield rows.map(({ member_id }) => member_id);
    last = end.member_id;
  }
}

/** The ids, a part at a time. */
export function* inParts(ids: readonly string[]): Generator<readonly string[]> {
  for (let start = 0; start < ids.length; start += IDS) yield ids.slice(start, start + IDS);
}

import { type Kysely, sql } from 'kysely';
import type { Group, GroupName, GroupRecord, Groups } from '../scim/groups.ts';
import { acceptGroups } from './group-accept.ts';
import { loadGroup, loadGroups, loadMembers, textList } from './group-records.ts';
import type { ListIds } from './list.ts';
import type { Database } from './tables.ts';

/**
 * The groups of one connection.
 *
 * @param clock the time in ms since the epoch
 * @param newId makes the id of a new group, a UUID
 * @param listIds lists the ids of the groups of this connection
 */
export function groups(
  db: Kysely<Database>,
  connection: string,
  clock: () => number,
  newId: () => string,
  listIds: ListIds,
): Groups {
  return {
    accept: (writes) => acceptGroups(db, connection, writes, clock, newId),
    get: (id, withMembers) => get(db, connection, id, withMembers),
    list: async (query, withMembers) => {
      const { total, items: ids, nextCursor } = await listIds(query);
      const found = await loadGroups(db, connection, ids);
      return { total, items: await withMembersOf(db, connection, found, withMembers), nextCursor };
    },
  };
}

/** See `Directory.groupsOf`; by name. A deleted group has no members, so it is nobody's. */
export async function groupsOf(
  db: Kysely<Database>,
  connection: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly GroupName[]>> {
  const rows = await db
    .selectFrom('group_members')
    .innerJoin('groups', (join) =>
      join
        .onRef('groups.connection', '=', 'group_members.connection')
        .onRef('groups.id', '=', 'group_members.group_id'),
    )
    .select(['group_members.member_id', 'groups.id'])
    .select(sql<string>`"groups".resource ->> 'displayName'`.as('display'))
    .where('group_members.connection', '=', connection)
    .where('group_members.member_id', 'in', (row) => row.selectFrom(textList(ids)).select('texts.value'))
    .orderBy('groups.display_name_key')
    .execute();
  const names = Map.groupBy(rows, ({ member_id }) => member_id);
  return new Map(
    [...names].map(([person, those]) => [person, those.map(({ id, display }) => ({ id, display }))]),
  );
}

async function get(
  db: Kysely<Database>,
  connection: string,
  id: string,
  withMembers: boolean,
): Promise<GroupRecord | null> {
  const group = await loadGroup(db, connection, id);
  if (group === null) return null;
  const [record] = await withMembersOf(db, connection, [group], withMembers);
  return record ?? null;
}

/** The groups come first: a member who joins in between is then newer than the version, never older. */
async function withMembersOf(
  db: Kysely<Database>,
  connection: string,
  groups: readonly Group[],
  withMembers: boolean,
): Promise<readonly GroupRecord[]> {
  if (!withMembers) return groups.map((group) => ({ group, members: null }));
  const members = await loadMembers(
    db,
    connection,
    groups.map(({ id }) => id),
  );
  return groups.map((group) => ({ group, members: members.get(group.id) ?? [] }));
}

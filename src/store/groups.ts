import { sql } from 'kysely';
import { tooMany } from '../scim/error.ts';
import type { Group, GroupName, GroupRecord, Groups } from '../scim/groups.ts';
import { acceptGroups } from './group-accept.ts';
import { loadGroup, loadGroups, loadMembers } from './group-records.ts';
import type { ListIds, ListSources } from './list.ts';

/** How many members the groups of one page may have together to be shown; one group is shown whole. */
const LISTED_MEMBERS = 50_000;

/**
 * The groups of one connection.
 *
 * @param clock the time in ms since the epoch
 * @param newId makes the id of a new group, a UUID
 * @param listIds lists the ids of the groups of this connection
 */
export function groups(
  sources: ListSources,
  connection: string,
  clock: () => number,
  newId: () => string,
  listIds: ListIds,
): Groups {
  return {
    accept: (writes) => acceptGroups(sources, connection, writes, clock, newId),
    get: async (id, withMembers) => {
      const group = await loadGroup(sources.db, connection, id);
      if (group === null) return null;
      const [record] = await withMembersOf(sources, [group], withMembers, Number.MAX_SAFE_INTEGER - 1);
      return record ?? null;
    },
    list: async (query, withMembers) => {
      const { total, items: ids, nextCursor } = await listIds(query);
      const found = await loadGroups(sources, connection, ids);
      return { total, items: await withMembersOf(sources, found, withMembers, LISTED_MEMBERS), nextCursor };
    },
  };
}

/** See `Directory.groupsOf`; by name. A deleted group still has its members, and is nobody's. */
export async function groupsOf(
  { db, engine }: Pick<ListSources, 'db' | 'engine'>,
  connection: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly GroupName[]>> {
  const displayName = engine.jsonValue(sql.ref('groups.resource'), ['displayName']);
  const rows = await db
    .selectFrom('group_members')
    .innerJoin('groups', (join) =>
      join
        .onRef('groups.connection', '=', 'group_members.connection')
        .onRef('groups.id', '=', 'group_members.group_id')
        .on('groups.deleted', 'is', null),
    )
    .select(['group_members.member_id', 'groups.id'])
    .select(sql<string>`${displayName}`.as('display'))
    .where('group_members.connection', '=', connection)
    .where('group_members.member_id', 'in', (row) => row.selectFrom(engine.texts(ids)).select('texts.value'))
    .orderBy('groups.display_name_key')
    .execute();
  const names = Map.groupBy(rows, ({ member_id }) => member_id);
  return new Map(
    [...names].map(([person, those]) => [person, those.map(({ id, display }) => ({ id, display }))]),
  );
}

/**
 * The groups come first: a member who joins in between is then newer than the version, never older. Fails with
 * ScimError 400 tooMany when the members are more than `most` together.
 */
async function withMembersOf(
  sources: ListSources,
  groups: readonly Group[],
  withMembers: boolean,
  most: number,
): Promise<readonly GroupRecord[]> {
  const [first] = groups;
  if (!withMembers || first === undefined) return groups.map((group) => ({ group, members: null }));
  const ids = groups.map(({ id }) => id);
  const members = await loadMembers(sources, first.connection, ids, most);
  if (members === null) {
    throw tooMany(
      `The groups of this page have more than ${most} members together. Leave these out with ` +
        'excludedAttributes=members, ask for fewer groups with count, or read them one by one.',
    );
  }
  return groups.map((group) => ({ group, members: members.get(group.id) ?? [] }));
}

import type { Kysely, RawBuilder } from 'kysely';
import type { Group, GroupName, GroupRecord, Groups } from '../scim/groups.ts';
import type { AccessSource } from './access.ts';
import { acceptGroups } from './group-accept.ts';
import type { GroupCommit } from './group-commit.ts';
import { groupKeysOf, loadGroup, loadGroups, loadMembers, membersInParts } from './group-records.ts';
import type { ListIds, ListSources } from './list.ts';
import { fromJson } from './records.ts';
import { type Places, statement } from './statement.ts';
import type { Database } from './tables.ts';

/** How many members are read at once; to show them keeps the process busy for some 10 ms. */
const AT_ONCE = 5_000;

/**
 * The groups of one connection.
 *
 * @param clock the time in ms since the epoch
 * @param newId makes the id of a new group, a UUID
 * @param listIds lists the ids of the groups of this connection
 * @param commit commits what is written of groups together with what is written of people
 */
export function groups(
  sources: ListSources & AccessSource,
  connection: string,
  clock: () => number,
  newId: () => string,
  listIds: ListIds,
  commit: GroupCommit,
): Groups {
  return {
    accept: (writes) =>
      commit((transaction) =>
        acceptGroups({ ...sources, db: transaction }, connection, writes, clock, newId),
      ),
    get: async (id, withMembers) => {
      const group = await loadGroup(sources.db, connection, id);
      if (group === null) return null;
      const [record] = await withMembersOf(sources, [group], withMembers);
      return record ?? null;
    },
    list: async (query, withMembers) => {
      const { total, items: ids, nextCursor } = await listIds(query);
      const found = await loadGroups(sources, connection, ids);
      return { total, items: await withMembersOf(sources, found, withMembers), nextCursor };
    },
  };
}

/** See `Directory.groupsOf`; by name. A deleted group still has its members, and is nobody's. */
export async function groupsOf(
  { db, engine }: Pick<ListSources, 'db' | 'engine'>,
  connection: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly GroupName[]>> {
  const [first] = ids;
  const rows =
    ids.length === 1 && first !== undefined
      ? await GROUPS_OF_ONE(db, { connection, id: first })
      : await memberships(db, connection)
          .where('group_members.member_id', 'in', (row) =>
            row.selectFrom(engine.texts(ids)).select('texts.value'),
          )
          .execute();
  const names = Map.groupBy(rows, ({ member_id }) => member_id);
  return new Map(
    [...names].map(([person, those]) => [person, those.map(({ id, resource }) => nameOf(id, resource))]),
  );
}

const GROUPS_OF_ONE = statement((db, place: Places<{ connection: string; id: string }>) =>
  memberships(db, place('connection')).where('group_members.member_id', '=', place('id')),
);

function memberships(db: Kysely<Database>, connection: string | RawBuilder<string>) {
  return db
    .selectFrom('group_members')
    .innerJoin('groups', (join) =>
      join
        .onRef('groups.connection', '=', 'group_members.connection')
        .onRef('groups.id', '=', 'group_members.group_id')
        .on('groups.deleted', 'is', null),
    )
    .select(['group_members.member_id', 'groups.id', 'groups.resource'])
    .where('group_members.connection', '=', connection)
    .orderBy('groups.display_name_key');
}

function nameOf(id: string, resource: string): GroupName {
  return { id, display: groupKeysOf(fromJson(resource)).displayName };
}

/** The groups come first: a member who joins in between is then newer than the version, never older. */
async function withMembersOf(
  sources: ListSources,
  groups: readonly Group[],
  withMembers: boolean,
): Promise<readonly GroupRecord[]> {
  const [first] = groups;
  if (!withMembers || first === undefined) return groups.map((group) => ({ group, members: null }));
  const { connection } = first;
  const ids = groups.map(({ id }) => id);
  const members = await loadMembers(sources, connection, ids, AT_ONCE);
  return groups.map((group) => ({
    group,
    members: members === null ? membersInParts(sources, connection, group.id) : (members.get(group.id) ?? []),
  }));
}

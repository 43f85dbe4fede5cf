import { type Kysely, sql } from 'kysely';
import type { Group, Member } from '../scim/groups.ts';
import { fromJson, keyText } from './records.ts';
import type { Database } from './tables.ts';

/** What a group is found and told apart by. */
export interface GroupKeys {
  readonly displayName: string;
  /** As `keyText` makes it. */
  readonly displayNameKey: string;
  readonly externalId: string | null;
}

/** Reads the keys of a SCIM resource. Fails when there is no displayName, which RFC 7643 §4.2 requires. */
export function groupKeysOf({ displayName, externalId }: Group['resource']): GroupKeys {
  if (typeof displayName !== 'string' || keyText(displayName) === '')
    throw new Error('A group without displayName cannot be stored');
  return {
    displayName,
    displayNameKey: keyText(displayName),
    externalId: typeof externalId === 'string' && externalId !== '' ? externalId : null,
  };
}

/** Reads groups that are not deleted, in the order of `ids`; which is not there is left out. */
export async function loadGroups(
  db: Kysely<Database>,
  connection: string,
  ids: readonly string[],
): Promise<readonly Group[]> {
  const rows = await db
    .selectFrom('groups')
    .selectAll()
    .where('connection', '=', connection)
    .where('id', 'in', (row) => row.selectFrom(textList(ids)).select('texts.value'))
    .where('deleted', 'is', null)
    .execute();
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids
    .map((id) => byId.get(id))
    .filter((row) => row !== undefined)
    .map((row) => ({
      connection,
      id: row.id,
      resource: fromJson(row.resource),
      version: row.version,
      created: row.created,
      lastModified: row.last_modified,
    }));
}

/** Reads one group, null when it is not there or deleted. */
export async function loadGroup(db: Kysely<Database>, connection: string, id: string): Promise<Group | null> {
  const [group] = await loadGroups(db, connection, [id]);
  return group ?? null;
}

/** Reads the members of groups, by group id, those of a group in the order of their ids. */
export async function loadMembers(
  db: Kysely<Database>,
  connection: string,
  groupIds: readonly string[],
): Promise<ReadonlyMap<string, readonly Member[]>> {
  const rows = await selectMembers(db, connection, groupIds)
    .select(
      sql<
        string | null
      >`coalesce(people.resource ->> 'displayName', people.user_name, "groups".resource ->> 'displayName')`.as(
        'display',
      ),
    )
    .orderBy('group_members.group_id')
    .orderBy('group_members.member_id')
    .execute();
  const members = Map.groupBy(rows, ({ group_id }) => group_id);
  return new Map(
    [...members].map(([group, those]) => [
      group,
      those.map(({ member_id, type, display }) => ({ id: member_id, type, display })),
    ]),
  );
}

/** The members of groups and what they are; a query to be narrowed or added to. */
export function selectMembers(db: Kysely<Database>, connection: string, groupIds: readonly string[]) {
  return db
    .selectFrom('group_members')
    .leftJoin('people', (join) =>
      join
        .onRef('people.connection', '=', 'group_members.connection')
        .onRef('people.id', '=', 'group_members.member_id')
        .on('people.deleted', 'is', null),
    )
    .leftJoin('groups', (join) =>
      join
        .onRef('groups.connection', '=', 'group_members.connection')
        .onRef('groups.id', '=', 'group_members.member_id')
        .on('groups.deleted', 'is', null),
    )
    .select(['group_members.group_id', 'group_members.member_id'])
    .select(
      sql<
        Member['type']
      >`case when people.id is not null then 'User' when "groups".id is not null then 'Group' end`.as('type'),
    )
    .where('group_members.connection', '=', connection)
    .where('group_members.group_id', 'in', (row) => row.selectFrom(textList(groupIds)).select('texts.value'));
}

/** Writes a new group. */
export async function insertGroup(db: Kysely<Database>, group: Group): Promise<void> {
  await db
    .insertInto('groups')
    .values({ connection: group.connection, id: group.id, ...toGroupColumns(group) })
    .execute();
}

/**
 * Writes a group as it is now; `deleted` is when it was deleted, in ms since the epoch, null for never. Its key is not
 * written: SQLite would look through all members for those who refer to it.
 */
export async function updateGroup(db: Kysely<Database>, group: Group, deleted: number | null): Promise<void> {
  await db
    .updateTable('groups')
    .set({ ...toGroupColumns(group), deleted })
    .where('connection', '=', group.connection)
    .where('id', '=', group.id)
    .execute();
}

/** Texts as a table `texts` with the column `value`: one variable of a statement, however many they are. */
export function textList(texts: readonly string[]) {
  return sql<{ value: string }>`json_each(${JSON.stringify(texts)})`.as<'texts'>('texts');
}

function toGroupColumns(group: Group) {
  const { displayNameKey, externalId } = groupKeysOf(group.resource);
  return {
    resource: JSON.stringify(group.resource),
    version: group.version,
    created: group.created,
    last_modified: group.lastModified,
    display_name_key: displayNameKey,
    external_id: externalId,
  };
}

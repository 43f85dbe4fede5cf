import { setImmediate } from 'node:timers/promises';
import {
  type InferResult,
  type Kysely,
  type RawBuilder,
  type Selectable,
  sql,
  type Updateable,
} from 'kysely';
import type { Group, Member, MembersInParts } from '../scim/groups.ts';
import { memberDisplay, memberType } from './filter/member.ts';
import { keyText } from './keys.ts';
import type { ListSources, Read } from './list.ts';
import { fromJson } from './records.ts';
import { type Places, statement, statementOfColumns } from './statement.ts';
import type { Database } from './tables.ts';

/** How many members are read in place: no thread is quicker. */
const FEW_MEMBERS = 1_000;

/** How many of many members are read at a time. */
const PART = 2_000;

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
  { db, engine }: Pick<ListSources, 'db' | 'engine'>,
  connection: string,
  ids: readonly string[],
): Promise<readonly Group[]> {
  const rows = await livingGroups(db, connection)
    .where('id', 'in', (row) => row.selectFrom(engine.texts(ids)).select('texts.value'))
    .execute();
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids
    .map((id) => byId.get(id))
    .filter((row) => row !== undefined)
    .map(toGroup);
}

/** Reads one group, null when it is not there or deleted. */
export async function loadGroup(db: Kysely<Database>, connection: string, id: string): Promise<Group | null> {
  const [row] = await LIVING_GROUP(db, { connection, id });
  return row === undefined ? null : toGroup(row);
}

const LIVING_GROUP = statement((db, place: Places<{ connection: string; id: string }>) =>
  livingGroups(db, place('connection')).where('id', '=', place('id')),
);

function livingGroups(db: Kysely<Database>, connection: string | RawBuilder<string>) {
  return db
    .selectFrom('groups')
    .selectAll()
    .where('connection', '=', connection)
    .where('deleted', 'is', null);
}

function toGroup(row: Selectable<Database['groups']>): Group {
  return {
    connection: row.connection,
    id: row.id,
    resource: fromJson(row.resource),
    version: row.version,
    created: row.created,
    lastModified: row.last_modified,
  };
}

/**
 * Reads the members of groups, by group id, those of a group in the order of their ids. Where they are many it takes
 * moments, apart from everything else. Returns null when they are more than `most` together.
 */
export async function loadMembers(
  { db, engine, read }: Pick<ListSources, 'db' | 'engine' | 'read'>,
  connection: string,
  groupIds: readonly string[],
  most: number,
): Promise<ReadonlyMap<string, readonly Member[]> | null> {
  const membership = memberships({ db, engine }, connection)
    .where('group_id', 'in', (row) => row.selectFrom(engine.texts(groupIds)).select('texts.value'))
    .orderBy('group_id');
  const few = await readRows(read.nothing, membership.limit(FEW_MEMBERS + 1));
  const rows = few.length <= FEW_MEMBERS ? few : await readRows(read.moments, membership.limit(most + 1));
  if (rows.length > most) return null;
  const groups = Map.groupBy(rows, ({ group_id }) => group_id);
  return new Map([...groups].map(([id, those]) => [id, those.map(toMember)]));
}

/** Reads the members of one group, however many, in the order of their ids; each part takes moments. */
export async function* membersInParts(
  { db, engine, read }: Pick<ListSources, 'db' | 'engine' | 'read'>,
  connection: string,
  groupId: string,
): MembersInParts {
  const membership = memberships({ db, engine }, connection).where('group_id', '=', groupId).limit(PART);
  let last = '';
  let rows: readonly MemberRow[];
  do {
    rows = await readRows(read.moments, membership.where('member_id', '>', last));
    yield rows.map(toMember);
    last = rows.at(-1)?.member_id ?? last;
    // Where parts are read in place, others have their turn in between.
    await setImmediate();
  } while (rows.length === PART);
}

function memberships({ db, engine }: Pick<ListSources, 'db' | 'engine'>, connection: string) {
  const [connectionOf, id] = [sql.ref('group_members.connection'), sql.ref('group_members.member_id')];
  return db
    .selectFrom('group_members')
    .select(['group_id', 'member_id'])
    .select([memberType(connectionOf, id).as('type'), memberDisplay(engine, connectionOf, id).as('display')])
    .where('connection', '=', connection);
}

type MemberQuery = ReturnType<typeof memberships>;
type MemberRow = InferResult<MemberQuery>[number];

async function readRows(read: Read, query: MemberQuery): Promise<readonly MemberRow[]> {
  const [rows = []] = await read([query.orderBy('member_id').compile()]);
  // The rows are those of the statement, which the compiler does not know.
  return rows as readonly MemberRow[];
}

function toMember({ member_id, type, display }: MemberRow): Member {
  return { id: member_id, type, display };
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
  await UPDATE_GROUP(db, { ...toGroupColumns(group), deleted }, { whose: group.connection, group: group.id });
}

const UPDATE_GROUP = statementOfColumns<Updateable<Database['groups']>, { whose: string; group: string }>(
  (db, columns, place) =>
    db
      .updateTable('groups')
      .set(columns)
      .where('connection', '=', place('whose'))
      .where('id', '=', place('group')),
);

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

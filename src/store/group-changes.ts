import type { Kysely, Selectable } from 'kysely';
import type { Actor } from '../scim/directory.ts';
import type { Group } from '../scim/groups.ts';
import { type AccessSource, queueForAccess } from './access.ts';
import type { FilterEngine } from './filter/engine.ts';
import type { MembersChanged } from './group-members.ts';
import { loadGroup, updateGroup } from './group-records.ts';
import { type Places, statement } from './statement.ts';
import type { Database } from './tables.ts';

/** What a write that changes groups works with. */
export interface GroupWriting extends AccessSource {
  /** The transaction of the batch. */
  readonly db: Kysely<Database>;
  readonly connection: string;
  readonly actor: Actor;
  readonly now: number;
  /** Absent where nobody's access can change: somebody who is deleted is due anyway. */
  readonly engine?: FilterEngine;
}

/** What happened to a group. */
export interface GroupChange extends MembersChanged {
  readonly action: Database['group_changes']['action'];
  /** The attribute paths that differ, besides `members`. */
  readonly attributes: readonly string[];
  /** The group as it was; absent where its attributes are the same. */
  readonly before?: Group;
}

/** The same group one version later. */
export function nextVersion(group: Group, now: number): Group {
  // A client that compares meta.lastModified must see every change, even two within one millisecond.
  return { ...group, version: group.version + 1, lastModified: Math.max(now, group.lastModified + 1) };
}

const INSERT_CHANGE = statement((db, place: Places<Omit<Selectable<Database['group_changes']>, 'id'>>) =>
  db.insertInto('group_changes').values({
    connection: place('connection'),
    group_id: place('group_id'),
    at: place('at'),
    actor_kind: place('actor_kind'),
    actor_name: place('actor_name'),
    action: place('action'),
    version: place('version'),
    attributes: place('attributes'),
    members_added: place('members_added'),
    members_removed: place('members_removed'),
  }),
);

/**
 * Writes the audit row of a change, and queues those whose access it may change. Every change of a group, and so every
 * change of who is a member of which group, comes by here. The row of a deletion names nobody: the members of a deleted
 * group stay in `group_members`, which therefore tells who lost it, and are nobody's members for all else.
 */
export async function recordChange(
  { db, connection, actor, now, engine, gives, scope }: GroupWriting,
  group: Group,
  { action, attributes, added, removed, before = group }: GroupChange,
): Promise<void> {
  await INSERT_CHANGE(db, {
    connection,
    group_id: group.id,
    at: now,
    actor_kind: actor.kind,
    actor_name: actor.name,
    action,
    version: group.version,
    attributes: JSON.stringify(attributes),
    members_added: JSON.stringify(added),
    members_removed: JSON.stringify(removed),
  });
  if (engine === undefined || gives === undefined) return;
  const joinedOrLeft = [...added, ...removed];
  const change = { group, before, isDeleted: action === 'delete', joinedOrLeft };
  await queueForAccess({ db, engine, connection }, { gives, scope }, change, now);
}

const MEMBERSHIPS = statement((db, place: Places<{ connection: string; memberId: string }>) =>
  db
    .selectFrom('group_members')
    .select('group_id')
    .where('connection', '=', place('connection'))
    .where('member_id', '=', place('memberId')),
);

/** Takes a person or a group that is being deleted out of all groups: a change of each of these. */
export async function leaveGroups(writing: GroupWriting, memberId: string): Promise<void> {
  const { db, connection, now } = writing;
  const memberships = await MEMBERSHIPS(db, { connection, memberId });
  for (const { group_id } of memberships) {
    const group = await loadGroup(db, connection, group_id);
    // What a deleted group has is who was in it: see `recordChange`.
    if (group === null) continue;
    await db
      .deleteFrom('group_members')
      .where('connection', '=', connection)
      .where('group_id', '=', group_id)
      .where('member_id', '=', memberId)
      .execute();
    const next = nextVersion(group, now);
    await updateGroup(db, next, null);
    await recordChange(writing, next, { action: 'update', attributes: [], added: [], removed: [memberId] });
  }
}

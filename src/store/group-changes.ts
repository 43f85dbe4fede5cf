import type { Kysely } from 'kysely';
import type { Actor } from '../scim/directory.ts';
import type { Group } from '../scim/groups.ts';
import { type AccessSource, queueForAccess } from './access.ts';
import type { FilterEngine } from './filter/engine.ts';
import type { MembersChanged } from './group-members.ts';
import { loadGroup, updateGroup } from './group-records.ts';
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

/**
 * Writes the audit row of a change, and queues those whose access it may change. Every change of a group, and so every change of who is a member of which group,
 * comes by here. The row of a deletion names nobody: the members of a deleted group stay in `group_members`, which
 * therefore tells who lost it, and are nobody's members for all else.
 */
export async function recordChange(
  { db, connection, actor, now, engine, gives, scope }: GroupWriting,
  group: Group,
  { action, attributes, added, removed, before = group }: GroupChange,
): Promise<void> {
  await db
    .insertInto('group_changes')
    .values({
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
    })
    .execute();
  if (engine === undefined || gives === undefined) return;
  const joinedOrLeft = [...added, ...removed];
  const change = { group, before, isDeleted: action === 'delete', joinedOrLeft };
  await queueForAccess({ db, engine, connection }, { gives, scope }, change, now);
}

/** Takes a person or a group that is being deleted out of all groups: a change of each of these. */
export async function leaveGroups(writing: GroupWriting, memberId: string): Promise<void> {
  const { db, connection, now } = writing;
  const memberships = await db
    .selectFrom('group_members')
    .select('group_id')
    .where('connection', '=', connection)
    .where('member_id', '=', memberId)
    .execute();
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

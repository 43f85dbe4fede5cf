import { setImmediate } from 'node:timers/promises';
import type { MemberOf } from '../domain/person.ts';
import type { Group } from '../scim/groups.ts';
import { groupKeysOf } from './group-records.ts';
import { groupsAbove, groupsWithin, inParts, type Memberships, membersOf } from './memberships.ts';
import { requeue } from './requeue.ts';

/** Tells whether a group gives its members anything in Concur. */
export type Gives = (group: MemberOf) => boolean;

/** What tells whether a group gives anything; absent: none does. */
export interface AccessSource {
  readonly gives?: Gives | undefined;
}

/** The change of a group, as far as it matters to what people are given. */
export interface AccessChange {
  readonly group: Group;
  /** The group as it was. */
  readonly before: Group;
  readonly isDeleted: boolean;
  /** Ids of people, of groups, or of nobody who is here. */
  readonly joinedOrLeft: readonly string[];
}

/**
 * Makes exactly those people due whose access a change of a group may have changed: who joined or left where the
 * group, or one around it, gives anything, and everybody in it when it goes, or is named otherwise.
 */
export async function queueForAccess(
  place: Memberships,
  gives: Gives,
  change: AccessChange,
  now: number,
): Promise<void> {
  const { group, before, isDeleted, joinedOrLeft } = change;
  const names = [nameOf(group), nameOf(before)] as const;
  const isRenamed = !sameGroup(...names);
  if ((isDeleted || isRenamed) && names.some(gives)) return await queueMembers(place, [group.id], now);
  if (joinedOrLeft.length === 0) return;
  const around = names.some(gives) ? [] : ((await groupsAbove(place, [group.id])).get(group.id) ?? []);
  if (!names.some(gives) && !around.some(gives)) return;
  for (const ids of inParts(joinedOrLeft)) {
    await queue(place, ids, now);
    await queueMembers(place, ids, now);
  }
}

/** Queues everybody who is in those of the ids that are groups, or in a group inside them. */
async function queueMembers(place: Memberships, ids: readonly string[], now: number): Promise<void> {
  for (const groupId of await groupsWithin(place, ids)) {
    for await (const members of membersOf(place, groupId)) await queue(place, members, now);
  }
}

async function queue(
  { db, engine, connection }: Memberships,
  ids: readonly string[],
  now: number,
): Promise<void> {
  const people = db
    .selectFrom('people')
    .select('people.id')
    .where('people.connection', '=', connection)
    .where('people.deleted', 'is', null)
    .where('people.id', 'in', (row) => row.selectFrom(engine.texts(ids)).select('texts.value'));
  await requeue(db, connection, people, now);
  // In between, the process serves others.
  await setImmediate();
}

function nameOf({ resource }: Group): MemberOf {
  const { displayName, externalId } = groupKeysOf(resource);
  return { displayName, externalId };
}

function sameGroup(one: MemberOf, other: MemberOf): boolean {
  return one.displayName === other.displayName && one.externalId === other.externalId;
}

import { setImmediate } from 'node:timers/promises';
import type { MemberOf } from '../domain/person.ts';
import type { ScopeSettings } from '../domain/scope.ts';
import type { Group } from '../scim/groups.ts';
import { groupKeysOf } from './group-records.ts';
import { groupsAbove, groupsWithin, inParts, type Memberships, membersOf } from './memberships.ts';
import { requeue } from './requeue.ts';
import { queueAcrossScope } from './scope.ts';

/** Tells whether a group gives its members anything in Concur. */
export type Gives = (group: MemberOf) => boolean;

/** What tells whether a group gives anything; absent: none does. */
export interface AccessSource {
  readonly gives?: Gives | undefined;
  /** Whom the connection is for; absent: everybody. */
  readonly scope?: ScopeSettings | undefined;
}

/** What of groups people are queued by. */
export interface AccessRules extends AccessSource {
  readonly gives: Gives;
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
 * group, or one around it, gives anything, and everybody in it when it goes, or is named otherwise. Whoever leaves the
 * scope by it is queued to be deactivated before all others.
 */
export async function queueForAccess(
  place: Memberships,
  rules: AccessRules,
  change: AccessChange,
  now: number,
): Promise<void> {
  const { gives } = rules;
  const { group, before, isDeleted, joinedOrLeft } = change;
  const names = [nameOf(group), nameOf(before)] as const;
  const isRenamed = !sameGroup(...names);
  if ((isDeleted || isRenamed) && names.some(gives)) return await queueMembers(place, rules, [group.id], now);
  if (joinedOrLeft.length === 0) return;
  const around = names.some(gives) ? [] : ((await groupsAbove(place, [group.id])).get(group.id) ?? []);
  if (!names.some(gives) && !around.some(gives)) return;
  for (const ids of inParts(joinedOrLeft)) {
    await queue(place, rules, ids, now);
    await queueMembers(place, rules, ids, now);
  }
}

/** Queues everybody who is in those of the ids that are groups, or in a group inside them. */
async function queueMembers(
  place: Memberships,
  rules: AccessRules,
  ids: readonly string[],
  now: number,
): Promise<void> {
  for (const groupId of await groupsWithin(place, ids)) {
    for await (const members of membersOf(place, groupId)) await queue(place, rules, members, now);
  }
}

async function queue(
  place: Memberships,
  { scope }: AccessRules,
  ids: readonly string[],
  now: number,
): Promise<void> {
  const { db, engine, connection } = place;
  const people = db
    .selectFrom('people')
    .select('people.id')
    .where('people.connection', '=', connection)
    .where('people.deleted', 'is', null)
    .where('people.id', 'in', (row) => row.selectFrom(engine.texts(ids)).select('texts.value'));
  await requeue(db, connection, people, now);
  if (scope?.scope?.usesGroups === true) await queueAcrossScope(place, scope, ids, now);
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

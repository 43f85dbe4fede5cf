import { setImmediate } from 'node:timers/promises';
import type { MemberOf } from '../domain/person.ts';
import type { Lane, State } from '../domain/provisioning.ts';
import type { Group } from '../scim/groups.ts';
import { groupKeysOf } from './group-records.ts';
import { groupsAbove, groupsWithin, inParts, type Memberships, membersOf } from './memberships.ts';

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

const WAITING: readonly State[] = ['queued', 'sending', 'processing'];

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

/**
 * Whoever rests is queued; who waits is due at once, and what is under way sees the groups when it ends. Nobody is
 * looked for in Concur who has no access anyway, or was deleted; whoever is held waits for an admin.
 */
async function queue(
  { db, engine, connection }: Memberships,
  ids: readonly string[],
  now: number,
): Promise<void> {
  const people = db
    .updateTable('provisionings')
    .where('connection', '=', connection)
    .where('person_id', 'in', (row) =>
      row
        .selectFrom('people')
        .select('people.id')
        .where('people.connection', '=', connection)
        .where('people.deleted', 'is', null)
        .where('people.id', 'in', row.selectFrom(engine.texts(ids)).select('texts.value')),
    );
  await people.set({ due: now }).where('state', 'in', WAITING).execute();
  await people
    .set((row) => ({
      state: 'queued',
      reason: null,
      lane: row.case().when('concur_id', 'is', null).then<Lane>('creation').else<Lane>('update').end(),
      due: now,
      attempts: 0,
      pending_since: row.fn.coalesce('pending_since', row.val(now)),
    }))
    .where((row) =>
      row.or([
        row('state', 'in', ['partial', 'failed']),
        row.and([row('state', '=', 'in_sync'), row('reason', 'is', null)]),
      ]),
    )
    .execute();
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

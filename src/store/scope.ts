import { setImmediate } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { MemberOf, Person, PersonRecord } from '../domain/person.ts';
import type { State } from '../domain/provisioning.ts';
import { type Outside, outsideOf, type ScopeSettings } from '../domain/scope.ts';
import { groupsAbove, type Memberships, withGroups } from './memberships.ts';
import { queuePerson } from './queue-person.ts';
import { afterWrite, owesDeactivation } from './queueing.ts';
import { loadRecords } from './records.ts';
import type { Database } from './tables.ts';

/** How many people are read and judged in one go. */
const AT_ONCE = 200;

/** Tells how somebody stands to the scope, inside the transaction that writes them. */
export type FindOutside = (transaction: Kysely<Database>, person: Person, state: State) => Promise<Outside>;

/** Makes what tells how people stand to the scope of a connection; their groups are looked up where it goes by them. */
export function outsideIn(place: Omit<Memberships, 'db'>, settings: ScopeSettings | undefined): FindOutside {
  return async (transaction, person, state) => {
    if (settings?.scope === undefined) return null;
    const above = settings.scope.usesGroups
      ? await groupsAbove({ ...place, db: transaction }, [person.id])
      : new Map<string, readonly MemberOf[]>();
    return outsideOf(settings, { person, provisioning: { state }, groups: above.get(person.id) ?? [] });
  };
}

/**
 * Queues those of these people who left the scope or came into it, as a write of a client would: a leaver before all
 * others, and taken out of the hands of whoever claimed them to create them.
 *
 * @param ids of people, of groups, or of nobody who is here
 */
export async function queueAcrossScope(
  place: Memberships,
  scope: ScopeSettings,
  ids: readonly string[],
  now: number,
): Promise<void> {
  for (let start = 0; start < ids.length; start += AT_ONCE) {
    const { db, connection } = place;
    const records = await loadRecords(db, connection, ids.slice(start, start + AT_ONCE));
    for (const record of await withGroups(place, records)) await queueOne(place, scope, record, now);
    // In between, the process serves others.
    await setImmediate();
  }
}

async function queueOne(
  { db }: Memberships,
  scope: ScopeSettings,
  record: PersonRecord,
  now: number,
): Promise<void> {
  const { person, provisioning } = record;
  const outside = outsideOf(scope, record);
  const isOutside = provisioning.state === 'unmanaged';
  if (person.deleted !== null || isOutside === (outside !== null)) return;
  const update = afterWrite(record, person, now, outside);
  const owed = owesDeactivation(person, { ...provisioning, ...update }, outside);
  await queuePerson(db, record, update, { now, owed });
}

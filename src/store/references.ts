import type { Kysely } from 'kysely';
import type { Claim } from '../domain/adoption.ts';
import type { Person } from '../domain/person.ts';
import { keysOf } from './records.ts';
import type { Database } from './tables.ts';

/** What a reference may name, the surest first. */
const REFERENCE_COLUMNS = ['id', 'external_id_key', 'user_name_key', 'employee_number_key'] as const;

/**
 * Looks up which Concur UUID each reference stands for: see `ResolveReferences`. Of several people
 * with the same externalId, the oldest whom Concur holds.
 */
export async function resolve(
  db: Kysely<Database>,
  connection: string,
  references: readonly string[],
): Promise<ReadonlyMap<string, string | null>> {
  const wanted = [...new Set(references.map((reference) => reference.toLowerCase()))];
  if (wanted.length === 0) return new Map();
  const found = new Map<string, string>();
  for (const column of REFERENCE_COLUMNS) {
    const rows = await db
      .selectFrom('people')
      .innerJoin('provisionings', (join) =>
        join
          .onRef('provisionings.connection', '=', 'people.connection')
          .onRef('provisionings.person_id', '=', 'people.id'),
      )
      .select([`people.${column} as reference`, 'provisionings.concur_id'])
      .where('people.connection', '=', connection)
      .where('people.deleted', 'is', null)
      .where(`people.${column}`, 'in', wanted)
      .where('provisionings.concur_id', 'is not', null)
      .orderBy('people.created')
      .orderBy('people.id')
      .execute();
    for (const { reference, concur_id } of rows) {
      if (reference !== null && concur_id !== null && !found.has(reference)) found.set(reference, concur_id);
    }
  }
  return new Map(references.map((reference) => [reference, found.get(reference.toLowerCase()) ?? null]));
}

/**
 * Makes everybody due who waits for `person`, whom Concur now holds under a UUID: at once, and queued
 * if they rest.
 */
export async function wakeWaiting(db: Kysely<Database>, person: Person, now: number): Promise<void> {
  const keys = keysOf(person.resource);
  const references = [person.id, keys.externalIdKey, keys.userNameKey, keys.employeeNumberKey].filter(
    (reference) => reference !== null,
  );
  const waiting = db
    .updateTable('provisionings')
    .where('connection', '=', person.connection)
    .where('person_id', 'in', (row) =>
      row
        .selectFrom('waits')
        .select('waits.person_id')
        .where('waits.connection', '=', person.connection)
        .where('waits.reference', 'in', references),
    );
  await waiting.set({ due: now }).where('state', 'in', ['queued', 'sending', 'processing']).execute();
  await waiting
    .set({ state: 'queued', reason: null, lane: 'update', due: now })
    .set((row) => ({ pending_since: row.fn.coalesce('pending_since', row.val(now)) }))
    .where('state', 'in', ['partial', 'in_sync'])
    .execute();
}

/** Who here stands for these Concur users: see `ProvisioningStore.claims`. */
export async function claims(
  db: Kysely<Database>,
  connection: string,
  concurIds: readonly string[],
): Promise<ReadonlyMap<string, Claim>> {
  if (concurIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('provisionings')
    .innerJoin('people', (join) =>
      join
        .onRef('people.connection', '=', 'provisionings.connection')
        .onRef('people.id', '=', 'provisionings.person_id'),
    )
    .select(['provisionings.concur_id', 'provisionings.state', 'people.deleted'])
    .where('provisionings.connection', '=', connection)
    .where('provisionings.concur_id', 'in', concurIds)
    .execute();
  const found = new Map<string, Claim>();
  for (const { concur_id, state, deleted } of rows) {
    if (concur_id === null) continue;
    if (deleted === null) found.set(concur_id, 'person');
    else if (state !== 'in_sync' && !found.has(concur_id)) found.set(concur_id, 'leaving');
  }
  return found;
}

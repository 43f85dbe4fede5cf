import type { Kysely } from 'kysely';
import type { Person, PersonRecord } from '../domain/person.ts';
import type { Reports } from '../domain/reports.ts';
import { keysOf, keyText } from './keys.ts';
import { loadRecords, peopleWithProvisionings } from './records.ts';
import type { Database } from './tables.ts';

/** Finds people by what an admin calls them: see `Reports.search`. */
export async function search(
  db: Kysely<Database>,
  connection: string,
  { key, state, limit }: Parameters<Reports['search']>[0],
): Promise<readonly PersonRecord[]> {
  for (const which of ['living', 'deleted'] as const) {
    const found = await matching(db, connection, [key], which);
    const ids = found.filter((one) => state === undefined || one.state === state).map(({ id }) => id);
    if (found.length > 0) return await loadRecords(db, connection, ids.slice(0, limit));
  }
  return [];
}

/** Finds who had the keys of a person before them: see `Reports.earlier`. */
export async function earlier(db: Kysely<Database>, person: Person): Promise<readonly PersonRecord[]> {
  const { userName, employeeNumber, externalId } = keysOf(person.resource);
  const keys = [userName, employeeNumber, externalId].filter((key) => key !== null);
  const found = await matching(db, person.connection, keys, 'deleted');
  const before = found.filter(
    ({ id, deleted }) => id !== person.id && (person.deleted ?? Number.POSITIVE_INFINITY) >= (deleted ?? 0),
  );
  return await loadRecords(
    db,
    person.connection,
    before.map(({ id }) => id),
  );
}

/** Every key is looked up in an index of its own: a condition with `or` would walk through everybody. */
async function matching(
  db: Kysely<Database>,
  connection: string,
  keys: readonly string[],
  which: 'living' | 'deleted',
) {
  const texts = keys.map(keyText);
  const people = peopleWithProvisionings(db)
    .select(['people.id', 'people.deleted', 'provisionings.state'])
    .where('people.connection', '=', connection)
    .where('people.deleted', which === 'living' ? 'is' : 'is not', null);
  return await people
    .where('people.id', 'in', keys)
    .union(people.where('people.user_name_key', 'in', texts))
    .union(people.where('people.employee_number_key', 'in', texts))
    .union(people.where('people.external_id', 'in', keys))
    .union(
      people.where('people.id', 'in', (row) =>
        row
          .selectFrom('person_emails')
          .select('person_emails.person_id')
          .where('person_emails.connection', '=', connection)
          .where('person_emails.value_key', 'in', texts),
      ),
    )
    .orderBy('deleted', 'desc')
    .orderBy('id')
    .execute();
}

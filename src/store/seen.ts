import type { Kysely, RawBuilder } from 'kysely';
import type { SeenPerson } from '../domain/person.ts';
import { PERSON_COLUMNS, peopleWithProvisionings, toPerson } from './records.ts';
import { type Places, statement } from './statement.ts';
import type { Database } from './tables.ts';

/**
 * Reads a living person as SCIM clients see them; null when there is none. What Concur holds of them, most of all that
 * is stored of a person, is not read.
 */
export async function loadSeen(
  db: Kysely<Database>,
  connection: string,
  id: string,
): Promise<SeenPerson | null> {
  const [row] = await SEEN(db, { connection, id });
  return row === undefined ? null : toSeen(row);
}

/** Reads people as `loadSeen` does, in the order of `ids`; who is not here is left out. */
export async function loadAllSeen(
  db: Kysely<Database>,
  connection: string,
  ids: readonly string[],
): Promise<readonly SeenPerson[]> {
  const [first, ...others] = ids;
  if (first === undefined) return [];
  if (others.length === 0) {
    const person = await loadSeen(db, connection, first);
    return person === null ? [] : [person];
  }
  const rows = await selectSeen(db, connection).where('people.id', 'in', ids).execute();
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => byId.get(id) ?? []).map(toSeen);
}

function selectSeen(db: Kysely<Database>, connection: string | RawBuilder<string>) {
  return peopleWithProvisionings(db)
    .select([
      ...PERSON_COLUMNS,
      'provisionings.state',
      'provisionings.concur_id',
      'provisionings.pending_since',
      'provisionings.last_confirmed',
      'provisionings.last_error',
      'provisionings.last_request_id',
    ])
    .where('people.connection', '=', connection)
    .where('people.deleted', 'is', null);
}

const SEEN = statement((db, place: Places<{ connection: string; id: string }>) =>
  selectSeen(db, place('connection')).where('people.id', '=', place('id')),
);

type SeenRow = Awaited<ReturnType<ReturnType<typeof selectSeen>['execute']>>[number];

function toSeen(row: SeenRow): SeenPerson {
  return {
    person: toPerson(row),
    provisioning: {
      state: row.state,
      concurId: row.concur_id,
      lastRequestId: row.last_request_id,
      lastError: row.last_error,
      lastConfirmed: row.last_confirmed,
      pendingSince: row.pending_since,
    },
  };
}

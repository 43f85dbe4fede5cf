import type { Kysely } from 'kysely';
import type { PersonRecord } from '../domain/person.ts';
import type { Directory } from '../scim/directory.ts';
import { accept } from './accept.ts';
import { groups, groupsOf } from './groups.ts';
import { type Lists, lists } from './list.ts';
import { loadRecord, loadRecords } from './records.ts';
import type { Database } from './tables.ts';

/**
 * The people of one connection, as SCIM needs them.
 *
 * @param clock the time in ms since the epoch
 * @param newId makes the id of a new person or group, a UUID
 * @param made what lists are made with
 */
export function directory(
  db: Kysely<Database>,
  connection: string,
  clock: () => number,
  newId: () => string,
  made: Lists,
): Directory {
  const listPeople = lists(made, connection, 'people');
  return {
    accept: (writes) => accept(db, connection, writes, clock, newId),
    get: (id) => get(db, connection, id),
    list: async (query) => {
      const { items, ...page } = await listPeople(query);
      return { ...page, items: await loadRecords(db, connection, items) };
    },
    groupsOf: (ids) => groupsOf(db, connection, ids),
    groups: groups(db, connection, clock, newId, lists(made, connection, 'groups')),
  };
}

async function get(db: Kysely<Database>, connection: string, id: string): Promise<PersonRecord | null> {
  const record = await loadRecord(db, connection, id);
  return record === null || record.person.deleted !== null ? null : record;
}

import type { Kysely } from 'kysely';
import type { PersonRecord } from '../domain/person.ts';
import type { Directory, ListQuery, Page } from '../scim/directory.ts';
import { accept } from './accept.ts';
import { filterCondition } from './filter-sql.ts';
import { groups, groupsOf } from './groups.ts';
import { loadRecord, loadRecords } from './records.ts';
import type { Database } from './tables.ts';

/**
 * The people of one connection, as SCIM needs them.
 *
 * @param clock the time in ms since the epoch
 * @param newId makes the id of a new person, a UUID
 */
export function directory(
  db: Kysely<Database>,
  connection: string,
  clock: () => number,
  newId: () => string,
): Directory {
  return {
    accept: (writes) => accept(db, connection, writes, clock, newId),
    get: (id) => get(db, connection, id),
    list: (query) => list(db, connection, query),
    groupsOf: (ids) => groupsOf(db, connection, ids),
    groups: groups(db, connection, clock, newId),
  };
}

async function get(db: Kysely<Database>, connection: string, id: string): Promise<PersonRecord | null> {
  const record = await loadRecord(db, connection, id);
  return record === null || record.person.deleted !== null ? null : record;
}

async function list(
  db: Kysely<Database>,
  connection: string,
  { filter, paging }: ListQuery,
): Promise<Page<PersonRecord>> {
  const { count } = paging;
  const startIndex = paging.kind === 'index' ? paging.startIndex : 1;
  const all = living(db, connection);
  const matching = filter === null ? all : all.where((people) => filterCondition(people, connection, filter));
  const counted = await matching
    .select((people) => people.fn.countAll<number>().as('total'))
    .executeTakeFirst();
  const total = Number(counted?.total ?? 0);
  if (total === 0 || count <= 0) return { total, items: [], nextCursor: null };
  const page = await matching
    .select('people.id')
    .orderBy('people.created')
    .orderBy('people.id')
    .limit(count)
    // RFC 7644 §3.4.2.4: a startIndex below 1 is 1.
    .offset(Math.max(startIndex, 1) - 1)
    .execute();
  const ids = page.map(({ id }) => id);
  return { total, items: await loadRecords(db, connection, ids), nextCursor: null };
}

function living(db: Kysely<Database>, connection: string) {
  return db
    .selectFrom('people')
    .where('people.connection', '=', connection)
    .where('people.deleted', 'is', null);
}

import type { Kysely } from 'kysely';
import type { Directory } from '../scim/directory.ts';
import { accept } from './accept.ts';
import type { AccessSource } from './access.ts';
import { groupCommit } from './group-commit.ts';
import { groups, groupsOf } from './groups.ts';
import { type ListSources, listIdsOf } from './list.ts';
import { oneARound } from './one-a-round.ts';
import { loadRecord } from './records.ts';
import { outsideIn } from './scope.ts';
import { loadAllSeen, loadSeen } from './seen.ts';
import type { Database } from './tables.ts';

/** A page of more people than this waits for its turn: to show them takes a time that others would notice. */
const FEW = 10;

/**
 * The people of one connection, as SCIM needs them.
 *
 * @param clock the time in ms since the epoch
 * @param newId makes the id of a new person or group, a UUID
 * @param sources what lists and groups are read from
 */
export function directory(
  db: Kysely<Database>,
  connection: string,
  clock: () => number,
  newId: () => string,
  sources: ListSources & AccessSource,
): Directory {
  const commit = groupCommit(db);
  const findOutside = outsideIn({ engine: sources.engine, connection }, sources.scope);
  const listPeople = listIdsOf(sources, connection, 'people');
  const turn = oneARound();
  return {
    accept: (writes) =>
      commit((transaction) => accept(transaction, connection, writes, clock, newId, findOutside)),
    get: (id) => loadSeen(db, connection, id),
    record: async (id) => {
      const record = await loadRecord(db, connection, id);
      return record?.person.deleted === null ? record : null;
    },
    list: async (query) => {
      const { items: ids, ...page } = await listPeople(query);
      if (ids.length > FEW) await turn();
      // Somebody may have been deleted since the ids were read.
      return { ...page, items: await loadAllSeen(db, connection, ids) };
    },
    groupsOf: (ids) => groupsOf(sources, connection, ids),
    groups: groups(sources, connection, clock, newId, listIdsOf(sources, connection, 'groups'), commit),
  };
}

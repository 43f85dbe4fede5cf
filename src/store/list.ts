import type { CompiledQuery, Kysely } from 'kysely';
import type { ListQuery, Page } from '../scim/directory.ts';
import { invalidFilter } from '../scim/error.ts';
import type { FilterEngine } from './filter/engine.ts';
import { groupsHome } from './filter/groups.ts';
import type { Home } from './filter/home.ts';
import { peopleHome } from './filter/people.ts';
import type { SortKey } from './filter/sort.ts';
import { type ListCursors, type ListPlace, listName } from './list-cursor.ts';
import { type Effort, keptStatements, type ListStatements } from './list-statements.ts';
import type { Database } from './tables.ts';

/**
 * Lists the ids of the resources of one kind, in order: how many there are, those of the page, and where the next page
 * begins. Fails as `Directory.list` does.
 */
export type ListIds = (query: ListQuery) => Promise<Page<string>>;

/** Reads the rows of each query, one query after the other; after the first that finds none it stops. */
export type Read = (queries: readonly CompiledQuery[]) => Promise<readonly (readonly unknown[])[]>;

/** What lists and groups are read from. */
export interface ListSources {
  readonly db: Kysely<Database>;
  readonly engine: FilterEngine;
  readonly cursors: ListCursors;
  /** The ways to read, by what they are for. */
  readonly read: Readonly<Record<Effort, Read>>;
}

/** Lists the ids of the resources of one kind of a connection. */
export function listIdsOf(sources: ListSources, connection: string, table: Home['table']): ListIds {
  const homeOf = table === 'people' ? peopleHome : groupsHome;
  const home = homeOf(sources.engine, connection);
  const statementsOf = keptStatements(sources, connection, home);
  return async (query) => {
    const { paging } = query;
    const name = () => listName(connection, table, query);
    const place =
      paging.kind === 'cursor' && paging.cursor !== null ? sources.cursors.read(name(), paging.cursor) : null;
    const statements = statementsOf(query, place?.last ?? null);
    const read = sources.read[statements.effort];
    const { total, rows } = await readList(read, statements, paging, place).catch((error: unknown) => {
      if (query.filter === null || !sources.engine.isTooComplex(error)) throw error;
      throw invalidFilter('The filter is nested too deeply, or has too many parts.', error);
    });
    // RFC 9865 §2: count 0 asks for totalResults alone. A cursor would let a client that follows it go on for ever.
    const last = paging.kind === 'cursor' && rows.length > paging.count ? rows[paging.count - 1] : undefined;
    return {
      total,
      items: rows.slice(0, paging.count).map(({ id }) => id),
      nextCursor: last === undefined ? null : sources.cursors.write(name(), { last, total }),
    };
  };
}

/** Reads in place, on the connection of all other reads. */
export function readHere(db: Kysely<Database>): Read {
  return async (queries) => {
    const read: (readonly unknown[])[] = [];
    for (const query of queries) {
      const { rows } = await db.executeQuery(query);
      read.push(rows);
      if (rows.length === 0) break;
    }
    return read;
  };
}

/** Reads how many there are, which later pages know from the first, and the page with the item after it. */
async function readList(
  read: Read,
  { total, page, effort }: ListStatements,
  paging: ListQuery['paging'],
  place: ListPlace | null,
): Promise<{ readonly total: number; readonly rows: readonly SortKey[] }> {
  if (place !== null) {
    const [rows = []] = paging.count > 0 ? await read([page]) : [];
    return { total: place.total, rows: rows as readonly SortKey[] };
  }
  const isFirst = paging.kind === 'index' ? paging.startIndex <= 1 : paging.cursor === null;
  // The first page of a lookup mostly holds all, and tells how many they are.
  if (effort === 'nothing' && isFirst && paging.count > 0) {
    const [found = []] = await read([page]);
    if (found.length <= paging.count) return { total: found.length, rows: found as readonly SortKey[] };
  }
  const [totals = [], rows = []] = await read(paging.count > 0 ? [total, page] : [total]);
  // The rows are those of the statements, which the compiler does not know.
  const [counted] = totals as readonly { total: number }[];
  return { total: Number(counted?.total ?? 0), rows: rows as readonly SortKey[] };
}

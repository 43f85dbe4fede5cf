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
import { rowsOf } from './statement.ts';
import type { Database } from './tables.ts';

/**
 * Lists the ids of the resources of one kind, in order: how many there are, those of the page, and where the next page
 * begins. Fails as `Directory.list` does.
 */
export type ListIds = (query: ListQuery) => Promise<Page<string>>;

/**
 * Reads the rows of each query, one query after the other; after the first that finds fewer than `fewest` it stops: after
 * one that finds none where nothing else is said.
 */
export type Read = (
  queries: readonly CompiledQuery[],
  fewest?: number,
) => Promise<readonly (readonly unknown[])[]>;

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
  return async (queries, fewest = 1) => {
    const read: (readonly unknown[])[] = [];
    for (const query of queries) {
      const rows = await rowsOf(db, query);
      read.push(rows);
      if (rows.length < fewest) break;
    }
    return read;
  };
}

/**
 * Reads how many there are, and the page with the item after it. Later pages by cursor know the former from the first,
 * and a first page that is the last tells it by itself: to count those who match can take as long as to find them.
 */
async function readList(
  read: Read,
  { total, page }: ListStatements,
  paging: ListQuery['paging'],
  place: ListPlace | null,
): Promise<{ readonly total: number; readonly rows: readonly SortKey[] }> {
  const { count } = paging;
  // The rows are those of the statements, which the compiler does not know.
  const pageOf = (rows: readonly unknown[] = []) => rows as readonly SortKey[];
  const totalOf = (rows: readonly unknown[] = []) =>
    Number((rows as readonly { total: number }[])[0]?.total ?? 0);
  if (place !== null) return { total: place.total, rows: count > 0 ? pageOf((await read([page]))[0]) : [] };
  if (count === 0) return { total: totalOf((await read([total]))[0]), rows: [] };
  if (paging.kind === 'index' && paging.startIndex > 1) {
    const [totals, rows] = await read([total, page]);
    return { total: totalOf(totals), rows: pageOf(rows) };
  }
  const [rows, totals] = await read([page, total], count + 1);
  // Where reading is in place another process may have written in between: there are no fewer than were seen.
  return { total: Math.max(totalOf(totals), pageOf(rows).length), rows: pageOf(rows) };
}

import { type CompiledQuery, type Kysely, sql } from 'kysely';
import type { ListQuery, Page } from '../scim/directory.ts';
import { invalidFilter } from '../scim/error.ts';
import type { Condition } from './filter/condition.ts';
import type { FilterEngine } from './filter/engine.ts';
import { groupsHome } from './filter/groups.ts';
import { type Home, inTime } from './filter/home.ts';
import { peopleHome } from './filter/people.ts';
import { orderOf, type SortKey } from './filter/sort.ts';
import { translate } from './filter/translate.ts';
import { type ListCursors, listName } from './list-cursor.ts';
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

/** What a lookup may weigh to be made in place, where nothing ends it: some columns of those whom a unique index knows. */
const LIGHT = 8;

/** What a filter may weigh not to be a search, however few it is asked of: some values of what an index found. */
const MODERATE = 100;

/**
 * What reading takes: nothing that anybody would notice, so that it is done in place; moments, as a page of everybody
 * with their number does; or a search through everybody, or through all that a few have. The latter two are read apart
 * from everything else, and from each other, in one snapshot, and not for ever.
 */
type Effort = 'nothing' | 'moments' | 'search';

/** Lists the ids of the resources of one kind of a connection. */
export function listIdsOf(sources: ListSources, connection: string, table: Home['table']): ListIds {
  const homeOf = table === 'people' ? peopleHome : groupsHome;
  const home = homeOf(sources.engine, connection);
  return (query) => list(sources, connection, home, query);
}

/** The queries that a list is read with. */
export interface ListStatements {
  readonly total: CompiledQuery<{ total: number }>;
  readonly page: CompiledQuery<{ id: string; created: number; value: SortKey['value'] }>;
  readonly effort: Effort;
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

function matching(
  { db, engine }: Pick<ListSources, 'db' | 'engine'>,
  connection: string,
  table: Home['table'],
  condition: Condition | null,
) {
  const living = db
    .selectFrom(table)
    .where(sql.ref(`${table}.connection`), '=', connection)
    .where(sql.ref(`${table}.deleted`), 'is', null);
  if (condition === null) return living;
  return living.where(inTime(engine, condition).sql);
}

async function list(
  sources: ListSources,
  connection: string,
  home: Home,
  query: ListQuery,
): Promise<Page<string>> {
  const { paging } = query;
  const name = () => listName(connection, home.table, query);
  const after =
    paging.kind === 'cursor' && paging.cursor !== null ? sources.cursors.read(name(), paging.cursor) : null;
  const { total, page, effort } = listStatements(sources, connection, home, query, after);
  const queries = paging.count > 0 ? [total, page] : [total];
  const [totals = [], rows = []] = await sources.read[effort](queries).catch((error: unknown) => {
    if (query.filter === null || !sources.engine.isTooComplex(error)) throw error;
    throw invalidFilter('The filter is nested too deeply, or has too many parts.', error);
  });
  // The rows are those of the statements, which the compiler does not know.
  const found = rows as readonly { id: string; created: number; value: SortKey['value'] }[];
  const [counted] = totals as readonly { total: number }[];
  // RFC 9865 §2: count 0 asks for totalResults alone. A cursor would let a client that follows it go on for ever.
  const last = paging.kind === 'cursor' && found.length > paging.count ? found[paging.count - 1] : undefined;
  return {
    total: Number(counted?.total ?? 0),
    items: found.slice(0, paging.count).map(({ id }) => id),
    nextCursor: last === undefined ? null : sources.cursors.write(name(), last),
  };
}

/**
 * The queries for the number of all that match, none when nobody does, and for the page, by cursor with the item
 * after it.
 *
 * @param after the last item that was shown before the page
 */
export function listStatements(
  { db, engine }: Pick<ListSources, 'db' | 'engine'>,
  connection: string,
  home: Home,
  { filter, sort, paging }: ListQuery,
  after: SortKey | null,
): ListStatements {
  const condition = filter === null ? null : translate(engine, home, connection, filter);
  const order = orderOf(engine, home, sort);
  const all = matching({ db, engine }, connection, home.table, condition);
  const listed = sort === null || condition !== null ? all : all.where(engine.withinTime());
  let page = listed
    .select((row) => [row.ref('id').as('id'), row.ref('created').as('created')])
    .select((order.value ?? sql<null>`null`).as('value'))
    .orderBy(sql.join([...order.terms]));
  if (after !== null) page = page.where(order.after(after));
  page =
    paging.kind === 'cursor'
      ? page.limit(paging.count + 1)
      : // RFC 7644 §3.4.2.4: a startIndex below 1 is 1.
        page.limit(paging.count).offset(Math.max(paging.startIndex, 1) - 1);
  return {
    total: all
      .select((row) => row.fn.countAll<number>().as('total'))
      .having((row) => row(row.fn.countAll(), '>', 0))
      .compile(),
    page: page.compile(),
    effort: effortOf(condition, sort),
  };
}

/** Identity providers page through everybody oldest first, and look people up by an address: no search delays that. */
function effortOf(condition: Condition | null, sort: ListQuery['sort']): Effort {
  if (condition === null) return sort === null ? 'moments' : 'search';
  if (condition.weight > MODERATE) return 'search';
  switch (condition.reach) {
    case 'few':
      return condition.weight > LIGHT ? 'moments' : 'nothing';
    case 'some':
      return 'moments';
    case 'many':
    case 'all':
      return 'search';
  }
}

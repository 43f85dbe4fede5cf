import { type CompiledQuery, type Kysely, sql } from 'kysely';
import type { ListQuery } from '../scim/directory.ts';
import type { Condition } from './filter/condition.ts';
import type { FilterEngine } from './filter/engine.ts';
import { type Home, inTime } from './filter/home.ts';
import { type Asked, Later, withValues } from './filter/later.ts';
import { numbered, shapeOf } from './filter/shape.ts';
import { orderOf, type SortKey } from './filter/sort.ts';
import { translate } from './filter/translate.ts';
import type { Database } from './tables.ts';
import { talliedPlace, talliedTotal } from './tallies.ts';

/** What a lookup may weigh to be made in place, where nothing ends it: some columns of those whom a unique index knows. */
const LIGHT = 8;

/** What a filter may weigh not to be a search, however few it is asked of: some values of what an index found. */
const MODERATE = 100;

/** Shapes of lists whose statements are kept: a client may make up any number of them. */
const SHAPES = 200;

/** The longest shape of a filter that is kept, in characters: the statements of a long one take up megabytes. */
const LONGEST_SHAPE = 500;

/**
 * What reading takes: nothing that anybody would notice, so that it is done in place; moments, as a page of everybody
 * with their number does; or a search through everybody, or through all that a few have. The latter two are read apart
 * from everything else, and from each other, in one snapshot, and not for ever.
 */
export type Effort = 'nothing' | 'moments' | 'search';

/** The queries that a list is read with. */
export interface ListStatements {
  readonly total: CompiledQuery<{ total: number }>;
  readonly page: CompiledQuery<{ id: string; created: number; value: SortKey['value'] }>;
  readonly effort: Effort;
}

interface StatementSources {
  readonly db: Kysely<Database>;
  readonly engine: FilterEngine;
}

/**
 * Makes the queries of lists as `listStatements` does. An identity provider asks the same of one person after the other,
 * and to compile a lookup takes several times as long as to run it: the queries are kept for filters that differ in what
 * `eq` compares with alone.
 */
export function keptStatements(
  sources: StatementSources,
  connection: string,
  home: Home,
): (query: ListQuery, after: SortKey | null) => ListStatements {
  const kept = new Map<string, ListStatements>();
  return (query, after) => {
    const { filter, sort, paging } = query;
    const shape = filter === null || after !== null ? null : shapeOf(filter);
    if (filter === null || shape === null || shape.text.length > LONGEST_SHAPE) {
      return listStatements(sources, connection, home, query, after);
    }
    const order = sort === null ? '' : `${sort.reference.path} ${sort.order}`;
    const key = `${paging.kind} ${order} ${shape.text}`;
    let statements = kept.get(key);
    if (statements === undefined) {
      statements = compiled(sources, connection, home, { ...query, filter: numbered(filter) }, after);
      if (kept.size >= SHAPES) kept.clear();
      kept.set(key, statements);
    }
    return asked(statements, paging, (place) => shape.values[Number(place)] ?? place);
  };
}

/**
 * The queries for the number of all that match, none when nobody does, and for the page with the item after it.
 *
 * @param after the last item that was shown before the page
 */
export function listStatements(
  sources: StatementSources,
  connection: string,
  home: Home,
  query: ListQuery,
  after: SortKey | null,
): ListStatements {
  return asked(compiled(sources, connection, home, query, after), query.paging, (wanted) => wanted);
}

function asked(
  { total, page, effort }: ListStatements,
  paging: ListQuery['paging'],
  wantedFor: Asked['wantedFor'],
): ListStatements {
  // RFC 7644 §3.4.2.4: a startIndex below 1 is 1.
  const offset = paging.kind === 'index' ? Math.max(paging.startIndex, 1) - 1 : 0;
  const values: Asked = { wantedFor, limit: paging.count + 1, offset };
  return { total: withValues(total, values), page: withValues(page, values), effort };
}

/** The queries before the values are put in. */
function compiled(
  { db, engine }: StatementSources,
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
    .orderBy(sql.join([...order.terms]))
    .limit(sql<number>`${new Later(({ limit }) => limit)}`);
  if (after !== null) page = page.where(order.after(after));
  if (paging.kind === 'index') {
    const offset = sql<number>`${new Later((asked) => asked.offset)}`;
    const place = filter === null && sort === null ? talliedPlace(connection, home.table, offset) : null;
    page = place === null ? page.offset(offset) : page.where(place.since).offset(place.offset);
  }
  const total =
    filter === null
      ? talliedTotal(db, connection, home.table)
      : all
          .select((row) => row.fn.countAll<number>().as('total'))
          .having((row) => row(row.fn.countAll(), '>', 0));
  return {
    total: total.compile(),
    page: page.compile(),
    effort: effortOf(condition, sort),
  };
}

function matching(
  { db, engine }: StatementSources,
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

import { type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Database } from './tables.ts';

type Kind = Database['tallies']['kind'];

/**
 * The spans of the tallies, in ms, as the migration has them. Each holds so few of the next that to add them up takes next
 * to no time.
 */
const SPANS = [2_764_800_000, 86_400_000, 1_800_000, 60_000, 2_000] as const;

/** Where in the order of creation the rows of a page are to be looked for. */
export interface TalliedPlace {
  /** The condition that a row was created in the same two seconds as the first of the page, or later. */
  readonly since: RawBuilder<SqlBool>;
  /** How many of those rows come before the page. */
  readonly offset: RawBuilder<number>;
}

/** All living people or groups of a connection: one row, none when there is nobody. */
export function talliedTotal(db: Kysely<Database>, connection: string, kind: Kind) {
  return db
    .selectFrom('tallies')
    .select((row) => row.fn.sum<number>('living').as('total'))
    .where('connection', '=', connection)
    .where('kind', '=', kind)
    .where('span', '=', SPANS[0])
    .having((row) => row(row.fn.sum('living'), '>', 0));
}

/**
 * Finds the row, oldest first, before which there are `offset` others, without walking through more of those than were
 * created in the same two seconds.
 */
export function talliedPlace(connection: string, kind: Kind, offset: RawBuilder<number>): TalliedPlace {
  let place = sql`select 0 as since, ${sql.lit(Number.MAX_SAFE_INTEGER)} as until, 0 as earlier`;
  for (const span of SPANS) {
    place = sql`
      select since, since + ${sql.lit(span)} as until, earlier from (
        select tallies.since, whole.earlier + sum(living) over (order by tallies.since) - living as earlier
        from (${place}) as whole cross join tallies
        where connection = ${connection} and kind = ${kind} and span = ${sql.lit(span)}
          and tallies.since >= whole.since and tallies.since < whole.until) as tallied
      where earlier <= ${offset} order by since desc limit 1`;
  }
  return {
    since: sql<SqlBool>`${sql.ref(`${kind}.created`)} >= (select since from (${place}) as place)`,
    offset: sql<number>`${offset} - coalesce((select earlier from (${place}) as place), 0)`,
  };
}

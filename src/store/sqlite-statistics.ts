import { type Kysely, sql } from 'kysely';
import type { Database } from './tables.ts';

/** The size that plans are made for. A small database does not notice a plan made for a large one. */
const ROWS = 1_000_000;

/** Columns with few different values. Any other column, but `connection`, all but identifies a row. */
const FEW_VALUES: ReadonlySet<string> = new Set([
  'active',
  'deleted',
  'kind',
  'lane',
  'span',
  'state',
  'type',
]);

/**
 * Tells SQLite's planner once and for all how selective each index is (`sqlite_stat1`). Without
 * statistics it takes `connection`, which is the same in every row, for selective, and then answers a
 * filter by externalId, or a look for whoever waits for a person, by walking through everybody; with
 * `ANALYZE` alone the plans would depend on how full the database was when that ran.
 */
export async function writeStatistics(db: Kysely<Database>): Promise<void> {
  await sql`analyze`.execute(db);
  await sql`delete from sqlite_stat1`.execute(db);
  const { rows } = await sql<{ table: string; index: string; unique: number; columns: string }>`
    select tables.name as "table", indexes.name as "index", indexes."unique" as "unique",
      (select group_concat(name) from (select name from pragma_index_info(indexes.name) order by seqno)) as columns
    from sqlite_schema as tables, pragma_index_list(tables.name) as indexes
    where tables.type = 'table'`.execute(db);
  for (const { table, index, unique, columns } of rows) {
    const statistics = statisticsOf(columns.split(','), unique === 1);
    await sql`insert into sqlite_stat1 (tbl, idx, stat) values (${table}, ${index}, ${statistics})`.execute(
      db,
    );
  }
  await sql`analyze sqlite_schema`.execute(db);
}

/** The rows of the index, then how many rows have the same first column, the same first two, and so on. */
function statisticsOf(columns: readonly string[], unique: boolean): string {
  const equal = [ROWS];
  for (const column of columns) {
    const before = equal.at(-1) ?? ROWS;
    if (column === 'connection') equal.push(before);
    else equal.push(FEW_VALUES.has(column) ? Math.ceil(before / 8) : Math.min(before, 4));
  }
  if (unique) equal[equal.length - 1] = 1;
  return equal.join(' ');
}

import { type Kysely, sql } from 'kysely';

/** The lengths of time that are tallied, in ms: 32 days, a day, half an hour, a minute, two seconds. */
const SPANS = [2_764_800_000, 86_400_000, 1_800_000, 60_000, 2_000];

/** What makes somebody one of the living, or one of them no longer. When they were created never changes. */
const EVENTS = [
  ['inserted', 'insert', 'new', 'new.deleted is null', 1],
  ['revived', 'update of deleted', 'new', 'old.deleted is not null and new.deleted is null', 1],
  ['ended', 'update of deleted', 'new', 'old.deleted is null and new.deleted is not null', -1],
  ['removed', 'delete', 'old', 'old.deleted is null', -1],
] as const;

/** How many living people and groups were created in each span; the database itself counts whoever comes and goes. */
export async function createTallies(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('tallies')
    .addColumn('connection', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('span', 'bigint', (column) => column.notNull())
    .addColumn('since', 'bigint', (column) => column.notNull())
    .addColumn('living', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('tallies_pk', ['connection', 'kind', 'span', 'since'])
    .addCheckConstraint('tallies_kind_check', sql`kind in ('people', 'groups')`)
    .addCheckConstraint('tallies_living_check', sql`living >= 0`)
    .execute();
  for (const kind of ['people', 'groups']) {
    for (const [name, event, row, condition, by] of EVENTS) {
      const created = sql.ref(`${row}.created`);
      const keys = SPANS.map(
        (span) =>
          sql`${sql.ref(`${row}.connection`)}, ${sql.lit(kind)}, ${sql.lit(span)}, ${created} - ${created} % ${sql.lit(span)}`,
      );
      const change =
        by === 1
          ? sql`insert into tallies (connection, kind, span, since, living)
              values ${sql.join(keys.map((key) => sql`(${key}, 1)`))}
              on conflict (connection, kind, span, since) do update set living = living + 1`
          : sql`update tallies set living = living - 1
              where (connection, kind, span, since) in (values ${sql.join(keys.map((key) => sql`(${key})`))})`;
      await sql`create trigger ${sql.id(`${kind}_${name}`)} after ${sql.raw(event)} on ${sql.table(kind)}
        when ${sql.raw(condition)} begin ${change}; end`.execute(db);
    }
  }
}

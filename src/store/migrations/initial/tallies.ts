import { type Kysely, type RawBuilder, sql } from 'kysely';

const SPANS = [
  ['32_days', 2_764_800_000],
  ['day', 86_400_000],
  ['30_minutes', 1_800_000],
  ['minute', 60_000],
  ['2_seconds', 2_000],
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
    for (const [name, span] of SPANS) {
      const tally = sql`new.connection, ${sql.lit(kind)}, ${sql.lit(span)}, new.created - new.created % ${sql.lit(span)}`;
      await trigger(
        db,
        sql`${sql.id(`${kind}_come_${name}`)} after insert on ${sql.table(kind)} when new.deleted is null`,
        sql`insert into tallies (connection, kind, span, since, living) values (${tally}, 1)
          on conflict (connection, kind, span, since) do update set living = living + 1`,
      );
      await trigger(
        db,
        sql`${sql.id(`${kind}_go_${name}`)} after update of deleted on ${sql.table(kind)}
          when old.deleted is null and new.deleted is not null`,
        sql`update tallies set living = living - 1 where (connection, kind, span, since) = (${tally})`,
      );
    }
  }
}

async function trigger(
  db: Kysely<unknown>,
  event: RawBuilder<unknown>,
  change: RawBuilder<unknown>,
): Promise<void> {
  await sql`create trigger ${event} begin ${change}; end`.execute(db);
}

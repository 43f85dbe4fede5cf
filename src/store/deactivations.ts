import { type Kysely, sql } from 'kysely';
import type { Deactivations } from '../domain/reports.ts';
import type { Read } from './list.ts';
import type { Database } from './tables.ts';

/** How long a confirmed deactivation is kept, in ms. */
const KEPT = 30 * 24 * 3_600_000;

/** The time that a report is about, in ms. */
const DAY = 24 * 3_600_000;

/** Keeps how long a deactivation took that Concur has confirmed now; nothing where none was open. */
export async function keepDeactivation(
  db: Kysely<Database>,
  connection: string,
  personId: string,
  now: number,
): Promise<void> {
  const columns = ['connection', 'person_id', 'accepted_at', 'confirmed_at'] as const;
  const added = await db
    .insertInto('deactivations')
    .columns(columns)
    .expression((row) =>
      row
        .selectFrom('provisionings')
        .select((one) => [
          'connection',
          'person_id',
          one.fn.coalesce('deactivation_since', one.val(now)).as('accepted_at'),
          one.val(now).as('confirmed_at'),
        ])
        .where('connection', '=', connection)
        .where('person_id', '=', personId)
        .where('deactivation_since', 'is not', null),
    )
    .executeTakeFirst();
  if (added.numInsertedOrUpdatedRows === 0n) return;
  await db
    .deleteFrom('deactivations')
    .where('connection', '=', connection)
    .where('confirmed_at', '<', now - KEPT)
    .execute();
}

/** How long the deactivations took that Concur confirmed in the last 24 hours; by the nearest rank. */
export async function deactivations(
  db: Kysely<Database>,
  readApart: Read,
  connection: string,
  now: number,
): Promise<Deactivations> {
  const query = sql<Ranked>`
    select duration, place, people
    from (
      select duration, row_number() over (order by duration) as place, count(*) over () as people
      from (
        select confirmed_at - accepted_at as duration
        from deactivations
        where connection = ${connection} and confirmed_at > ${now - DAY}
      ) as durations
    ) as ranked
    where place in ((people + 1) / 2, (people * 99 + 99) / 100)
    order by place`;
  const [rows = []] = (await readApart([query.compile(db)])) as [Ranked[]?];
  const [median] = rows;
  const slowest = rows.at(-1);
  return {
    confirmed: Number(median?.people ?? 0),
    p50: median === undefined ? null : Number(median.duration),
    p99: slowest === undefined ? null : Number(slowest.duration),
  };
}

interface Ranked {
  readonly duration: number;
  readonly people: number;
}

import type { Kysely } from 'kysely';
import type { DeactivationGuard } from '../domain/connection.ts';
import { guardSentence, type KnownLoss, type Losses } from '../domain/loss.ts';
import type { Admission, AskedLoss, Lease } from '../domain/ports.ts';
import { heldUnder } from './leases.ts';
import { fromJson } from './records.ts';
import type { Database } from './tables.ts';

/** The share of the active people counts only for more than so many. */
const FEW = 10;

/** The longest time that a guard may count in (`deactivationGuard.within`), in ms. */
const LONGEST = 7 * 24 * 3_600_000;

/**
 * Asks the guard about losses of access: see `ProvisioningStore.admitLosses`. It counts people, not losses: whoever was
 * counted within the time is not counted again, but counts from now on.
 */
export async function admitLosses(
  db: Kysely<Database>,
  connection: string,
  asked: readonly AskedLoss[],
  guard: DeactivationGuard,
  lease: Lease,
  now: number,
): Promise<Admission> {
  return await db.transaction().execute(async (transaction) => {
    await takeTurn(transaction, connection);
    await forgetOld(transaction, connection, now);
    const ids = asked.map(({ personId }) => personId);
    const ours = await heldUnder(transaction, connection, ids, lease.token, now);
    const known = await lossesOf(transaction, connection, [...ours]);
    const counted = await countedSince(transaction, connection, now - guard.within, ids);
    const limit = await limitOf(transaction, connection, guard, counted, ids.length);
    const losses = new Map<string, Losses>();
    let people = counted.people;
    let held = 0;
    for (const { personId, keys } of asked) {
      const before = known.get(personId);
      if (before === undefined) continue;
      // What was decided before stands.
      const open = keys.filter((key) => before[key] === undefined);
      const isCounted = counted.among.has(personId);
      const isAdmitted = isCounted || people < limit;
      const loss: KnownLoss = isAdmitted
        ? { state: 'counted', at: now }
        : { state: 'held', at: now, why: guardSentence(people, limit, guard.within) };
      const after = { ...before, ...Object.fromEntries(open.map((key) => [key, loss])) };
      losses.set(personId, after);
      if (open.length === 0) continue;
      if (!isAdmitted) held += 1;
      else if (!isCounted) people += 1;
      if (isAdmitted) await count(transaction, connection, personId, now);
      await keep(transaction, connection, personId, after);
    }
    return { losses, held };
  });
}

/** How many people the guard holds: see `ProvisioningStore.heldByGuard`. */
export async function heldByGuard(db: Kysely<Database>, connection: string): Promise<number> {
  const row = await db
    .selectFrom('provisionings')
    .select((one) => one.fn.countAll<number>().as('people'))
    .where('connection', '=', connection)
    .where('reason', '=', 'guard')
    .executeTakeFirst();
  return Number(row?.people ?? 0);
}

/** One at a time of all processes: the next sees what this one counted. */
async function takeTurn(db: Kysely<Database>, connection: string): Promise<void> {
  await db
    .updateTable('connections')
    .set((row) => ({ created: row.ref('created') }))
    .where('name', '=', connection)
    .execute();
}

async function forgetOld(db: Kysely<Database>, connection: string, now: number): Promise<void> {
  await db
    .deleteFrom('counted_losses')
    .where('connection', '=', connection)
    .where('at', '<=', now - LONGEST)
    .execute();
}

async function lossesOf(
  db: Kysely<Database>,
  connection: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Losses>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('provisionings')
    .select(['person_id', 'losses'])
    .where('connection', '=', connection)
    .where('person_id', 'in', ids)
    .execute();
  return new Map(rows.map(({ person_id, losses }) => [person_id, fromJson<Losses>(losses)]));
}

/** Who was counted after a time. */
interface Counted {
  readonly from: number;
  readonly people: number;
  /** Those of them who are asked for again. */
  readonly among: ReadonlySet<string>;
}

async function countedSince(
  db: Kysely<Database>,
  connection: string,
  from: number,
  ids: readonly string[],
): Promise<Counted> {
  const counted = db.selectFrom('counted_losses').where('connection', '=', connection).where('at', '>', from);
  const all = await counted.select((row) => row.fn.countAll<number>().as('people')).executeTakeFirst();
  const rows = await counted.select('person_id').where('person_id', 'in', ids).execute();
  return {
    from,
    people: Number(all?.people ?? 0),
    among: new Set(rows.map(({ person_id }) => person_id)),
  };
}

/** The most people who may lose access within the time: one at least, or a share of few would hold every leaver. */
async function limitOf(
  db: Kysely<Database>,
  connection: string,
  { people, percent }: DeactivationGuard,
  counted: Counted,
  asked: number,
): Promise<number> {
  const most = people ?? Number.POSITIVE_INFINITY;
  if (percent === null) return most;
  // Of so many active people all who are asked for may go: there is no need to count any further.
  const enough = Math.max(FEW + 1, Math.ceil((Math.min(most, counted.people + asked) * 100) / percent));
  const active = (await countActive(db, connection, enough)) + (await countGone(db, connection, counted));
  return active > FEW ? Math.min(most, Math.max(1, Math.floor((active * percent) / 100))) : most;
}

/** How many people Concur holds active; no more than `enough` are counted. */
async function countActive(db: Kysely<Database>, connection: string, enough: number): Promise<number> {
  const some = db
    .selectFrom('provisionings')
    .select('person_id')
    .where('connection', '=', connection)
    .where('has_access', 'is not', null)
    .limit(enough);
  const row = await db
    .selectFrom(some.as('active'))
    .select((one) => one.fn.countAll<number>().as('people'))
    .executeTakeFirst();
  return Number(row?.people ?? 0);
}

/** How many of those who were counted are no longer active. */
async function countGone(
  db: Kysely<Database>,
  connection: string,
  { from, people }: Counted,
): Promise<number> {
  if (people === 0) return 0;
  const row = await db
    .selectFrom('counted_losses')
    .innerJoin('provisionings', (join) =>
      join
        .onRef('provisionings.connection', '=', 'counted_losses.connection')
        .onRef('provisionings.person_id', '=', 'counted_losses.person_id'),
    )
    .select((one) => one.fn.countAll<number>().as('people'))
    .where('counted_losses.connection', '=', connection)
    .where('counted_losses.at', '>', from)
    .where('provisionings.has_access', 'is', null)
    .executeTakeFirst();
  return Number(row?.people ?? 0);
}

async function count(db: Kysely<Database>, connection: string, personId: string, now: number): Promise<void> {
  await db
    .insertInto('counted_losses')
    .values({ connection, person_id: personId, at: now })
    .onConflict((conflict) => conflict.columns(['connection', 'person_id']).doUpdateSet({ at: now }))
    .execute();
}

async function keep(
  db: Kysely<Database>,
  connection: string,
  personId: string,
  losses: Losses,
): Promise<void> {
  await db
    .updateTable('provisionings')
    .set({ losses: JSON.stringify(losses) })
    .where('connection', '=', connection)
    .where('person_id', '=', personId)
    .execute();
}

import type { Kysely, Updateable } from 'kysely';
import type { Claim } from '../domain/adoption.ts';
import { SPEND_ROLE } from '../domain/extensions.ts';
import type { Person, PersonRecord, Provisioning } from '../domain/person.ts';
import type { Commit, ProvisioningUpdate } from '../domain/ports.ts';
import { extensionOf } from '../domain/profile.ts';
import { claims, handOver, releaseFormerHolders } from './claims.ts';
import { keepDeactivation } from './deactivations.ts';
import { heldUnder } from './leases.ts';
import { voidLostCreates } from './lost-creates.ts';
import { updateOperations } from './operations.ts';
import { toProvisioningColumns } from './person-rows.ts';
import { pendingSince } from './queueing.ts';
import { resolve, wakeRefused } from './references.ts';
import {
  type Turn,
  voidApproverRefusals,
  wakeManaged,
  wakeRelated,
  wakeWaiting,
  writeRelations,
} from './relations.ts';
import { updateRequest } from './requests.ts';
import { changedOf, statementOfColumns } from './statement.ts';
import type { Database } from './tables.ts';

const updateColumns = statementOfColumns<
  Updateable<Database['provisionings']>,
  { whose: string; id: string }
>((db, columns, place) =>
  db
    .updateTable('provisionings')
    .set(columns)
    .where('connection', '=', place('whose'))
    .where('person_id', '=', place('id')),
);

/**
 * Writes one step of the worker in one transaction: see `ProvisioningStore.commit`. A step about a
 * request that is over, or that another worker took over, writes nothing at all.
 *
 * @param load reads people inside the transaction, in the order of their ids
 */
export async function commit(
  db: Kysely<Database>,
  connection: string,
  step: Commit,
  now: number,
  load: (db: Kysely<Database>, ids: readonly string[]) => Promise<readonly PersonRecord[]>,
): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    const { request, lease } = step;
    const requestLease = step.requestLease ?? lease;
    const isWritten =
      request === undefined || (await updateRequest(transaction, connection, request, requestLease, now));
    if (!isWritten) return;
    await updateOperations(transaction, connection, step.operations ?? []);
    const people =
      lease === undefined
        ? new Set(step.people)
        : await heldUnder(transaction, connection, step.people, lease, now);
    const holders = await holdersOf(transaction, connection, step.holdersOf ?? []);
    const held = [...new Set([...step.people.filter((person) => people.has(person)), ...holders])];
    const written: Written[] = [];
    for (const record of await load(transaction, held)) {
      written.push(await commitPerson(transaction, record, step, now));
    }
    // Once all are written: none of them was decided about with what is seen now of the others.
    for (const one of written) await wakeOthers(transaction, one, now);
  });
}

async function holdersOf(
  db: Kysely<Database>,
  connection: string,
  concurIds: readonly string[],
): Promise<readonly string[]> {
  if (concurIds.length === 0) return [];
  const rows = await db
    .selectFrom('provisionings')
    .select('person_id')
    .where('connection', '=', connection)
    .where('concur_id', 'in', concurIds)
    .execute();
  return rows.map(({ person_id }) => person_id);
}

/** What was written about one person. */
interface Written {
  readonly record: PersonRecord;
  readonly update: ProvisioningUpdate;
  readonly turn: Turn;
}

async function commitPerson(
  db: Kysely<Database>,
  record: PersonRecord,
  { decide }: Commit,
  now: number,
): Promise<Written> {
  const { person, provisioning } = record;
  const decided = await decide(record, (references) => resolve(db, person.connection, references));
  const claim = await claimOn(db, record, decided);
  const isTaken = claim !== undefined && !mayTakeOver(person, claim);
  const allowed = isTaken ? await searchedAgain(db, person, decided, now) : decided;
  const update = withPendingSince(record, allowed, now);
  const state = update.state ?? provisioning.state;
  const columns = {
    ...toProvisioningColumns(changedOf(provisioning, update)),
    // A lease lives as long as the claim that it was given for.
    ...(state === 'sending' ? {} : { lease_token: null, lease_until: null }),
    ...(isConfirmedWithoutAccess(update) ? { deactivation_since: null } : {}),
    ...(provisioning.verdictUntil !== null && isVerdictOver({ ...provisioning, ...update }, now)
      ? { verdict_until: null }
      : {}),
  };
  if (update.applied?.profile.active === false) {
    await keepDeactivation(db, person.connection, person.id, now);
  }
  if (Object.keys(columns).length > 0) {
    await updateColumns(db, columns, { whose: person.connection, id: person.id });
  }
  if (update.concurId === null && provisioning.concurId !== null) {
    await voidLostCreates(db, person.connection, person.id, now);
  }
  if (claim !== undefined && !isTaken && update.concurId != null) {
    await releaseFormerHolders(db, person, update.concurId, now);
  }
  return { record, update, turn: await writeRelations(db, record, update) };
}

/** Makes everybody due for whom something may have changed by what was written about a person. */
async function wakeOthers(
  db: Kysely<Database>,
  { record, update, turn }: Written,
  now: number,
): Promise<void> {
  const { person, provisioning } = record;
  await wakeRelated(db, person.connection, turn, now);
  await wakeRefused(db, record, update, now);
  const { concurId } = { ...provisioning, ...update };
  if (concurId !== null && concurId !== provisioning.concurId) await wakeManaged(db, person, concurId, now);
  if (gainsRole(provisioning, update)) await voidApproverRefusals(db, person, concurId);
  if (mayFulfil(provisioning, update)) await wakeWaiting(db, person, concurId, now);
}

/**
 * Whether others who wait for a person may have to wait no longer: they look once an operation is over, or where none
 * is under way, so that what they wait for is sent together. Nothing else may make them look: two people who wait for
 * each other would do so for ever.
 */
function mayFulfil(before: Provisioning, update: ProvisioningUpdate): boolean {
  const after = { ...before, ...update };
  if (after.concurId === null || after.state === 'processing') return false;
  if (before.state === 'processing' || before.concurId !== after.concurId) return true;
  const regained = before.applied.profile.active !== true && after.applied.profile.active === true;
  return regained || gainsRole(before, update);
}

function gainsRole({ applied: before }: Provisioning, { applied }: ProvisioningUpdate): boolean {
  return Object.keys(applied?.profile ?? {}).some(
    (key) => before.profile[key] === undefined && extensionOf(key) === SPEND_ROLE,
  );
}

/** Who stood for the Concur user that a person is given by an update, before them; undefined: nobody, or none is given. */
async function claimOn(
  db: Kysely<Database>,
  { person, provisioning }: PersonRecord,
  { concurId }: ProvisioningUpdate,
): Promise<Claim | undefined> {
  if (concurId == null || concurId === provisioning.concurId) return undefined;
  return (await claims(db, person.connection, [concurId])).get(concurId);
}

/**
 * Two people never stand for one Concur user: between a search, or an answer that came late, and this
 * transaction somebody else may have been given it. Of two who are to have no access either may.
 */
function mayTakeOver(person: Person, { holder }: Claim): boolean {
  return holder === 'former' || holder === 'halted' || (holder === 'leaving' && person.deleted !== null);
}

/** Whoever comes second is searched for again; what a deleted person had set is handed to the holder. */
async function searchedAgain(
  db: Kysely<Database>,
  person: Person,
  { concurId, owned = [] }: ProvisioningUpdate,
  now: number,
): Promise<ProvisioningUpdate> {
  if (person.deleted !== null && concurId != null) {
    await handOver(db, person.connection, concurId, owned, now);
  }
  return {
    concurId: null,
    applied: { profile: {}, unknown: [] },
    owned: [],
    confirmed: {},
    state: 'queued',
    reason: null,
    due: now,
  };
}

function withPendingSince(record: PersonRecord, update: ProvisioningUpdate, now: number): ProvisioningUpdate {
  if (update.state === undefined || update.pendingSince !== undefined) return update;
  return { ...update, pendingSince: pendingSince(record.provisioning, update.state, now) };
}

/** Only who is being sent, or due to be at once, is still sent alone for a client that waits. */
function isVerdictOver({ state, due }: Pick<Provisioning, 'state' | 'due'>, now: number): boolean {
  return state !== 'sending' && (state !== 'queued' || due === null || due > now);
}

function isConfirmedWithoutAccess(update: ProvisioningUpdate): boolean {
  return (
    update.applied?.profile.active === false || update.state === 'in_sync' || update.state === 'unmanaged'
  );
}

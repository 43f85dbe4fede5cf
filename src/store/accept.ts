import type { Kysely } from 'kysely';
import type { JsonObject } from '../domain/json.ts';
import type { Person, PersonRecord, Provisioning } from '../domain/person.ts';
import type { ProvisioningUpdate } from '../domain/ports.ts';
import type { Outside } from '../domain/scope.ts';
import type { Actor, Decision, Write, WriteResult } from '../scim/directory.ts';
import { ScimError } from '../scim/error.ts';
import { CLASHES } from './accept-statements.ts';
import { type Change, recordCreation, recordDecision } from './audit.ts';
import { claims, releaseFormerHolders } from './claims.ts';
import { leaveGroups } from './group-changes.ts';
import { keysOf } from './keys.ts';
import { insertPerson, insertProvisioning, newProvisioning, updatePerson } from './person-rows.ts';
import { queuePerson } from './queue-person.ts';
import {
  afterJudgement,
  afterRelease,
  afterRetry,
  afterWithdrawal,
  afterWrite,
  firstLane,
  keysChanged,
  lacksAccess,
  owesDeactivation,
  UNMANAGED,
  verdictUntil,
} from './queueing.ts';
import { loadRecord, peopleWithProvisionings } from './records.ts';
import { wakeManaged, wakeWaiting } from './relations.ts';
import type { FindOutside } from './scope.ts';
import type { Database } from './tables.ts';

/** What one write of a batch works with. */
interface Writing {
  /** The transaction that the batch is part of. */
  readonly db: Kysely<Database>;
  readonly connection: string;
  readonly actor: Actor;
  readonly now: number;
  /** Until when the client waits for Concur's verdict; null: it does not. */
  readonly waitUntil: number | null;
  readonly findOutside: FindOutside;
}

/**
 * Writes a batch in a transaction: see `Directory.accept`.
 *
 * @param newId makes the id of a new person who comes without one, a UUID
 * @param findOutside tells how people stand to the scope
 */
export async function accept(
  transaction: Kysely<Database>,
  connection: string,
  writes: readonly Write[],
  clock: () => number,
  newId: () => string,
  findOutside: FindOutside,
): Promise<readonly WriteResult[]> {
  const results: WriteResult[] = [];
  for (const write of writes) {
    const { actor, waitUntil = null } = write;
    const writing = { db: transaction, connection, actor, now: clock(), waitUntil, findOutside };
    results.push(
      write.kind === 'create'
        ? await create(writing, write.id ?? newId(), write.resource)
        : await change(writing, write.id, write.decide),
    );
  }
  return results;
}

async function create(writing: Writing, id: string, resource: JsonObject): Promise<WriteResult> {
  const { db, connection, now } = writing;
  const conflict = await findConflict(writing, id, resource, null);
  if (conflict !== null) return conflict;
  const times = { created: now, lastModified: now, deleted: null };
  const person: Person = { connection, id, resource, version: 1, ...times, override: null };
  await insertPerson(db, person);
  const lane = firstLane(person);
  const isOutside = (await writing.findOutside(db, person, 'queued')) !== null;
  const verdict = lane === 'deactivation' || isOutside ? null : writing.waitUntil;
  const provisioning = newProvisioning(lane, now, verdict, isOutside ? UNMANAGED : {});
  await insertProvisioning(db, person, provisioning);
  await recordCreation(writing, person);
  return { kind: 'written', record: { person, provisioning }, changed: true };
}

async function change(
  writing: Writing,
  id: string,
  decide: (record: PersonRecord) => Decision,
): Promise<WriteResult> {
  const before = await loadRecord(writing.db, writing.connection, id);
  if (before === null) return { kind: 'missing' };
  const { deleted } = before.person;
  // For SCIM a deleted person is gone; an admin may still see to it that a leaver is deactivated.
  if (deleted !== null && writing.actor.kind === 'scim') return { kind: 'missing' };
  const decision = rejectedIfThrown(() => decide(before));
  if (decision.kind === 'rejected') return decision;
  if (decision.kind === 'unchanged') return await leave(writing, before);
  if (deleted !== null && !isAboutProvisioning(decision)) return { kind: 'missing' };
  const conflict = await conflictOf(writing, before.person, decision);
  if (conflict !== null) return conflict;
  if (
    isUndone(decision) &&
    ((await mayBeCreated(writing, id)) || (await hasTakenAccessOver(writing, before)))
  ) {
    return { kind: 'written', record: before, changed: false };
  }

  const person = personAfter(before.person, decision, writing.now);
  if (!isAboutProvisioning(decision)) await updatePerson(writing.db, person, before.person);
  const provisioning = await queue(writing, before, person, decision);
  if (person.deleted !== deleted) await leaveGroups(writing, id);
  await recordDecision(writing, person, decision);
  return provisioning === null
    ? await written(writing, id)
    : { kind: 'written', record: { person, provisioning }, changed: true };
}

/**
 * Leaves somebody as they are. Whoever asks for what another client still waits for Concur's verdict on asks for it too:
 * a version of its own keeps it from being withdrawn with that one.
 */
async function leave({ db, actor, now }: Writing, before: PersonRecord): Promise<WriteResult> {
  const { person, provisioning } = before;
  const isAwaited = provisioning.verdictUntil !== null && provisioning.verdictUntil > now;
  if (actor.kind !== 'scim' || !isAwaited) return { kind: 'written', record: before, changed: false };
  const asked: Person = { ...person, version: person.version + 1 };
  await updatePerson(db, asked, person);
  return { kind: 'written', record: { ...before, person: asked }, changed: false };
}

/** Tells whether a decision leaves the person as clients and admins wrote them. */
function isAboutProvisioning({ kind }: Change): boolean {
  return kind === 'retry' || kind === 'release' || kind === 'judge';
}

async function conflictOf(writing: Writing, before: Person, decision: Change): Promise<WriteResult | null> {
  if (decision.kind === 'replace') return await findConflict(writing, before.id, decision.resource, before);
  if (decision.kind === 'withdraw' && decision.to !== null) {
    return await findConflict(writing, before.id, decision.to, before);
  }
  if (decision.kind === 'release') return await findClaim(writing, decision.concurId);
  return null;
}

/** Two people must never stand for one Concur user: each would undo what is done for the other. */
async function findClaim({ db, connection }: Writing, concurId: string): Promise<WriteResult | null> {
  const holder = (await claims(db, connection, [concurId])).get(concurId)?.holder ?? 'former';
  if (holder === 'former' || holder === 'halted') return null;
  const why =
    holder === 'person'
      ? 'Another person here already stands for this Concur user'
      : 'A deleted person here still stands for this Concur user, until Concur has confirmed their deactivation';
  return { kind: 'rejected', error: new ScimError(409, undefined, `${why}.`) };
}

/** Whether Concur may carry out a create that was sent for a person, or may have done so. */
async function mayBeCreated({ db, connection }: Writing, id: string): Promise<boolean> {
  const [operation] = await db
    .selectFrom('operations')
    .select('id')
    .where('connection', '=', connection)
    .where('person_id', '=', id)
    .where('state', 'in', ['open', 'applied', 'partial', 'unknown'])
    .limit(1)
    .execute();
  return operation !== undefined;
}

/**
 * Whether somebody holds a Concur user with access that may have been a leaver's here, who was let go of for them: without
 * them nobody would take that access away.
 */
async function hasTakenAccessOver(
  { db, connection }: Writing,
  { person, provisioning: { concurId, applied } }: PersonRecord,
): Promise<boolean> {
  if (concurId === null || applied.profile.active === false) return false;
  const { userNameKey, employeeNumberKey } = keysOf(person.resource);
  const leavers = peopleWithProvisionings(db)
    .select('people.id')
    .where('people.connection', '=', connection)
    .where('people.deleted', 'is not', null)
    // Whose create was withdrawn never held anybody.
    .where((row) => row.or([row('reason', 'is', null), row('reason', '!=', 'not_created')]));
  // Each key is looked up in an index of its own.
  const leaver = await leavers
    .where('people.user_name_key', '=', userNameKey)
    .union(leavers.where('people.employee_number_key', '=', employeeNumberKey))
    .executeTakeFirst();
  return leaver !== undefined;
}

async function written({ db, connection }: Writing, id: string): Promise<WriteResult> {
  const record = await loadRecord(db, connection, id);
  if (record === null) throw new Error(`The person ${id} vanished inside the transaction that wrote it`);
  return { kind: 'written', record, changed: true };
}

type Rejected = Extract<WriteResult, { kind: 'rejected' }>;

/** What `work` returns; what it throws rejects the write. */
export function rejectedIfThrown<Result>(work: () => Result): Result | Rejected {
  try {
    return work();
  } catch (error) {
    return { kind: 'rejected', error };
  }
}

/**
 * Among the people who are not deleted, userName and employeeNumber are unique without regard to case: what somebody has
 * already, nobody else has.
 *
 * @param before the person as they were; null: they are new
 */
async function findConflict(
  { db, connection }: Writing,
  id: string,
  resource: JsonObject,
  before: Person | null,
): Promise<WriteResult | null> {
  const keys = rejectedIfThrown(() => ({ kind: 'keys' as const, ...keysOf(resource) }));
  if (keys.kind === 'rejected') return keys;
  const { userNameKey, employeeNumberKey } = keys;
  if (before !== null) {
    const had = keysOf(before.resource);
    if (had.userNameKey === userNameKey && had.employeeNumberKey === employeeNumberKey) return null;
  }
  const clashes = await CLASHES(db, { connection, id, userNameKey, employeeNumberKey });
  const taken = clashes.map(({ attribute }) => attribute);
  if (taken.includes('userName')) return { kind: 'conflict', attribute: 'userName', value: keys.userName };
  if (keys.employeeNumber === null || !taken.includes('employeeNumber')) return null;
  return { kind: 'conflict', attribute: 'employeeNumber', value: keys.employeeNumber };
}

function personAfter(before: Person, decision: Change, now: number): Person {
  // A client that compares meta.lastModified must see every change, even two within one millisecond.
  const next = { version: before.version + 1, lastModified: Math.max(now, before.lastModified + 1) };
  switch (decision.kind) {
    case 'replace':
      return { ...before, ...next, resource: decision.resource };
    case 'delete':
      return { ...before, ...next, deleted: now };
    case 'withdraw':
      return decision.to === null
        ? { ...before, ...next, deleted: now }
        : { ...before, ...next, resource: decision.to };
    case 'override':
      return { ...before, override: decision.override };
    case 'retry':
    case 'release':
    case 'judge':
      return before;
  }
}

/**
 * Queues somebody as a decision asks for it. Returns their provisioning as it is then; null where that must be read,
 * since others were looked at, who may be themselves, or since an admin decided what it is.
 */
async function queue(
  { db, now, waitUntil, findOutside }: Writing,
  before: PersonRecord,
  person: Person,
  decision: Change,
): Promise<Provisioning | null> {
  const outside = await findOutside(db, person, before.provisioning.state);
  const decided = updateFor(decision, before, person, now, outside);
  const update = { ...decided, verdictUntil: verdictUntil(before, decided, waitUntil) };
  const after = { ...before.provisioning, ...update };
  const owed = !isUndone(decision) && owesDeactivation(person, after, outside);
  const [oldKey, newKey] = [before.person, person].map(({ resource }) => keysOf(resource).userNameKey);
  await queuePerson(db, before, update, {
    now,
    owed,
    columns: {
      ...(newKey === oldKey ? {} : { user_name_key: newKey }),
      // Whoever was in a request is searched for when something is planned for them again.
      ...(isUndone(decision) ? { last_request_id: null } : {}),
    },
  });
  const isLocal = !isAboutProvisioning(decision) && update.waitingFor === undefined;
  const holds = after.concurId;
  if (decision.kind === 'release') await releaseFormerHolders(db, person, decision.concurId, now);
  if (holds === null) return isLocal ? after : null;
  const isOther = holds !== before.provisioning.concurId;
  const isRenamed = keysChanged(before.person, person);
  if (isOther) await wakeManaged(db, person, holds, now);
  else if (isRenamed) await wakeManaged(db, person, holds, now, before.person);
  // Access that was not taken away meanwhile is not given again in Concur, which would wake them.
  const isBack = lacksAccess(before.person) && !lacksAccess(person);
  const wakes = isOther || isRenamed || isBack;
  if (wakes) await wakeWaiting(db, person, holds, now);
  return isLocal && !wakes ? after : null;
}

function updateFor(
  decision: Change,
  before: PersonRecord,
  person: Person,
  now: number,
  outside: Outside,
): ProvisioningUpdate {
  switch (decision.kind) {
    case 'retry':
      return afterRetry(before, now, outside);
    case 'release':
      return afterRelease(before, decision.concurId, now, outside);
    case 'judge': {
      const { verdict, by, reason } = decision;
      return afterJudgement(before, { state: verdict, at: now, by, reason }, now);
    }
    case 'withdraw':
      return decision.to === null ? afterWithdrawal() : afterWrite(before, person, now, outside);
    case 'replace':
    case 'delete':
    case 'override':
      return afterWrite(before, person, now, outside);
  }
}

/** Whether the person is as if nobody had ever written them. */
function isUndone(decision: Change): boolean {
  return decision.kind === 'withdraw' && decision.to === null;
}

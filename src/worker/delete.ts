import pLimit from 'p-limit';
import { searchKeys } from '../domain/adoption.ts';
import { USER_DELETE } from '../domain/granted.ts';
import type { Lease, OutgoingOperation, ProvisioningUpdate, RequestUpdate } from '../domain/ports.ts';
import { messageOf } from '../domain/refusal.ts';
import { type Rest, restUndeleted } from '../domain/rest.ts';
import { allDone } from './all-done.ts';
import type { Context } from './context.ts';
import type { Outgoing } from './item.ts';
import { type Answered, recordFailure } from './record.ts';
import { SINGLE_LIFETIME } from './send.ts';

/** How many users are deleted at once. */
const AT_ONCE = 8;

const REHIRED = 'Somebody here has this name, number or Concur user again: the user stays in Concur';

/** Deletes the Concur users of people who were deleted and deactivated, each alone. */
export async function deleteEach(
  context: Context,
  lease: Lease,
  outgoing: readonly Outgoing[],
): Promise<void> {
  const inTurn = pLimit(AT_ONCE);
  await allDone(outgoing.map(({ operation }) => inTurn(() => deleteOne(context, lease, operation))));
}

/** What is known of a person whose user is not in Concur any more; their UUID is kept for the record. */
export function deleted(now: number): ProvisioningUpdate {
  return {
    state: 'in_sync',
    reason: 'deleted',
    applied: { profile: { active: false }, unknown: [] },
    owned: [],
    refused: {},
    confirmed: {},
    lastError: null,
    lastConfirmed: now,
    attempts: 0,
    due: null,
  };
}

async function deleteOne(context: Context, lease: Lease, operation: OutgoingOperation): Promise<void> {
  const { store, concur, clock, newId } = context;
  const { concurId } = operation;
  if (concurId === null) throw new Error('Only a user whom Concur holds is deleted');
  const id = newId();
  const lost = await store.recordRequest({ id, kind: 'user', operations: [operation] }, lease, clock());
  if (lost.length > 0) return;
  // Looked at last of all: from here on whoever comes back waits until the answer is there.
  const standing = await look(context, lease, operation.personId, concurId);
  if (standing === 'lost') return;
  if (standing === 'lives here') return leave(context, lease, id, operation);
  const { outcome, correlationId, httpStatus } = await concur.delete(concurId);
  const request = { id, correlationId, httpStatus };
  switch (outcome.kind) {
    // Who is not there any more is what was asked for.
    case 'deleted':
    case 'missing':
      return settle(context, lease, request, operation);
    case 'refused':
      return settleRefused(context, lease, request, operation, messageOf(outcome), {
        state: 'partial',
        reason: 'refused',
        message: `Deactivated, but not deleted: ${messageOf(outcome)}`,
      });
    case 'retry':
      // Where Concur does not name the scopes, this tells that one lacks.
      if (outcome.why === 'token' && httpStatus === 403) {
        const rest = restUndeleted(USER_DELETE);
        return settleRefused(context, lease, request, operation, outcome.message, rest);
      }
      return recordFailure(context, lease, request, [operation], outcome, clock() + SINGLE_LIFETIME);
    case 'unknown':
      return recordFailure(context, lease, request, [operation], outcome, clock() + SINGLE_LIFETIME);
  }
}

/** Whether somebody lives here who has a key of the person, or their Concur user. */
async function look(
  { store, clock }: Context,
  lease: Lease,
  personId: string,
  concurId: string,
): Promise<'lost' | 'gone' | 'lives here'> {
  let standing: 'lost' | 'gone' | 'lives here' = 'lost';
  await store.commit(
    {
      lease: lease.token,
      people: [personId],
      decide: async ({ person }, resolve) => {
        const { userName, externalId, employeeNumber } = searchKeys(person.resource);
        const keys = [userName, externalId, employeeNumber, concurId].filter((key) => key !== null);
        standing = (await resolve(keys)).size > 0 ? 'lives here' : 'gone';
        return { state: 'sending' };
      },
    },
    clock(),
  );
  return standing;
}

/** Nothing was sent: a rehire is given the user as it is. */
async function leave(
  context: Context,
  lease: Lease,
  id: string,
  operation: OutgoingOperation,
): Promise<void> {
  const request = { id, state: 'retried', message: REHIRED, completedAt: context.clock() } as const;
  const update = { state: 'in_sync', reason: null, lastError: REHIRED, due: null } as const;
  await end(context, lease, operation, request, { state: 'retried', update });
}

async function settle(
  context: Context,
  lease: Lease,
  answered: Answered,
  operation: OutgoingOperation,
): Promise<void> {
  const now = context.clock();
  const request = { ...answered, state: 'completed', completedAt: now } as const;
  await end(context, lease, operation, request, { state: 'applied', update: deleted(now) });
}

/** The user stays deactivated; the deletion is asked for again when an admin retries, or the company grants it. */
async function settleRefused(
  context: Context,
  lease: Lease,
  answered: Answered,
  operation: OutgoingOperation,
  message: string,
  { state, reason, message: lastError }: Omit<Rest, 'kind'>,
): Promise<void> {
  const request = { ...answered, state: 'refused', message, completedAt: context.clock() } as const;
  await end(context, lease, operation, request, {
    state: 'refused',
    update: { state, reason, lastError, due: null },
  });
}

/** Writes how a request ended, with what became of its operation and of the person. */
async function end(
  { store, clock }: Context,
  lease: Lease,
  { id, personId }: OutgoingOperation,
  request: RequestUpdate,
  { state, update }: Ending,
): Promise<void> {
  await store.commit(
    {
      lease: lease.token,
      request,
      operations: [{ id, state, results: [] }],
      people: [personId],
      decide: async () => update,
    },
    clock(),
  );
}

interface Ending {
  readonly state: 'applied' | 'refused' | 'retried';
  readonly update: ProvisioningUpdate;
}

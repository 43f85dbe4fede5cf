import { extensionsOf, isDeactivation } from '../domain/difference.ts';
import { type Extension, serviceOf } from '../domain/extensions.ts';
import type { ExtensionResult, ExtensionVerdict, Failure, Refused } from '../domain/outcome.ts';
import type { PersonRecord } from '../domain/person.ts';
import type {
  Commit,
  IdentityConfirmed,
  Lease,
  OutgoingOperation,
  ProvisioningUpdate,
  ResolveReferences,
} from '../domain/ports.ts';
import { messageOf } from '../domain/refusal.ts';
import { pollDelay } from '../domain/retry-policy.ts';
import { forget, operationState, refusedParts, settle, whileOpen } from '../domain/settlement.ts';
import type { Context } from './context.ts';
import { afterFailure, slowedDown } from './failure.ts';
import { nextState } from './next-state.ts';

/** What is known of a request once it was answered, or its answer was lost. */
export interface Answered {
  readonly id: string;
  readonly correlationId: string;
  readonly httpStatus: number | null;
}

/** Concur took a Bulk: it is asked about later, and its people wait for that. */
export async function recordOpen(
  context: Context,
  lease: Lease,
  request: Answered,
  operations: readonly OutgoingOperation[],
  provisionId: string,
): Promise<void> {
  await write(context, lease, operations, {
    request: { ...request, state: 'open', provisionId, nextPoll: firstPoll(context) },
    decide: async ({ person, provisioning }) => {
      const profile = whileOpen(provisioning, operationOf(operations, person.id));
      // What was due since the claim stays due: a deactivation does not wait until Concur is done.
      return { state: 'processing', reason: null, applied: { ...provisioning.applied, profile } };
    },
  });
}

/** Concur refused a Bulk whole: its people stay claimed, but leavers, and its operations are sent again in parts. */
export async function recordSplit(
  context: Context,
  lease: Lease,
  request: Answered,
  operations: readonly OutgoingOperation[],
  refused: Refused,
): Promise<void> {
  await write(context, lease, operations, {
    request: { ...request, state: 'refused', message: messageOf(refused), completedAt: context.clock() },
    operations: operations.map(({ id }) => ({ id, state: 'retried', results: [] })),
    decide: (record, resolve) =>
      stayClaimed(context, record, operationOf(operations, record.person.id), resolve),
  });
}

/** A deactivation that was accepted while another operation was refused waits for nobody else. */
async function stayClaimed(
  context: Context,
  record: PersonRecord,
  { difference }: OutgoingOperation,
  resolve: ResolveReferences,
): Promise<ProvisioningUpdate> {
  if (isDeactivation(difference)) return { state: 'sending' };
  const next = await nextState(context, record, {}, resolve);
  return next.lane === 'deactivation' ? next : { state: 'sending' };
}

/** Identity is in. When nothing else was sent that is all; otherwise the rest is asked about later. */
export async function recordIdentity(
  context: Context,
  lease: Lease,
  request: Answered,
  operation: OutgoingOperation,
  { concurId, provisionId }: IdentityConfirmed,
): Promise<void> {
  const now = context.clock();
  const sent = extensionsOf(operation.difference);
  const identity = sent.filter((extension) => serviceOf(extension) === 'identity');
  const applied = identity.map((extension): ExtensionVerdict => ({ extension, verdict: 'applied' }));
  if (provisionId !== null && identity.length < sent.length) {
    return write(context, lease, [operation], {
      request: { ...request, state: 'open', provisionId, nextPoll: firstPoll(context) },
      decide: async ({ provisioning }) => ({
        ...settle(provisioning, operation, concurId, applied, now),
        // What was confirmed counts once, when the whole operation is done.
        confirmed: provisioning.confirmed,
        state: 'processing',
        reason: null,
      }),
    });
  }
  const others = sent.filter((extension) => !identity.includes(extension));
  const verdicts = [
    ...applied,
    ...others.map((extension): ExtensionVerdict => ({ extension, verdict: 'unknown' })),
  ];
  await write(context, lease, [operation], {
    request: { ...request, state: 'completed', provisionId, completedAt: now },
    operations: [
      { id: operation.id, state: operationState(verdicts), results: identity.map((urn) => confirmed(urn)) },
    ],
    decide: async (record, resolve) => {
      const update = settle(record.provisioning, operation, concurId, verdicts, now);
      const known = { ...update, lastError: null };
      const next = await nextState(context, record, known, resolve);
      return others.length > 0 ? slowedDown(context, record.provisioning, next) : next;
    },
  });
}

/**
 * Concur refused an operation that stood alone. Its person stays claimed, but a leaver: what the refusal says
 * depends on what becomes of whoever else was to be sent with them (`settleRefused`).
 */
export async function recordRefused(
  context: Context,
  lease: Lease,
  request: Answered,
  operation: OutgoingOperation,
  refused: Refused,
): Promise<void> {
  const results = refusedResults(extensionsOf(operation.difference), refused, request);
  await write(context, lease, [operation], {
    request: { ...request, state: 'refused', message: messageOf(refused), completedAt: context.clock() },
    operations: [{ id: operation.id, state: 'refused', results }],
    decide: (record, resolve) => stayClaimed(context, record, operation, resolve),
  });
}

/**
 * Concur could take none of it at present, or the answer was lost.
 *
 * @param mayRunUntil until when Concur may still carry out a request whose answer was lost; its people are then read again
 */
export async function recordFailure(
  context: Context,
  lease: Lease,
  request: Answered,
  operations: readonly OutgoingOperation[],
  failure: Exclude<Failure, Refused>,
  mayRunUntil: number,
): Promise<void> {
  const state = failure.kind === 'unknown' ? 'unknown' : 'retried';
  const settled = state === 'unknown' ? { nextPoll: mayRunUntil } : { completedAt: context.clock() };
  await write(context, lease, operations, {
    request: { ...request, state, message: failure.message, ...settled },
    operations: operations.map(({ id }) => ({ id, state, results: [] })),
    decide: (record, resolve) =>
      afterOperationFailure(context, record, operationOf(operations, record.person.id), failure, resolve),
  });
}

async function afterOperationFailure(
  context: Context,
  record: PersonRecord,
  operation: OutgoingOperation,
  failure: Exclude<Failure, Refused>,
  resolve: ResolveReferences,
): Promise<ProvisioningUpdate> {
  const { provisioning } = record;
  const known = failure.kind === 'unknown' ? forget(provisioning, operation) : {};
  const after = afterFailure(context, { ...provisioning, ...known }, failure);
  if (isDeactivation(operation.difference)) return { ...known, ...after };
  // A deactivation that was accepted meanwhile does not wait for what held up another operation.
  const next = await nextState(context, record, known, resolve);
  return next.lane === 'deactivation' ? next : { ...known, ...after };
}

function refusedResults(
  sent: readonly Extension[],
  { messages }: Refused,
  { httpStatus }: Answered,
): ExtensionResult[] {
  const refused = refusedParts(sent, messages);
  return sent.map((extension) => ({
    extension,
    completed: true,
    success: false,
    result: refused.includes(extension) ? 'error' : 'not-processed',
    code: httpStatus === null ? null : String(httpStatus),
    messages: refused.includes(extension) ? messages : [],
  }));
}

function confirmed(extension: Extension): ExtensionResult {
  return { extension, completed: true, success: true, result: 'success', code: '200', messages: [] };
}

/** The operation of a request that is about a person. */
export function operationOf<One extends OutgoingOperation>(
  operations: readonly One[],
  personId: string,
): One {
  const operation = operations.find((one) => one.personId === personId);
  if (operation === undefined) throw new Error('A request is settled for its own people only');
  return operation;
}

function firstPoll({ clock, random, settings }: Context): number {
  return clock() + pollDelay(0, settings.polling.interval, random());
}

async function write(
  { store, clock }: Context,
  lease: Lease,
  operations: readonly OutgoingOperation[],
  step: Omit<Commit, 'lease' | 'people'>,
): Promise<void> {
  const people = operations.map(({ personId }) => personId);
  await store.commit({ ...step, lease: lease.token, people }, clock());
}

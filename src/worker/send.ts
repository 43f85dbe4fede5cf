import pLimit from 'p-limit';
import type { Missing, Retry } from '../domain/outcome.ts';
import type { Lease, OutgoingOperation } from '../domain/ports.ts';
import { allDone } from './all-done.ts';
import { batches } from './batches.ts';
import type { Context } from './context.ts';
import type { Outgoing } from './item.ts';
import { recordFailure, recordIdentity, recordOpen, recordRefused, recordSplit } from './record.ts';
import { type RefusedOperation, settleRefused } from './refusals.ts';

/** Concur fails a request that is not done after 120 minutes; until then a lost Bulk may still run. */
export const REQUEST_LIFETIME = 120 * 60_000;

/** How much later than its answer was due a single request may still take effect, in ms. */
export const SINGLE_LIFETIME = 10 * 60_000;

/** How many operations travel at once where none travels in a Bulk. */
const SINGLES_AT_ONCE = 20;

/**
 * Sends operations: one alone to `/Users`, where identity is answered at once, several in Bulks. Only User
 * Provisioning takes Bulks; to Identity all go one by one.
 */
export async function sendAll(context: Context, lease: Lease, outgoing: readonly Outgoing[]): Promise<void> {
  const size = (operation: OutgoingOperation) => context.concur.bulkSize(operation);
  const operations = outgoing.map(({ operation }) => operation);
  if (context.concur.granted().writeApi === 'identity') {
    const refused = await sendSingly(context, lease, operations);
    return settleRefused(
      context,
      lease,
      refused,
      operations.length > 1 && refused.length === operations.length,
    );
  }
  for (const batch of batches(operations, context.settings.batching, size)) {
    const refused = await sendBatch(context, lease, batch);
    await settleRefused(context, lease, refused, batch.length > 1 && refused.length === batch.length);
  }
}

/** Sends each operation alone and all at once: how deactivations travel. */
export async function sendEach(context: Context, lease: Lease, outgoing: readonly Outgoing[]): Promise<void> {
  await allDone(
    outgoing.map(async ({ operation }) => {
      await settleRefused(context, lease, await sendOne(context, lease, operation), false);
    }),
  );
}

/** Sends each operation alone, some at once; returns those that Concur refused. */
async function sendSingly(
  context: Context,
  lease: Lease,
  operations: readonly OutgoingOperation[],
): Promise<readonly RefusedOperation[]> {
  const inTurn = pLimit(SINGLES_AT_ONCE);
  const refused: RefusedOperation[] = [];
  await allDone(
    operations.map((operation) =>
      inTurn(async () => {
        refused.push(...(await sendOne(context, lease, operation)));
      }),
    ),
  );
  return refused;
}

/** Sends one operation; returns it if Concur refused it, and its person is still to be settled. */
async function sendOne(
  context: Context,
  lease: Lease,
  operation: OutgoingOperation,
): Promise<readonly RefusedOperation[]> {
  const { store, concur, clock, newId } = context;
  const id = newId();
  const lost = await store.recordRequest({ id, kind: 'user', operations: [operation] }, lease, clock());
  if (lost.length > 0) return [];
  const { outcome, correlationId, httpStatus } = await concur.send(operation);
  const request = { id, correlationId, httpStatus };
  if (outcome.kind === 'identity_confirmed') {
    await recordIdentity(context, lease, request, operation, outcome);
  } else if (outcome.kind === 'refused') {
    await recordRefused(context, lease, request, operation, outcome);
    return [{ ...operation, refused: outcome }];
  } else {
    const failure = outcome.kind === 'missing' ? await confirmMissing(context, operation, outcome) : outcome;
    await recordFailure(context, lease, request, [operation], failure, clock() + SINGLE_LIFETIME);
  }
  return [];
}

/** A user counts as gone only if Identity does not know the id either: much hangs on it. */
async function confirmMissing(
  { concur }: Context,
  { concurId }: OutgoingOperation,
  missing: Missing,
): Promise<Missing | Retry> {
  if (concurId === null) return missing;
  const { outcome } = await concur.read(concurId, ['identity']);
  if (outcome.kind === 'missing') return missing;
  return { kind: 'retry', why: 'transient', after: null, message: missing.message };
}

/**
 * A request that is refused whole is sent again in halves, until what offends stands alone; returns the operations
 * that Concur refused even then, whose people are still to be settled.
 */
async function sendBatch(
  context: Context,
  lease: Lease,
  operations: readonly OutgoingOperation[],
): Promise<readonly RefusedOperation[]> {
  const [first, second] = operations;
  if (first === undefined) return [];
  if (second === undefined) return sendOne(context, lease, first);

  const { store, concur, clock, newId } = context;
  const id = newId();
  const lost = new Set(await store.recordRequest({ id, kind: 'bulk', operations }, lease, clock()));
  const sent = operations.filter(({ personId }) => !lost.has(personId));
  if (sent.length === 0) return [];
  const { outcome, correlationId, httpStatus } = await concur.sendBulk(sent);
  const request = { id, correlationId, httpStatus };
  if (outcome.kind === 'accepted') {
    await recordOpen(context, lease, request, sent, outcome.provisionId);
  } else if (outcome.kind === 'refused') {
    await recordSplit(context, lease, request, sent, outcome);
    const middle = Math.ceil(sent.length / 2);
    const again = sent.map((operation) => ({ ...operation, id: newId() }));
    const before = await sendBatch(context, lease, again.slice(0, middle));
    return [...before, ...(await sendBatch(context, lease, again.slice(middle)))];
  } else {
    await recordFailure(context, lease, request, sent, outcome, clock() + REQUEST_LIFETIME);
  }
  return [];
}

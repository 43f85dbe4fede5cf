import pLimit from 'p-limit';
import type { Missing, Retry } from '../domain/outcome.ts';
import type { Lease, OutgoingOperation } from '../domain/ports.ts';
import { allDone } from './all-done.ts';
import { batches } from './batches.ts';
import type { Context } from './context.ts';
import type { Outgoing } from './item.ts';
import { recordFailure, recordIdentity, recordOpen, recordRefused, recordSplit } from './record.ts';
import { type BatchVerdict, batchVerdict } from './refusals.ts';

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
  if (context.concur.granted().writeApi === 'identity') return sendSingly(context, lease, operations);
  for (const batch of batches(operations, context.settings.batching, size)) {
    const verdict = batchVerdict(context, lease);
    await sendBatch(context, lease, batch, verdict);
    await verdict.end();
  }
}

/** Sends each operation alone and all at once: how deactivations travel. */
export async function sendEach(context: Context, lease: Lease, outgoing: readonly Outgoing[]): Promise<void> {
  await allDone(
    outgoing.map(async ({ operation }) => {
      const verdict = batchVerdict(context, lease);
      await sendOne(context, lease, operation, verdict);
      await verdict.end();
    }),
  );
}

/** Sends each operation alone, some at once. */
async function sendSingly(
  context: Context,
  lease: Lease,
  operations: readonly OutgoingOperation[],
): Promise<void> {
  const inTurn = pLimit(SINGLES_AT_ONCE);
  const verdict = batchVerdict(context, lease);
  await allDone(operations.map((operation) => inTurn(() => sendOne(context, lease, operation, verdict))));
  await verdict.end();
}

/** Sends one operation. If Concur refuses it, what becomes of its person is left to the verdict on its batch. */
async function sendOne(
  context: Context,
  lease: Lease,
  operation: OutgoingOperation,
  verdict: BatchVerdict,
): Promise<void> {
  const { store, concur, clock, newId } = context;
  const id = newId();
  const lost = await store.recordRequest({ id, kind: 'user', operations: [operation] }, lease, clock());
  if (lost.length > 0) return;
  const { outcome, correlationId, httpStatus } = await concur.send(operation);
  const request = { id, correlationId, httpStatus };
  if (outcome.kind === 'identity_confirmed') {
    await recordIdentity(context, lease, request, operation, outcome);
    await verdict.taken();
  } else if (outcome.kind === 'refused') {
    await recordRefused(context, lease, request, operation, outcome);
    await verdict.refused({ ...operation, refused: outcome });
  } else {
    const failure = outcome.kind === 'missing' ? await confirmMissing(context, operation, outcome) : outcome;
    await recordFailure(context, lease, request, [operation], failure, clock() + SINGLE_LIFETIME);
  }
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

/** Sends several operations in one request; one that is refused whole is sent again in halves, until what offends stands alone. */
async function sendBatch(
  context: Context,
  lease: Lease,
  operations: readonly OutgoingOperation[],
  verdict: BatchVerdict,
): Promise<void> {
  const [first, second] = operations;
  if (first === undefined) return;
  if (second === undefined) return sendOne(context, lease, first, verdict);

  const { store, concur, clock, newId } = context;
  const id = newId();
  const lost = new Set(await store.recordRequest({ id, kind: 'bulk', operations }, lease, clock()));
  const sent = operations.filter(({ personId }) => !lost.has(personId));
  if (sent.length === 0) return;
  const { outcome, correlationId, httpStatus } = await concur.sendBulk(sent);
  const request = { id, correlationId, httpStatus };
  if (outcome.kind === 'accepted') {
    await recordOpen(context, lease, request, sent, outcome.provisionId);
    await verdict.taken();
  } else if (outcome.kind === 'refused') {
    await recordSplit(context, lease, request, sent, outcome);
    const middle = Math.ceil(sent.length / 2);
    const again = sent.map((operation) => ({ ...operation, id: newId() }));
    await sendBatch(context, lease, again.slice(0, middle), verdict);
    await sendBatch(context, lease, again.slice(middle), verdict);
  } else {
    await recordFailure(context, lease, request, sent, outcome, clock() + REQUEST_LIFETIME);
  }
}

import { extensionsOf, isDeactivation } from '../domain/difference.ts';
import { serviceOf } from '../domain/extensions.ts';
import type { ExtensionVerdict } from '../domain/outcome.ts';
import type { PersonRecord } from '../domain/person.ts';
import type {
  Lease,
  OpenRequest,
  OperationResult,
  OperationUpdate,
  ProvisioningUpdate,
  ResolveReferences,
  SentOperation,
} from '../domain/ports.ts';
import { pollDelay } from '../domain/retry-policy.ts';
import { forget, judge, operationState, settle } from '../domain/settlement.ts';
import type { Context } from './context.ts';
import { afterRefusedDeactivation, slowedDown } from './failure.ts';
import { nextState } from './next-state.ts';
import { operationOf } from './record.ts';
import { REQUEST_LIFETIME } from './send.ts';

/** How much longer than Concur's own limit a request is looked at, in ms. */
const GRACE = 10 * 60_000;

/** Asks Concur what became of a request, and settles its people once it is done. */
export async function confirm(context: Context, lease: Lease, request: OpenRequest): Promise<void> {
  if (request.provisionId === null || request.state === 'unknown') {
    return settleLost(
      context,
      lease,
      request,
      'The answer to this request was lost; its people are read again.',
    );
  }
  const wanted = request.createsLeaver ? 'operations' : 'summary';
  const { outcome } = await context.concur.status(request.provisionId, wanted);
  const expired = context.clock() > request.sentAt + REQUEST_LIFETIME + GRACE;
  if (outcome.kind === 'status' && outcome.completed) {
    return settleCompleted(context, lease, request, outcome.operations);
  }
  if (expired) {
    return settleLost(
      context,
      lease,
      request,
      'Concur never completed this request; its people are read again.',
    );
  }
  const wait =
    outcome.kind === 'retry' && outcome.after !== null
      ? Math.max(outcome.after, context.settings.polling.interval)
      : pollDelay(request.polls + 1, context.settings.polling.interval, context.random());
  const created = outcome.kind === 'status' ? createdBy(request, outcome.operations) : [];
  const now = context.clock();
  await context.store.commit(
    {
      requestLease: lease.token,
      request: { id: request.id, polls: request.polls + 1, nextPoll: now + wait },
      people: created.map(({ personId }) => personId),
      decide: (record, resolve) =>
        afterCreation(context, record, operationOf(created, record.person.id), resolve, now),
    },
    now,
  );
}

/** A create of a request that goes on, whose identity part is done. */
interface Created extends SentOperation {
  readonly newId: string;
  readonly verdicts: readonly ExtensionVerdict[];
}

function createdBy(request: OpenRequest, results: readonly OperationResult[]): readonly Created[] {
  return request.operations.flatMap((operation) => {
    const { result, verdicts } = judgeOperation(request, operation, results);
    const identity = verdicts.filter(({ extension }) => serviceOf(extension) === 'identity');
    const isDone = identity.every(({ verdict }) => verdict === 'applied');
    return operation.method === 'POST' && result?.concurId != null && isDone
      ? [{ ...operation, newId: result.concurId, verdicts: identity }]
      : [];
  });
}

/** A leaver whom Concur has just created is deactivated at once, whatever else it still does for them. */
async function afterCreation(
  context: Context,
  record: PersonRecord,
  created: Created,
  resolve: ResolveReferences,
  now: number,
): Promise<ProvisioningUpdate> {
  const { concurId, lane, confirmed } = record.provisioning;
  if (concurId !== null || lane !== 'deactivation') return {};
  const settled = settle(record.provisioning, created, created.newId, created.verdicts, now);
  // What was confirmed counts once, when the whole operation is done.
  return stateAfter(context, record, { ...settled, confirmed }, resolve);
}

/**
 * Settles a request whose outcome cannot be asked for: whatever it touched is unknown until read, also of whoever has
 * taken over a Concur user of it since.
 */
async function settleLost(
  context: Context,
  lease: Lease,
  request: OpenRequest,
  message: string,
): Promise<void> {
  const now = context.clock();
  await context.store.commit(
    {
      requestLease: lease.token,
      request: { id: request.id, state: 'unknown', message, nextPoll: null, completedAt: now },
      operations: request.operations.map(({ id }) => ({ id, state: 'unknown', results: [] })),
      people: request.operations.map(({ personId }) => personId),
      holdersOf: request.operations.map(({ concurId }) => concurId).filter((id) => id !== null),
      decide: (record, resolve) => stateAfter(context, record, forgetAll(record, request), resolve),
    },
    now,
  );
}

/** What is left of a person's knowledge after the operations of their own and of their Concur user's. */
function forgetAll({ person, provisioning }: PersonRecord, request: OpenRequest): ProvisioningUpdate {
  let update: ProvisioningUpdate = {};
  for (const operation of request.operations) {
    const { personId, concurId } = operation;
    const isAbout = personId === person.id || (concurId !== null && concurId === provisioning.concurId);
    if (isAbout) update = forget({ ...provisioning, ...update }, operation);
  }
  return update;
}

async function settleCompleted(
  context: Context,
  lease: Lease,
  request: OpenRequest,
  results: readonly OperationResult[],
): Promise<void> {
  const now = context.clock();
  const judged = request.operations
    .map((operation) => judgeOperation(request, operation, results))
    // Whoever was refused a name that another of them gives up is woken by that.
    .sort((left, right) => Number(isRefused(right)) - Number(isRefused(left)));
  await context.store.commit(
    {
      requestLease: lease.token,
      request: {
        id: request.id,
        state: 'completed',
        polls: request.polls + 1,
        nextPoll: null,
        completedAt: now,
      },
      operations: judged.map(
        ({ id, result, verdicts }): OperationUpdate => ({
          id,
          state: operationState(verdicts),
          results: result?.extensions ?? [],
        }),
      ),
      people: judged.map(({ personId }) => personId),
      decide: (record, resolve) =>
        afterVerdicts(context, request, record, operationOf(judged, record.person.id), resolve, now),
    },
    now,
  );
}

/** An operation with what Concur says of it. */
interface JudgedOperation extends SentOperation {
  readonly result: OperationResult | undefined;
  readonly verdicts: readonly ExtensionVerdict[];
}

function isRefused({ verdicts }: JudgedOperation): boolean {
  return verdicts.some(({ verdict }) => verdict === 'refused');
}

function judgeOperation(
  request: OpenRequest,
  operation: SentOperation,
  results: readonly OperationResult[],
): JudgedOperation {
  const result = resultOf(request, operation, results);
  const sent = extensionsOf(operation.difference);
  const verdicts =
    result === undefined
      ? sent.map((extension): ExtensionVerdict => ({ extension, verdict: 'unknown' }))
      : judge(sent, result.extensions, result.success === true);
  return { ...operation, result, verdicts };
}

async function afterVerdicts(
  context: Context,
  request: OpenRequest,
  record: PersonRecord,
  operation: JudgedOperation,
  resolve: ResolveReferences,
  now: number,
): Promise<ProvisioningUpdate> {
  const { result, verdicts } = operation;
  const { provisioning } = record;
  const refused = verdicts.flatMap((one) => (one.verdict === 'refused' ? one.messages : []));
  if (isDeactivation(operation.difference) && refused.length > 0 && provisioning.state !== 'sending') {
    return afterRefusedDeactivation(context, provisioning, refused);
  }
  const settled = settle(provisioning, operation, result?.concurId ?? null, verdicts, now);
  // Only a deactivation is sent while an operation is open: which of them Concur did last is not known. The request was
  // read before Concur was asked, the person just now.
  const isOvertaken = provisioning.lastRequestId !== request.id;
  const update = isOvertaken
    ? { ...settled, ...forget({ ...provisioning, ...settled }, operation), confirmed: provisioning.confirmed }
    : settled;
  const next = await stateAfter(context, record, update, resolve);
  const unsettled = verdicts.some(({ verdict }) => verdict === 'unknown');
  return unsettled ? slowedDown(context, provisioning, next) : next;
}

/** A person whom another step is just sending stays with it; it computes the next state when it is done. */
async function stateAfter(
  context: Context,
  record: PersonRecord,
  update: ProvisioningUpdate,
  resolve: ResolveReferences,
): Promise<ProvisioningUpdate> {
  if (record.provisioning.state === 'sending') return { ...update, state: 'sending' };
  return nextState(context, record, update, resolve);
}

/** A request to `/Users` has one operation, whose bulkId Concur makes up. */
function resultOf(
  request: OpenRequest,
  operation: SentOperation,
  results: readonly OperationResult[],
): OperationResult | undefined {
  return request.operations.length === 1 && results.length === 1
    ? results[0]
    : results.find(({ operationId }) => operationId === operation.id);
}

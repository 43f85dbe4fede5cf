import { extensionsOf, isDeactivation } from '../domain/difference.ts';
import type { ExtensionVerdict, Refused } from '../domain/outcome.ts';
import type { PersonRecord } from '../domain/person.ts';
import type { Lease, OutgoingOperation, ProvisioningUpdate, ResolveReferences } from '../domain/ports.ts';
import { isAboutValues, messageOf } from '../domain/refusal.ts';
import { refusedParts, settle } from '../domain/settlement.ts';
import type { Context } from './context.ts';
import { afterFailure, afterRefusedDeactivation } from './failure.ts';
import { nextState } from './next-state.ts';
import { operationOf } from './record.ts';

/**
 * After so many failures in a row a refusal of everybody stands. Other failures that passed count too, so
 * that it is repeated less often after them, and never more often.
 */
const REPEATS = 3;

/** An operation that Concur refused though it stood alone. */
export interface RefusedOperation extends OutgoingOperation {
  readonly refused: Refused;
}

/** What Concur says of the operations of one batch, as its answers come in. */
export interface BatchVerdict {
  /** Concur took something of the batch: whatever it refuses of it is refused for its data. */
  taken(): Promise<void>;
  /** Concur refused an operation that stood alone. */
  refused(operation: RefusedOperation): Promise<void>;
  /** Everything of the batch was answered. */
  end(): Promise<void>;
}

/** Settles the refusals of a batch as soon as it is known what they say: at the end, or once something was taken. */
export function batchVerdict(context: Context, lease: Lease): BatchVerdict {
  let isTaken = false;
  let waiting: RefusedOperation[] = [];
  const settleWaiting = (everybody: boolean) => {
    const operations = waiting;
    waiting = [];
    return settleRefused(context, lease, operations, everybody);
  };
  return {
    taken: () => {
      isTaken = true;
      return settleWaiting(false);
    },
    refused: async (operation) => {
      waiting.push(operation);
      if (isTaken) await settleWaiting(false);
    },
    end: () => settleWaiting(waiting.length > 1),
  };
}

/**
 * Decides what becomes of people whose operations Concur refused one by one. Where it refused everybody of a batch,
 * that says more about the request than about the people: SAP documents 400 for an exceeded request limit and for a
 * deadlock too (Concur, HTTP Status Codes). Such a refusal is taken for one that passes, a few times in a row.
 * A refusal that says that a value is taken, or names an attribute that was sent, is about the data all the same:
 * Concur has looked at it, and would say the same again.
 *
 * @param everybody nothing of the batch was taken, and more than one person's operation was refused
 */
async function settleRefused(
  context: Context,
  lease: Lease,
  operations: readonly RefusedOperation[],
  everybody: boolean,
): Promise<void> {
  if (operations.length === 0) return;
  const now = context.clock();
  const luck = context.random();
  // They are due together, so that they are sent together again.
  const together = { clock: () => now, random: () => luck };
  await context.store.commit(
    {
      lease: lease.token,
      people: operations.map(({ personId }) => personId),
      decide: async (record, resolve) => {
        const operation = operationOf(operations, record.person.id);
        const { refused, difference } = operation;
        const { provisioning } = record;
        if (isDeactivation(difference)) {
          return afterRefusedDeactivation(context, provisioning, refused.messages);
        }
        const passes = everybody && provisioning.attempts < REPEATS && !isAboutValues(refused, difference);
        if (!passes) return afterRefusal(context, record, operation, resolve);
        const message = messageOf(refused);
        return afterFailure(together, provisioning, {
          kind: 'retry',
          why: 'transient',
          after: null,
          message,
        });
      },
    },
    now,
  );
}

async function afterRefusal(
  context: Context,
  record: PersonRecord,
  operation: RefusedOperation,
  resolve: ResolveReferences,
): Promise<ProvisioningUpdate> {
  const { messages, uniqueness } = operation.refused;
  const verdicts = refusedParts(extensionsOf(operation.difference), messages).map(
    (extension): ExtensionVerdict => ({ extension, verdict: 'refused', messages, uniqueness }),
  );
  const update = settle(record.provisioning, operation, null, verdicts, context.clock());
  return onceNobodyWaits(context, record, await nextState(context, record, update, resolve));
}

/** A client that waits for the verdict takes its write back: what else it asked for is not sent before that. */
function onceNobodyWaits(
  { clock }: Context,
  { provisioning: { verdictUntil, concurId } }: PersonRecord,
  next: ProvisioningUpdate,
): ProvisioningUpdate {
  const isHeldUp = next.state === 'queued' && next.lane !== 'deactivation' && concurId !== null;
  return isHeldUp && (verdictUntil ?? 0) > clock() ? { ...next, due: verdictUntil } : next;
}

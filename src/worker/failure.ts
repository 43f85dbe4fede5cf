import type { Failure } from '../domain/outcome.ts';
import type { ConcurMessage, Provisioning } from '../domain/person.ts';
import type { ProvisioningUpdate } from '../domain/ports.ts';
import { messageOf } from '../domain/refusal.ts';
import { retryDelay } from '../domain/retry-policy.ts';
import type { Context } from './context.ts';

/** The shortest wait after Concur said when to come back, in ms, should it say zero. */
const SHORTEST_WAIT = 1_000;

/** The one table from a failed call to a person's state and reason. */
export function afterFailure(
  { clock, random }: Pick<Context, 'clock' | 'random'>,
  provisioning: Provisioning,
  failure: Failure,
): ProvisioningUpdate {
  const attempts = provisioning.attempts + 1;
  const later = clock() + retryDelay(attempts, random());
  switch (failure.kind) {
    case 'retry':
      return {
        state: 'queued',
        reason: failure.why === 'token' ? 'credentials' : 'concur_unavailable',
        lastError: failure.message,
        attempts,
        due: failure.after === null ? later : clock() + Math.max(failure.after, SHORTEST_WAIT),
      };
    case 'unknown':
      return {
        state: 'queued',
        reason: 'outcome_unknown',
        lastError: failure.message,
        attempts,
        due: failure.after === null ? later : clock() + failure.after,
      };
    case 'missing':
      // The user is searched for by its keys again before anything is created anew.
      return {
        state: 'queued',
        reason: 'outcome_unknown',
        lastError: failure.message,
        attempts,
        due: later,
        concurId: null,
        applied: { profile: {}, unknown: [] },
        owned: [],
        confirmed: {},
        losses: {},
      };
    case 'refused':
      // A search or a read that is refused says nothing about the person's data.
      return {
        state: 'queued',
        reason: 'concur_unavailable',
        lastError: messageOf(failure),
        attempts,
        due: later,
      };
  }
}

/** What is not known to be in is looked at again ever more slowly, so that an odd answer starts no storm. */
export function slowedDown(
  { clock, random }: Pick<Context, 'clock' | 'random'>,
  before: Provisioning,
  next: ProvisioningUpdate,
): ProvisioningUpdate {
  if (next.state !== 'queued' || next.lane === 'deactivation') return next;
  const attempts = before.attempts + 1;
  return { ...next, attempts, due: clock() + retryDelay(attempts, random()) };
}

/** A person on whom the bridge itself fails is tried again ever more slowly, away from everybody else. */
export function afterDefect(
  { clock, random }: Pick<Context, 'clock' | 'random'>,
  provisioning: Provisioning,
): ProvisioningUpdate {
  const attempts = provisioning.attempts + 1;
  const due = clock() + retryDelay(attempts, random());
  return { state: 'queued', reason: 'bridge_failed', lastError: null, attempts, due };
}

/** A leaver never rests on a refusal: the deactivation is tried again, ever more slowly, until it is in. */
export function afterRefusedDeactivation(
  context: Pick<Context, 'clock' | 'random'>,
  provisioning: Provisioning,
  messages: readonly ConcurMessage[],
): ProvisioningUpdate {
  const retry = { kind: 'retry', why: 'transient', after: null, message: messageOf({ messages }) } as const;
  return { ...afterFailure(context, provisioning, retry), reason: 'refused', lane: 'deactivation' };
}

import type { PersonRecord } from '../domain/person.ts';
import type { State } from '../domain/provisioning.ts';

/** What Concur made of a decision about somebody's access. */
export type Outcome =
  /** Concur has confirmed it, and nothing is open that could change it. */
  | 'confirmed'
  /** There is no user in Concur to take access from. */
  | 'not_in_concur'
  /** It cannot be done until an admin says which Concur user the person is. */
  | 'held'
  /** Concur refused it. */
  | 'refused'
  /** The person is outside the scope of the connection, which leaves them in Concur as they are. */
  | 'out_of_scope'
  /** It is on its way. */
  | 'pending';

const UNDER_WAY: ReadonlySet<State> = new Set(['queued', 'sending', 'processing']);

/** What Concur made of the access that a person is to have now. */
export function outcomeOf({ person, provisioning }: PersonRecord): Outcome {
  const { state, concurId, applied, candidates, openOperations } = provisioning;
  const access = person.deleted === null && person.override === null && person.resource.active !== false;
  if (state === 'held' || candidates.length > 0) return 'held';
  if (UNDER_WAY.has(state) || openOperations > 0) return 'pending';
  if (concurId === null && !access) return 'not_in_concur';
  if (state === 'unmanaged' && (access || applied.profile.active !== false)) return 'out_of_scope';
  if (concurId !== null && applied.profile.active === access) return 'confirmed';
  return state === 'failed' ? 'refused' : 'pending';
}

/** What is said of people whose outcome is not good; null for the others. */
export function explainOutcome(outcome: Outcome, { provisioning }: PersonRecord): string | null {
  const { reason, lastError } = provisioning;
  // Without a reason the error is of an attempt before the decision.
  const error = reason === null || lastError === null ? '' : ` (${lastError})`;
  switch (outcome) {
    case 'confirmed':
    case 'not_in_concur':
      return null;
    case 'held':
      if (reason === 'guard') return `not done in Concur${error}`;
      return 'not done in Concur: an admin must decide which Concur user this is (hold list, hold release)';
    case 'refused':
      return `not done: Concur refused it${error}`;
    case 'out_of_scope':
      return 'not done in Concur: the person is outside the scope of this connection, and nothing is sent for them';
    case 'pending':
      return `accepted; Concur has not confirmed yet; the running server goes on delivering it${error}`;
  }
}

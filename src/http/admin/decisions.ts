import { heldKeys } from '../../domain/loss.ts';
import type { PersonRecord } from '../../domain/person.ts';
import type { Actor, Decision } from '../../scim/directory.ts';
import { ScimError } from '../../scim/error.ts';

/** What an admin decides about a person, from the person as they are inside the transaction. */
export type Decide = (record: PersonRecord) => Decision;

/** Sends again what Concur refused. */
export const retry: Decide = () => ({ kind: 'retry' });

/**
 * Takes access away whatever clients write; another reason replaces the decision that stands. A deleted
 * person has none to lose.
 *
 * @param now the time, in ms since the epoch
 */
export function offboard(reason: string, actor: Actor, now: number): Decide {
  const override = { active: false, reason, by: `${actor.kind}:${actor.name}`, since: now } as const;
  return ({ person }) =>
    person.deleted !== null || person.override?.reason === reason
      ? { kind: 'unchanged' }
      : { kind: 'override', override, reason };
}

/** Lifts the decision to take access away: what clients write counts again. */
export const lift: Decide = ({ person }) =>
  person.deleted !== null || person.override === null
    ? { kind: 'unchanged' }
    : { kind: 'override', override: null, reason: `lifted: ${person.override.reason}` };

/**
 * Sends the losses of access that the guard holds of somebody (`released`), or has them not carried out (`discarded`).
 * Changes nothing about somebody of whom it holds none.
 *
 * @param reason why, for the audit trail; null: nobody said
 */
export function judge(verdict: 'released' | 'discarded', actor: Actor, reason: string | null): Decide {
  const by = `${actor.kind}:${actor.name}`;
  return ({ provisioning }) =>
    heldKeys(provisioning.losses).length === 0
      ? { kind: 'unchanged' }
      : { kind: 'judge', verdict, by, reason };
}

/** Says which of the Concur users that may be a held person is the person. Fails with ScimError 409 for any other. */
export function release(concurId: string): Decide {
  return ({ provisioning: { candidates } }) => {
    if (candidates.length === 0) {
      throw new ScimError(409, undefined, 'This person is not held: there is nothing to decide about them.');
    }
    const chosen = candidates.find(
      (candidate) => candidate.concurId.toLowerCase() === concurId.toLowerCase(),
    );
    if (chosen !== undefined) return { kind: 'release', concurId: chosen.concurId };
    const ids = candidates.map((candidate) => candidate.concurId);
    throw new ScimError(409, undefined, `This person can only be one of the Concur users ${ids.join(', ')}.`);
  };
}

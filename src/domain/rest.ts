import { attributeNames, explanations } from './explanation.ts';
import { CORE, type Extension } from './extensions.ts';
import { heldMessage, type Losses } from './loss.ts';
import type { Person, Refusal } from './person.ts';
import type { Wanted } from './plan.ts';
import type { AttributeKey } from './profile.ts';
import type { Reason, State } from './provisioning.ts';
import { messageOf } from './refusal.ts';
import { type Lack, notGranted } from './withheld.ts';

/** A person for whom nothing can or need be sent now. */
export interface Rest {
  readonly kind: 'rest';
  readonly state: State;
  readonly reason: Reason | null;
  /** What people read, more exact than the reason; null when the reason says it all. */
  readonly message: string | null;
}

/** Outside the scope, with nothing left to be sent. */
export const OUTSIDE: Rest = { kind: 'rest', state: 'unmanaged', reason: 'out_of_scope', message: null };

/** Without access, and Concur does not hold them: there is nothing to do. */
export const NOT_CREATED: Rest = { kind: 'rest', state: 'in_sync', reason: 'not_created', message: null };

/** Concur has deleted the user. */
export const DELETED: Rest = { kind: 'rest', state: 'in_sync', reason: 'deleted', message: null };

/** Where the company does not let the bridge delete anybody: the user stays as they are. */
export function restUndeleted(scope: string): Rest {
  const message = notGranted(scope, 'the user stays in Concur, deactivated');
  return { kind: 'rest', state: 'partial', reason: 'not_granted', message };
}

/** An admin is to decide: everything that takes no access away was delivered, but to somebody who is to have none. */
export function heldByGuard(losses: Losses): Rest {
  return { kind: 'rest', state: 'held', reason: 'guard', message: heldMessage(losses) };
}

/** A deleted person is done with; of anybody else a client may yet write `active`. */
export function restDiscarded({ deleted }: Person, message: string): Rest {
  const state = deleted === null ? 'partial' : 'in_sync';
  return { kind: 'rest', state, reason: 'discarded', message };
}

/** What besides refusals and gaps keeps a person from being in sync. */
export interface Shortfall {
  /** The scopes that are lacking for what is still to be written. */
  readonly lacks: readonly Lack[];
  /** Keys that Concur confirmed and does not keep. */
  readonly notKept: readonly AttributeKey[];
  /** A part of which something is wanted cannot be read. */
  readonly isBlind: boolean;
}

const NO_SHORTFALL: Shortfall = { lacks: [], notKept: [], isBlind: false };

/** The one table from what stands in the way of a person to their state and reason: first what needs somebody to act. */
export function rest(
  wanted: Wanted,
  refusals: ReadonlyMap<Extension, Refusal>,
  shortfall: Shortfall = NO_SHORTFALL,
): Rest {
  const { notKept, isBlind } = shortfall;
  const resting = (state: State, reason: Reason | null, message: string | null): Rest => ({
    kind: 'rest',
    state,
    reason,
    message,
  });
  const identity = refusals.get(CORE);
  if (identity !== undefined) {
    return resting('failed', identity.searched ? 'name_taken' : 'refused', explained(identity));
  }
  const [other] = refusals.values();
  // This reason comes before others of a part: it is what people are found by when a company grants more.
  if (shortfall.lacks.length > 0) {
    const whys = shortfall.lacks.map(({ why }) => why);
    const message = [...whys, ...(other === undefined ? [] : [explained(other)])].join('. ');
    return resting('partial', 'not_granted', message);
  }
  if (other !== undefined) return resting('partial', 'refused', explained(other));
  const [gap] = wanted.gaps;
  if (gap !== undefined) return resting('partial', 'incomplete', gap.why);
  if (notKept.length > 0) {
    return resting('partial', 'not_kept', `Concur does not keep ${attributeNames(notKept).join(', ')}`);
  }
  if (isBlind) return resting('partial', 'not_readable', null);
  if (wanted.waiting.length > 0) {
    const waits = wanted.waiting.map(({ reference, until }) => `Waits for ${reference}, ${until}`);
    return resting('partial', 'waiting_for_person', [...new Set(waits)].join('. '));
  }
  return resting('in_sync', null, null);
}

/** Concur's own words, and then what the bridge knows of the attributes that they name. */
function explained(refusal: Refusal): string {
  const ours = explanations(refusal).join(' ');
  return ours === '' ? messageOf(refusal) : `${messageOf(refusal)} – ${ours}`;
}

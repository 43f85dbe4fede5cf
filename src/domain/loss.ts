import type { Desired, Difference } from './difference.ts';
import { SPEND_ROLE } from './extensions.ts';
import type { Applied, PersonRecord } from './person.ts';
import { type AttributeKey, attributeOf } from './profile.ts';
import { roleOf, rolesOf } from './roles.ts';

/**
 * What became of a loss of access that was about to be sent to Concur. It is forgotten once Concur has confirmed it,
 * or nobody asks for it any more.
 *
 * - `counted`: the guard let it through; sending it again counts no second time.
 * - `held`: more people were to lose access than the guard allows; an admin decides. `why` is the guard's sentence.
 * - `released`: an admin sent it.
 * - `discarded`: an admin decided that it is not carried out.
 */
export type KnownLoss =
  | { readonly state: 'counted'; readonly at: number }
  | { readonly state: 'held'; readonly at: number; readonly why: string }
  | {
      readonly state: 'released' | 'discarded';
      readonly at: number;
      /** Who decided, e.g. `cli:root`. */
      readonly by: string;
      readonly reason: string | null;
    };

/** The losses of one person that the guard knows of, by the key of what is lost: `active`, or an entitlement or role. */
export interface Losses {
  readonly [key: AttributeKey]: KnownLoss;
}

/** What gives access besides `active`. */
const ACCESS: readonly AttributeKey[] = ['entitlements', `${SPEND_ROLE}:roles`];

/** The keys of the access that a difference takes away. A role that is given for all groups instead is none. */
export function lostKeys({ set, remove }: Difference): readonly AttributeKey[] {
  if (remove.length === 0) return set.active === false ? ['active'] : [];
  const everywhere = rolesOf(Object.keys(set)).flatMap(({ code, group }) => (group === null ? [code] : []));
  const lost = remove.filter(
    (key) => ACCESS.includes(attributeOf(key)) && !everywhere.includes(roleOf(key)?.code ?? ''),
  );
  return set.active === false ? ['active', ...lost] : lost;
}

/**
 * The keys of what a person is about to lose and the guard has to be asked for. What HR or an admin decided was decided
 * one by one; whom Concur holds inactive has nothing to lose; and what was counted or released is not asked for again.
 */
export function unguardedKeys(
  { person, provisioning }: PersonRecord,
  difference: Difference,
): readonly AttributeKey[] {
  if (person.override !== null || provisioning.applied.profile.active === false) return [];
  return lostKeys(difference).filter((key) => {
    const state = provisioning.losses[key]?.state;
    return state !== 'counted' && state !== 'released';
  });
}

/** The keys of what an admin has yet to decide about. */
export function heldKeys(losses: Losses): readonly AttributeKey[] {
  return keysIn(losses, ['held']);
}

function keysIn(losses: Losses, states: readonly KnownLoss['state'][]): readonly AttributeKey[] {
  return Object.entries(losses).flatMap(([key, { state }]) => (states.includes(state) ? [key] : []));
}

/** A difference without what is held or was discarded; what else changes of such a role waits with it. */
export function withoutHeld({ set, remove }: Difference, losses: Losses): Difference {
  const stopped = keysIn(losses, ['held', 'discarded']);
  if (stopped.length === 0) return { set, remove };
  const gone = remove.filter((key) => stopped.includes(key));
  const codes = rolesOf(gone).map(({ code }) => code);
  const waits = (key: AttributeKey) => gone.includes(key) || codes.includes(roleOf(key)?.code ?? '');
  return {
    set: Object.fromEntries(Object.entries(set).filter(([key]) => !waits(key))),
    remove: remove.filter((key) => !waits(key)),
  };
}

/** The losses that are still asked for and not carried out. */
export function standingLosses(losses: Losses, desired: Desired, { profile }: Applied): Losses {
  const isAsked = (key: AttributeKey) =>
    key === 'active'
      ? desired.profile.active === false
      : desired.profile[key] === undefined && desired.initial[key] === undefined;
  // Whom Concur holds inactive has no access left to lose.
  const isThere = (key: AttributeKey, { state }: KnownLoss) =>
    key === 'active'
      ? profile.active !== false
      : profile[key] !== undefined && (profile.active !== false || state === 'discarded');
  return Object.fromEntries(
    Object.entries(losses).filter(([key, loss]) => isAsked(key) && isThere(key, loss)),
  );
}

/** The losses with an admin's decision about those that are held. */
export function decidedLosses(
  losses: Losses,
  decision: Extract<KnownLoss, { readonly state: 'released' | 'discarded' }>,
): Losses {
  return { ...losses, ...Object.fromEntries(heldKeys(losses).map((key) => [key, decision])) };
}

/** Why the guard holds somebody: how many have lost access, the most who may, and within which time, in ms. */
export function guardSentence(people: number, limit: number, within: number): string {
  const have = people === 1 ? '1 person has' : `${people} people have`;
  return `${have} lost access within ${durationText(within)}, and no more than ${limit} may`;
}

function durationText(ms: number): string {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
  ] as const;
  const unit = units.find(([, length]) => ms % length === 0);
  return unit === undefined ? `${ms / 1_000} s` : `${ms / unit[1]} ${unit[0]}`;
}

/** What an admin reads of somebody whose losses are held. */
export function heldMessage(losses: Losses): string {
  const keys = heldKeys(losses);
  const [why] = Object.values(losses).flatMap((loss) => (loss.state === 'held' ? [loss.why] : []));
  const what = keys.includes('active') ? 'The deactivation' : `The loss of ${keys.map(lossName).join(', ')}`;
  return `${what} is held by the deactivation guard: ${why}. An admin sends it (hold release --guard) or discards it (hold discard)`;
}

/** What is lost, in words. */
export function lossName(key: AttributeKey): string {
  const role = roleOf(key);
  if (role !== null) return `the role ${role.code}${role.group === null ? '' : ` for ${role.group}`}`;
  return key === 'active' ? 'all access' : `the entitlement ${key.slice(key.indexOf('[') + 1, -1)}`;
}

/** What an admin reads of somebody whose deactivation was discarded; null: it was not. */
export function discardedMessage({ active }: Losses): string | null {
  if (active?.state !== 'discarded') return null;
  const { by, at, reason } = active;
  const when = `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const because = reason === null ? '' : ` (${reason})`;
  return `${by} discarded the deactivation on ${when}${because}: Concur keeps the access until a client writes active again`;
}

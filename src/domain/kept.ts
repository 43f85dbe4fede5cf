import { attributesOf, type Desired, type Difference } from './difference.ts';
import type { JsonValue } from './json.ts';
import type { Confirmation } from './person.ts';
import { type AttributeKey, attributeOf, isList, type Profile, sameValue } from './profile.ts';

/** How often Concur confirms a value that it does not keep before it is given up. */
const PATIENCE = 2;

/** What Concur confirmed and has yet to be seen to keep, by attribute key. */
export interface Confirmations {
  readonly [key: AttributeKey]: Confirmation;
}

/** The confirmations after Concur confirmed a difference: one more for each of its values; another value starts at one. */
export function withConfirmed(confirmed: Confirmations, { set, remove }: Difference): Confirmations {
  const removed = remove.map((key): [AttributeKey, JsonValue] => [key, null]);
  const counted = [...Object.entries(set), ...removed].map(([key, value]): [AttributeKey, Confirmation] => {
    const before = confirmed[key];
    const times = before !== undefined && sameValue(key, before.value, value) ? before.times + 1 : 1;
    return [key, { value, times }];
  });
  return { ...confirmed, ...Object.fromEntries(counted) };
}

/**
 * The confirmations after a read: what is there as it was confirmed is kept by Concur.
 *
 * @param isRead the keys that the read would have shown
 */
export function withoutKept(
  confirmed: Confirmations,
  profile: Profile,
  isRead: (key: AttributeKey) => boolean,
): Confirmations {
  return filter(confirmed, (key, { value }) => !isRead(key) || !sameValue(key, value, profile[key] ?? null));
}

/** The confirmations of what is still desired: a value that is desired anew is sent anew. */
export function stillDesired(confirmed: Confirmations, desired: Desired): Confirmations {
  const all = { ...desired.initial, ...desired.profile };
  return filter(confirmed, (key, { value }) => sameValue(key, value, all[key] ?? null));
}

/**
 * Tells apart what is worth sending from what Concur confirmed twice and does not keep. A deactivation
 * is always worth sending. What is to go from a list that is sent anyway, whole, is never sent in it again.
 *
 * @returns what to send, and the keys that are left out
 */
export function worthSending(
  { set, remove }: Difference,
  confirmed: Confirmations,
): { readonly difference: Difference; readonly notKept: readonly AttributeKey[] } {
  const isLost = (key: AttributeKey, value: JsonValue): boolean => {
    const before = confirmed[key];
    if (before === undefined || (key === 'active' && value === false)) return false;
    return before.times >= PATIENCE && sameValue(key, before.value, value);
  };
  const lost = Object.entries(set).filter(([key, value]) => isLost(key, value));
  const notKept = [...lost.map(([key]) => key), ...remove.filter((key) => isLost(key, null))];
  const worth: Difference = {
    set: Object.fromEntries(Object.entries(set).filter(([key]) => !notKept.includes(key))),
    remove: remove.filter((key) => !notKept.includes(key)),
  };
  const lists = attributesOf(worth).filter(isList);
  const goesAnyway = (key: AttributeKey) => worth.remove.includes(key) || lists.includes(attributeOf(key));
  return { difference: { ...worth, remove: remove.filter(goesAnyway) }, notKept };
}

/** How often Concur confirmed a deactivation of which it has not been seen that it holds. */
export function unseenDeactivations({ active }: Confirmations): number {
  return active?.value === false ? active.times : 0;
}

function filter(
  confirmed: Confirmations,
  wanted: (key: AttributeKey, confirmation: Confirmation) => boolean,
): Confirmations {
  return Object.fromEntries(Object.entries(confirmed).filter(([key, one]) => wanted(key, one)));
}

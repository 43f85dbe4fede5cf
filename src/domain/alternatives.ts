import { SPEND, TRAVEL } from './extensions.ts';
import type { AttributeKey, Profile } from './profile.ts';

/**
 * Attributes whose sub-attributes all name one thing: Concur is told one of them and answers every one,
 * so that the others follow from it (User Reference; Travel User, `ruleClass`; BIHierarchy).
 */
const NAMED_ONCE: ReadonlySet<AttributeKey> = new Set([
  `${SPEND}:biManager`,
  `${SPEND}:biHierarchy`,
  `${TRAVEL}:manager`,
  `${TRAVEL}:ruleClass`,
]);

/** What a key names together with others, e.g. `…:ruleClass` for `…:ruleClass.name`; null: nothing. */
export function thingNamedBy(key: AttributeKey): AttributeKey | null {
  // A key that ends with an element names nothing, whatever the element is called.
  if (!key.startsWith('urn:') || key.endsWith(']')) return null;
  const thing = key.slice(0, key.lastIndexOf('.'));
  const isPerson = thing.endsWith('].approver') || thing.endsWith('].delegate');
  return isPerson || NAMED_ONCE.has(thing) ? thing : null;
}

/** Tells whether a profile names, in another way, the thing that the key names. */
export function isNamedOtherwise(key: AttributeKey, profile: Profile): boolean {
  const thing = thingNamedBy(key);
  if (thing === null) return false;
  return Object.keys(profile).some((other) => other !== key && thingNamedBy(other) === thing);
}

/** The things that these keys name. */
export function thingsNamedBy(keys: readonly AttributeKey[]): ReadonlySet<AttributeKey> {
  return new Set(keys.map(thingNamedBy).filter((thing) => thing !== null));
}

import { isNamedOtherwise, thingNamedBy, thingsNamedBy } from './alternatives.ts';
import { ENTERPRISE, EXTENSIONS, type Extension, SPEND, TRAVEL } from './extensions.ts';
import {
  type AttributeKey,
  attributeOf,
  attributeValue,
  extensionOf,
  isList,
  type Profile,
  sameValue,
  select,
} from './profile.ts';
import { roleOf, rolesOf } from './roles.ts';

/** What the bridge wants Concur to hold for one person. */
export interface Desired {
  /** What clients, overrides and the mapping ask for. Only this is ever enforced or taken away. */
  readonly profile: Profile;
  /**
   * Derived values that only fill a gap: sent where Concur holds nothing, never afterwards, so that
   * a new address does not change somebody's reimbursement currency.
   */
  readonly initial: Profile;
}

/** The work that makes Concur hold what is desired: values to set, and keys to take away. */
export interface Difference {
  readonly set: Profile;
  readonly remove: readonly AttributeKey[];
}

/**
 * What Concur requires once it is there, and `active`, which only an explicit value may change:
 * a client that stops naming one of these does not take it away.
 */
const NEVER_REMOVED: ReadonlySet<AttributeKey> = new Set([
  'active',
  'userName',
  'name.givenName',
  'name.familyName',
  `${ENTERPRISE}:companyId`,
  `${ENTERPRISE}:employeeNumber`,
  `${SPEND}:country`,
  `${SPEND}:locale`,
  `${SPEND}:reimbursementCurrency`,
  `${TRAVEL}:ruleClass.id`,
  `${TRAVEL}:ruleClass.name`,
]);

/**
 * Computes what must change in Concur. Values that nobody here named stay as Concur has them; a
 * value that we had put there (`owned`) and that is no longer desired is taken away.
 *
 * @param applied the profile as Concur last confirmed it; empty for a person to be created
 * @param owned the keys whose values in Concur are ours
 */
export function difference(desired: Desired, applied: Profile, owned: ReadonlySet<AttributeKey>): Difference {
  const remove = [...owned].filter(
    (key) =>
      applied[key] !== undefined &&
      desired.profile[key] === undefined &&
      desired.initial[key] === undefined &&
      !NEVER_REMOVED.has(key) &&
      !isNamedOtherwise(key, desired.profile),
  );
  const staying = { ...select(applied, (key) => !remove.includes(key)), ...desired.profile };
  const gaps = select(
    desired.initial,
    (key) => applied[key] === undefined && !isNamedOtherwise(key, applied) && !isHeldOtherwise(key, staying),
  );
  const wanted = { ...gaps, ...desired.profile };
  const set = select(wanted, (key) => !sameValue(key, wanted[key], applied[key]));
  return keepOneEmail(keepRoles({ set, remove: remove.sort() }, applied), applied);
}

/** The profile that results when Concur takes the difference; what was named otherwise goes with it. */
export function applyDifference(profile: Profile, { set, remove }: Difference): Profile {
  const removed = new Set(remove);
  const named = thingsNamedBy([...Object.keys(set), ...remove]);
  const isGone = (key: AttributeKey) => {
    if (removed.has(key)) return true;
    const thing = named.size === 0 ? null : thingNamedBy(key);
    return thing !== null && named.has(thing);
  };
  return { ...select(profile, (key) => !isGone(key)), ...set };
}

/** Tells whether there is nothing to do. */
export function isEmpty({ set, remove }: Difference): boolean {
  return Object.keys(set).length === 0 && remove.length === 0;
}

/** Tells whether a difference does nothing but take away access: such an operation goes first and alone. */
export function isDeactivation({ set, remove }: Difference): boolean {
  return set.active === false && Object.keys(set).length === 1 && remove.length === 0;
}

/** The part of a difference whose keys belong to extensions that satisfy `wanted`. */
export function restrict(all: Difference, wanted: (extension: Extension) => boolean): Difference {
  return {
    set: select(all.set, (key) => wanted(extensionOf(key))),
    remove: all.remove.filter((key) => wanted(extensionOf(key))),
  };
}

/** The extensions that a difference touches, identity first. */
export function extensionsOf({ set, remove }: Difference): readonly Extension[] {
  const touched = new Set([...Object.keys(set), ...remove].map(extensionOf));
  return EXTENSIONS.filter((extension) => touched.has(extension));
}

/** The attributes that a difference touches, sorted. */
export function attributesOf({ set, remove }: Difference): readonly AttributeKey[] {
  return [...new Set([...Object.keys(set), ...remove].map(attributeOf))].sort();
}

/** The extensions whose lists a difference replaces whole: they must be read before it is sent. */
export function listedExtensions(change: Difference): readonly Extension[] {
  const lists = new Set(
    attributesOf(change)
      .filter(isList)
      .map((attribute) => extensionOf(attribute)),
  );
  return EXTENSIONS.filter((extension) => lists.has(extension));
}

/** Tells whether a role is held already, for other groups than the key says. */
function isHeldOtherwise(key: AttributeKey, profile: Profile): boolean {
  const role = roleOf(key);
  if (role === null) return false;
  return rolesOf(Object.keys(profile)).some(({ code, group }) => code === role.code && group !== role.group);
}

/**
 * A role that stays global is given for no group beside, which would narrow it, and one that stays held for groups is
 * not given globally, which would widen it and take those groups away.
 */
function keepRoles({ set, remove }: Difference, applied: Profile): Difference {
  const staying = rolesOf(Object.keys(applied).filter((key) => !remove.includes(key)));
  const wouldChange = (key: AttributeKey) => {
    const role = roleOf(key);
    if (role === null) return false;
    return staying.some(
      ({ code, group }) => code === role.code && (group === null) !== (role.group === null),
    );
  };
  return { set: select(set, (key) => !wouldChange(key)), remove };
}

/** Concur requires an e-mail address (User Provisioning, schema of User): the last one stays. */
function keepOneEmail(change: Difference, applied: Profile): Difference {
  if (!change.remove.some((key) => attributeOf(key) === 'emails')) return change;
  if (attributeValue(applyDifference(applied, change), 'emails') !== undefined) return change;
  return { ...change, remove: change.remove.filter((key) => attributeOf(key) !== 'emails') };
}

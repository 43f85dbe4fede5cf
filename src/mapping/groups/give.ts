import type { GroupAccess, GroupRule } from '../../domain/connection.ts';
import { type Extension, SPEND_ROLE, TRAVEL } from '../../domain/extensions.ts';
import { type JsonValue, sameJson } from '../../domain/json.ts';
import type { MemberOf } from '../../domain/person.ts';
import type { Gap, Sharing } from '../../domain/plan.ts';
import { type AttributeKey, attributeOf, type Profile } from '../../domain/profile.ts';
import { ROLES, roleCodes, roleKey, roleOf } from '../../domain/roles.ts';
import { isAbout } from './match.ts';
import { excludes } from './role-rules.ts';

/** A profile with what is given. */
export interface Given {
  readonly profile: Profile;
  readonly gaps: readonly Gap[];
  /** Who gave a value, or a part of it, by key. */
  readonly byGivers: ReadonlyMap<AttributeKey, readonly string[]>;
  readonly sharing: Sharing;
}

const ENTITLEMENTS: AttributeKey = 'entitlements';
const TRAVEL_GROUPS: AttributeKey = `${TRAVEL}:groups`;
const RULE_CLASS: AttributeKey = `${TRAVEL}:ruleClass`;

/** Something that a person is given beside what is asked for them. */
export interface Grant {
  readonly rule: Omit<GroupRule, 'group'>;
  /** Who gives it, in the middle of a sentence: `group "Approvers"`, `the people who report to them`. */
  readonly giver: string;
}

/** Who asks for what nobody gives, in the middle of a sentence. */
export const ASKING = 'the client or the mapping';

/** What of a person's groups gives anything: in the order of the rules, and of the names where a rule is about several. */
export function grantsOf({ rules }: GroupAccess, groups: readonly MemberOf[]): readonly Grant[] {
  const sorted = groups.toSorted((one, other) => (one.displayName < other.displayName ? -1 : 1));
  return rules.flatMap((rule) =>
    sorted
      .filter((group) => isAbout(rule.group, group))
      .map(({ displayName }) => ({ rule, giver: `group "${displayName}"` })),
  );
}

/** The keys of all that grants may give. */
export function keysOf(grants: readonly Grant[]): readonly AttributeKey[] {
  return grants.flatMap(({ rule }) => [
    ...rule.entitlements.map((name) => `${ENTITLEMENTS}[${name}]`),
    ...rule.roles.flatMap(({ code, groups }) => [
      roleKey(code),
      ...groups.map((group) => roleKey(code, group)),
    ]),
    ...rule.travelGroups.map((id) => `${TRAVEL_GROUPS}[${id}]`),
    ...(rule.travelRuleClass === null ? [] : [RULE_CLASS]),
  ]);
}

/**
 * Unites what a person is asked to have with what they are given, by their groups or otherwise. A travel rule class
 * goes before any other. Of two roles that Concur gives nobody together, one that is asked for anyway counts, else
 * that of the first grant; of two rule classes that of the first grant.
 *
 * @param base what the client, the mapping and the defaults ask for
 * @param access what groups give; undefined: nothing
 */
export function give(base: Profile, access: GroupAccess | undefined, grants: readonly Grant[]): Given {
  const values = new Map<AttributeKey, JsonValue>(Object.entries(base));
  const byGivers = new Map<AttributeKey, readonly string[]>();
  const gaps = new Map<string, Gap>();
  const put = (key: AttributeKey, value: JsonValue, ...givers: readonly string[]) => {
    values.set(key, value);
    byGivers.set(key, [...new Set([...(byGivers.get(key) ?? []), ...givers])]);
  };
  const leaveOut = (extension: Extension, why: string) => gaps.set(why, { extension, why, leavesRest: true });
  const keysOfRole = (code: string) => [...values.keys()].filter((key) => roleOf(key)?.code === code);

  for (const { rule, giver } of grants) {
    for (const name of rule.entitlements) put(`${ENTITLEMENTS}[${name}]`, true, giver);
    for (const id of rule.travelGroups) put(`${TRAVEL_GROUPS}[${id}]`, true, giver);
    for (const { code, groups } of rule.roles) {
      const other = roleCodes(values.keys()).find((held) => excludes(code, held));
      if (other !== undefined) {
        const [first = ASKING] = keysOfRole(other).flatMap((key) => byGivers.get(key) ?? []);
        leaveOut(
          SPEND_ROLE,
          `Concur gives nobody the roles ${other} and ${code} together: ${other} of ${first} counts, and ${code} of ${giver} is left out`,
        );
      } else if (groups.length > 0 && !values.has(roleKey(code))) {
        for (const group of groups) put(roleKey(code, group), true, giver);
      } else {
        // The global group holds all others.
        const held = keysOfRole(code);
        const givers = held.flatMap((key) => byGivers.get(key) ?? []);
        for (const key of held) values.delete(key);
        put(roleKey(code), code, ...givers, giver);
      }
    }
  }
  const { first, others } = ruleClassesOf(grants);
  if (first !== undefined) {
    for (const key of [...values.keys()]) if (attributeOf(key) === RULE_CLASS) values.delete(key);
    for (const [name, value] of Object.entries(first.ruleClass))
      put(`${RULE_CLASS}.${name}`, value, first.giver);
    for (const { giver } of others) {
      leaveOut(
        TRAVEL,
        `Concur takes one travel rule class: that of ${first.giver} counts, and that of ${giver} is left out`,
      );
    }
  }
  for (const key of [...byGivers.keys()]) if (!values.has(key)) byGivers.delete(key);
  return {
    profile: Object.fromEntries(values),
    gaps: [...gaps.values()],
    byGivers,
    sharing: sharingOf(base, access, byGivers),
  };
}

interface GivenRuleClass {
  readonly ruleClass: NonNullable<GroupRule['travelRuleClass']>;
  readonly giver: string;
}

/** The rule class that counts, and others. */
function ruleClassesOf(grants: readonly Grant[]): {
  readonly first: GivenRuleClass | undefined;
  readonly others: readonly GivenRuleClass[];
} {
  const [first, ...others] = grants.flatMap(({ rule: { travelRuleClass }, giver }) =>
    travelRuleClass === null ? [] : [{ ruleClass: travelRuleClass, giver }],
  );
  return {
    first,
    others: others.filter(({ ruleClass }) => !sameJson({ ...ruleClass }, { ...first?.ruleClass })),
  };
}

/** Elements of lists that are asked for anyway are ours in any case, and so is a rule class, of which there is one. */
function sharingOf(base: Profile, access: GroupAccess | undefined, byGivers: Given['byGivers']): Sharing {
  const rules = access?.ownership === 'exclusive' ? access.rules : [];
  const exclusive = [
    ...(rules.some(({ entitlements }) => entitlements.length > 0) ? [ENTITLEMENTS] : []),
    ...(rules.some(({ roles }) => roles.length > 0) ? [ROLES] : []),
    ...(rules.some(({ travelGroups }) => travelGroups.length > 0) ? [TRAVEL_GROUPS] : []),
  ];
  const isLent = (key: AttributeKey) =>
    base[key] === undefined && ![RULE_CLASS, ...exclusive].includes(attributeOf(key));
  return { lent: new Map([...byGivers].filter(([key]) => isLent(key))), exclusive };
}

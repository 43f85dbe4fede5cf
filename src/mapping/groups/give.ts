import type { GroupAccess, GroupRule } from '../../domain/connection.ts';
import { type Extension, SPEND_ROLE, TRAVEL } from '../../domain/extensions.ts';
import { type JsonValue, sameJson } from '../../domain/json.ts';
import type { MemberOf } from '../../domain/person.ts';
import type { Gap, Sharing } from '../../domain/plan.ts';
import { type AttributeKey, attributeOf, type Profile } from '../../domain/profile.ts';
import { isAbout } from './match.ts';
import { excludes } from './role-rules.ts';

/** A profile with what groups give. */
export interface Given {
  readonly profile: Profile;
  readonly gaps: readonly Gap[];
  /** The groups that gave a value, or a part of it, by key. */
  readonly byGroups: ReadonlyMap<AttributeKey, readonly string[]>;
  readonly sharing: Sharing;
}

const ROLES: AttributeKey = `${SPEND_ROLE}:roles`;
const ENTITLEMENTS: AttributeKey = 'entitlements';
const TRAVEL_GROUPS: AttributeKey = `${TRAVEL}:groups`;
const RULE_CLASS: AttributeKey = `${TRAVEL}:ruleClass`;

/** A rule with one of the groups that it is about. */
interface Grant {
  readonly rule: GroupRule;
  readonly group: string;
}

/** What of a person's groups gives anything: in the order of the rules, and of the names where a rule is about several. */
export function grantsOf({ rules }: GroupAccess, groups: readonly MemberOf[]): readonly Grant[] {
  const sorted = groups.toSorted((one, other) => (one.displayName < other.displayName ? -1 : 1));
  return rules.flatMap((rule) =>
    sorted
      .filter((group) => isAbout(rule.group, group))
      .map(({ displayName }) => ({ rule, group: displayName })),
  );
}

/** The keys of all that grants may give. */
export function keysOf(grants: readonly Grant[]): readonly AttributeKey[] {
  return grants.flatMap(({ rule }) => [
    ...rule.entitlements.map((name) => `${ENTITLEMENTS}[${name}]`),
    ...rule.roles.map(({ code }) => roleKey(code)),
    ...rule.travelGroups.map((id) => `${TRAVEL_GROUPS}[${id}]`),
    ...(rule.travelRuleClass === null ? [] : [RULE_CLASS]),
  ]);
}

/** The key of the value that makes a role exist. */
export function roleKey(code: string): AttributeKey {
  return `${ROLES}[${code}].roleName`;
}

/** The key of the groups that a role is held for; without it the role is global. */
export function roleGroupsKey(code: string): AttributeKey {
  return `${ROLES}[${code}].roleGroups`;
}

/** The code of the role that a key belongs to; null where it belongs to none. */
export function roleOf(key: AttributeKey): string | null {
  return attributeOf(key) === ROLES ? key.slice(ROLES.length + 1, key.lastIndexOf(']')) : null;
}

/**
 * Unites what a person is asked to have with what their groups give. A travel rule class goes before any other. Of
 * two roles that Concur gives nobody together, one that is asked for anyway counts, else that of the first rule; of
 * two rule classes that of the first rule.
 *
 * @param base what the client, the mapping and the defaults ask for
 */
export function give(base: Profile, access: GroupAccess, grants: readonly Grant[]): Given {
  const values = new Map<AttributeKey, JsonValue>(Object.entries(base));
  const byGroups = new Map<AttributeKey, readonly string[]>();
  const gaps = new Map<string, Gap>();
  const put = (key: AttributeKey, value: JsonValue, group: string) => {
    values.set(key, value);
    byGroups.set(key, [...new Set([...(byGroups.get(key) ?? []), group])]);
  };
  const leaveOut = (extension: Extension, why: string) => gaps.set(why, { extension, why, leavesRest: true });

  for (const { rule, group } of grants) {
    for (const name of rule.entitlements) put(`${ENTITLEMENTS}[${name}]`, true, group);
    for (const id of rule.travelGroups) put(`${TRAVEL_GROUPS}[${id}]`, true, group);
    for (const { code, groups } of rule.roles) {
      const other = rolesIn(values.keys()).find((held) => excludes(code, held));
      if (other === undefined) {
        const united = unitedGroups(values, code, groups);
        put(roleKey(code), code, group);
        if (united.length > 0) put(roleGroupsKey(code), [...united], group);
        else values.delete(roleGroupsKey(code));
      } else {
        const giver = giverOf(byGroups.get(roleKey(other)));
        leaveOut(
          SPEND_ROLE,
          `${giver} gives the role ${other}, beside which Concur gives nobody ${code}: ${code} of group "${group}" is left out`,
        );
      }
    }
  }
  const { first, others } = ruleClassesOf(grants);
  if (first !== undefined) {
    for (const key of [...values.keys()]) if (attributeOf(key) === RULE_CLASS) values.delete(key);
    for (const [name, value] of Object.entries(first.ruleClass))
      put(`${RULE_CLASS}.${name}`, value, first.group);
    for (const { group } of others) {
      leaveOut(
        TRAVEL,
        `Group "${first.group}" gives a travel rule class, of which Concur takes one: that of group "${group}" is left out`,
      );
    }
  }
  for (const key of [...byGroups.keys()]) if (!values.has(key)) byGroups.delete(key);
  return {
    profile: Object.fromEntries(values),
    gaps: [...gaps.values()],
    byGroups,
    sharing: sharingOf(base, access, byGroups),
  };
}

/** The codes of the roles among keys. */
export function rolesIn(keys: Iterable<AttributeKey>): readonly string[] {
  return [...new Set([...keys].map(roleOf).filter((code) => code !== null))];
}

/** The groups that a role is held for when these are added; none is the global group, which holds all others. */
function unitedGroups(
  values: ReadonlyMap<AttributeKey, JsonValue>,
  code: string,
  groups: readonly string[],
): readonly string[] {
  if (!values.has(roleKey(code))) return [...new Set(groups)];
  const before = values.get(roleGroupsKey(code));
  if (!Array.isArray(before) || before.length === 0 || groups.length === 0) return [];
  return [...new Set([...before.map(String), ...groups])];
}

interface GivenRuleClass {
  readonly ruleClass: NonNullable<GroupRule['travelRuleClass']>;
  readonly group: string;
}

/** The rule class that counts, and others. */
function ruleClassesOf(grants: readonly Grant[]): {
  readonly first: GivenRuleClass | undefined;
  readonly others: readonly GivenRuleClass[];
} {
  const [first, ...others] = grants.flatMap(({ rule: { travelRuleClass }, group }) =>
    travelRuleClass === null ? [] : [{ ruleClass: travelRuleClass, group }],
  );
  return {
    first,
    others: others.filter(({ ruleClass }) => !sameJson({ ...ruleClass }, { ...first?.ruleClass })),
  };
}

/** Elements of lists that are asked for anyway are ours in any case, and so is a rule class, of which there is one. */
function sharingOf(base: Profile, { ownership, rules }: GroupAccess, byGroups: Given['byGroups']): Sharing {
  const isLent = (key: AttributeKey) => {
    const role = roleOf(key);
    return attributeOf(key) !== RULE_CLASS && base[role === null ? key : roleKey(role)] === undefined;
  };
  const lists = [
    ...(rules.some(({ entitlements }) => entitlements.length > 0) ? [ENTITLEMENTS] : []),
    ...(rules.some(({ roles }) => roles.length > 0) ? [ROLES] : []),
    ...(rules.some(({ travelGroups }) => travelGroups.length > 0) ? [TRAVEL_GROUPS] : []),
  ];
  return ownership === 'exclusive'
    ? { lent: new Map(), exclusive: lists }
    : { lent: new Map([...byGroups].filter(([key]) => isLent(key))), exclusive: [] };
}

function giverOf(groups: readonly string[] | undefined): string {
  const [first] = groups ?? [];
  return first === undefined ? 'The client or the mapping' : `Group "${first}"`;
}

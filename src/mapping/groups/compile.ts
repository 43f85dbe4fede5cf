import type { CompileGroupRules, GroupPattern, GroupRole, GroupRule } from '../../domain/connection.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../domain/json.ts';
import { heldGroups } from '../../domain/roles.ts';
import { ENTITLEMENTS } from '../../scim/catalogue/entitlements.ts';
import { FOR_GROUPS } from '../../scim/catalogue/roles.ts';
import { excludes, ROLES_OF_ENTITLEMENTS } from './role-rules.ts';

/** Tells of something wrong at a path. */
type Tell = (path: readonly string[], message: string) => void;

const PATTERNS = ['displayName', 'externalId', 'matching'] as const;
const GRANTS: readonly string[] = ['entitlements', 'roles', 'travelGroups', 'travelRuleClass'];

/**
 * Checks `groups.rules` against what Concur takes. Everything that is wrong is told at once; a rule that is wrong is
 * left out.
 */
export const compileGroupRules: CompileGroupRules = (list) => {
  const problems: { path: readonly string[]; message: string }[] = [];
  const rules: GroupRule[] = [];
  for (const [index, rule] of (Array.isArray(list) ? list : []).entries()) {
    const before = problems.length;
    const compiled = compileRule(rule, (path, message) =>
      problems.push({ path: [String(index), ...path], message }),
    );
    if (compiled !== undefined && problems.length === before) rules.push(compiled);
  }
  return { rules, problems };
};

function compileRule(rule: JsonValue, tell: Tell): GroupRule | undefined {
  if (!isJsonObject(rule)) {
    tell([], `must be a mapping of group and what it gives: ${GRANTS.join(', ')}`);
    return undefined;
  }
  for (const name of Object.keys(rule)) {
    if (name !== 'group' && !GRANTS.includes(name)) {
      tell([name], `is not known; valid are group, ${GRANTS.join(', ')}`);
    }
  }
  if (GRANTS.every((name) => rule[name] === undefined)) {
    tell([], `gives nothing; it must have at least one of ${GRANTS.join(', ')}`);
  }
  const group = compilePattern(rule.group, tell);
  const entitlements = compileEntitlements(rule.entitlements, tell);
  const roles = compileRoles(rule.roles, tell);
  const travelGroups = compileTravelGroups(rule.travelGroups, tell);
  const travelRuleClass = compileRuleClass(rule.travelRuleClass, tell);
  return group === undefined ? undefined : { group, entitlements, roles, travelGroups, travelRuleClass };
}

function compilePattern(group: JsonValue | undefined, tell: Tell): GroupPattern | undefined {
  const pattern = typeof group === 'string' ? { displayName: group } : group;
  const entries = isJsonObject(pattern) ? Object.entries(pattern) : [];
  const [[name, value] = []] = entries;
  const by = PATTERNS.find((one) => one === name);
  if (by !== undefined && entries.length === 1 && typeof value === 'string' && value.trim() !== '') {
    return { by, value };
  }
  const ways = PATTERNS.map((one) => `{ ${one}: … }`).join(', ');
  tell(['group'], `must be the displayName of a group, or one of ${ways}`);
  return undefined;
}

function compileEntitlements(value: JsonValue | undefined, tell: Tell): readonly string[] {
  return listOf('entitlements', value, tell).flatMap(([path, entitlement]) => {
    const known = ENTITLEMENTS.find((one) => one.toLowerCase() === String(entitlement).trim().toLowerCase());
    if (known === undefined)
      tell(path, `is no entitlement of Concur's; valid are ${ENTITLEMENTS.join(', ')}`);
    return known ?? [];
  });
}

function compileRoles(value: JsonValue | undefined, tell: Tell): readonly GroupRole[] {
  const roles: GroupRole[] = [];
  for (const [path, setting] of listOf('roles', value, tell)) {
    const role = compileRole(setting, path, tell);
    if (role === undefined) continue;
    const same = roles.some(({ code }) => code === role.code);
    const other = roles.find(({ code }) => excludes(code, role.code));
    if (same) tell(path, `names ${role.code} a second time`);
    else if (other === undefined) roles.push(role);
    else tell(path, `is ${role.code} beside ${other.code}: Concur gives nobody both`);
  }
  return roles;
}

function compileRole(setting: JsonValue, path: readonly string[], tell: Tell): GroupRole | undefined {
  const settings: JsonObject = isJsonObject(setting) ? setting : { role: setting };
  const { role, groups = [], ...others } = settings;
  const code = typeof role === 'string' ? role.trim().toUpperCase() : '';
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) tell([...path, unknown], 'is not known; valid are role, groups');
  const entitlement = ROLES_OF_ENTITLEMENTS[code];
  if (entitlement !== undefined) {
    tell(path, `is ${code}, which follows from the entitlement ${entitlement}: give that instead`);
    return undefined;
  }
  const isForGroups = FOR_GROUPS.get(code);
  if (isForGroups === undefined) {
    tell(
      path,
      "is no role of Concur's; valid are codes such as EXP_APPROVER, or { role: CODE, groups: [ … ] }",
    );
    return undefined;
  }
  if (!Array.isArray(groups) || !groups.every(isName)) {
    tell([...path, 'groups'], 'must be a list of groups of Concur, such as [EU-Sales]');
    return undefined;
  }
  const names = groups.map((group) => String(group).trim());
  const held = heldGroups(names).filter((name) => name !== null);
  if (held.length === 0) return { code, groups: [] };
  if (!isForGroups) tell([...path, 'groups'], `must be left out: ${code} cannot be limited to groups`);
  return { code, groups: held };
}

function compileTravelGroups(value: JsonValue | undefined, tell: Tell): readonly number[] {
  return listOf('travelGroups', value, tell).flatMap(([path, id]) => {
    if (/^\d{1,15}$/.test(String(id))) return Number(id);
    tell(path, 'must be the id of a travel user group, a whole number');
    return [];
  });
}

function compileRuleClass(value: JsonValue | undefined, tell: Tell): GroupRule['travelRuleClass'] {
  if (value === undefined) return null;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return { id: value };
  if (typeof value === 'string' && value.trim() !== '') return { name: value.trim() };
  tell(['travelRuleClass'], 'must be the name of a travel rule class, or its id as a number');
  return null;
}

/** The elements of a list with their paths; one that stands alone is a list of one. */
function listOf(
  name: string,
  value: JsonValue | undefined,
  tell: Tell,
): readonly (readonly [path: readonly string[], element: JsonValue])[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) return [[[name], value]];
  if (value.length === 0) tell([name], 'is empty; leave it out, or name what the group gives');
  return value.map((element, index) => [[name, String(index)], element] as const);
}

function isName(value: JsonValue): boolean {
  return (typeof value === 'string' && value.trim() !== '') || typeof value === 'number';
}

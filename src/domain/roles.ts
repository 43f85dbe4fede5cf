import { SPEND_ROLE } from './extensions.ts';
import type { AttributeKey } from './profile.ts';

/** The list of somebody's spend roles. */
export const ROLES: AttributeKey = `${SPEND_ROLE}:roles`;

/**
 * A role as somebody holds it: for one group of the company's, or for the global one, which holds all others ("If no
 * group is supplied, then the role is defaulted to the global group", Spend Role Codes). Each is owned by itself.
 */
export interface HeldRole {
  readonly code: string;
  /** null: the global group. */
  readonly group: string | null;
}

const GLOBAL_SUFFIX = '.roleName';
const GROUP_PREFIX = '.roleGroups[';

/**
 * The key of a role: `…:roles[EXP_PROCESSOR].roleName` for the global group, `…:roles[EXP_PROCESSOR].roleGroups[EU]`
 * for another. A `]` in a code is escaped, so that the first one ends the code, and the last one the group, which may
 * be any text.
 */
export function roleKey(code: string, group: string | null = null): AttributeKey {
  const element = `${ROLES}[${code.replaceAll('%', '%25').replaceAll(']', '%5D')}]`;
  return group === null ? `${element}${GLOBAL_SUFFIX}` : `${element}${GROUP_PREFIX}${group}]`;
}

/** The role that a key stands for; null: it stands for none. */
export function roleOf(key: AttributeKey): HeldRole | null {
  if (!key.startsWith(`${ROLES}[`)) return null;
  const end = key.indexOf(']');
  if (end === -1) return null;
  const code = key
    .slice(ROLES.length + 1, end)
    .replaceAll('%5D', ']')
    .replaceAll('%25', '%');
  const rest = key.slice(end + 1);
  if (rest === GLOBAL_SUFFIX) return { code, group: null };
  if (!rest.startsWith(GROUP_PREFIX) || !rest.endsWith(']')) return null;
  return { code, group: rest.slice(GROUP_PREFIX.length, -1) };
}

/** The roles that keys stand for, in their order. */
export function rolesOf(keys: Iterable<AttributeKey>): readonly HeldRole[] {
  return [...keys].map(roleOf).filter((role) => role !== null);
}

/** The codes of the roles that keys stand for, none twice, in their order. */
export function roleCodes(keys: Iterable<AttributeKey>): readonly string[] {
  return [...new Set(rolesOf(keys).map(({ code }) => code))];
}

/**
 * The groups as they are held: none is the global one, and so is whatever stands beside it. Concur answers it as a
 * group without a name (Spend User Retrieval, "Role").
 */
export function heldGroups(names: readonly string[]): readonly (string | null)[] {
  const isGlobal = names.some((name) => name.trim() === '' || name.trim().toLowerCase() === 'global');
  return isGlobal || names.length === 0 ? [null] : [...new Set(names)];
}

import type { JsonValue } from '../domain/json.ts';
import { type AttributeKey, attributeOf, type Profile, select } from '../domain/profile.ts';
import { heldGroups, ROLES, roleCodes, roleKey, roleOf } from '../domain/roles.ts';
import type { Configured } from './configured/configured.ts';

/**
 * Brings the roles among values that the client, the configuration and the defaults ask for into the form of a
 * profile. The configuration says apart from each other whether a role is there and for which groups; groups make no
 * role exist. What the configuration names comes first, then what the client does, then defaults.
 *
 * @param values of which later ones went before earlier ones
 * @param sent the values that the client sent, also those about which the configuration decides
 */
export function askedRoles(values: Profile, sent: Profile, configured: Configured): Profile {
  const { decides, profile, initial } = configured;
  if (!Object.keys(values).some(isRole) && !Object.keys(sent).some(isRole)) return values;
  const sentCodes = roleCodes(Object.keys(sent));
  const valueCodes = roleCodes(Object.keys(values));
  const codes = new Set([...roleCodes(Object.keys(profile)), ...sentCodes, ...valueCodes]);
  const roles: [AttributeKey, JsonValue][] = [];
  for (const code of codes) {
    const isOpen = !decides(roleKey(code)) && (sentCodes.includes(code) || valueCodes.includes(code));
    if (values[roleKey(code)] === undefined && !isOpen) continue;
    const list = groupsKey(code);
    const mapped = values[list] ?? profile[list] ?? initial[list];
    const asked = Object.keys(values).flatMap((key) => {
      const role = roleOf(key);
      return role?.code === code && role.group !== null ? [role.group] : [];
    });
    const groups = mapped === undefined ? (decides(list) ? [] : asked) : [mapped].flat().map(String);
    for (const group of heldGroups(groups)) roles.push([roleKey(code, group), group === null ? code : true]);
  }
  return { ...select(values, (key) => !isRole(key)), ...Object.fromEntries(roles) };
}

function isRole(key: AttributeKey): boolean {
  return key.startsWith(ROLES) && attributeOf(key) === ROLES;
}

/** The key under which the configuration maps all groups of a role at once. */
function groupsKey(code: string): AttributeKey {
  return roleKey(code).replace(/roleName$/, 'roleGroups');
}

import type { AttributeKey, Profile } from '../../domain/profile.ts';
import { roleCodes, roleOf } from '../../domain/roles.ts';
import { excludes, ROLES_OF_ENTITLEMENTS } from '../groups/role-rules.ts';
import type { Fault } from './fault.ts';

/** A role that Concur does not give. */
export interface RoleFault {
  /** The key of the role, for the first of its groups. */
  readonly key: AttributeKey;
  readonly code: string;
  readonly fault: Fault;
}

/**
 * The roles that Concur does not give: those that follow from an entitlement, and of those that exclude each other all
 * but one, which is what is there already, else the first (Spend Role Codes). What was there before is no fault; nor is
 * a code that SAP does not list, since a company can be asked for codes of its own.
 */
export function roleFaults(before: Profile, after: Profile): readonly RoleFault[] {
  const keys = Object.keys(after);
  const asked = roleCodes(keys);
  if (asked.length === 0) return [];
  const held = roleCodes(Object.keys(before));
  const counting = asked.filter((code) => held.includes(code));
  const faults: RoleFault[] = [];
  for (const code of asked.filter((one) => !held.includes(one))) {
    const fault = entitlementFault(code) ?? exclusionFault(code, counting, held);
    const key = keys.find((one) => roleOf(one)?.code === code);
    if (fault === null || key === undefined) counting.push(code);
    else faults.push({ key, code, fault });
  }
  return faults;
}

function entitlementFault(code: string): Fault | null {
  const entitlement = ROLES_OF_ENTITLEMENTS[code];
  if (entitlement === undefined) return null;
  return {
    rule: `It follows from the entitlement ${entitlement}, cannot be given as a role, and is left out`,
    valid: `the entitlement ${entitlement} in its place`,
  };
}

function exclusionFault(code: string, counting: readonly string[], held: readonly string[]): Fault | null {
  const other = counting.find((one) => excludes(one, code));
  if (other === undefined) return null;
  const why = held.includes(other) ? 'is there already' : 'is named first';
  return {
    rule: `Nobody can have it together with ${other}, which ${why} and counts: ${code} is left out`,
    valid: 'one of the two',
  };
}

import type { MappingSettings } from '../domain/connection.ts';
import { SPEND_APPROVER } from '../domain/extensions.ts';
import { type ApproverKind, PRIMARY } from '../domain/lists.ts';
import type { PersonRecord } from '../domain/person.ts';
import type { AttributeKey } from '../domain/profile.ts';
import { roleKey } from '../domain/roles.ts';

/** The role that Concur requires of an approver ("Approver Extension"). */
const ROLES: Readonly<Record<ApproverKind, string>> = {
  report: 'EXP_APPROVER',
  cashAdvance: 'EXP_APPROVER',
  request: 'REQ_APPROVER',
  invoice: 'INV_APPROVER',
  purchaseRequest: 'INV_PURCH_REQ_APPROVER',
  statement: 'STATEMENT_APPROVER',
  budget: 'SHD_BUDGET_APPROVER',
};

/** An approver that somebody's manager becomes: the key, and the role that Concur requires of them first. */
export interface ManagerApproval {
  readonly key: AttributeKey;
  readonly role: string;
}

/** What a person's manager approves for them. */
export function managerApprovals({ managerApproves = [] }: MappingSettings): readonly ManagerApproval[] {
  return managerApproves.map((kind) => ({
    key: `${SPEND_APPROVER}:${kind}[${PRIMARY}].approver.value`,
    role: ROLES[kind],
  }));
}

/** The roles that whoever manages somebody is given. */
export function managerRoles(settings: MappingSettings): readonly string[] {
  return [...new Set(managerApprovals(settings).map(({ role }) => role))];
}

/**
 * The roles that a person is given because people report to them. Whoever manages nobody any more keeps those that we
 * gave as long as Concur holds them as an approver: it takes no approver without the role.
 */
export function approverRoles(
  { managerApproves = [] }: MappingSettings,
  { approvals, provisioning }: Pick<PersonRecord, 'approvals' | 'provisioning'>,
): readonly string[] {
  if (managerApproves.length === 0) return [];
  // Without knowing who reports to a person their roles would be taken away.
  if (approvals === undefined) throw new Error('Whom the person approves for was not looked up');
  const { manages, approves } = approvals;
  const isHeld = (kind: ApproverKind) =>
    approves.includes(kind) && provisioning.owned.includes(roleKey(ROLES[kind]));
  const kinds = managerApproves.filter((kind) => manages || isHeld(kind));
  return [...new Set(kinds.map((kind) => ROLES[kind]))];
}

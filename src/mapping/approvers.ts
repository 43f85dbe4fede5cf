import type { MappingSettings } from '../domain/connection.ts';
import { SPEND_APPROVER } from '../domain/extensions.ts';
import { type ApproverKind, PRIMARY } from '../domain/lists.ts';
import type { PersonRecord } from '../domain/person.ts';
import type { AttributeKey } from '../domain/profile.ts';
import { roleKey } from '../domain/roles.ts';
import { MANAGER, type Reference } from './references.ts';

/** The role that Concur requires of an approver ("Approver Extension"). */
const ROLE_OF: Readonly<Record<ApproverKind, string>> = {
  report: 'EXP_APPROVER',
  cashAdvance: 'EXP_APPROVER',
  request: 'REQ_APPROVER',
  invoice: 'INV_APPROVER',
  purchaseRequest: 'INV_PURCH_REQ_APPROVER',
  statement: 'STATEMENT_APPROVER',
  budget: 'SHD_BUDGET_APPROVER',
};

/**
 * What a person's manager approves for them: their primary approver, where nobody else is asked for as that. Whoever is
 * asked for as that may be the manager too.
 *
 * @param references whom is asked for, the manager among them
 * @param isOurs whether the built-in mapping decides about a key
 * @returns the references with those; the same where there is no manager
 */
export function withApprovalsByManager(
  { managerApproves = [] }: MappingSettings,
  references: readonly Reference[],
  isOurs: (key: AttributeKey) => boolean,
): readonly Reference[] {
  const manager = references.find(({ key }) => key === MANAGER)?.reference;
  if (manager === undefined) return references;
  const approvals = managerApproves
    .map((kind) => ({ key: `${SPEND_APPROVER}:${kind}[${PRIMARY}].approver.value`, role: ROLE_OF[kind] }))
    .filter(({ key }) => isOurs(key));
  const named = references.map((one) => {
    const role = approvals.find(({ key }) => key === one.key)?.role;
    return role === undefined ? one : { ...one, roleOfManager: role };
  });
  const added = approvals.filter(({ key }) => !references.some((one) => one.key === key));
  return [...named, ...added.map((approval) => ({ ...approval, reference: manager }))];
}

/** The roles that whoever manages somebody is given, none twice. */
export function managerRoles({ managerApproves = [] }: MappingSettings): readonly string[] {
  return [...new Set(managerApproves.map((kind) => ROLE_OF[kind]))];
}

/**
 * The roles that a person is given because people report to them. Whoever manages nobody any more keeps those that we
 * gave as long as Concur holds them as an approver: it takes no approver without the role. Whoever is to have no access
 * is given none, and keeps those that we gave as long as they are named.
 */
export function approverRoles(
  { managerApproves = [] }: MappingSettings,
  { person, approvals, provisioning }: PersonRecord,
): readonly string[] {
  if (managerApproves.length === 0) return [];
  // Without knowing who reports to a person their roles would be taken away.
  if (approvals === undefined) throw new Error('Whom the person approves for was not looked up');
  const { manages, approves } = approvals;
  const hasAccess = person.override === null && person.resource.active !== false;
  const isGiven = (kind: ApproverKind) => provisioning.owned.includes(roleKey(ROLE_OF[kind]));
  const kinds = managerApproves.filter(
    (kind) => (manages && (hasAccess || isGiven(kind))) || (approves.includes(kind) && isGiven(kind)),
  );
  return [...new Set(kinds.map((kind) => ROLE_OF[kind]))];
}

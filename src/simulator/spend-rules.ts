import type { Attributes, Json, Message } from './attributes.ts';
import { invalid, isAttributes, objects, sameJson } from './attributes.ts';
import { isCountry, type Refuse } from './identity-rules.ts';
import {
  PAYROLL,
  SPEND_APPROVER,
  SPEND_APPROVER_LIMIT,
  SPEND_DELEGATE,
  SPEND_ROLE,
  SPEND_USER,
} from './schemas.ts';
import { APPROVER_KINDS } from './spend-schemas.ts';
import { ENTITLEMENT_ROLES, isActive, rolesOf, type User } from './users.ts';
import type { World } from './world.ts';

type Rule = (next: Attributes, user: User, world: World, refuse: Refuse) => void;

/**
 * The rules of one spend extension that types and sizes do not express. The person is given as Concur holds them
 * before the change, with the spend extensions that come before this one already applied.
 */
export function checkSpend(urn: string, next: Attributes, user: User, world: World): Message[] {
  const messages: Message[] = [];
  const held = user.extensions.get(urn);
  // What stays as it is, such as an approver who has since lost the role, is not judged again.
  const judged = Object.entries(next).filter(
    ([name, value]) => urn === SPEND_USER || !sameJson(value, held?.[name]),
  );
  RULES[urn]?.(Object.fromEntries(judged), user, world, (attribute, what) => {
    messages.push(invalid(`${urn}:${attribute}`, what));
  });
  return messages;
}

const RULES: Readonly<Record<string, Rule>> = {
  // "Spend User": currency "in the list of system reimbursement currencies", country ISO 3166, locale "from the list
  // of configured locales".
  [SPEND_USER]: (next, user, { company, users }, refuse) => {
    const known = (attribute: string, values: readonly string[]): void => {
      const value = next[attribute];
      if (typeof value === 'string' && !values.includes(value)) refuse(attribute, 'Value');
    };
    known('country', company.countries);
    known('locale', company.locales);
    known('reimbursementCurrency', company.currencies);
    for (const attribute of ['budgetCountryCode', 'officeLocationCountry']) {
      const value = next[attribute];
      if (typeof value === 'string' && !isCountry(value)) refuse(attribute, 'Value');
    }
    // "Can not be modified after the user is created. Can only be set at creation."
    const held = user.extensions.get(SPEND_USER);
    if (held && (next.testEmployee ?? false) !== (held.testEmployee ?? false)) {
      refuse('testEmployee', 'Value: it can only be set at creation');
    }
    const biManager = next.biManager;
    if (isAttributes(biManager) && !findPerson(biManager, users)) refuse('biManager', 'Value');
    const seen = new Set<Json | undefined>();
    for (const { id, value } of objects(next.customData)) {
      const field = company.customFields.find((candidate) => candidate.id === id);
      // "custom1 - custom22, orgUnit1 - orgUnit6"; "For list = List Item Code."
      if (!field || seen.has(id)) refuse('customData.id', 'Value');
      seen.add(id);
      if (!field || typeof value !== 'string' || value === '') continue;
      if (field.items && !field.items.includes(value))
        refuse(`customData[id eq "${field.id}"].value`, 'Value');
      if (value.length > (field.maxLength ?? 48)) refuse(`customData[id eq "${field.id}"].value`, 'Size');
    }
  },
  // v4.spend-role-code-definition.md: the known codes; those that map to entitlements "cannot be modified through the
  // Spend role extension"; groups belong to the roles that are group aware.
  [SPEND_ROLE]: (next, _user, { company }, refuse) => {
    const names = objects(next.roles).map(({ roleName }) => roleName);
    if (new Set(names).size !== names.length) refuse('roles.roleName', 'Value: a role is named twice');
    for (const { roleName, roleGroups } of objects(next.roles)) {
      const role = company.roleCodes.find(({ code }) => code === roleName);
      if (!role) refuse('roles.roleName', 'Value');
      if (Object.values(ENTITLEMENT_ROLES).includes(String(roleName))) {
        refuse('roles.roleName', 'Value: this role follows from an entitlement');
      }
      const groups = (Array.isArray(roleGroups) ? roleGroups : []).filter((group) => group !== '');
      if (role && !role.groupAware && groups.length > 0)
        refuse('roles.roleGroups', `Value: ${role.code} takes no groups`);
      if (groups.some((group) => !company.groups.includes(String(group))))
        refuse('roles.roleGroups', 'Value');
    }
  },
  // "the user must have the corresponding value of spend role for each product"; "Only Report and Request support
  // non-primary approver."
  [SPEND_APPROVER]: (next, _user, { users }, refuse) => {
    for (const kind of APPROVER_KINDS) {
      const entries = objects(next[kind]);
      const people = entries.map(({ approver }) =>
        isAttributes(approver) ? findPerson(approver, users) : undefined,
      );
      for (const [index, { primary }] of entries.entries()) {
        const person = people[index];
        const role = APPROVER_ROLES[kind];
        if (!person) refuse(`${kind}.approver`, 'Value: no such user');
        else if (!rolesOf(person).includes(role))
          refuse(`${kind}.approver`, `Value: the approver does not hold the role ${role}`);
        if (primary === false && kind !== 'report' && kind !== 'request') {
          refuse(`${kind}.primary`, 'Value: only report and request support non-primary approvers');
        }
      }
      if (entries.filter(({ primary }) => primary === true).length > 1)
        refuse(`${kind}.primary`, 'Value: only one primary approver');
      if (people.some((person, index) => person && people.indexOf(person) !== index)) {
        refuse(`${kind}.approver`, 'Value: an approver is named twice');
      }
    }
  },
  // spend/v4.1.spend-user-retrieval.md: "Each user must have the corresponding role/permission".
  [SPEND_APPROVER_LIMIT]: (next, user, { company }, refuse) => {
    for (const list of ['authorizedApprover', 'costObjectApprover']) {
      for (const { approvalType, reimbursementCurrency, approvalGroup } of objects(next[list])) {
        const role = LIMIT_ROLES[String(approvalType)];
        if (role && !rolesOf(user).includes(role))
          refuse(`${list}.approvalType`, `Value: the user does not hold the role ${role}`);
        if (
          typeof reimbursementCurrency === 'string' &&
          !company.currencies.includes(reimbursementCurrency)
        ) {
          refuse(`${list}.reimbursementCurrency`, 'Value');
        }
        if (
          typeof approvalGroup === 'string' &&
          approvalGroup !== '' &&
          !company.groups.includes(approvalGroup)
        ) {
          refuse(`${list}.approvalGroup`, 'Value');
        }
      }
    }
  },
  // "Spend Delegate": the delegate must hold the role of the product, and "must be active".
  [SPEND_DELEGATE]: (next, _user, { users }, refuse) => {
    for (const [product, role] of Object.entries(DELEGATE_ROLES)) {
      for (const { delegate } of objects(next[product])) {
        const person = isAttributes(delegate) ? findPerson(delegate, users) : undefined;
        if (!person) refuse(`${product}.delegate`, 'Value: no such user');
        else if (!isActive(person)) refuse(`${product}.delegate`, 'Value: the delegate is not active');
        else if (!rolesOf(person).includes(role))
          refuse(`${product}.delegate`, `Value: the delegate does not hold the role ${role}`);
      }
    }
  },
  // "ADP Extension should only be used when reimbursementType is specified as ADP_PAYROLL."
  [PAYROLL]: (next, user, _world, refuse) => {
    if (next.adp !== undefined && user.extensions.get(SPEND_USER)?.reimbursementType !== 'ADP_PAYROLL') {
      refuse('adp', 'Value: reimbursementType is not ADP_PAYROLL');
    }
  },
};

const APPROVER_ROLES: Readonly<Record<(typeof APPROVER_KINDS)[number], string>> = {
  report: 'EXP_APPROVER',
  cashAdvance: 'EXP_APPROVER',
  request: 'REQ_APPROVER',
  invoice: 'INV_APPROVER',
  purchaseRequest: 'INV_PURCH_REQ_APPROVER',
  statement: 'STATEMENT_APPROVER',
  budget: 'SHD_BUDGET_APPROVER',
};

const LIMIT_ROLES: Readonly<Record<string, string>> = {
  report: 'EXP_APPROVER',
  expense: 'EXP_APPROVER',
  request: 'REQ_APPROVER',
  purchaseRequest: 'INV_PURCH_REQ_APPROVER',
  payment: 'INV_APPROVER',
};

const DELEGATE_ROLES: Readonly<Record<string, string>> = {
  expense: 'EXP_USER',
  payment: 'INV_PMT_USER',
  purchaseRequest: 'INV_PURCH_REQ_USER',
};

/** "No circular reporting among users is supported, field is nulled if logic in error." */
export function withoutCircle(next: Attributes, user: User, users: World['users']): Attributes {
  const { biManager, ...others } = next;
  const seen = new Set([user.id]);
  let above: Json | undefined = biManager;
  while (isAttributes(above)) {
    const person = findPerson(above, users);
    if (!person) return next;
    if (seen.has(person.id)) return person.id === user.id ? others : next;
    seen.add(person.id);
    above = person.extensions.get(SPEND_USER)?.biManager;
  }
  return next;
}

/** Finds the person of a "User Reference"; undefined when there is none or the two keys point to different people. */
export function findPerson(reference: Attributes, users: World['users']): User | undefined {
  const { value, employeeNumber } = reference;
  const byId = typeof value === 'string' ? users.get(value) : undefined;
  const byNumber = typeof employeeNumber === 'string' ? users.byEmployeeNumber(employeeNumber) : undefined;
  if (typeof value !== 'string') return byNumber;
  return typeof employeeNumber !== 'string' || sameJson(byId?.id, byNumber?.id) ? byId : undefined;
}

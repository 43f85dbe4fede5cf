import { type Attributes, isAttributes, type Json } from './attributes.ts';
import { type Answer, errorAnswer, refuse } from './errors.ts';
import { authorize, type Exchange, integerParameter, type Route } from './exchange.ts';
import { type Filter, matches, parseFilter, pathsOf, valuesAt } from './filter.ts';
import type { Tokens } from './oauth.ts';
import {
  ENTERPRISE,
  LIST_RESPONSE,
  PAYROLL,
  SPEND_APPROVER,
  SPEND_APPROVER_LIMIT,
  SPEND_DELEGATE,
  SPEND_INVOICE_PREFERENCE,
  SPEND_ROLE,
  SPEND_USER,
  SPEND_USER_PREFERENCE,
  SPEND_WORKFLOW_PREFERENCE,
} from './schemas.ts';
import { findPerson } from './spend-rules.ts';
import { ENTITLEMENT_ROLES, rolesOf, textOf, type User } from './users.ts';
import type { World } from './world.ts';

const SCOPE = 'spend.user.general.read';
const SHOWN = [
  SPEND_USER,
  SPEND_APPROVER,
  SPEND_DELEGATE,
  ENTERPRISE,
  PAYROLL,
  SPEND_INVOICE_PREFERENCE,
  SPEND_USER_PREFERENCE,
  SPEND_WORKFLOW_PREFERENCE,
  SPEND_ROLE,
];

// The samples of spend/v4.1.spend-user-retrieval.md, for a user of whom nothing else was said.
const EMPTY_SPEND_USER: Attributes = {
  reimbursementType: null,
  ledgerCode: 'DEFAULT',
  budgetCountryCode: null,
  stateProvince: null,
  cashAdvanceAccountCode: null,
  testEmployee: false,
  nonEmployee: false,
  biManager: null,
  customData: [],
};
const DEFAULT_USER_PREFERENCE: Attributes = {
  showImagingIntro: true,
  allowCreditCardTransArrivalEmails: true,
  allowReceiptImageAvailEmails: true,
  promptForCardTransactionsOnReport: true,
  showInstructHelpPanel: true,
  expenseAuditRequired: 'REQUIRED',
};

/** The read routes of the Spend service v4.1 below its base path (spend/v4.1.spend-user-retrieval.md). */
export function spendRoutes(world: World, tokens: Tokens): Record<'list' | 'get', Route> {
  return {
    list(exchange) {
      authorize(exchange, world, tokens, SCOPE);
      // "startIndex >= 1", "100 >= count >= 1"
      const startIndex = integerParameter(exchange, 'startIndex', {
        least: 1,
        most: 100_000_000,
        otherwise: 1,
      });
      const count = integerParameter(exchange, 'count', { least: 1, most: 100, otherwise: 100 });
      const filter = readFilter(exchange.query.get('filter'));
      const found = [...world.users.all.values()].filter(
        (user) =>
          user.extensions.has(SPEND_USER) &&
          (!filter || matches(filter, presentSpend(world, user, false), resolve)),
      );
      const users = found.slice(startIndex - 1, startIndex - 1 + count);
      return {
        status: 200,
        body: {
          schemas: [LIST_RESPONSE],
          totalResults: found.length,
          Resources: users.map((user) => presentSpend(world, user, false)),
          startIndex,
          itemsPerPage: users.length,
        },
      };
    },
    get(exchange) {
      authorize(exchange, world, tokens, SCOPE);
      const user = world.users.get(exchange.param('id'));
      if (!user?.extensions.has(SPEND_USER)) return spendUserNotFound(exchange);
      // Limits of other groups than the global one are shown "by the query parameter" only.
      const allLimits = (exchange.query.get('attributes') ?? '').includes(SPEND_APPROVER_LIMIT);
      return { status: 200, body: presentSpend(world, user, allLimits) };
    },
  };
}

function spendUserNotFound(exchange: Exchange): Answer {
  return errorAnswer(404, { detail: `Spend user '${exchange.param('id')}' not found` });
}

/** A person's spend profile as the service answers it. */
function presentSpend(world: World, user: User, allLimits: boolean): Attributes {
  const held = (urn: string): Attributes => structuredClone(user.extensions.get(urn) ?? {});
  const parts: Attributes = Object.fromEntries(SHOWN.map((urn) => [urn, held(urn)]));
  parts[SPEND_USER] = { ...EMPTY_SPEND_USER, ...held(SPEND_USER) };
  parts[SPEND_USER_PREFERENCE] = { ...DEFAULT_USER_PREFERENCE, ...held(SPEND_USER_PREFERENCE) };
  parts[SPEND_ROLE] = { roles: presentRoles(world, user) };
  parts[SPEND_APPROVER] = presentApprovers(world, held(SPEND_APPROVER));
  const limits = Object.entries(held(SPEND_APPROVER_LIMIT)).map(([list, entries]) => [
    list,
    (Array.isArray(entries) ? entries : []).filter(
      (entry) => allLimits || (isAttributes(entry) && (entry.approvalGroup ?? '') === ''),
    ),
  ]);
  return {
    schemas: ['urn:ietf:params:scim:schemas:ScimResource', ...SHOWN],
    id: user.id,
    meta: {
      resourceType: 'User',
      created: null,
      lastModified: new Date(user.lastModified).toISOString(),
      location: `${world.baseUrl()}/profile/spend/v4/Users/${user.id}`,
      version: null,
    },
    ...parts,
    ...(limits.length === 0 ? {} : { [SPEND_APPROVER_LIMIT]: Object.fromEntries(limits) }),
  };
}

// Roles that follow from entitlements are shown with the others; a group-aware role without a group shows [""].
function presentRoles(world: World, user: User): Json[] {
  const given = user.extensions.get(SPEND_ROLE)?.roles;
  const derived = rolesOf(user).filter((role) => Object.values(ENTITLEMENT_ROLES).includes(role));
  return [
    ...(Array.isArray(given) ? given : [])
      .filter(isAttributes)
      .map(({ roleName, roleGroups }): Attributes => {
        const groupAware = world.company.roleCodes.some(
          ({ code, groupAware: aware }) => code === roleName && aware,
        );
        const groups = Array.isArray(roleGroups) && roleGroups.length > 0 ? roleGroups : [''];
        return { roleName: roleName ?? null, ...(groupAware ? { roleGroups: groups } : {}) };
      }),
    ...derived.map((roleName) => ({ roleName })),
  ];
}

// Approvers are answered by UUID, however they were named (v4.user-provisioning.md, "Retrieve User Profile Data").
function presentApprovers(world: World, approvers: Attributes): Attributes {
  return Object.fromEntries(
    Object.entries(approvers).map(([kind, entries]) => [
      kind,
      (Array.isArray(entries) ? entries : [])
        .filter(isAttributes)
        .map(({ approver, primary }): Attributes => {
          const person = isAttributes(approver) ? findPerson(approver, world.users) : undefined;
          const employeeNumber = person ? textOf(person, ENTERPRISE, 'employeeNumber') : null;
          return { approver: { value: person?.id ?? null, employeeNumber }, primary: primary ?? null };
        }),
    ]),
  );
}

// "Not all aspects of SCIM filtering are supported": these fields, with eq and ne; for limits, the documented example.
const FILTERABLE = [
  'cashAdvanceAccountCode',
  'country',
  'customData.id',
  'customData.value',
  'ledgerCode',
  'locale',
  'nonEmployee',
  'reimbursementCurrency',
  'reimbursementType',
  'stateProvince',
  'testEmployee',
].map((name) => `${SPEND_USER}:${name}`);
const FILTERABLE_LIMITS = ['authorizedApprover', 'costObjectApprover'].flatMap((list) =>
  ['approvalType', 'approvalGroup'].map((name) => `${SPEND_APPROVER_LIMIT}:${list}.${name}`),
);

function readFilter(text: string | null): Filter | undefined {
  if (text === null) return undefined;
  const filter = parseFilter(text) ?? refuse(400, `Invalid filter '${text}'`, 'invalidFilter');
  const unknown = pathsOf(filter).find((path) => ![...FILTERABLE, ...FILTERABLE_LIMITS].includes(path));
  if (
    unknown !== undefined ||
    /\b(co|sw|ew|gt|ge|lt|le|pr|or|not)\b(?=[\s(])/i.test(text.replace(/"[^"]*"/g, ''))
  ) {
    refuse(400, `The filter '${text}' is not supported`, 'invalidFilter');
  }
  return filter;
}

function resolve(resource: Attributes, path: string): Json[] {
  const urn = [SPEND_APPROVER_LIMIT, SPEND_USER].find((known) => path.startsWith(`${known}:`));
  const part = urn === undefined ? undefined : resource[urn];
  return urn !== undefined && isAttributes(part) ? valuesAt(part, path.slice(urn.length + 1)) : [];
}

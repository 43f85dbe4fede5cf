import {
  APPROVER_KINDS,
  DELEGATE_KINDS,
  KINDS_WITH_FURTHER,
  LIMIT_KINDS,
  PRIMARY,
} from '../../domain/lists.ts';
import {
  all,
  COUNTRY,
  type ConcurAttribute,
  type ConcurExtension,
  FLAG,
  free,
  IN_THE_NAME,
  named,
  notWritable,
  PERSON,
  REQUIRED_TEXT,
  TEXT,
} from './attribute.ts';

const CURRENCY: ConcurAttribute = { type: 'currency' };
const PRESENCE: ConcurAttribute = { type: 'presence', isRequired: true };

/** `custom1` to `custom22` and `orgUnit1` to `orgUnit6` ("Custom Data"). */
const CUSTOM_FIELDS = [...numbered('custom', 22), ...numbered('orgUnit', 6)];

/** "Spend User". */
export const SPEND_SCHEMA: ConcurExtension = {
  lists: {
    customData: {
      ...named(CUSTOM_FIELDS, 'value'),
      names: 'one of custom1 to custom22 or orgUnit1 to orgUnit6',
    },
  },
  attributes: {
    country: { type: 'country', isRequired: true },
    locale: REQUIRED_TEXT,
    reimbursementCurrency: { type: 'currency', isRequired: true },
    reimbursementType: {
      type: 'text',
      values: ['ACCOUNTS_PAYABLE', 'ADP_PAYROLL', 'CONCUR_PAY', 'OTHER'],
    },
    ...all('stateProvince ledgerCode cashAdvanceAccountCode', TEXT),
    budgetCountryCode: COUNTRY,
    testEmployee: { type: 'boolean', isCreateOnly: true },
    nonEmployee: FLAG,
    'biManager.value': PERSON,
    'biManager.employeeNumber': TEXT,
    'biHierarchy.code': TEXT,
    ...all('biHierarchy.syncGuid biHierarchy.href', notWritable('follows from `biHierarchy.code`')),
    'customData.value': TEXT,
    'customData.id': IN_THE_NAME,
  },
};

/** "Spend Role". */
export const ROLE_SCHEMA: ConcurExtension = {
  lists: {
    roles: {
      isName: (name) => /^[^\][%\s]+$/.test(name),
      names: "one of SAP's role codes, such as EXP_APPROVER",
      itself: 'roleName',
    },
  },
  attributes: {
    'roles.roleName': PRESENCE,
    'roles.roleGroups': { type: 'text', isMany: true },
  },
};

/** "Approver Extension". */
export const APPROVER_SCHEMA: ConcurExtension = {
  lists: Object.fromEntries(
    APPROVER_KINDS.map((kind) => [
      kind,
      KINDS_WITH_FURTHER.includes(kind)
        ? free('primary, or any name of yours for a further approver', 'approver.value')
        : named([PRIMARY], 'approver.value'),
    ]),
  ),
  attributes: underEach(APPROVER_KINDS, {
    'approver.value': PERSON,
    'approver.employeeNumber': TEXT,
    primary: IN_THE_NAME,
  }),
};

const LIMIT_NAME = /^(expense|report|payment|request|purchaseRequest)(\/.+)?$/;

/** "Spend Approver Limit Config". SAP's pages call expense reports `expense` and `report`. */
export const APPROVER_LIMIT_SCHEMA: ConcurExtension = {
  lists: Object.fromEntries(
    LIMIT_KINDS.map((kind) => [
      kind,
      {
        isName: (name: string) => LIMIT_NAME.test(name),
        names:
          'expense, payment, request or purchaseRequest, and a group after a slash unless it is the global one',
        itself: '',
      },
    ]),
  ),
  attributes: underEach(LIMIT_KINDS, {
    approvalLimit: { type: 'decimal' },
    reimbursementCurrency: CURRENCY,
    exceptionApprovalAuthority: FLAG,
    level: { type: 'integer' },
    approvalType: IN_THE_NAME,
    approvalGroup: IN_THE_NAME,
  }),
};

/** "Spend Delegate Object". */
export const DELEGATE_SCHEMA: ConcurExtension = {
  lists: Object.fromEntries(
    DELEGATE_KINDS.map((kind) => [kind, free('any name of yours for a delegate', 'delegate.value')]),
  ),
  attributes: underEach(DELEGATE_KINDS, {
    'delegate.value': PERSON,
    'delegate.employeeNumber': notWritable('the delegate is looked up by it'),
    ...all(
      'canApprove canPrepare canPrepareForApproval canReceiveApprovalEmail canReceiveEmail canSubmit ' +
        'canSubmitTravelRequest canUseBi canViewReceipt',
      FLAG,
    ),
    'temporaryDelegation.temporaryDelegationFromDate': TEXT,
    'temporaryDelegation.temporaryDelegationToDate': TEXT,
  }),
};

/** "Payroll User". */
export const PAYROLL_SCHEMA: ConcurExtension = {
  lists: {},
  attributes: all('adp.companyCode adp.deductionCode adp.employeeFileNumber', REQUIRED_TEXT),
};

function numbered(name: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${name}${index + 1}`);
}

function underEach(
  parents: readonly string[],
  attributes: Readonly<Record<string, ConcurAttribute>>,
): Record<string, ConcurAttribute> {
  return Object.fromEntries(
    parents.flatMap((parent) =>
      Object.entries(attributes).map(([name, attribute]) => [`${parent}.${name}`, attribute]),
    ),
  );
}

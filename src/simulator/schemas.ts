import type { AttributeDefinition, Definitions } from './attributes.ts';

/** The URNs of Concur's schemas (v4.user-provisioning.md, "Schema"; user-provisioning.md guide, "Supported Extensions"). */
export const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const SAP = 'urn:ietf:params:scim:schemas:extension:sap:2.0:User';
export const SPEND_USER = 'urn:ietf:params:scim:schemas:extension:spend:2.0:User';
export const SPEND_ROLE = 'urn:ietf:params:scim:schemas:extension:spend:2.0:Role';
export const SPEND_APPROVER = 'urn:ietf:params:scim:schemas:extension:spend:2.0:Approver';
export const SPEND_APPROVER_LIMIT = 'urn:ietf:params:scim:schemas:extension:spend:2.0:ApproverLimit';
export const SPEND_DELEGATE = 'urn:ietf:params:scim:schemas:extension:spend:2.0:Delegate';
export const SPEND_USER_PREFERENCE = 'urn:ietf:params:scim:schemas:extension:spend:2.0:UserPreference';
export const SPEND_WORKFLOW_PREFERENCE = 'urn:ietf:params:scim:schemas:extension:spend:2.0:WorkflowPreference';
export const SPEND_INVOICE_PREFERENCE = 'urn:ietf:params:scim:schemas:extension:spend:2.0:InvoicePreference';
export const PAYROLL = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:Payroll';
export const TRAVEL = 'urn:ietf:params:scim:schemas:extension:travel:2.0:User';

/** Which of Concur's services holds a schema: identity is answered at once, spend and travel later. */
export type Service = 'identity' | 'spend' | 'travel';

/** One schema of a Concur user. */
export interface Schema {
  readonly name: string;
  readonly service: Service;
  readonly definitions: Definitions;
}

const text = (maxLength?: number): AttributeDefinition =>
  maxLength === undefined ? { type: 'string' } : { type: 'string', maxLength };
const sized = (length: number): AttributeDefinition => ({ type: 'string', minLength: length, maxLength: length });
const oneOf = (...canonicalValues: string[]): AttributeDefinition => ({ type: 'string', canonicalValues });
const flag: AttributeDefinition = { type: 'boolean' };
const flags = (...names: string[]): Definitions => Object.fromEntries(names.map((name) => [name, flag]));
const complex = (subAttributes: Definitions): AttributeDefinition => ({ type: 'complex', subAttributes });
const many = (definition: AttributeDefinition): AttributeDefinition => ({ ...definition, multiValued: true });
const required = (definition: AttributeDefinition): AttributeDefinition => ({ ...definition, required: true });
const readOnly = (definition: AttributeDefinition): AttributeDefinition => ({ ...definition, mutability: 'readOnly' });
const onRequest = (definition: AttributeDefinition): AttributeDefinition => ({ ...definition, returned: 'request' });

/** A reference to a person by UUID, employee number or both ("User Reference"). */
const userReference = complex({ value: text(), employeeNumber: text(), displayName: readOnly(text()), $ref: readOnly(text()) });

// "User": sizes and closed lists are those of the API description (Identity v4.1, components.schemas.User).
const core: Definitions = {
  schemas: many(text()),
  id: readOnly(text()),
  meta: readOnly({ type: 'complex' }),
  localeOverrides: readOnly({ type: 'complex' }),
  userName: required(text()),
  externalId: text(),
  active: required(flag),
  name: required(
    complex({
      familyName: required(text(32)),
      givenName: required(text(32)),
      middleName: text(60),
      middleInitial: text(1),
      familyNamePrefix: text(28),
      honorificPrefix: text(60),
      honorificSuffix: text(60),
      academicTitle: text(),
      // Marked read-only in the table, sent by every sample of the same page: accepted.
      legalName: text(),
      formatted: text(),
      hasNoMiddleName: flag,
    }),
  ),
  displayName: text(60),
  nickName: text(60),
  title: text(255),
  preferredLanguage: text(),
  timezone: text(),
  dateOfBirth: text(),
  emails: required(
    many(
      complex({
        value: required(text(255)),
        type: required(oneOf('work', 'home', 'work2', 'other', 'other2')),
        verified: flag,
        notifications: flag,
      }),
    ),
  ),
  phoneNumbers: many(
    complex({
      value: required({ type: 'string', minLength: 1 }),
      type: required(oneOf('work', 'home', 'mobile', 'fax', 'pager', 'other', 'work2')),
      display: text(),
      issuingCountry: text(),
      workExtension: text(),
      notifications: flag,
      primary: flag,
    }),
  ),
  addresses: many(
    complex({
      type: required(oneOf('work', 'home', 'other', 'billing', 'bank', 'shipping')),
      country: text(),
      locality: text(30),
      postalCode: text(20),
      region: text(30),
      streetAddress: text(),
    }),
  ),
  emergencyContacts: many(
    complex({
      name: required(text(255)),
      relationship: required(oneOf('Spouse', 'Brother', 'Parent', 'Sister', 'Life Partner', 'Other')),
      country: text(),
      emails: many(text()),
      phones: many(text()),
      locality: text(30),
      postalCode: text(20),
      region: text(30),
      streetAddress: text(),
    }),
  ),
  entitlements: onRequest(many(oneOf('Expense', 'Invoice', 'Request', 'Travel'))),
};

// "Enterprise User".
const enterprise: Definitions = {
  companyId: required(text()),
  employeeNumber: required(text(48)),
  costCenter: text(25),
  department: text(),
  division: text(48),
  legalEntity: text(),
  organization: onRequest(readOnly(text())),
  startDate: text(),
  terminationDate: text(),
  manager: complex({
    value: required(text()),
    employeeNumber: text(),
    displayName: readOnly(text()),
    $ref: onRequest(readOnly(text())),
  }),
  leavesOfAbsence: many(
    complex({ startDate: required(text()), endDate: text(), type: oneOf('voluntary', 'mandatory') }),
  ),
};

// "Spend User"; sizes from spend/v4.1.spend-user-retrieval.md, "Spend User".
const spendUser: Definitions = {
  country: required(sized(2)),
  locale: required(text()),
  reimbursementCurrency: required(sized(3)),
  reimbursementType: oneOf('ACCOUNTS_PAYABLE', 'ADP_PAYROLL', 'CONCUR_PAY', 'OTHER'),
  ledgerCode: text(20),
  budgetCountryCode: sized(2),
  stateProvince: sized(2),
  cashAdvanceAccountCode: text(20),
  testEmployee: flag,
  nonEmployee: flag,
  biManager: userReference,
  biHierarchy: complex({ code: text(), syncGuid: text(), href: text() }),
  customData: many(complex({ id: required(text()), value: text(), syncGuid: text(), href: text() })),
  officeLocationCountry: sized(2),
  officeLocationStateProvince: sized(2),
  officeLocationCity: text(),
};

const approvers = many(complex({ approver: required(userReference), primary: required(flag) }));
/** The kinds of approver ("Approver Extension"). */
export const APPROVER_KINDS = [
  'report',
  'cashAdvance',
  'request',
  'invoice',
  'purchaseRequest',
  'statement',
  'budget',
] as const;

const temporaryDelegation = complex({ temporaryDelegationFromDate: text(), temporaryDelegationToDate: text() });
const delegates = many(
  complex({
    delegate: required(userReference),
    ...flags(
      'canApprove',
      'canPrepare',
      'canPrepareForApproval',
      'canReceiveApprovalEmail',
      'canReceiveEmail',
      'canSubmit',
      'canSubmitTravelRequest',
      'canUseBi',
      'canViewReceipt',
    ),
    temporaryDelegation,
    // Spelt so in the sample of spend/v4.spend-user-provisioning.md.
    temporaryDelegatation: temporaryDelegation,
  }),
);

const approverLimits = many(
  complex({
    // "report" in the samples and in the retrieval page's table, "expense" in the provisioning page's.
    approvalType: required(oneOf('report', 'expense', 'payment', 'request', 'purchaseRequest')),
    exceptionApprovalAuthority: flag,
    approvalLimit: { type: 'decimal' },
    reimbursementCurrency: sized(3),
    approvalGroup: text(),
    level: { type: 'integer' },
  }),
);

// "Travel User"; travel/v4.travel-extension.md adds `name`.
const travel: Definitions = {
  ruleClass: required(complex({ id: { type: 'integer' }, name: text() })),
  groups: many({ type: 'integer' }),
  manager: complex({ value: text(), employeeNumber: text() }),
  customFields: many(complex({ name: required(text()), value: text() })),
  orgUnit: text(),
  travelCrsName: text(),
  travelNameRemark: text(),
  gender: oneOf('Female', 'Male'),
  name: complex({
    namePrefix: text(),
    givenName: text(),
    middleName: text(),
    familyName: text(),
    honorificSuffix: text(),
    hasNoMiddleName: flag,
  }),
};

/**
 * Every schema of a Concur user, by URN. Spend schemas stand in the order in which they are provisioned: Spend User is
 * the foundation of the others, and a role must be there before what it permits (spend/v4.spend-user-provisioning.md).
 */
export const SCHEMAS: ReadonlyMap<string, Schema> = new Map<string, Schema>([
  [CORE, { name: 'User', service: 'identity', definitions: core }],
  [ENTERPRISE, { name: 'Enterprise User', service: 'identity', definitions: enterprise }],
  [SAP, { name: 'SAP User', service: 'identity', definitions: { userUuid: { type: 'string', minLength: 1, maxLength: 36 } } }],
  [SPEND_USER, { name: 'Spend User', service: 'spend', definitions: spendUser }],
  [
    SPEND_ROLE,
    {
      name: 'Spend Role',
      service: 'spend',
      // roleGroups: "Required" in the table, left out in the read samples, optional in v4.spend-role-code-definition.md.
      definitions: { roles: many(complex({ roleName: required(text()), roleGroups: many(text()) })) },
    },
  ],
  [
    SPEND_APPROVER,
    { name: 'Spend Approver', service: 'spend', definitions: Object.fromEntries(APPROVER_KINDS.map((kind) => [kind, approvers])) },
  ],
  [
    SPEND_APPROVER_LIMIT,
    { name: 'Approver Limit', service: 'spend', definitions: { authorizedApprover: approverLimits, costObjectApprover: approverLimits } },
  ],
  [
    SPEND_DELEGATE,
    { name: 'Spend Delegate', service: 'spend', definitions: { expense: delegates, payment: delegates, purchaseRequest: delegates } },
  ],
  [
    SPEND_USER_PREFERENCE,
    {
      name: 'User Preference',
      service: 'spend',
      definitions: {
        ...flags(
          'showImagingIntro',
          'allowCreditCardTransArrivalEmails',
          'allowReceiptImageAvailEmails',
          'promptForCardTransactionsOnReport',
          'autoAddTripCardTransOnReport',
          'promptForReportPrintFormat',
          'showTotalOnReport',
          'showInstructHelpPanel',
          'useQuickItinAsDefault',
          'enableOcrForUi',
          'enableOcrForEmail',
          'enableTripBasedAssistant',
        ),
        expenseAuditRequired: oneOf('NEVER', 'REQUIRED', 'ALWAYS'),
        defaultReportPrintFormat: oneOf('RECEIPTS', 'DETAILED', 'FAX'),
        showExpenseOnReport: oneOf('ALL', 'PARENT', 'NOTHING'),
        processorReportAccess: oneOf('COMPLETE', 'RESTRICTED'),
      },
    },
  ],
  [
    SPEND_WORKFLOW_PREFERENCE,
    {
      name: 'Workflow Preference',
      service: 'spend',
      definitions: flags(
        'emailStatusChangeOnCashAdvance',
        'emailAwaitApprovalOnCashAdvance',
        'emailStatusChangeOnReport',
        'emailAwaitApprovalOnReport',
        'promptForApproverOnReportSubmit',
        'emailStatusChangeOnTravelRequest',
        'emailAwaitApprovalOnTravelRequest',
        'promptForApproverOnTravelRequestSubmit',
        'emailStatusChangeOnPayment',
        'emailAwaitApprovalOnPayment',
        'promptForApproverOnPaymentSubmit',
        'emailOnPurchaseRequestStatusChange',
        'emailOnPurchaseRequestAwaitApproval',
        'promptForPurchaseRequestApproverOnSubmit',
      ),
    },
  ],
  [
    SPEND_INVOICE_PREFERENCE,
    {
      name: 'Invoice Preference',
      service: 'spend',
      definitions: flags(
        'emailOnPurchasingAssigned',
        'emailOnPurchasingSendBack',
        'emailOnFaxImageAvailablePaymentRequest',
        'promptNewLineItemsPaymentRequest',
        'displayInlineImage',
        'autoOpenImage',
      ),
    },
  ],
  [
    PAYROLL,
    {
      name: 'Payroll',
      service: 'spend',
      definitions: {
        adp: complex({
          companyCode: required(text()),
          deductionCode: required(text()),
          employeeFileNumber: required(text()),
        }),
      },
    },
  ],
  [TRAVEL, { name: 'Travel User', service: 'travel', definitions: travel }],
]);

/** The schema of a URN that is known to be one of Concur's. */
export function schemaOf(urn: string): Schema {
  const schema = SCHEMAS.get(urn);
  if (!schema) throw new Error(`not a schema of Concur: ${urn}`);
  return schema;
}

import type { Definitions } from './attributes.ts';
import { complex, flag, flags, many, oneOf, readOnly, required, sized, text } from './definitions.ts';

/** A reference to a person by UUID, employee number or both ("User Reference"). */
const userReference = complex({
  value: text(),
  employeeNumber: text(),
  displayName: readOnly(text()),
  $ref: readOnly(text()),
});

/** "Spend User"; sizes from spend/v4.1.spend-user-retrieval.md, "Spend User". */
export const spendUser: Definitions = {
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

const approverList = many(complex({ approver: required(userReference), primary: required(flag) }));
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

const temporaryDelegation = complex({
  temporaryDelegationFromDate: text(),
  temporaryDelegationToDate: text(),
});
const delegateList = many(
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

const limitList = many(
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

/** "Approver Extension". */
export const approver: Definitions = Object.fromEntries(APPROVER_KINDS.map((kind) => [kind, approverList]));

/** "Approver Limit Extension". */
export const approverLimit: Definitions = { authorizedApprover: limitList, costObjectApprover: limitList };

/** "Spend Delegate". */
export const delegate: Definitions = {
  expense: delegateList,
  payment: delegateList,
  purchaseRequest: delegateList,
};

/** "Spend Role". roleGroups: "Required" there, left out in the read samples, optional in v4.spend-role-code-definition.md. */
export const role: Definitions = {
  roles: many(complex({ roleName: required(text()), roleGroups: many(text()) })),
};

/** "User Preference Extension". */
export const userPreference: Definitions = {
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
};

/** "Workflow Preferences Extension". */
export const workflowPreference: Definitions = flags(
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
);

/** "Invoice Preference Extension". */
export const invoicePreference: Definitions = flags(
  'emailOnPurchasingAssigned',
  'emailOnPurchasingSendBack',
  'emailOnFaxImageAvailablePaymentRequest',
  'promptNewLineItemsPaymentRequest',
  'displayInlineImage',
  'autoOpenImage',
);

/** "Payroll Extension". */
export const payroll: Definitions = {
  adp: complex({
    companyCode: required(text()),
    deductionCode: required(text()),
    employeeFileNumber: required(text()),
  }),
};

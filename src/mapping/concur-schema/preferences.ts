import { all, type ConcurExtension, FLAG } from './attribute.ts';

/** "Spend User Preference Extension". */
export const USER_PREFERENCE_SCHEMA: ConcurExtension = {
  lists: {},
  attributes: {
    ...all(
      'showImagingIntro allowCreditCardTransArrivalEmails allowReceiptImageAvailEmails ' +
        'promptForCardTransactionsOnReport autoAddTripCardTransOnReport promptForReportPrintFormat ' +
        'showTotalOnReport showInstructHelpPanel useQuickItinAsDefault',
      FLAG,
    ),
    expenseAuditRequired: { type: 'text', values: ['NEVER', 'REQUIRED', 'ALWAYS'] },
    defaultReportPrintFormat: { type: 'text', values: ['RECEIPTS', 'DETAILED', 'FAX'] },
    showExpenseOnReport: { type: 'text', values: ['ALL', 'PARENT', 'NOTHING'] },
  },
};

/** "Spend Workflow Preferences". */
export const WORKFLOW_PREFERENCE_SCHEMA: ConcurExtension = {
  lists: {},
  attributes: all(
    'emailStatusChangeOnCashAdvance emailAwaitApprovalOnCashAdvance emailStatusChangeOnReport ' +
      'emailAwaitApprovalOnReport promptForApproverOnReportSubmit emailStatusChangeOnTravelRequest ' +
      'emailAwaitApprovalOnTravelRequest promptForApproverOnTravelRequestSubmit emailStatusChangeOnPayment ' +
      'emailAwaitApprovalOnPayment promptForApproverOnPaymentSubmit',
    FLAG,
  ),
};

/** "Invoice Preference Extension". */
export const INVOICE_PREFERENCE_SCHEMA: ConcurExtension = {
  lists: {},
  attributes: all(
    'emailOnPurchasingAssigned emailOnPurchasingSendBack emailOnFaxImageAvailablePaymentRequest ' +
      'promptNewLineItemsPaymentRequest displayInlineImage autoOpenImage',
    FLAG,
  ),
};

import { type Attribute, attribute, type Schema } from '../schema.ts';

function option(name: string, description: string): Attribute {
  return attribute(name, description, { type: 'boolean' });
}

/** The person's preferences in Concur Expense. */
export const spendUserPreferenceSchema: Schema = {
  id: 'urn:ietf:params:scim:schemas:extension:spend:2.0:UserPreference',
  name: 'SpendUserPreference',
  description: 'Concur expense preferences',
  attributes: [
    option('showImagingIntro', 'Show the introduction to imaging.'),
    attribute('expenseAuditRequired', 'Whether expenses must be audited.', {
      canonicalValues: ['NEVER', 'REQUIRED', 'ALWAYS'],
    }),
    option('allowCreditCardTransArrivalEmails', 'Send an e-mail when card transactions arrive.'),
    option('allowReceiptImageAvailEmails', 'Send an e-mail when receipt images are available.'),
    option('promptForCardTransactionsOnReport', 'Offer card transactions when a report is created.'),
    option('autoAddTripCardTransOnReport', 'Add the card transactions of a trip to its report.'),
    option('promptForReportPrintFormat', 'Ask for the report format before printing.'),
    attribute('defaultReportPrintFormat', 'The report format used for printing.', {
      canonicalValues: ['RECEIPTS', 'DETAILED', 'FAX'],
    }),
    option('showTotalOnReport', 'Show totals on the detailed report.'),
    attribute('showExpenseOnReport', 'Which expenses the detailed report shows.', {
      canonicalValues: ['ALL', 'PARENT', 'NOTHING'],
    }),
    option('showInstructHelpPanel', 'Show the help panel.'),
    option('useQuickItinAsDefault', 'Use the quick itinerary as the default.'),
  ],
};

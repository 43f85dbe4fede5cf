import { SPEND_USER_PREFERENCE } from '../../domain/extensions.ts';
import { attribute, flag, type Schema } from '../schema.ts';

/** The person's preferences in Concur Expense. */
export const spendUserPreferenceSchema: Schema = {
  id: SPEND_USER_PREFERENCE,
  name: 'SpendUserPreference',
  description: 'Concur expense preferences',
  attributes: [
    flag('showImagingIntro', 'Show the introduction to imaging.'),
    attribute('expenseAuditRequired', 'Whether expenses must be audited.', {
      canonicalValues: ['NEVER', 'REQUIRED', 'ALWAYS'],
    }),
    flag('allowCreditCardTransArrivalEmails', 'Send an e-mail when card transactions arrive.'),
    flag('allowReceiptImageAvailEmails', 'Send an e-mail when receipt images are available.'),
    flag('promptForCardTransactionsOnReport', 'Offer card transactions when a report is created.'),
    flag('autoAddTripCardTransOnReport', 'Add the card transactions of a trip to its report.'),
    flag('promptForReportPrintFormat', 'Ask for the report format before printing.'),
    attribute('defaultReportPrintFormat', 'The report format used for printing.', {
      canonicalValues: ['RECEIPTS', 'DETAILED', 'FAX'],
    }),
    flag('showTotalOnReport', 'Show totals on the detailed report.'),
    attribute('showExpenseOnReport', 'Which expenses the detailed report shows.', {
      canonicalValues: ['ALL', 'PARENT', 'NOTHING'],
    }),
    flag('showInstructHelpPanel', 'Show the help panel.'),
    flag('useQuickItinAsDefault', 'Use the quick itinerary as the default.'),
  ],
};

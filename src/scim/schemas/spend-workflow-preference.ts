import { SPEND_WORKFLOW_PREFERENCE } from '../../domain/extensions.ts';
import { flag, type Schema } from '../schema.ts';

/** Which e-mails and prompts the person gets from Concur's workflows. */
export const spendWorkflowPreferenceSchema: Schema = {
  id: SPEND_WORKFLOW_PREFERENCE,
  name: 'SpendWorkflowPreference',
  description: 'Concur workflow preferences',
  attributes: [
    flag('emailStatusChangeOnCashAdvance', "E-mail when a cash advance's status changes."),
    flag('emailAwaitApprovalOnCashAdvance', 'E-mail when a cash advance awaits approval.'),
    flag('emailStatusChangeOnReport', "E-mail when a report's status changes."),
    flag('emailAwaitApprovalOnReport', 'E-mail when a report awaits approval.'),
    flag('promptForApproverOnReportSubmit', 'Ask for the approver when a report is submitted.'),
    flag('emailStatusChangeOnTravelRequest', "E-mail when a travel request's status changes."),
    flag('emailAwaitApprovalOnTravelRequest', 'E-mail when a travel request awaits approval.'),
    flag(
      'promptForApproverOnTravelRequestSubmit',
      'Ask for the approver when a travel request is submitted.',
    ),
    flag('emailStatusChangeOnPayment', "E-mail when a payment's status changes."),
    flag('emailAwaitApprovalOnPayment', 'E-mail when a payment awaits approval.'),
    flag('promptForApproverOnPaymentSubmit', 'Ask for the approver when a payment is submitted.'),
  ],
};

import { type Attribute, attribute, type Schema } from '../schema.ts';

function option(name: string, description: string): Attribute {
  return attribute(name, description, { type: 'boolean' });
}

/** Which e-mails and prompts the person gets from Concur's workflows. */
export const spendWorkflowPreferenceSchema: Schema = {
  id: 'urn:ietf:params:scim:schemas:extension:spend:2.0:WorkflowPreference',
  name: 'SpendWorkflowPreference',
  description: 'Concur workflow preferences',
  attributes: [
    option('emailStatusChangeOnCashAdvance', "E-mail when a cash advance's status changes."),
    option('emailAwaitApprovalOnCashAdvance', 'E-mail when a cash advance awaits approval.'),
    option('emailStatusChangeOnReport', "E-mail when a report's status changes."),
    option('emailAwaitApprovalOnReport', 'E-mail when a report awaits approval.'),
    option('promptForApproverOnReportSubmit', 'Ask for the approver when a report is submitted.'),
    option('emailStatusChangeOnTravelRequest', "E-mail when a travel request's status changes."),
    option('emailAwaitApprovalOnTravelRequest', 'E-mail when a travel request awaits approval.'),
    option(
      'promptForApproverOnTravelRequestSubmit',
      'Ask for the approver when a travel request is submitted.',
    ),
    option('emailStatusChangeOnPayment', "E-mail when a payment's status changes."),
    option('emailAwaitApprovalOnPayment', 'E-mail when a payment awaits approval.'),
    option('promptForApproverOnPaymentSubmit', 'Ask for the approver when a payment is submitted.'),
  ],
};

import { type Attribute, attribute, complexAttribute, type Schema } from '../schema.ts';
import { userReference } from './user-reference.ts';

function permission(name: string, description: string): Attribute {
  return attribute(name, description, { type: 'boolean' });
}

function delegates(name: string, description: string): Attribute {
  return complexAttribute(
    name,
    description,
    [
      complexAttribute('delegate', 'The person who acts as delegate.', userReference),
      permission('canApprove', 'May approve.'),
      permission('canPrepare', 'May prepare.'),
      permission('canPrepareForApproval', 'May prepare for approval.'),
      permission('canReceiveApprovalEmail', 'Gets the e-mails about approvals.'),
      permission('canReceiveEmail', 'Gets the e-mails.'),
      permission('canSubmit', 'May submit.'),
      permission('canSubmitTravelRequest', 'May submit travel requests.'),
      permission('canUseBi', 'May use reporting.'),
      permission('canViewReceipt', 'May view receipts.'),
      complexAttribute('temporaryDelegation', 'When the delegate may approve temporarily.', [
        attribute('temporaryDelegationFromDate', 'The first day.'),
        attribute('temporaryDelegationToDate', 'The last day.'),
      ]),
    ],
    { multiValued: true },
  );
}

/** Who may act for the person in Concur. */
export const spendDelegateSchema: Schema = {
  id: 'urn:ietf:params:scim:schemas:extension:spend:2.0:Delegate',
  name: 'SpendDelegate',
  description: 'Concur delegates',
  attributes: [
    delegates('expense', 'Delegates for expenses and requests.'),
    delegates('payment', 'Delegates for invoices.'),
    delegates('purchaseRequest', 'Delegates for purchase requests.'),
  ],
};

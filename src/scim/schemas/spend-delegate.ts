import { SPEND_DELEGATE } from '../../domain/extensions.ts';
import { type Attribute, attribute, complexAttribute, flag, type Schema } from '../schema.ts';
import { userReference } from './user-reference.ts';

function delegates(name: string, description: string): Attribute {
  return complexAttribute(
    name,
    description,
    [
      complexAttribute('delegate', 'The person who acts as delegate.', userReference),
      flag('canApprove', 'May approve.'),
      flag('canPrepare', 'May prepare.'),
      flag('canPrepareForApproval', 'May prepare for approval.'),
      flag('canReceiveApprovalEmail', 'Gets the e-mails about approvals.'),
      flag('canReceiveEmail', 'Gets the e-mails.'),
      flag('canSubmit', 'May submit.'),
      flag('canSubmitTravelRequest', 'May submit travel requests.'),
      flag('canUseBi', 'May use reporting.'),
      flag('canViewReceipt', 'May view receipts.'),
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
  id: SPEND_DELEGATE,
  name: 'SpendDelegate',
  description: 'Concur delegates',
  attributes: [
    delegates('expense', 'Delegates for expenses and requests.'),
    delegates('payment', 'Delegates for invoices.'),
    delegates('purchaseRequest', 'Delegates for purchase requests.'),
  ],
};

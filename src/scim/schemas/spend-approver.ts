import { SPEND_APPROVER } from '../../domain/extensions.ts';
import { type Attribute, attribute, complexAttribute, type Schema } from '../schema.ts';
import { userReference } from './user-reference.ts';

function approvers(name: string, description: string): Attribute {
  return complexAttribute(
    name,
    description,
    [
      complexAttribute('approver', 'The person who approves.', userReference),
      attribute('primary', 'Whether this is the first approver.', { type: 'boolean' }),
    ],
    { multiValued: true },
  );
}

/** Who approves what the person submits in Concur. */
export const spendApproverSchema: Schema = {
  id: SPEND_APPROVER,
  name: 'SpendApprover',
  description: 'Concur approvers',
  attributes: [
    approvers('report', 'Approvers of expense reports.'),
    approvers('request', 'Approvers of requests.'),
    approvers('cashAdvance', 'Approvers of cash advances.'),
    approvers('invoice', 'Approvers of invoices.'),
    approvers('purchaseRequest', 'Approvers of purchase requests.'),
    approvers('statement', 'Approvers of statements.'),
    approvers('budget', 'Approvers of budgets.'),
  ],
};

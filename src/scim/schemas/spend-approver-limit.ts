import { type Attribute, attribute, complexAttribute, flag, type Schema } from '../schema.ts';

function limits(name: string, description: string): Attribute {
  return complexAttribute(
    name,
    description,
    [
      attribute('approvalType', 'What is approved.', {
        canonicalValues: ['expense', 'payment', 'request', 'purchaseRequest'],
      }),
      flag('exceptionApprovalAuthority', 'Whether exceptions may be approved.'),
      attribute('approvalLimit', 'The highest amount that may be approved.', { type: 'decimal' }),
      attribute('reimbursementCurrency', 'The currency of the limit, as an ISO 4217 code.'),
      attribute('approvalGroup', 'The group of the hierarchy; empty for all.', { caseExact: true }),
      attribute('level', 'The place of the person in the order of approvers.', { type: 'integer' }),
    ],
    { multiValued: true },
  );
}

/** Up to which amounts the person may approve in Concur. */
export const spendApproverLimitSchema: Schema = {
  id: 'urn:ietf:params:scim:schemas:extension:spend:2.0:ApproverLimit',
  name: 'SpendApproverLimit',
  description: 'Concur approver limits',
  attributes: [
    limits('authorizedApprover', 'The limits as an authorized approver.'),
    limits('costObjectApprover', 'The limits as a cost object approver.'),
  ],
};

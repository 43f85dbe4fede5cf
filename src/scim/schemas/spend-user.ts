import { SPEND } from '../../domain/extensions.ts';
import { attribute, complexAttribute, type Schema } from '../schema.ts';
import { userReference } from './user-reference.ts';

/** Concur's spend profile. `country`, `locale` and `reimbursementCurrency` are needed together by Concur. */
export const spendUserSchema: Schema = {
  id: SPEND,
  name: 'SpendUser',
  description: 'Concur spend profile',
  attributes: [
    attribute('country', 'The country, as an ISO 3166 code.'),
    attribute('locale', 'The locale, such as en-US.'),
    attribute('reimbursementCurrency', 'The currency of reimbursements, as an ISO 4217 code.'),
    attribute('stateProvince', 'The state or province.'),
    attribute('ledgerCode', 'The code of the ledger.'),
    attribute('reimbursementType', 'How the person is reimbursed.', {
      canonicalValues: ['ACCOUNTS_PAYABLE', 'ADP_PAYROLL', 'CONCUR_PAY', 'OTHER'],
    }),
    attribute('cashAdvanceAccountCode', 'The account code of cash advances.'),
    // Concur takes this at creation only.
    attribute('testEmployee', 'Whether this is a test user.', { type: 'boolean', mutability: 'immutable' }),
    attribute('nonEmployee', 'Whether the person is no employee.', { type: 'boolean' }),
    complexAttribute('biManager', 'The manager in reporting.', userReference),
    attribute('budgetCountryCode', 'The country of the budget, as an ISO 3166 code.'),
    complexAttribute(
      'customData',
      'The custom fields and organization units of the spend profile.',
      [
        attribute('id', 'custom1 to custom22, or orgUnit1 to orgUnit6.', { required: true }),
        attribute('value', 'The value; for a list field the code of the list item.', { caseExact: true }),
      ],
      { multiValued: true },
    ),
  ],
};

import { ENTERPRISE } from '../../domain/extensions.ts';
import { attribute, complexAttribute, type Schema } from '../schema.ts';

const line = { singleLine: true } as const;

/**
 * The Enterprise User extension, RFC 7643 §4.3, with what Concur adds to it under the same URN (User Provisioning,
 * "Enterprise User"). Dates are texts, as they are for Concur: HR systems send days as well as moments.
 */
export const enterpriseUserSchema: Schema = {
  id: ENTERPRISE,
  name: 'EnterpriseUser',
  description: 'Enterprise User',
  attributes: [
    attribute('employeeNumber', 'The identifier the organization gave the person.', line),
    attribute('costCenter', 'The name of the cost center.'),
    attribute('organization', 'The name of the organization.'),
    attribute('division', 'The name of the division.'),
    attribute('department', 'The name of the department.'),
    complexAttribute('manager', "The user's manager.", [
      attribute('value', 'The id of the User who is the manager.', { caseExact: true }),
      attribute('$ref', 'The address of the User who is the manager.', {
        type: 'reference',
        caseExact: true,
        referenceTypes: ['User'],
      }),
      attribute('displayName', "The manager's name for display.", { mutability: 'readOnly' }),
    ]),
    attribute('startDate', 'The first day of employment, such as 2026-01-31.', line),
    attribute('terminationDate', 'The last day of employment, such as 2026-01-31.', line),
    complexAttribute(
      'leavesOfAbsence',
      'Times of absence that the company agreed to; they do not overlap.',
      [
        attribute('startDate', 'The first day, such as 2026-01-31.', { ...line, required: true }),
        attribute('endDate', 'The last day, such as 2026-01-31.', line),
        attribute('type', 'Whose wish the leave is.', { canonicalValues: ['voluntary', 'mandatory'] }),
      ],
      { multiValued: true },
    ),
  ],
};

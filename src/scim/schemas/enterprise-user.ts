import { ENTERPRISE } from '../../domain/extensions.ts';
import { attribute, complexAttribute, type Schema } from '../schema.ts';

/** The Enterprise User extension, RFC 7643 §4.3. */
export const enterpriseUserSchema: Schema = {
  id: ENTERPRISE,
  name: 'EnterpriseUser',
  description: 'Enterprise User',
  attributes: [
    attribute('employeeNumber', 'The identifier the organization gave the person.', { singleLine: true }),
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
  ],
};

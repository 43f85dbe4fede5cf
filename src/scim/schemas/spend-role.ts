import { SPEND_ROLE } from '../../domain/extensions.ts';
import { attribute, complexAttribute, type Schema } from '../schema.ts';

/** Concur's spend roles, each for groups of the hierarchy. */
export const spendRoleSchema: Schema = {
  id: SPEND_ROLE,
  name: 'SpendRole',
  description: 'Concur spend roles',
  attributes: [
    complexAttribute(
      'roles',
      'The spend roles of the person.',
      [
        attribute('roleName', 'The code of the role.', { required: true }),
        attribute('roleGroups', 'The groups the role is held for.', { multiValued: true, caseExact: true }),
      ],
      { multiValued: true },
    ),
  ],
};

import { attribute, complexAttribute, type Schema } from '../schema.ts';

/** The core Group, RFC 7643 §4.2. */
export const groupSchema: Schema = {
  id: 'urn:ietf:params:scim:schemas:core:2.0:Group',
  name: 'Group',
  description: 'Group',
  attributes: [
    attribute('displayName', 'The name of the group for display.', { required: true }),
    complexAttribute(
      'members',
      'The members of the group.',
      [
        attribute('value', 'The id of the member.', { caseExact: true, mutability: 'immutable' }),
        attribute('display', 'The name of the member for display.', { mutability: 'immutable' }),
        attribute('$ref', 'The address of the member.', {
          type: 'reference',
          caseExact: true,
          mutability: 'immutable',
          referenceTypes: ['User', 'Group'],
        }),
        attribute('type', 'Whether the member is a User or a Group.', {
          mutability: 'immutable',
          canonicalValues: ['User', 'Group'],
        }),
      ],
      { multiValued: true, maximumElements: 100_000 },
    ),
  ],
};

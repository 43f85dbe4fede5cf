import { attribute, type Schema } from '../schema.ts';

const readOnly = { mutability: 'readOnly' } as const;

const displayName = attribute('displayName', 'The name for display.', { ...readOnly, required: true });
const description = attribute('description', 'What it is, in at most 1,000 characters.', readOnly);

/** A role that can be given to people, as Okta's Identity Governance discovers it. */
export const roleSchema: Schema = {
  id: 'urn:okta:scim:schemas:core:1.0:Role',
  name: 'Role',
  description: 'A role that people can hold',
  attributes: [displayName, description],
};

/** An entitlement that can be given to people, as Okta's Identity Governance discovers it. */
export const entitlementSchema: Schema = {
  id: 'urn:okta:scim:schemas:core:1.0:Entitlement',
  name: 'Entitlement',
  description: 'Something that people can be entitled to',
  attributes: [displayName, description, attribute('type', 'The kind of entitlement.', readOnly)],
};

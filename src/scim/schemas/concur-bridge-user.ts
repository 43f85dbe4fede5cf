import { STATES } from '../../domain/provisioning.ts';
import { attribute, complexAttribute, type Schema } from '../schema.ts';

const readOnly = { mutability: 'readOnly' } as const;
const identifier = { mutability: 'readOnly', caseExact: true } as const;
const moment = { mutability: 'readOnly', type: 'dateTime' } as const;

/** What the bridge knows of the person's provisioning to Concur. Clients can read it, never write it. */
export const concurBridgeUserSchema: Schema = {
  id: 'urn:ietf:params:scim:schemas:extension:concur-bridge:2.0:User',
  name: 'ConcurBridgeUser',
  description: "The state of the person's provisioning to SAP Concur",
  attributes: [
    attribute('state', 'How far the provisioning to Concur is.', {
      ...identifier,
      canonicalValues: STATES,
    }),
    attribute('concurId', "The person's id in Concur.", identifier),
    attribute('lastRequestId', 'The id of the last provisioning request.', identifier),
    attribute('lastError', 'The last failure, in words.', readOnly),
    attribute('lastConfirmed', 'When Concur last confirmed a change.', moment),
    attribute('pendingSince', 'Since when a change has been waiting.', moment),
    complexAttribute(
      'override',
      'A decision that overrides what the identity provider writes.',
      [
        attribute('active', 'Whether the person is active by that decision.', {
          ...readOnly,
          type: 'boolean',
        }),
        attribute('reason', 'Why.', readOnly),
        attribute('since', 'Since when.', moment),
        attribute('by', 'Who decided.', readOnly),
      ],
      readOnly,
    ),
  ],
};

import { TRAVEL } from '../../domain/extensions.ts';
import { attribute, complexAttribute, type Schema } from '../schema.ts';
import { userReference } from './user-reference.ts';

/** Concur's travel profile. Concur needs a rule class, by id or by name, with it. */
export const travelUserSchema: Schema = {
  id: TRAVEL,
  name: 'TravelUser',
  description: 'Concur travel profile',
  attributes: [
    complexAttribute('ruleClass', 'The travel rule class, by id or by name.', [
      attribute('id', 'The id of the rule class.', { type: 'integer' }),
      attribute('name', 'The name of the rule class.', { caseExact: true }),
    ]),
    attribute('travelNameRemark', 'The remark to the travel name.'),
    attribute('travelCrsName', 'The name of the profile in the reservation system.'),
    attribute('groups', 'The ids of the travel groups.', { type: 'integer', multiValued: true }),
    complexAttribute('manager', 'The travel approver.', userReference),
    complexAttribute(
      'customFields',
      'The custom fields of the travel profile.',
      [
        attribute('name', 'The name of the field.', { required: true }),
        attribute('value', 'The value of the field.', { caseExact: true }),
      ],
      { multiValued: true },
    ),
    attribute('gender', 'The gender in travel documents.'),
    attribute('orgUnit', 'The name of the organization unit.'),
  ],
};

import { all, type ConcurExtension, free, IN_THE_NAME, PERSON, TEXT } from './attribute.ts';

/** "Travel User". Concur takes a rule class by its id or by its name, and needs one. */
export const TRAVEL_SCHEMA: ConcurExtension = {
  lists: {
    groups: { isName: (name) => /^\d+$/.test(name), names: 'the id of a travel user group', itself: '' },
    customFields: free('the name of a custom field of travel', 'value'),
  },
  attributes: {
    'ruleClass.id': { type: 'integer' },
    'ruleClass.name': TEXT,
    ...all('travelNameRemark travelCrsName orgUnit', TEXT),
    gender: { type: 'text', values: ['Female', 'Male'] },
    groups: { type: 'presence' },
    'manager.value': PERSON,
    'manager.employeeNumber': TEXT,
    'customFields.value': TEXT,
    'customFields.name': IN_THE_NAME,
  },
};

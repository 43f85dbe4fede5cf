import { type Attribute, attribute } from '../schema.ts';

/** How Concur's extensions refer to another person: by id or by employee number. */
export const userReference: readonly Attribute[] = [
  attribute('value', 'The id of the person.', { caseExact: true }),
  attribute('employeeNumber', 'The employee number of the person.'),
];

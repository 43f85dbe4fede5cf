import type { Definitions } from './attributes.ts';
import { complex, flag, many, oneOf, required, text } from './definitions.ts';

/** "Travel User"; travel/v4.travel-extension.md adds `name`. */
export const travel: Definitions = {
  ruleClass: required(complex({ id: { type: 'integer' }, name: text() })),
  groups: many({ type: 'integer' }),
  manager: complex({ value: text(), employeeNumber: text() }),
  customFields: many(complex({ name: required(text()), value: text() })),
  orgUnit: text(),
  travelCrsName: text(),
  travelNameRemark: text(),
  gender: oneOf('Female', 'Male'),
  name: complex({
    namePrefix: text(),
    givenName: text(),
    middleName: text(),
    familyName: text(),
    honorificSuffix: text(),
    hasNoMiddleName: flag,
  }),
};

import fc from 'fast-check';
import { ENTERPRISE, SPEND, SPEND_ROLE } from '../../src/domain/extensions.ts';
import type { AttributeKey, Profile } from '../../src/domain/profile.ts';

/** What Concur requires: only another value may take its place. */
export const REQUIRED: readonly AttributeKey[] = [
  'active',
  'userName',
  'name.givenName',
  'name.familyName',
  `${ENTERPRISE}:companyId`,
  `${ENTERPRISE}:employeeNumber`,
  `${SPEND}:country`,
  `${SPEND}:locale`,
  `${SPEND}:reimbursementCurrency`,
];

const KEYS: readonly AttributeKey[] = [
  ...REQUIRED.filter((key) => key !== 'active'),
  'title',
  'timezone',
  'emails[work].value',
  'emails[home].value',
  'emails[work].verified',
  'phoneNumbers[work].value',
  'entitlements[Expense]',
  `${ENTERPRISE}:manager.value`,
  `${SPEND}:ledgerCode`,
  `${SPEND}:customData[custom1].value`,
  `${SPEND_ROLE}:roles[EXP_APPROVER].roleName`,
  `${SPEND_ROLE}:roles[EXP_PROCESSOR].roleGroups[EU]`,
  `${SPEND_ROLE}:roles[EXP_PROCESSOR].roleGroups[US]`,
];

/** Keys of a profile, few enough to meet each other often. */
export const keys = fc.subarray([...KEYS, 'active']);

/** Profiles over few keys and values, so that equal ones meet often. */
export const profiles: fc.Arbitrary<Profile> = fc
  .record({
    values: fc.dictionary(fc.constantFrom(...KEYS), fc.constantFrom('a', 'A', 'b'), { maxKeys: KEYS.length }),
    active: fc.constantFrom(true, false, undefined),
  })
  .map(({ values, active }) => ({ ...values, ...(active === undefined ? {} : { active }) }));

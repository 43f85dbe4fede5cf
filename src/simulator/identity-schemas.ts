import type { Definitions } from './attributes.ts';
import { complex, flag, many, oneOf, onRequest, readOnly, required, text } from './definitions.ts';

/** "User": sizes and closed lists are those of the API description (Identity v4.1, components.schemas.User). */
export const core: Definitions = {
  schemas: many(text()),
  id: readOnly(text()),
  meta: readOnly({ type: 'complex' }),
  localeOverrides: readOnly({ type: 'complex' }),
  userName: required(text()),
  externalId: text(),
  active: required(flag),
  name: required(
    complex({
      familyName: required(text(32)),
      givenName: required(text(32)),
      middleName: text(60),
      middleInitial: text(1),
      familyNamePrefix: text(28),
      honorificPrefix: text(60),
      honorificSuffix: text(60),
      academicTitle: text(),
      // Marked read-only in the table, sent by every sample of the same page: accepted.
      legalName: text(),
      formatted: text(),
      hasNoMiddleName: flag,
    }),
  ),
  displayName: text(60),
  nickName: text(60),
  title: text(255),
  preferredLanguage: text(),
  timezone: text(),
  dateOfBirth: text(),
  emails: required(
    many(
      complex({
        value: required(text(255)),
        type: required(oneOf('work', 'home', 'work2', 'other', 'other2')),
        verified: flag,
        notifications: flag,
      }),
    ),
  ),
  phoneNumbers: many(
    complex({
      value: required({ type: 'string', minLength: 1 }),
      type: required(oneOf('work', 'home', 'mobile', 'fax', 'pager', 'other', 'work2')),
      display: text(),
      issuingCountry: text(),
      workExtension: text(),
      notifications: flag,
      primary: flag,
    }),
  ),
  addresses: many(
    complex({
      type: required(oneOf('work', 'home', 'other', 'billing', 'bank', 'shipping')),
      country: text(),
      locality: text(30),
      postalCode: text(20),
      region: text(30),
      streetAddress: text(),
    }),
  ),
  emergencyContacts: many(
    complex({
      name: required(text(255)),
      relationship: required(oneOf('Spouse', 'Brother', 'Parent', 'Sister', 'Life Partner', 'Other')),
      country: text(),
      emails: many(text()),
      phones: many(text()),
      locality: text(30),
      postalCode: text(20),
      region: text(30),
      streetAddress: text(),
    }),
  ),
  entitlements: onRequest(many(oneOf('Expense', 'Invoice', 'Request', 'Travel'))),
};

/** "Enterprise User". */
export const enterprise: Definitions = {
  companyId: required(text()),
  employeeNumber: required(text(48)),
  costCenter: text(25),
  department: text(),
  division: text(48),
  legalEntity: text(),
  organization: onRequest(readOnly(text())),
  startDate: text(),
  terminationDate: text(),
  manager: complex({
    value: required(text()),
    employeeNumber: text(),
    displayName: readOnly(text()),
    $ref: onRequest(readOnly(text())),
  }),
  leavesOfAbsence: many(
    complex({ startDate: required(text()), endDate: text(), type: oneOf('voluntary', 'mandatory') }),
  ),
};

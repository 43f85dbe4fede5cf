import { ENTITLEMENTS } from '../../scim/catalogue/entitlements.ts';
import { ADDRESS_TYPES, EMAIL_TYPES, PHONE_TYPES } from '../contacts.ts';
import {
  all,
  COUNTRY,
  type ConcurExtension,
  FLAG,
  free,
  IN_THE_NAME,
  named,
  notWritable,
  PERSON,
  REQUIRED_TEXT,
  TEXT,
} from './attribute.ts';

const MADE_BY_CONCUR = notWritable('Concur makes it');
const READ_ONLY = notWritable('read-only in Concur');

/** "User". */
export const CORE_SCHEMA: ConcurExtension = {
  lists: {
    emails: named(EMAIL_TYPES, 'value'),
    phoneNumbers: named(PHONE_TYPES, 'value'),
    addresses: named(ADDRESS_TYPES),
    entitlements: named(ENTITLEMENTS),
  },
  attributes: {
    active: { type: 'boolean', isRequired: true },
    userName: REQUIRED_TEXT,
    externalId: TEXT,
    ...all('name.givenName name.familyName', REQUIRED_TEXT),
    ...all(
      'name.middleName name.middleInitial name.familyNamePrefix name.honorificPrefix name.honorificSuffix ' +
        'name.academicTitle nickName title timezone',
      TEXT,
    ),
    preferredLanguage: { type: 'language' },
    dateOfBirth: { type: 'day' },
    'emails.value': REQUIRED_TEXT,
    'emails.notifications': FLAG,
    'emails.verified': FLAG,
    'phoneNumbers.value': REQUIRED_TEXT,
    'phoneNumbers.notifications': FLAG,
    'phoneNumbers.primary': FLAG,
    ...all('addresses.streetAddress addresses.locality addresses.region addresses.postalCode', TEXT),
    'addresses.country': COUNTRY,
    entitlements: { type: 'presence', values: ENTITLEMENTS },
    'emergencyContacts.name': REQUIRED_TEXT,
    'emergencyContacts.relationship': {
      type: 'text',
      isRequired: true,
      values: ['Spouse', 'Brother', 'Parent', 'Sister', 'Life Partner', 'Other'],
    },
    'emergencyContacts.country': COUNTRY,
    ...all('emergencyContacts.emails emergencyContacts.phones', { type: 'text', isMany: true }),
    ...all(
      'emergencyContacts.streetAddress emergencyContacts.locality emergencyContacts.region ' +
        'emergencyContacts.postalCode',
      TEXT,
    ),
    ...all('emails.type phoneNumbers.type addresses.type', IN_THE_NAME),
    ...all('id meta displayName name.formatted phoneNumbers.display', MADE_BY_CONCUR),
    ...all('name.legalName', READ_ONLY),
    ...all(
      'localeOverrides.preference24Hour localeOverrides.preferenceCurrencySymbolLocation ' +
        'localeOverrides.preferenceDateFormat localeOverrides.preferenceDefaultCalView ' +
        'localeOverrides.preferenceDistance localeOverrides.preferenceEndDayViewHour ' +
        'localeOverrides.preferenceFirstDayOfWeek localeOverrides.preferenceHourMinuteSeparator ' +
        'localeOverrides.preferenceNegativeCurrencyFormat localeOverrides.preferenceNegativeNumberFormat ' +
        'localeOverrides.preferenceNumberFormat localeOverrides.preferenceStartDayViewHour',
      READ_ONLY,
    ),
  },
};

/** "Enterprise User". */
export const ENTERPRISE_SCHEMA: ConcurExtension = {
  lists: { leavesOfAbsence: free('the first day of the leave, such as 2026-01-31', 'startDate') },
  attributes: {
    employeeNumber: REQUIRED_TEXT,
    ...all('costCenter department division', TEXT),
    ...all('startDate terminationDate', { type: 'moment' }),
    'manager.value': PERSON,
    'leavesOfAbsence.startDate': { type: 'presence', isRequired: true },
    'leavesOfAbsence.endDate': { type: 'day' },
    'leavesOfAbsence.type': { type: 'text', values: ['voluntary', 'mandatory'] },
    companyId: notWritable('the company of the connection'),
    'manager.employeeNumber': notWritable('follows from `manager.value`, which may be an employee number'),
    ...all('manager.$ref manager.displayName', MADE_BY_CONCUR),
    organization: READ_ONLY,
  },
};

/** "SAP User". */
export const SAP_SCHEMA: ConcurExtension = { lists: {}, attributes: { userUuid: TEXT } };

import { ENTERPRISE, SAP } from '../../src/domain/extensions.ts';
import type { JsonObject } from '../../src/domain/json.ts';

const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';

/** What an identity provider sends of a person as long as nobody changes its attribute mapping, and how. */
export interface DefaultSet {
  /** As docs/mapping.md calls it. */
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The body of the POST, for a provider who knows the manager by this SCIM id. */
  resource(manager: string): JsonObject;
  /** The body of the PATCH that follows, where one does. */
  afterwards?(manager: string): JsonObject;
  readonly expected: Expected;
}

/** What Concur holds of it in the end. */
export interface Expected {
  readonly userName: string;
  readonly email: string;
  readonly employeeNumber: string;
  readonly reportsToManager: boolean;
  readonly spend: JsonObject;
}

/** The body of an app of the wizard, as Okta's SCIM reference prints it; the locale in the spelling of Okta's profiles. */
export const OKTA: DefaultSet = {
  name: 'Okta',
  headers: {
    'user-agent': 'Okta SCIM Client 1.0.0',
    accept: 'application/scim+json',
    'accept-charset': 'utf-8',
    'content-type': 'application/scim+json; charset=utf-8',
  },
  resource: () => ({
    schemas: [CORE],
    userName: 'ada.okta@example.com',
    name: { givenName: 'Ada', familyName: 'Lovelace' },
    emails: [{ primary: true, value: 'ada.okta@example.com', type: 'work' }],
    displayName: 'Ada Lovelace',
    locale: 'de_DE',
    externalId: '00ujl29u0le5T6Aj10h7',
    groups: [],
    password: '1mz050nq',
    active: true,
  }),
  expected: {
    userName: 'ada.okta@example.com',
    email: 'ada.okta@example.com',
    employeeNumber: 'ada.okta@example.com',
    reportsToManager: false,
    spend: { country: 'DE', locale: 'de-DE', reimbursementCurrency: 'EUR' },
  },
};

/**
 * The default attribute map of an application of one's own, in Entra's spelling: `active` as text, `Value` and `Formatted`
 * in capitals, the manager by a PATCH of their own once they are known. `country` is empty in the directory.
 */
export const ENTRA: DefaultSet = {
  name: 'Microsoft Entra ID',
  headers: { accept: 'application/scim+json', 'content-type': 'application/scim+json; charset=utf-8' },
  resource: () => ({
    schemas: [CORE, ENTERPRISE],
    externalId: 'ada.entra',
    userName: 'ada.entra@example.com',
    active: 'True',
    displayName: 'Ada Lovelace',
    title: 'Analyst',
    emails: [
      { primary: true, type: 'work', value: 'Ada.Lovelace@example.com' },
      { type: 'other', Value: 'ada@example.onmicrosoft.com' },
    ],
    meta: { resourceType: 'User' },
    name: { formatted: 'Ada Lovelace', familyName: 'Lovelace', givenName: 'Ada' },
    addresses: [
      { primary: true, type: 'work', streetAddress: 'Hauptstr. 1', locality: 'Berlin', postalCode: '10115' },
      { type: 'other', Formatted: 'Room 7' },
    ],
    phoneNumbers: [
      { primary: true, type: 'work', value: '+49 30 1' },
      { type: 'mobile', value: '+49 170 1' },
      { type: 'fax', value: '+49 30 2' },
    ],
    roles: [],
    [ENTERPRISE]: { employeeNumber: '10042', department: 'Finance' },
  }),
  afterwards: (manager) => ({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: [{ op: 'Add', path: `${ENTERPRISE}:manager`, value: manager }],
  }),
  expected: {
    userName: 'ada.entra@example.com',
    email: 'Ada.Lovelace@example.com',
    employeeNumber: '10042',
    reportsToManager: true,
    spend: { country: 'DE', locale: 'en-US', reimbursementCurrency: 'EUR' },
  },
};

/** A person of the Identity Directory by the default transformation of a SCIM System: all but the enterprise extension. */
export const IPS: DefaultSet = {
  name: 'SAP IPS, target *SCIM System*',
  headers: { accept: 'application/scim+json', 'content-type': 'application/scim+json', 'if-match': '*' },
  resource: () => ({
    schemas: [CORE, ENTERPRISE, SAP],
    userName: 'ada.ips@example.com',
    name: { givenName: 'Ada', familyName: 'Lovelace', honorificPrefix: 'Ms.' },
    emails: [{ value: 'ada.lovelace@example.com', type: 'work', primary: true }],
    active: true,
    displayName: 'Ada Lovelace',
    userType: 'employee',
    locale: 'fr-FR',
    timezone: 'Europe/Paris',
    addresses: [{ type: 'work', locality: 'Paris', country: 'FR' }],
    phoneNumbers: [{ value: '+33 1 1', type: 'work' }],
    groups: [{ value: 'g', display: 'Not ours' }],
    [SAP]: {
      userUuid: '6b5b4c8e-3c0e-4d7c-9a53-6a7c8f1d2b10',
      userId: 'P000042',
      status: 'active',
      loginTime: '2026-01-31T08:00:00Z',
      emails: [{ value: 'ada.lovelace@example.com', primary: true, verified: true }],
    },
  }),
  expected: {
    userName: 'ada.ips@example.com',
    email: 'ada.lovelace@example.com',
    employeeNumber: 'ada.ips@example.com',
    reportsToManager: false,
    spend: { country: 'FR', locale: 'fr-FR', reimbursementCurrency: 'EUR' },
  },
};

/** The default transformation of IPS's own target SAP Concur, connector version 3, used in a SCIM System. */
export const IPS_CONCUR: DefaultSet = {
  name: 'SAP IPS, transformation of *SAP Concur*, version 3',
  headers: IPS.headers,
  resource: (manager) => ({
    schemas: [CORE, SAP, ENTERPRISE],
    active: true,
    userName: 'ada.concur@example.com',
    name: { givenName: 'Ada', familyName: 'Lovelace', academicTitle: 'Dr.' },
    addresses: [{ type: 'home', locality: 'Wien', country: 'AT' }, { locality: 'Linz' }],
    timezone: 'Europe/Berlin',
    emergencyContacts: [{ name: 'William', relationship: 'Spouse', country: 'AT' }],
    locale: 'de-AT',
    title: 'Analyst',
    emails: [
      { value: 'ada.lovelace@example.at', type: 'work' },
      { value: 'ada@example.at', type: 'home' },
    ],
    phoneNumbers: [
      { value: '+43 1 1', type: 'work' },
      { value: '+43 664 1', type: 'mobile', primary: true, issuingCountry: 'AT' },
      { value: '+43 1 2', type: 'work2' },
    ],
    externalId: '0b4cf6a2-08a8-4a77-b2d3-30a6cf3c4a11',
    [SAP]: {
      userUuid: '0b4cf6a2-08a8-4a77-b2d3-30a6cf3c4a11',
      validFrom: '2026-01-01T00:00:00Z',
      validTo: '9999-12-31T00:00:00Z',
      contactPreferences: { emailFormat: 'plain' },
      emails: [{ value: 'ada.lovelace@example.at' }],
    },
    [ENTERPRISE]: {
      companyId: 'aa076ada-80a9-4f57-8e98-9300b1c3171d',
      employeeNumber: '10043',
      costCenter: '1000',
      division: 'EU',
      department: 'Finance',
      manager: { value: manager },
    },
  }),
  expected: {
    userName: 'ada.concur@example.com',
    email: 'ada.lovelace@example.at',
    employeeNumber: '10043',
    reportsToManager: true,
    spend: { country: 'AT', locale: 'de-AT', reimbursementCurrency: 'EUR' },
  },
};

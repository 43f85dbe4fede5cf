import type { Definitions } from './attributes.ts';
import languages from './data/languages.json' with { type: 'json' };
import roleCodes from './data/role-codes.json' with { type: 'json' };
import timeZones from './data/time-zones.json' with { type: 'json' };
import type { TokenErrorCode } from './token-errors.ts';

/** Whom a token stands for; the provisioning and identity services take company tokens only. */
export type Principal = 'company' | 'user' | 'application';

/** A custom field of the company's employee form (spend/v4.1.spend-form-fields.md). */
export interface CustomField {
  readonly id: string;
  readonly maxLength?: number;
  /** The item codes of the list behind a list field. */
  readonly items?: readonly string[];
}

/**
 * What a Concur newer than its documentation has beside it, for as long as the simulator runs; by an extension's URN,
 * or by the URN, a colon and an attribute: `urn:…:spend:2.0:User:reimbursementType`, `urn:…:core:2.0:User:emails.type`.
 */
export interface NewerSchemas {
  /** Further attributes; they are taken, kept and answered. */
  attributes: Record<string, Definitions>;
  /** Further canonical values; they are taken as well. */
  canonicalValues: Record<string, string[]>;
  /** Attributes that the schemas call required and nobody requires, as SAP's descriptions do. */
  calledRequired: string[];
}

/** The one company that the simulated data centre serves, as its administrators have set it up. Tests may change it. */
export interface Company {
  id: string;
  name: string;
  clientId: string;
  clientSecret: string;
  /** The refresh token that exists from the beginning. */
  refreshToken: string;
  /** Whom that refresh token stands for; a person's is what somebody gets who connected with their own password. */
  refreshTokenOf: Exclude<Principal, 'application'>;
  /** The company request token; it lives for 24 hours from the start of the simulator. */
  requestToken: string;
  /** A person's own credentials, for the password grant with credtype `password`. */
  login: { username: string; password: string };
  /** "Allowed Scopes" of the client (oauth2-app-mgmt-tool.md). A token keeps those with which it was given out. */
  scopes: string[];
  /** "Allowed Grants" of the client (oauth2-app-mgmt-tool.md). */
  grants: string[];
  /**
   * The base URI that tokens name while this data centre still answers; the simulator's own address when null. SAP's sample of
   * a company's token has a path in it, `https://us.api.concursolutions.com/oauth2/v0/token` (company-refresh-tool.md).
   */
  geolocation: string | null;
  /** The base URI of the data centre where the company lives, when it is not this one; see `SimulatorOptions.sibling`. */
  livesAt: string | null;
  /** The company undergoes scheduled maintenance. */
  maintenance: boolean;
  /** The provisioning service "is available in US and EMEA data centers" (v4.user-provisioning.md): not everywhere. */
  provisioningOffered: boolean;
  /** The code with which a client that names itself rightly gets no token, whatever it asks for. */
  tokenRefusal: TokenErrorCode | null;
  countries: string[];
  currencies: string[];
  locales: string[];
  languages: string[];
  timeZones: string[];
  roleCodes: { code: string; name: string; groupAware: boolean }[];
  /** The groups (list item codes joined with hyphens) to which roles and limits may be tied. */
  groups: string[];
  customFields: CustomField[];
  ruleClasses: { id: number; name: string }[];
  travelGroups: number[];
  travelCustomFields: string[];
  travelOrgUnits: string[];
  /** User names that people of other Concur companies hold. */
  takenUserNames: string[];
  newerSchemas: NewerSchemas;
}

/** Every scope of the pages v4.user-provisioning.md and v4.1.identity.md, "Scope Usage". */
export const ALL_SCOPES: readonly string[] = [
  'user.provision.write',
  'user.provision.read',
  'identity.user.coreenterprise.writeonly',
  'identity.user.externalID.writeonly',
  'identity.user.emails.verified.writeonly',
  'identity.user.ids.read',
  'identity.user.core.read',
  'identity.user.coresensitive.read',
  'identity.user.enterprise.read',
  'identity.user.sap.read',
  'identity.user.sap.writeonly',
  'identity.user.delete',
  'spend.user.general.read',
  'spend.user.general.writeonly',
  'travel.user.general.read',
  'travel.user.private.read',
];

const numbered = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`);

/** The company that a test gets when it says nothing else; the result shares nothing with other calls. */
export function defaultCompany(): Company {
  return {
    id: 'aa076ada-80a9-4f57-8e98-9300b1c3171d',
    name: 'Simulated Company',
    clientId: '7d1f7b0e-41a5-4a5c-9a53-6a7c8f1d2b10',
    clientSecret: '2f0c7c36-5b5a-4b7e-8d0c-5f0f3a1e9c21',
    refreshToken: 'seed-refresh-token',
    refreshTokenOf: 'company',
    requestToken: '5185ae5a-426f-4d6f-8af4-08648c4b696b',
    login: { username: 'admin@simulated.example', password: 'correct horse' },
    scopes: [...ALL_SCOPES],
    grants: ['authorization_code', 'client_credentials', 'password', 'refresh_token'],
    geolocation: null,
    livesAt: null,
    maintenance: false,
    provisioningOffered: true,
    tokenRefusal: null,
    countries: [
      'US',
      'CA',
      'MX',
      'GB',
      'IE',
      'DE',
      'AT',
      'CH',
      'FR',
      'BE',
      'NL',
      'LU',
      'IT',
      'ES',
      'PT',
      'SE',
      'DK',
      'NO',
      'FI',
      'JP',
      'AU',
      'NZ',
      'IN',
      'SG',
      'BR',
    ],
    // Real currencies that this company does not use, such as THB and PLN, are refused like invented ones.
    currencies: [
      'USD',
      'CAD',
      'MXN',
      'EUR',
      'GBP',
      'CHF',
      'SEK',
      'DKK',
      'NOK',
      'JPY',
      'AUD',
      'NZD',
      'INR',
      'SGD',
      'BRL',
    ],
    locales: [
      'en-US',
      'en-GB',
      'en-CA',
      'en-AU',
      'en-IE',
      'en-IN',
      'en-NZ',
      'de-DE',
      'de-AT',
      'de-CH',
      'fr-FR',
      'fr-BE',
      'fr-CA',
      'fr-CH',
      'it-IT',
      'es-ES',
      'es-MX',
      'es-419',
      'nl-NL',
      'nl-BE',
      'pt-PT',
      'pt-BR',
      'sv-SE',
      'da-DK',
      'nb-NO',
      'fi-FI',
      'ja-JP',
    ],
    languages: [...languages],
    timeZones: [...timeZones],
    roleCodes: [...roleCodes],
    groups: [
      'R&D',
      'R&D-Dev',
      'R&D-Dev-Exp',
      'R&D-QA',
      'R&D-QA-Exp',
      'rg1',
      'rg1-rg1_1',
      'Sales',
      'Sales-EMEA',
    ],
    customFields: [
      ...numbered('orgUnit', 6).map((id) => ({ id, maxLength: 48 })),
      ...numbered('custom', 21).map((id) => ({ id, maxLength: 48 })),
      { id: 'custom22', items: ['NORTH', 'SOUTH'] },
    ],
    ruleClasses: [
      { id: 560485, name: 'Default Travel Class' },
      { id: 624905, name: 'Test Rule Class' },
    ],
    travelGroups: [143519480, 143519481, 143519482],
    travelCustomFields: ['Canary ID', 'Customer User Field', 'Travel Custom Field 1'],
    travelOrgUnits: ['OrgUnit1', 'OrgUnit2'],
    takenUserNames: ['taken@elsewhere.example'],
    newerSchemas: { attributes: {}, canonicalValues: {}, calledRequired: [] },
  };
}

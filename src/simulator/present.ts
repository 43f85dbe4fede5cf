import type { Attributes, Json } from './attributes.ts';
import { isAttributes } from './attributes.ts';
import { CORE, ENTERPRISE, SAP } from './schemas.ts';
import { textOf, type User } from './users.ts';
import type { World } from './world.ts';

/** How a person is to be shown. */
export interface Presentation {
  /** Attribute paths to show; everything that is shown by default when absent. */
  readonly attributes?: readonly string[];
  readonly excluded?: readonly string[];
  /** Show empty attributes as null, as reads do; leave them out, as the answer to a create does. */
  readonly empty: 'null' | 'omitted';
  /** The version of the identity service in `meta.location`. */
  readonly version: 'v4' | 'v4.1';
  readonly scopes: ReadonlySet<string>;
}

// The defaults that the samples of v4.1.identity.md show for every user.
const LOCALE_OVERRIDES: Attributes = {
  preferenceEndDayViewHour: 20,
  preferenceFirstDayOfWeek: 'Sunday',
  preferenceDateFormat: 'mm/dd/yyyy',
  preferenceCurrencySymbolLocation: 'BeforeAmount',
  preferenceHourMinuteSeparator: ':',
  preferenceDistance: 'mile',
  preferenceDefaultCalView: 'month',
  preference24Hour: 'H:mm AM/PM',
  preferenceNumberFormat: '1,000.00',
  preferenceStartDayViewHour: 8,
  preferenceNegativeCurrencyFormat: null,
  preferenceNegativeNumberFormat: null,
};

const EMPTY_CORE: Attributes = {
  addresses: [],
  phoneNumbers: [],
  emergencyContacts: null,
  title: null,
  dateOfBirth: null,
  nickName: null,
  externalId: null,
};
const EMPTY_NAME: Attributes = {
  middleName: null,
  familyNamePrefix: null,
  honorificPrefix: null,
  honorificSuffix: null,
};
const EMPTY_ENTERPRISE: Attributes = {
  terminationDate: null,
  manager: null,
  costCenter: null,
  department: null,
  division: null,
};

/** A person's identity as Concur answers it, which is not how it was asked (samples of v4.1.identity.md). */
export function presentIdentity(world: World, user: User, presentation: Presentation): Attributes {
  const readable = only(completeIdentity(world, user, presentation), (path) =>
    isReadable(path, presentation.scopes),
  );
  const { attributes, excluded } = presentation;
  const wanted = attributes?.length ? attributes.map(normalPath) : undefined;
  const unwanted = (excluded ?? []).map(normalPath);
  return only(readable, (path) => {
    // "id (always)" in identity-search.md, "Attributes".
    if (path === 'id') return true;
    if (wanted) return wanted.some((asked) => within(path, asked) || within(asked, path));
    return !ON_REQUEST.includes(path) && !unwanted.some((left) => within(path, left));
  });
}

// "Request Only" in v4.1.identity.md, "User" and "Enterprise User": shown only when they are named.
const ON_REQUEST = ['entitlements', `${ENTERPRISE}:organization`, `${ENTERPRISE}:manager.$ref`];

function completeIdentity(world: World, user: User, { empty, version }: Presentation): Attributes {
  const core = structuredClone(user.extensions.get(CORE) ?? {});
  const name = isAttributes(core.name) ? core.name : {};
  const blank = (values: Attributes): Attributes => (empty === 'null' ? values : {});
  const sap = user.extensions.get(SAP);
  return {
    localeOverrides: LOCALE_OVERRIDES,
    ...blank(EMPTY_CORE),
    ...core,
    displayName: displayName(user),
    name: { ...blank(EMPTY_NAME), ...name, formatted: formattedName(name) },
    meta: {
      resourceType: 'User',
      created: moment(user.created),
      lastModified: moment(user.lastModified),
      version: user.version,
      location: `${world.baseUrl()}/profile/identity/${version}/Users/${user.id}`,
    },
    schemas: [CORE, ENTERPRISE, SAP],
    id: user.id,
    [ENTERPRISE]: {
      ...blank(EMPTY_ENTERPRISE),
      ...presentEnterprise(world, user),
      organization: world.company.name,
    },
    ...(sap ? { [SAP]: structuredClone(sap) } : {}),
  };
}

function presentEnterprise(world: World, user: User): Attributes {
  const enterprise = structuredClone(user.extensions.get(ENTERPRISE) ?? {});
  for (const attribute of ['startDate', 'terminationDate']) {
    const value = enterprise[attribute];
    // "2021-11-17T00:00:00.000" in the read samples: without the Z that was written.
    if (typeof value === 'string') enterprise[attribute] = value.replace(/Z$/, '.000');
  }
  const manager = isAttributes(enterprise.manager)
    ? world.users.get(String(enterprise.manager.value))
    : undefined;
  if (manager) {
    enterprise.manager = {
      value: manager.id,
      displayName: displayName(manager),
      employeeNumber: textOf(manager, ENTERPRISE, 'employeeNumber'),
      $ref: `${world.baseUrl()}/profile/identity/v4/Users/${manager.id}`,
    };
  } else {
    delete enterprise.manager;
  }
  return enterprise;
}

/** "givenName + familyName. When nickName is provisioned, nickName replaces givenName." */
function displayName(user: User): string {
  const core = user.extensions.get(CORE);
  const name = isAttributes(core?.name) ? core.name : {};
  return `${core?.nickName ?? name.givenName} ${name.familyName}`;
}

// "Doe, John Joe", and "Doe, John " without a middle name, in the samples of v4.1.identity.md.
function formattedName({ familyName, givenName, middleName }: Attributes): string {
  return `${familyName}, ${givenName} ${middleName ?? ''}`;
}

// "2021-04-26T20:07:55.000097Z": milliseconds stand at the end of six digits.
function moment(at: number): string {
  const iso = new Date(at).toISOString();
  return `${iso.slice(0, 20)}000${iso.slice(20, 23)}Z`;
}

/** The scopes of `isReadable`: each shows some of a person's identity. */
export const IDENTITY_READ_SCOPES = ['ids', 'core', 'coresensitive', 'enterprise', 'sap'].map(
  (part) => `identity.user.${part}.read`,
);

// v4.scope-mapping.md: the scope that shows an attribute; what is not listed is `core.read`.
const SENSITIVE = ['addresses', 'dateOfBirth', 'emails', 'emergencyContacts', 'phoneNumbers'];
function isReadable(path: string, scopes: ReadonlySet<string>): boolean {
  const has = (scope: string): boolean => scopes.has(`identity.user.${scope}.read`);
  const root = path.split('.')[0] ?? path;
  if (path === 'id' || path === 'schemas') return has('ids') || has('core');
  if (root === 'userName' || root === 'externalId') return has('ids');
  if (path.startsWith(SAP)) return has('sap');
  if (path.startsWith(ENTERPRISE) || root === 'entitlements') return has('enterprise');
  return SENSITIVE.includes(root) ? has('coresensitive') : has('core');
}

/** Writes an attribute path without the core schema's URN, which may stand before it or not. */
function normalPath(path: string): string {
  return path.startsWith(`${CORE}:`) ? path.slice(CORE.length + 1) : path;
}

function within(path: string, whole: string): boolean {
  return path === whole || path.startsWith(`${whole}.`) || path.startsWith(`${whole}:`);
}

/** Keeps the attributes (two levels deep) whose paths are wanted. */
function only(resource: Attributes, wanted: (path: string) => boolean): Attributes {
  const kept: Attributes = {};
  for (const [name, value] of Object.entries(resource)) {
    if (!wanted(name)) continue;
    const separator = name.startsWith('urn:') ? ':' : '.';
    const part = onlyPart(value, `${name}${separator}`, wanted);
    if (part !== undefined) kept[name] = part;
  }
  return kept;
}

function onlyPart(value: Json, prefix: string, wanted: (path: string) => boolean): Json | undefined {
  if (Array.isArray(value)) return value.map((element) => onlyPart(element, prefix, wanted) ?? null);
  if (!isAttributes(value)) return value;
  const kept: Attributes = {};
  for (const [name, part] of Object.entries(value)) {
    if (!wanted(`${prefix}${name}`)) continue;
    const inner = onlyPart(part, `${prefix}${name}.`, wanted);
    if (inner !== undefined) kept[name] = inner;
  }
  return kept;
}

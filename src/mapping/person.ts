import type { GroupAccess, MappingSettings } from '../domain/connection.ts';
import { CORE, ENTERPRISE, type Extension, SPEND, SPEND_ROLE, serviceOf } from '../domain/extensions.ts';
import type { JsonObject } from '../domain/json.ts';
import type { MemberOf } from '../domain/person.ts';
import type { Gap, Sharing } from '../domain/plan.ts';
import { type AttributeKey, extensionOf, flatten, keyOf, type Profile, select } from '../domain/profile.ts';
import { withApprovalsByManager } from './approvers.ts';
import { askedRoles } from './asked-roles.ts';
import { concurExtensions } from './concur-extensions.ts';
import { type Configured, readConfigured } from './configured/configured.ts';
import { mapAddresses, mapEmails, mapPhoneNumbers } from './contacts.ts';
import { mapEnterprise } from './enterprise.ts';
import { mapEntitlements } from './entitlements.ts';
import { type Given, type Grant, give, grantsOf, keysOf } from './groups/give.ts';
import { concurLanguage } from './locale.ts';
import { mapName } from './name.ts';
import { MANAGER, type Reference, withoutNamed } from './references.ts';
import { assigned, text } from './resource.ts';
import { deriveSpend, REQUIRED_SPEND } from './spend.ts';
import { withConcurTimeZone } from './time-zone.ts';

/** What a SCIM resource asks of Concur. */
export interface Mapped {
  /** The values that the client, or the configuration, asks for. */
  readonly profile: Profile;
  /** Derived values, for keys that are not in `profile`: they only fill gaps in Concur. */
  readonly initial: Profile;
  /** Values that name a person: they are to be sent as that person's Concur UUID, and are not in `profile`. */
  readonly references: readonly Reference[];
  /** What cannot be sent, in plain words. */
  readonly gaps: readonly Gap[];
  /** How lists are shared with others; absent where nothing is given. */
  readonly sharing?: Sharing;
}

/** What Concur requires of every user beside an e-mail address (User Provisioning, schema of User). */
const REQUIRED: readonly AttributeKey[] = ['userName', 'name.givenName', 'name.familyName'];

/** What a spend profile requires, with the keys. */
const DERIVED = REQUIRED_SPEND.map((name) => [name, keyOf(SPEND, name)] as const);

/** What the mapping of a person was made of, for whoever is to explain it. */
export interface Worked {
  readonly mapped: Mapped;
  /** The configured values for what no client sends, those that were taken and those that were not. */
  readonly defaults: Profile;
  /** What the client sends, in Concur's form. */
  readonly sent: Profile;
  readonly configured: Configured;
  /** Who gave a value, or a part of it, by key. */
  readonly byGivers: Given['byGivers'];
}

/**
 * Maps a SCIM User, in the form it is stored in, to the Concur profile. Total: what does not fit is left
 * out and named in `gaps`. What the configuration maps goes before the built-in mapping.
 *
 * @param settings whose defaults have keys of the Concur profile only
 * @param groups the groups that the person is in
 * @param approverRoles the roles that they are given because people report to them
 */
export async function mapPerson(
  resource: JsonObject,
  settings: MappingSettings,
  groups: readonly MemberOf[] = [],
  approverRoles: readonly string[] = [],
): Promise<Mapped> {
  const { mapped } = await workOut(resource, settings, groups, approverRoles);
  return mapped;
}

/** Maps a SCIM User as `mapPerson` does, and keeps what the mapping was made of. */
export async function workOut(
  resource: JsonObject,
  settings: MappingSettings,
  groups: readonly MemberOf[] = [],
  approverRoles: readonly string[] = [],
): Promise<Worked> {
  const configured = await readConfigured(resource, settings.attributes);
  return assemble(resource, settings, configured, groups, approverRoles);
}

function assemble(
  resource: JsonObject,
  settings: MappingSettings,
  configured: Configured,
  groups: readonly MemberOf[],
  approverRoles: readonly string[],
): Worked {
  const { decides } = configured;
  const userName = text(resource, 'userName');
  const name = mapName(resource);
  const emails = mapEmails(resource);
  const { addresses, gaps: addressGaps } = mapAddresses(resource);
  const { entitlements, gaps: entitlementGaps } = mapEntitlements(resource);
  const enterprise = mapEnterprise(resource, settings.companyId);
  const extensions = concurExtensions(resource);
  const spendExtensions = [...extensions.keys()].filter(isSpend);
  const defaults = select(configuredValues(settings), (key) => !decides(key));
  const access = settings.groups ?? NO_GROUPS;
  const grants = [...grantsOf(access, groups), ...grantsForReports(approverRoles)];
  const givenKeys = keysOf(grants);
  const mappedKeys = [
    ...givenKeys,
    ...[defaults, configured.profile, configured.initial].flatMap((values) => Object.keys(values)),
    ...configured.references.map(({ key }) => key),
  ];
  const spend = deriveSpend(
    resource,
    { ...select(extensions.get(SPEND) ?? {}, (one) => !decides(`${SPEND}:${one}`)), ...spendOf(configured) },
    [...entitlements, ...entitlementsIn(mappedKeys)],
    spendExtensions.length > 0 || mappedKeys.some((key) => isSpend(extensionOf(key))),
    settings,
    (one) => decides(`${SPEND}:${one}`),
  );

  const { profile: sent, references: named } = withoutNamed(
    flatten({
      ...coreAttributes(resource),
      name: name.sent,
      emails,
      phoneNumbers: mapPhoneNumbers(resource),
      addresses,
      entitlements,
      [ENTERPRISE]: enterprise.user,
      ...Object.fromEntries(extensions),
    }),
  );
  const derived = flatten({
    name: name.derived,
    emails: emails.length === 0 && isAddress(userName) ? [{ type: 'work', value: userName }] : [],
    [ENTERPRISE]: assigned({ employeeNumber: userName }),
    ...(spend.complete ? { [SPEND]: spend.derived } : {}),
  });
  const isDeliverable = (key: AttributeKey) => spend.complete || !isSpend(extensionOf(key));
  const isOurs = (key: AttributeKey) => isDeliverable(key) && !decides(key);
  const asked = {
    ...select(defaults, (key) => derived[key] === undefined && isDeliverable(key)),
    ...select(sent, isOurs),
    ...select(configured.profile, isDeliverable),
  };
  const base = askedRoles(asked, select(sent, isDeliverable), configured);
  const given = settings.groups === undefined && grants.length === 0 ? null : give(base, access, grants);
  const profile = given === null ? base : select(given.profile, isDeliverable);
  const lacksSpendFor = givenKeys.some((key) => extensionOf(key) === SPEND_ROLE)
    ? [...new Set([...spendExtensions, SPEND_ROLE] as const)]
    : spendExtensions;
  const filling = askedRoles(
    { ...select(derived, isOurs), ...select(configured.initial, isDeliverable) },
    {},
    configured,
  );
  const initial = select(filling, (key) => profile[key] === undefined);
  const references = [
    ...(enterprise.manager === undefined || decides(MANAGER)
      ? []
      : [{ key: MANAGER, reference: enterprise.manager }]),
    ...named.filter(({ key }) => isOurs(key)),
    ...configured.references.filter(({ key }) => isDeliverable(key)),
  ];
  const mapped = {
    profile: withConcurTimeZone(profile, settings),
    initial: withConcurTimeZone(initial, settings),
    references: withApprovalsByManager(settings, references, isOurs),
    gaps: [
      ...missingRequired(profile, initial),
      ...(decides('preferredLanguage') ? [] : languageGap(resource)),
      ...addressGaps,
      ...entitlementGaps,
      ...enterprise.gaps,
      ...configured.gaps,
      ...(spend.gap === null ? [] : [spend.gap]),
      ...(given?.gaps ?? []),
      ...(spend.complete ? [] : lacksSpendFor.filter((urn) => urn !== SPEND).map(withoutSpend)),
    ],
    ...(given === null ? {} : { sharing: given.sharing }),
  };
  return { mapped, defaults, sent, configured, byGivers: given?.byGivers ?? new Map() };
}

const NO_GROUPS: GroupAccess = { ownership: 'additive', rules: [] };

/** What a person is given because people report to them: roles, in the global group. */
function grantsForReports(roles: readonly string[]): readonly Grant[] {
  return roles.map((code) => ({
    rule: {
      entitlements: [],
      roles: [{ code, groups: [] }],
      travelGroups: [],
      travelRuleClass: null,
    },
    giver: 'the people who report to them',
  }));
}

/** What the configuration maps of the values that a spend profile requires. */
function spendOf({ profile, initial }: Configured): JsonObject {
  const values: JsonObject = {};
  for (const [name, key] of DERIVED) {
    const value = profile[key] ?? initial[key];
    if (value !== undefined) values[name] = value;
  }
  return values;
}

/** The singular core attributes. Concur makes `displayName` itself; `active` is true unless it is false. */
function coreAttributes(resource: JsonObject): JsonObject {
  const language = text(resource, 'preferredLanguage');
  return assigned({
    userName: text(resource, 'userName'),
    externalId: text(resource, 'externalId'),
    active: resource.active !== false,
    nickName: text(resource, 'nickName'),
    title: text(resource, 'title'),
    preferredLanguage: language === undefined ? undefined : concurLanguage(language),
    timezone: text(resource, 'timezone'),
  });
}

/** The configured values for what no client sends; what a spend profile requires is derived, not asked for. */
function configuredValues({ defaults }: MappingSettings): Profile {
  return select(defaults, (key) => !DERIVED.some(([, derived]) => derived === key));
}

/** Entitlements that the configuration gives: Entra ID, for one, cannot send any. */
function entitlementsIn(keys: readonly AttributeKey[]): readonly string[] {
  return keys.flatMap((key) => /^entitlements\[(.+)\]$/.exec(key)?.[1] ?? []);
}

function missingRequired(profile: Profile, initial: Profile): readonly Gap[] {
  const missing = REQUIRED.filter((key) => profile[key] === undefined && initial[key] === undefined);
  const isEmail = (key: AttributeKey) => key.startsWith('emails[');
  const hasEmail = Object.keys(profile).some(isEmail) || Object.keys(initial).some(isEmail);
  return (hasEmail ? missing : [...missing, 'emails']).map((name) => ({
    extension: CORE,
    why: `Concur requires ${name}, which the client does not send`,
    preventsCreation: true,
  }));
}

function languageGap(resource: JsonObject): readonly Gap[] {
  const language = text(resource, 'preferredLanguage');
  if (language === undefined || concurLanguage(language) !== undefined) return [];
  return [{ extension: CORE, why: `Concur does not have the preferredLanguage "${language}"` }];
}

/** Concur keeps every other spend part with the spend profile, and takes none without it. */
function withoutSpend(extension: Extension): Gap {
  return { extension, why: 'Concur takes this part only with a spend profile, which is incomplete' };
}

/** The parts that Concur keeps with the spend profile, and takes only where there is one. */
function isSpend(extension: Extension): boolean {
  return serviceOf(extension) === 'spend';
}

function isAddress(value: string | undefined): value is string {
  return value !== undefined && /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(value);
}

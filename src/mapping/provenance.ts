import type { ConfiguredAttribute, MappingSettings, Reading } from '../domain/connection.ts';
import { CORE, ENTERPRISE, SPEND } from '../domain/extensions.ts';
import type { JsonObject, JsonValue } from '../domain/json.ts';
import type { MemberOf } from '../domain/person.ts';
import type { Gap } from '../domain/plan.ts';
import { type AttributeKey, extensionOf, sameValue } from '../domain/profile.ts';
import { roleOf } from '../domain/roles.ts';
import { type Worked, workOut } from './person.ts';

/** How a value is used: asked for, only filling a gap in Concur, or naming a person who is looked up. */
export type Use = 'asked' | 'initial' | 'reference';

/** Where a value comes from. */
export interface Origin {
  readonly kind: 'client' | 'derived' | 'default' | 'connection' | 'configuration' | 'giver';
  /** In words: `emails[type eq "work"]`, `costCenter, through the table (bridge.yaml:12)`, `group "Approvers"`. */
  readonly from: string;
}

/** One attribute of Concur's that the mapping fills. */
export interface Filled {
  readonly key: AttributeKey;
  readonly value: JsonValue;
  readonly use: Use;
  readonly origin: Origin;
}

/** A mapping with where each of its values comes from. */
export interface Explained {
  /** In the order in which they are asked for: of two roles that exclude each other the first counts. */
  readonly attributes: readonly Filled[];
  readonly gaps: readonly Gap[];
}

/** Only what a manager approves requires a role of them. */
const FROM_MANAGER: Origin = { kind: 'giver', from: 'the manager, by approvers.fromManager' };

/** Values that are derived, and of what. */
const DERIVED: Readonly<Record<AttributeKey, string>> = {
  'name.givenName': 'name.formatted or displayName',
  'name.familyName': 'name.formatted or displayName',
  'emails[work].value': 'userName',
  'phoneNumbers[mobile].primary': 'the number that mapping.attributes gives',
  [`${ENTERPRISE}:employeeNumber`]: 'userName',
  [`${SPEND}:country`]: 'addresses.country',
  [`${SPEND}:locale`]: 'locale or preferredLanguage',
  [`${SPEND}:reimbursementCurrency`]: 'the country',
};

/**
 * Maps a SCIM User as `mapPerson` does, and says where each value comes from: what the client sent, what
 * was derived of it, a default, a line of the configuration, or groups and whoever else gives something.
 */
export async function explainMapping(
  resource: JsonObject,
  settings: MappingSettings,
  groups: readonly MemberOf[] = [],
  approverRoles: readonly string[] = [],
): Promise<Explained> {
  const worked = await workOut(resource, settings, groups, approverRoles);
  const { profile, initial, references, gaps } = worked.mapped;
  const configured = new Map(worked.configured.readings.map(([one, reading]) => [one.key, { one, reading }]));
  const originOf = (key: AttributeKey, value: JsonValue, use: Use): Origin => {
    const givers = worked.byGivers.get(key);
    if (givers !== undefined) {
      const alsoSent = sameValue(key, worked.sent[key], value) ? ', and the client' : '';
      return { kind: 'giver', from: `${givers.join(', ')}${alsoSent}` };
    }
    const own = configured.get(key) ?? roleMappedBy(key, configured);
    if (own !== undefined) return fromConfiguration(own.one, own.reading);
    if (use === 'reference') return { kind: 'client', from: scimPath(key) };
    return use === 'initial' ? derivation(key, value, settings) : builtIn(key, worked);
  };
  const filled =
    (use: Use) =>
    ([key, value]: readonly [AttributeKey, JsonValue]): Filled => ({
      key,
      value,
      use,
      origin: originOf(key, value, use),
    });
  const attributes = [
    ...Object.entries(profile).map(filled('asked')),
    ...Object.entries(initial).map(filled('initial')),
    ...references.map(({ key, reference, role }) => {
      const named = filled('reference')([key, reference]);
      return role === undefined ? named : { ...named, origin: FROM_MANAGER };
    }),
  ];
  return { attributes, gaps };
}

/** What maps the role that a key stands for: its groups, else whether it is there. */
function roleMappedBy<Mapped>(
  key: AttributeKey,
  configured: ReadonlyMap<AttributeKey, Mapped>,
): Mapped | undefined {
  if (roleOf(key) === null) return undefined;
  const element = key.slice(0, key.indexOf(']') + 1);
  return configured.get(`${element}.roleGroups`) ?? configured.get(`${element}.roleName`);
}

function fromConfiguration(
  { source, place }: Extract<ConfiguredAttribute, { kind: 'mapped' }>,
  reading: Reading,
): Origin {
  const way = reading.kind === 'value' ? reading.from : 'source';
  const words = { source, table: `${source}, through the table`, default: `the default beside ${source}` };
  return { kind: 'configuration', from: `${words[way]} (${place})` };
}

function derivation(key: AttributeKey, value: JsonValue, { defaults }: MappingSettings): Origin {
  const standard = defaults[key];
  if (standard !== undefined && sameValue(key, standard, value)) {
    return { kind: 'default', from: `${DERIVED[key] ?? 'nothing'}, else mapping.defaults` };
  }
  return { kind: 'derived', from: DERIVED[key] ?? 'what the client sends' };
}

function builtIn(key: AttributeKey, { sent, defaults }: Worked): Origin {
  if (sent[key] === undefined && defaults[key] !== undefined) {
    return { kind: 'default', from: 'mapping.defaults' };
  }
  if (sent[key] === undefined) return { kind: 'derived', from: DERIVED[key] ?? 'what the client sends' };
  if (key === `${ENTERPRISE}:companyId`) return { kind: 'connection', from: 'companyId' };
  if (key === 'active') return { kind: 'client', from: 'active, true unless it is false' };
  return { kind: 'client', from: scimPath(key) };
}

/** Where a client writes what goes through under the same name: `emails[type eq "work"].value`. */
function scimPath(key: AttributeKey): string {
  const element = /^(\w+)\[([^\]]*)\](.*)$/.exec(key);
  if (extensionOf(key) !== CORE || element === null) return key.replace(/\[.*$/, '');
  const [, list = '', name = '', rest = ''] = element;
  return list === 'entitlements' ? list : `${list}[type eq "${name.split(':')[0]}"]${rest}`;
}

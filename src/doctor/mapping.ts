import type { MappingSettings } from '../domain/connection.ts';
import { attributeNames } from '../domain/explanation.ts';
import { SAP, SPEND_ROLE, serviceOf } from '../domain/extensions.ts';
import { type Granted, PROVISION_WRITE, QUIET } from '../domain/granted.ts';
import { type AttributeKey, extensionOf } from '../domain/profile.ts';
import { type Check, failed, ok, warning } from './check.ts';
import type { Examined, Sample } from './connection.ts';
import { GRANT } from './scopes.ts';
import { givenTo } from './token.ts';

/** How many kinds of gaps, and how many attributes of a kind, are named. */
const NAMED = 10;

/** Whether real people come out whole. */
export const mapping: Check<Examined> = {
  id: 'mapping',
  title: 'People of the directory come out whole',
  needs: ['company'],
  look: async ({ sample }) => {
    const { total, people: all } = await sample();
    if (all.length === 0) return ok('Nobody is in the directory yet to try the mapping on.');
    const people = all.filter(({ wanted }) => wanted.outside === undefined);
    const outside = outsideText(all);
    const gaps = gapsOf({ total, people });
    const whole = people.filter(({ wanted }) => wanted.gaps.length === 0).length;
    const found = `${whole} of ${people.length} people are whole${total > all.length ? ` (there are ${total})` : ''}.${outside}`;
    if (gaps.length === 0) return ok(found);
    const lines = gaps
      .slice(0, NAMED)
      .map(({ why, ids: [example, ...others] }) => `${why}: ${others.length + 1}, such as ${example}`);
    const more = gaps.length > NAMED ? [`and ${gaps.length - NAMED} further kinds`] : [];
    return warning(
      [found, ...lines, ...more].join('\n'),
      'Let the identity provider send what is lacking, or map it in the configuration; docs/mapping.md says what comes from where.',
    );
  },
};

/** Whether the scopes let the bridge write and see what the mapping asks for. */
export const mappingScopes: Check<Examined> = {
  id: 'mapping-scopes',
  title: 'The scopes give what the mapping needs',
  needs: ['principal', 'mapping'],
  look: async (examined) => {
    const { credential, granted } = await givenTo(examined);
    const { people } = await examined.sample();
    const configured = configuredKeys(examined.configuration.mapping);
    const mapped = people.flatMap(({ wanted: { profile, initial } }) =>
      Object.keys({ ...initial, ...profile }),
    );
    const lacks = lacking([...configured, ...mapped], granted, credential.scopes);
    if (lacks.size === 0) return ok('They do.');
    const { writeApi } = examined.configuration;
    const isChosen = (scope: string) => scope === PROVISION_WRITE && writeApi === 'identity';
    const isWhole = [...lacks].every(
      ([scope, keys]) => (QUIET.has(scope) || isChosen(scope)) && !configured.some((key) => keys.has(key)),
    );
    const found = [...lacks]
      .map(([scope, keys]) => {
        const why = isChosen(scope)
          ? 'writeApi is identity, which does not write'
          : `${scope} is lacking for`;
        return `${why} ${named([...keys])}`;
      })
      .join('\n');
    const remedy = `${[...lacks.keys()].some(isChosen) ? 'Set writeApi to auto.' : GRANT} Or take these attributes out of the mapping, of groups.rules, and of what the identity provider sends.`;
    return isWhole ? warning(found, remedy) : failed(found, remedy);
  },
};

/** How many are outside the scope, as a sentence; nothing where nobody is. */
function outsideText(people: Sample['people']): string {
  const [example, ...others] = people.filter(({ wanted }) => wanted.outside !== undefined);
  if (example === undefined) return '';
  return ` ${others.length + 1} more outside the scope, such as ${example.id}: nothing is sent for them.`;
}

/** What the configuration itself asks for, whoever is in the directory. */
function configuredKeys({ defaults, attributes = [], groups }: MappingSettings): readonly AttributeKey[] {
  const rules = groups?.rules ?? [];
  return [
    ...Object.keys(defaults),
    ...attributes.flatMap((one) => (one.kind === 'mapped' ? [one.key] : [])),
    ...(rules.some(({ roles }) => roles.length > 0) ? [`${SPEND_ROLE}:roles`] : []),
  ];
}

/** Every kind of gap with the people who have it, the most frequent first. */
function gapsOf({ people }: Sample): readonly { readonly why: string; readonly ids: readonly string[] }[] {
  const kinds = new Map<string, string[]>();
  for (const { id, wanted } of people) {
    for (const { why } of wanted.gaps) kinds.set(why, [...(kinds.get(why) ?? []), id]);
  }
  return [...kinds]
    .map(([why, ids]) => ({ why, ids }))
    .sort((left, right) => right.ids.length - left.ids.length);
}

/** The scopes that are lacking to write and to see these values, each with the values. */
function lacking(
  keys: readonly AttributeKey[],
  { missingFor }: Granted,
  scopes: readonly string[] | null,
): ReadonlyMap<string, ReadonlySet<AttributeKey>> {
  const lacks = new Map<string, Set<AttributeKey>>();
  for (const key of new Set(keys)) {
    const scope = missingFor(key) ?? unseen(key, scopes);
    if (scope !== null) lacks.set(scope, (lacks.get(scope) ?? new Set()).add(key));
  }
  return lacks;
}

/**
 * The scope that is lacking to see a value of a part that not everybody has (Identity v4 Scope Mapping; User
 * Provisioning, "Scopes"); null: it is seen.
 */
function unseen(key: AttributeKey, scopes: readonly string[] | null): string | null {
  const extension = extensionOf(key);
  const service = serviceOf(extension);
  if (service === 'identity' && extension !== SAP) return null;
  const scope = extension === SAP ? 'identity.user.sap.read' : `${service}.user.general.read`;
  return scopes === null || scopes.includes(scope) ? null : scope;
}

function named(keys: readonly AttributeKey[]): string {
  const names = attributeNames(keys);
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  return `${names.slice(0, NAMED).join(', ')}${more}`;
}

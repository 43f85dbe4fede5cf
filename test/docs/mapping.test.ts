import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Loaded, loadConfiguration } from '../../src/config/configuration.ts';
import { SHORT_NAMES, shortName } from '../../src/domain/attribute-name.ts';
import type { MappingSettings } from '../../src/domain/connection.ts';
import { CORE, EXTENSIONS, SPEND } from '../../src/domain/extensions.ts';
import { EVERYTHING } from '../../src/domain/granted.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { NOTHING_KNOWN, plan } from '../../src/domain/plan.ts';
import type { Rest } from '../../src/domain/rest.ts';
import { CONCUR_SCHEMA, findConcurTarget } from '../../src/mapping/concur-schema/schema.ts';
import { compileMapping } from '../../src/mapping/configured/compile.ts';
import { compileGroupRules } from '../../src/mapping/groups/compile.ts';
import { mapPerson } from '../../src/mapping/person.ts';
import { attributesOf, schemasOf, userResourceType } from '../../src/scim/registry.ts';
import { parseResource } from '../../src/scim/resource.ts';
import { ABSENT, record } from '../domain/records.ts';
import { blocksOf, codeOf, rowsOf, sectionOf, textOf } from './page.ts';

const page = textOf('docs/mapping.md');
const [core, enterprise, ...extensions] = schemasOf(userResourceType).filter(
  ({ name }) => name !== 'ConcurBridgeUser',
);
/** Attributes that belong to every resource, and that no client sets, RFC 7643 §3.1. */
const COMMON = ['schemas', 'id', 'meta'];
const COMPANY = 'aa076ada-80a9-4f57-8e98-9300b1c3171d';
const IDENTITY = { userName: 'anna@example.com', name: { givenName: 'Anna', familyName: 'Nowak' } };

describe('docs/mapping.md', () => {
  it.each([
    ['## Core attributes', core],
    ['## Enterprise attributes', enterprise],
  ])('names every attribute under "%s", and none that the schema has not', (heading, schema) => {
    if (schema === undefined) throw new Error('A User has this schema');
    const listed = rowsOf(sectionOf(page, heading)).flatMap(([first = '']) => codeOf(first));
    const known = attributesOf(userResourceType, schema).filter(({ name }) => !COMMON.includes(name));
    expect([...new Set(listed.map(topOf))].sort()).toEqual(known.map(({ name }) => name).sort());
    const parts = known.flatMap(({ name, subAttributes = [] }) =>
      subAttributes.map((sub) => `${name}.${sub.name}`),
    );
    const unknown = listed.filter((path) => path.includes('.') && !parts.includes(path));
    expect(unknown).toEqual([]);
  });

  it("names every attribute of Concur's extensions", () => {
    const listed = rowsOf(sectionOf(page, "## Concur's own extensions"))
      .filter(([first = '']) => first.includes('urn:'))
      .map(([urn = '', attributes = '']) => [codeOf(urn)[0], codeOf(attributes)]);
    expect(Object.fromEntries(listed)).toEqual(
      Object.fromEntries(extensions.map(({ id, attributes }) => [id, attributes.map(({ name }) => name)])),
    );
  });

  it('works its example out as the program does', async () => {
    const example = sectionOf(page, '## Example');
    const [sent, result] = blocksOf(example, 'json').map((text) => JSON.parse(text));
    const [settings = ''] = blocksOf(example, 'yaml');
    expect(await mapPerson(parseResource(userResourceType, sent), mappingOf(settings))).toEqual(result);
  });

  it('shows settings that the configuration takes', () => {
    const blocks = blocksOf(page, 'yaml');
    expect(blocks.length).toBeGreaterThan(1);
    for (const block of blocks) expect(configurationWith(block)).toMatchObject({ kind: 'ok' });
  });

  it.each<[what: string, resource: JsonObject]>([
    ['nothing but identity', IDENTITY],
    ['no family name', { userName: 'anna@example.com', name: { givenName: 'Anna' } }],
    [
      'an expense entitlement, but no country or locale',
      { ...IDENTITY, entitlements: [{ value: 'Expense' }] },
    ],
    [
      'a country that nobody can read',
      { ...IDENTITY, addresses: [{ type: 'work', country: 'Deutschland' }] },
    ],
    ['an entitlement that Concur has not', { ...IDENTITY, entitlements: [{ value: 'Golf' }] }],
    ['a language that Concur has not', { ...IDENTITY, preferredLanguage: 'el' }],
  ])('says rightly where a person with %s comes to rest', async (what, resource) => {
    const [row] = rowsOf(sectionOf(page, '## When something is missing')).filter(([first]) => first === what);
    const { state, reason } = await restOf(resource);
    expect(row?.slice(1, 3)).toEqual([`\`${state}\``, reason === null ? '–' : `\`${reason}\``]);
  });
});

describe("docs/mapping.md maps every attribute of SAP's reference, or says why not", () => {
  const section = sectionOf(page, "### Every attribute of Concur's");
  const [block = ''] = blocksOf(section, 'yaml');
  /** Lists of the same kind are shown once. */
  const kindless = (name: string) =>
    name
      .replace(/^approver:\w+/, 'approver:kind')
      .replace(/^approverLimit:\w+/, 'approverLimit:kind')
      .replace(/^delegate:\w+/, 'delegate:kind');
  const examples = Object.keys(parse(block.replaceAll('# or ', '')).mapping.attributes);
  const mapped = examples.map((example) => {
    const found = findConcurTarget(example);
    if (found.kind === 'problem') throw new Error(`${example} ${found.message}`);
    const { extension, name } = found.target;
    return extension === CORE ? name : shortName(`${extension}:${name}`);
  });
  const listed = new Map(
    rowsOf(section)
      .filter(([first = '']) => first.startsWith('`'))
      .flatMap(([first = '', why = '']) => codeOf(first).map((name): [string, string] => [name, why])),
  );

  it.each(EXTENSIONS.map((urn) => [urn]))('of %s', (urn) => {
    const prefix = urn === CORE ? '' : `${SHORT_NAMES[urn]}:`;
    const names: readonly string[] = JSON.parse(textOf('test/fixtures/concur/attributes.json'))[urn];
    expect(Object.keys(CONCUR_SCHEMA[urn].attributes).sort()).toEqual([...names].sort());
    const known = new Set(mapped.map(kindless));
    const isTold = (name: string) => known.has(kindless(name)) !== listed.has(name);
    expect(names.map((name) => `${prefix}${name}`).filter((name) => !isTold(name))).toEqual([]);
    for (const [name, { notWritable }] of Object.entries(CONCUR_SCHEMA[urn].attributes)) {
      expect(listed.get(`${prefix}${name}`)).toBe(notWritable);
    }
  });

  it('with short names as the program has them', () => {
    const rows = rowsOf(sectionOf(page, '## Your own mapping')).filter(([, urn = '']) =>
      urn.startsWith('`urn:'),
    );
    expect(rows.map((row) => row.flatMap(codeOf))).toEqual(
      expect.arrayContaining(Object.entries(SHORT_NAMES).map(([urn, name]) => [name, urn])),
    );
    expect(rows).toHaveLength(Object.keys(SHORT_NAMES).length);
  });
});

/** Where somebody rests once Concur has taken everything that can be sent. */
async function restOf(resource: JsonObject): Promise<Rest> {
  const mapped = await mapPerson(resource, { companyId: 'company', defaults: {}, currencies: {} });
  const everything = { ...mapped.initial, ...mapped.profile };
  expect(Object.keys(everything).filter((key) => key.startsWith(SPEND))).toEqual([]);
  const asked = { ...mapped, waiting: [], missingFor: EVERYTHING.missingFor };
  const creation = plan(record({ concurId: null }), asked, ABSENT);
  if (creation.kind === 'rest') return creation;
  const created = plan(record({ applied: { profile: everything, unknown: [] } }), asked, NOTHING_KNOWN);
  if (created.kind !== 'rest') throw new Error('Somebody of whom Concur has taken everything rests');
  return created;
}

/** The configuration that a block of the page makes of the connection. */
function configurationWith(block: string): Loaded {
  const connection = {
    baseUrl: 'https://us2.api.concursolutions.com',
    companyId: COMPANY,
    clientId: 'id',
    clientSecret: 'secret',
    ...parse(block),
  };
  const file = { store: { secretKey: '0'.repeat(64) }, connections: { default: connection } };
  return loadConfiguration({
    env: {},
    configFile: 'bridge.yaml',
    readFile: () => JSON.stringify(file),
    compileMapping,
    compileGroupRules,
  });
}

function mappingOf(block: string): MappingSettings {
  const loaded = configurationWith(block);
  if (loaded.kind === 'invalid') throw new Error(JSON.stringify(loaded.problems));
  const [connection] = loaded.configuration.connections;
  if (connection === undefined) throw new Error('The block configures a connection');
  return connection.mapping;
}

/** `name` for `name.givenName`. */
function topOf(path: string): string {
  return path.split('.')[0] ?? path;
}

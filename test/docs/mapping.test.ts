import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Loaded, loadConfiguration } from '../../src/config/configuration.ts';
import type { MappingSettings } from '../../src/domain/connection.ts';
import { SPEND } from '../../src/domain/extensions.ts';
import { EVERYTHING } from '../../src/domain/granted.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { NOTHING_KNOWN, plan, type Rest } from '../../src/domain/plan.ts';
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
    ['a country in words', { ...IDENTITY, addresses: [{ type: 'work', country: 'Germany' }] }],
    ['an entitlement that Concur has not', { ...IDENTITY, entitlements: [{ value: 'Golf' }] }],
    ['a language that Concur has not', { ...IDENTITY, preferredLanguage: 'el' }],
  ])('says rightly where a person with %s comes to rest', async (what, resource) => {
    const [row] = rowsOf(sectionOf(page, '## When something is missing')).filter(([first]) => first === what);
    const { state, reason } = await restOf(resource);
    expect(row?.slice(1, 3)).toEqual([`\`${state}\``, reason === null ? '–' : `\`${reason}\``]);
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
  return loadConfiguration({ env: {}, configFile: 'bridge.yaml', readFile: () => JSON.stringify(file) });
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

import { describe, expect, test } from 'vitest';
import { loadConfiguration } from '../../src/config/configuration.ts';
import { compileMapping } from '../../src/mapping/configured/compile.ts';

const HEAD = `store: { secretKey: '${'0'.repeat(64)}' }
connections:
  default:
    baseUrl: https://us2.api.concursolutions.com
    companyId: 3f2504e0-4f89-11d3-9a0c-0305e82c3301
    clientId: client
    clientSecret: secret
    mapping:
      attributes:
`;

function load(lines: readonly string[], files: Readonly<Record<string, string>> = {}) {
  const text = HEAD + lines.map((line) => `        ${line}\n`).join('');
  return loadConfiguration({
    env: { CODE: 'L-7' },
    configFile: '/etc/bridge/bridge.yaml',
    compileMapping,
    readFile: (path) => {
      const found = path === '/etc/bridge/bridge.yaml' ? text : files[path];
      if (found === undefined) throw Object.assign(new Error(), { code: 'ENOENT' });
      return found;
    },
  });
}

function attributesOf(loaded: ReturnType<typeof load>) {
  if (loaded.kind === 'invalid') throw new Error(JSON.stringify(loaded.problems));
  return loaded.configuration.connections[0]?.mapping.attributes ?? [];
}

describe('mapping.attributes', () => {
  test('are compiled once, each with its line', async () => {
    const attributes = attributesOf(
      load(['# a comment', 'title: displayName', `spend:ledgerCode: { value: "\${CODE}" }`, 'nickName:']),
    );
    expect(attributes.map(({ kind, key, place }) => [kind, key.replace(/^urn.*:/, ''), place])).toEqual([
      ['mapped', 'title', '/etc/bridge/bridge.yaml:11'],
      ['mapped', 'ledgerCode', '/etc/bridge/bridge.yaml:12'],
      ['off', 'nickName', '/etc/bridge/bridge.yaml:13'],
    ]);
    const [, code] = attributes;
    expect(code?.kind === 'mapped' && (await code.read({}))).toMatchObject({ value: 'L-7' });
  });

  test('look tables up in files beside the configuration file', async () => {
    const files = { '/etc/bridge/tables/x.csv': 'from,to\nA,B\n' };
    const [title] = attributesOf(load(['title: { from: title, table: { file: tables/x.csv } }'], files));
    expect(title?.kind === 'mapped' && (await title.read({ title: 'A' }))).toMatchObject({ value: 'B' });
  });

  test('are refused with place and line, together with everything else that is wrong', () => {
    const loaded = load(['title: titel', 'spend:country:', '  value: Atlantis', '  wen: create', 'x: y']);
    const place = 'connections.default.mapping.attributes';
    expect(loaded).toEqual({
      kind: 'invalid',
      problems: [
        {
          path: `${place}.title.from (/etc/bridge/bridge.yaml:10)`,
          message: expect.stringContaining('"titel"'),
        },
        {
          path: `${place}.spend:country.wen (/etc/bridge/bridge.yaml:13)`,
          message: expect.stringContaining('not known'),
        },
        {
          path: `${place}.spend:country.value (/etc/bridge/bridge.yaml:12)`,
          message: expect.stringContaining('ISO 3166-1'),
        },
        { path: `${place}.x (/etc/bridge/bridge.yaml:14)`, message: "is no attribute of Concur's" },
      ],
    });
  });

  test('must be a mapping, and are refused where nobody compiles them', () => {
    const broken = load([]);
    expect(attributesOf(broken)).toEqual([]);
    const text = `${HEAD.trimEnd()} [a]\n`;
    const list = loadConfiguration({ env: {}, configFile: 'b.yaml', compileMapping, readFile: () => text });
    expect(list).toMatchObject({ problems: [{ path: 'connections.default.mapping.attributes' }] });
    const uncompiled = `${HEAD}        title: title\n`;
    const alone = loadConfiguration({ env: {}, configFile: 'b.yaml', readFile: () => uncompiled });
    expect(alone).toMatchObject({ kind: 'invalid' });
  });

  test('and defaults take the short names of extensions', () => {
    const text = HEAD.replace('      attributes:', "      defaults: { 'spend:ledgerCode': L }");
    const loaded = loadConfiguration({ env: {}, configFile: 'b.yaml', readFile: () => text });
    expect(loaded).toMatchObject({
      configuration: {
        connections: [
          {
            mapping: {
              defaults: { 'urn:ietf:params:scim:schemas:extension:spend:2.0:User:ledgerCode': 'L' },
            },
          },
        ],
      },
    });
  });
});

import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { type Configuration, loadConfiguration } from '../../src/config/configuration.ts';
import { needingRestart, RESTART_SETTINGS } from '../../src/config/restart.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { compileMapping } from '../../src/mapping/configured/compile.ts';
import { compileGroupRules } from '../../src/mapping/groups/compile.ts';

const CONNECTION = {
  baseUrl: 'https://us2.api.concursolutions.com',
  companyId: '3f2504e0-4f89-11d3-9a0c-0305e82c3301',
  clientId: 'client',
  clientSecret: 'secret',
};
const STORE = { secretKey: 'ab'.repeat(32) };

function configured(
  connections: JsonObject,
  {
    server = {},
    store = STORE,
    table = 'A,1\n',
  }: { server?: JsonObject; store?: JsonObject; table?: string } = {},
): Configuration {
  const text = stringify({ server, store, connections });
  const readFile = (path: string) => (path.endsWith('.csv') ? table : text);
  const compilers = { compileMapping, compileGroupRules };
  const loaded = loadConfiguration({ env: {}, configFile: 'bridge.yaml', readFile, ...compilers });
  if (loaded.kind === 'invalid') throw new Error(JSON.stringify(loaded.problems));
  return loaded.configuration;
}

describe('the fingerprint of a connection', () => {
  const fingerprint = (more: JsonObject, table?: string) =>
    configured({ default: { ...CONNECTION, ...more } }, table === undefined ? {} : { table }).connections[0]
      ?.fingerprint;
  const plain = fingerprint({});

  test.each<[string, JsonObject]>([
    ['a default', { mapping: { defaults: { timezone: 'UTC' } } }],
    ['a currency', { mapping: { currencies: { PL: 'EUR' } } }],
    ['an attribute', { mapping: { attributes: { title: { from: 'displayName' } } } }],
    ['a rule', { groups: { rules: [{ group: 'A', entitlements: ['Expense'] }] } }],
    ['the ownership', { groups: { ownership: 'exclusive' } }],
    ['approvers', { approvers: { fromManager: ['report'] } }],
    ['the write API', { writeApi: 'identity' }],
  ])('is another with %s', (_, more) => {
    expect(fingerprint(more)).not.toBe(plain);
    expect(fingerprint(more)).toBe(fingerprint(more));
  });

  test.each<[string, JsonObject]>([
    ['no other settings', { mapping: {}, writeApi: 'auto' }],
    ['another secret', { clientSecret: 'other', refreshToken: 'r', scimToken: 'a-token-of-some-length' }],
    [
      'another way of delivery',
      { delivery: 'off', polling: { interval: '9s' }, batching: { operations: 5 } },
    ],
    ['other checks', { validation: 'accept', rateLimit: 5, verdictWindow: '5s' }],
  ])('is the same with %s', (_, more) => {
    expect(fingerprint(more)).toBe(plain);
  });

  test('does not depend on the order of names', () => {
    const defaults = { timezone: 'UTC', title: 'x' };
    const reversed = { title: 'x', timezone: 'UTC' };
    expect(fingerprint({ mapping: { defaults } })).toBe(fingerprint({ mapping: { defaults: reversed } }));
  });

  test('is another when a table beside the file is', () => {
    const attributes = { title: { from: 'nickName', table: { file: 'titles.csv' } } };
    const of = (table: string) => fingerprint({ mapping: { attributes } }, table);
    expect(of('from,to\nA,1\n')).toBe(of('from,to\nA,1\n'));
    expect(of('from,to\nA,1\n')).not.toBe(of('from,to\nA,2\n'));
  });
});

describe('what only a restart changes', () => {
  const before = configured({ default: CONNECTION });

  test.each<[string, JsonObject]>([
    ['baseUrl', { baseUrl: 'https://eu2.api.concursolutions.com' }],
    ['companyId', { companyId: '3f2504e0-4f89-11d3-9a0c-0305e82c3302' }],
    ['clientId', { clientId: 'x' }],
    ['clientSecret', { clientSecret: 'x' }],
    ['refreshToken', { refreshToken: 'x' }],
    ['allowedHosts', { allowedHosts: ['127.0.0.1'] }],
  ])('is %s of a connection', (name, more) => {
    const after = configured({ default: { ...CONNECTION, ...more } });
    expect(needingRestart(before, after)).toEqual([`connections.default.${name}`]);
  });

  test('is the server, and where the data is', () => {
    const server = {
      host: '::1',
      port: 1,
      publicUrl: 'https://x.example.com',
      adminToken: 'a-token-of-some-length',
      logLevel: 'debug',
    };
    const store = { secretKey: 'cd'.repeat(32), url: 'sqlite:other.db' };
    const names = needingRestart(before, configured({ default: CONNECTION }, { server, store }));
    expect(names).toEqual(RESTART_SETTINGS.filter((name) => !name.startsWith('connections.')));
  });

  test('is which connections there are', () => {
    const after = configured({ emea: CONNECTION });
    expect(needingRestart(before, after)).toEqual(['connections.default', 'connections.emea']);
  });

  test('is nothing else', () => {
    const connection = {
      ...CONNECTION,
      scimToken: 'a-token-of-some-length',
      rateLimit: 5,
      delivery: 'off',
      validation: 'accept',
      writeApi: 'identity',
      mapping: { defaults: { timezone: 'UTC' } },
    };
    expect(needingRestart(before, configured({ default: connection }))).toEqual([]);
  });
});

import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { loadConfiguration } from '../../src/config/configuration.ts';
import { SETTINGS } from '../../src/config/reference.ts';
import { configurationFile } from '../../src/config/template.ts';
import { isJsonObject, type JsonValue } from '../../src/domain/json.ts';
import { compileMapping } from '../../src/mapping/configured/compile.ts';
import { compileGroupRules } from '../../src/mapping/groups/compile.ts';

const VALUES = new Map<string, string | number | readonly string[]>([
  ['server.port', 9000],
  ['store.secretKey', 'ab'.repeat(32)],
  ['connections.<name>.baseUrl', 'http://[::1]:8090'],
  ['connections.<name>.companyId', '3f2504e0-4f89-11d3-9a0c-0305e82c3301'],
  ['connections.<name>.clientId', '12e4'],
  [
    'connections.<name>.clientSecret',
    "# it's: {a} 'secret' \\ \"of\" some - length, which no line break may divide".repeat(3),
  ],
  ['connections.<name>.allowedHosts', ['[::1]:8090', 'localhost']],
]);
const NAMES = SETTINGS.map(({ name }) => name);

/** The file with every line that shows a setting taken in. */
const uncommented = (text: string) => text.replaceAll(/^( *)#(?! |$)/gm, '$1');

/** The places of all values, with `<name>` for the connection; what may hold any names counts as one value. */
function places(tree: JsonValue | undefined, path: readonly string[] = []): readonly string[] {
  const place = path.join('.');
  if (!isJsonObject(tree) || NAMES.includes(place)) return [place];
  return Object.entries(tree).flatMap(([name, value]) =>
    places(value, [...path, path.length === 1 && path[0] === 'connections' ? '<name>' : name]),
  );
}

test('says what it was given, whatever characters are in it, and leaves the defaults', () => {
  const text = configurationFile(VALUES);
  const loaded = loadConfiguration({ env: {}, configFile: 'bridge.yaml', readFile: () => text });
  if (loaded.kind === 'invalid') throw new Error(JSON.stringify(loaded.problems));
  const { server, connections } = loaded.configuration;
  expect(server).toMatchObject({ port: 9000, host: '127.0.0.1' });
  expect(connections).toMatchObject([
    {
      name: 'default',
      baseUrl: 'http://[::1]:8090',
      allowedHosts: ['[::1]:8090', 'localhost'],
      secrets: {
        clientId: '12e4',
        clientSecret: VALUES.get('connections.<name>.clientSecret'),
        refreshToken: null,
      },
      scimToken: null,
    },
  ]);
});

test('has every setting once, those that were not given as comments, each below its meaning', () => {
  const text = configurationFile(VALUES);
  expect([...places(parse(uncommented(text)))].sort()).toEqual([...NAMES].sort());
  const live = places(parse(text)).filter((place) => NAMES.includes(place));
  expect(live.sort()).toEqual([...VALUES.keys()].sort());
  const prose = text.replaceAll(/\n *# /g, ' ');
  for (const { meaning } of SETTINGS) expect(prose).toContain(meaning);
});

test('shows defaults and examples that could be taken in as they are', () => {
  const text = uncommented(configurationFile(VALUES));
  const env = {
    BRIDGE_ADMIN_TOKEN: 'a'.repeat(16),
    BRIDGE_SCIM_TOKEN: 's'.repeat(16),
    CONCUR_REFRESH_TOKEN: 'refresh',
  };
  const compilers = { compileMapping, compileGroupRules };
  const loaded = loadConfiguration({ env, configFile: 'bridge.yaml', ...compilers, readFile: () => text });
  expect(loaded).toMatchObject({ kind: 'ok' });
  for (const { name, default: standard } of SETTINGS) {
    if (standard && !VALUES.has(name)) {
      expect(configurationFile(VALUES)).toContain(`#${name.split('.').at(-1)}: ${standard}\n`);
    }
  }
});

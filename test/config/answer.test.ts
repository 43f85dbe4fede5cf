import { expect, test } from 'vitest';
import { problemWith } from '../../src/config/answer.ts';
import { loadConfiguration, missingSettings } from '../../src/config/configuration.ts';
import { SETTINGS } from '../../src/config/reference.ts';

test.each(SETTINGS.flatMap(({ name, variable }) => (variable === null ? [] : [[name, variable] as const])))(
  'a wrong %s is refused with the words that loading has for it',
  (name, variable) => {
    for (const value of ['', ' ', 'x', '-1', 'https://a b', '{}']) {
      const loaded = loadConfiguration({ env: { [variable]: value || ' ' }, readFile: () => '' });
      if (loaded.kind === 'ok') throw new Error('Much is missing');
      const found = loaded.problems.find(({ path }) => path === variable);
      expect(problemWith(name, value || ' ')).toBe(found?.message ?? null);
    }
  },
);

const readFile = () => 'connections: { default: { clientId: from-file }, emea: {} }';
const names = (settings: ReturnType<typeof missingSettings>) =>
  settings.map(({ name }) => name.split('.').at(-1));

test('what a connection lacks is what neither file nor environment gives', () => {
  const env = { CONCUR_BASE_URL: 'https://us2.api.concursolutions.com', CONCUR_COMPANY_ID: '' };
  expect(names(missingSettings({ env, readFile }))).toEqual(['companyId', 'clientId', 'clientSecret']);
  expect(names(missingSettings({ env, readFile, configFile: 'bridge.yaml' }))).toEqual([
    'companyId',
    'clientSecret',
  ]);
});

test('a file that names other connections only lacks nothing of the default one', () => {
  const emea = () => 'connections: { emea: {} }';
  expect(missingSettings({ env: {}, readFile: emea, configFile: 'bridge.yaml' })).toEqual([]);
});

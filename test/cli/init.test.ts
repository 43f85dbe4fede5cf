import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { invocation } from '../../src/cli/invocation.ts';
import { loadConfiguration } from '../../src/config/configuration.ts';
import { run } from './child.ts';
import { atTerminal, CLEAR, CONTROL_C, ENTER } from './terminal.ts';

const COMPANY = '3f2504e0-4f89-11d3-9a0c-0305e82c3301';
const ANSWERS = [
  '--data-centre',
  'eu2',
  '--company-id',
  COMPANY,
  '--client-id',
  'client',
  '--client-secret',
  '-',
];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bridge-init-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function written(file = 'bridge.yaml') {
  const text = readFileSync(join(folder, file), 'utf8');
  const loaded = loadConfiguration({ env: {}, configFile: file, readFile: () => text });
  if (loaded.kind === 'invalid') throw new Error(JSON.stringify(loaded.problems));
  const [connection] = loaded.configuration.connections;
  if (connection === undefined) throw new Error('There is a connection');
  return { ...loaded.configuration, connection };
}

it('writes from options alone a file that loads, for its owner only, and shows the SCIM token once', async () => {
  const { code, stdout, stderr } = await run(
    [
      'init',
      ...ANSWERS,
      '--public-url',
      'https://scim.example.com/',
      '--port',
      '9000',
      '--database',
      '/var/b.db',
    ],
    {},
    { cwd: folder, input: 'hidden-secret\n' },
  );
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect(statSync(join(folder, 'bridge.yaml')).mode & 0o777).toBe(0o600);
  const { server, store, adminToken, secretKey, connection } = written();
  expect(server).toEqual({ host: '127.0.0.1', port: 9000, publicUrl: 'https://scim.example.com' });
  expect(store.url).toBe('sqlite:/var/b.db');
  expect(connection).toMatchObject({
    name: 'default',
    baseUrl: 'https://eu2.api.concursolutions.com',
    companyId: COMPANY,
    secrets: { clientId: 'client', clientSecret: 'hidden-secret' },
    allowedHosts: [],
  });
  expect(new Set([adminToken, connection.scimToken, secretKey.toString('hex')]).size).toBe(3);
  expect(stdout).toContain('https://scim.example.com/scim/v2');
  expect(stdout.split(String(connection.scimToken))).toHaveLength(2);
  for (const secret of ['hidden-secret', String(adminToken), secretKey.toString('hex')]) {
    expect(stdout).not.toContain(secret);
  }
  for (const next of ['connect', 'doctor', 'serve']) expect(stdout).toContain(`npm run bridge -- ${next} `);
});

it('makes new keys and tokens every time', async () => {
  const secrets = [];
  for (const file of ['a.yaml', 'b.yaml']) {
    const args = ['init', ...ANSWERS, '--config', file];
    expect((await run(args, {}, { cwd: folder, input: 'x' })).code).toBe(0);
    const { adminToken, secretKey, connection } = written(file);
    secrets.push(adminToken, secretKey.toString('hex'), connection.scimToken);
  }
  expect(new Set(secrets).size).toBe(6);
});

it('never overwrites a file, wherever it is named, and returns 1', async () => {
  for (const [file, env] of [
    ['bridge.yaml', {}],
    ['other.yaml', { BRIDGE_CONFIG: 'other.yaml' }],
  ] as const) {
    writeFileSync(join(folder, file), 'mine');
    const { code, stderr } = await run(['init', ...ANSWERS], env, { cwd: folder, input: 'x' });
    expect(stderr).toMatch(/is there already and is not overwritten\. Move it away/);
    expect(code).toBe(1);
    expect(readFileSync(join(folder, file), 'utf8')).toBe('mine');
  }
});

it.each([
  [[], ['--data-centre or --base-url', '--company-id', '--client-id', '--client-secret']],
  [
    ['--company-id', '4711', '--port', 'x'],
    ['--company-id must be the UUID', '--port must be', '--client-id'],
  ],
  [['--data-centre', 'mars'], ['us2, eu2, apj1, usg, cn']],
  [['--data-centre', 'us2', '--base-url', 'https://us2.api.concursolutions.com'], ['cannot be used with']],
  [[...ANSWERS.slice(2), '--base-url', 'http://127.0.0.1:8090'], ['--allowed-host 127.0.0.1:8090']],
  [[...ANSWERS.slice(0, -1), ' '], ['--client-secret must be a text']],
  [ANSWERS, ['--client-secret - reads stdin: it must be a text']],
])('without a terminal refuses %j, naming every option, and returns 2', async (args, named) => {
  const { code, stdout, stderr } = await run(['init', ...args], {}, { cwd: folder });
  for (const text of named) expect(stderr).toContain(text);
  expect(stdout).toBe('');
  expect(code).toBe(2);
  expect(readdirSync(folder)).toEqual([]);
});

it('asks at a terminal what the options leave open, again where an answer is wrong', async () => {
  const terminal = atTerminal(['init', '--data-centre', 'us2', '--company-id', COMPANY], { cwd: folder });
  await terminal.type('client id', `the-client${ENTER}`);
  await terminal.type('client secret', ENTER);
  await terminal.type('It must be a text that is not empty', `the-secret${ENTER}`);
  await terminal.type('clients reach the bridge', `nowhere${ENTER}`);
  await terminal.type('It must be an address such as', `${CLEAR}https://scim.example.com${ENTER}`);
  await terminal.type('port to listen on', ENTER);
  await terminal.type('database file', ENTER);
  const { code, stdout } = await terminal.ended;
  expect(stdout).not.toContain('the-secret');
  expect(code).toBe(0);
  const { server, store, connection } = written();
  expect(server).toMatchObject({ port: 8080, publicUrl: 'https://scim.example.com' });
  expect(store.url).toBe('sqlite:./data/bridge.db');
  expect(connection.secrets).toMatchObject({ clientId: 'the-client', clientSecret: 'the-secret' });
});

it('does nothing when it is cancelled, and returns 1', async () => {
  const terminal = atTerminal(['init'], { cwd: folder });
  await terminal.type('In which data centre', CONTROL_C);
  const { code, stdout } = await terminal.ended;
  expect(stdout).toContain('Cancelled: nothing was done.');
  expect(code).toBe(1);
  expect(readdirSync(folder)).toEqual([]);
});

it('asks for another address where the one that was given is not to be trusted', async () => {
  const args = ['init', '--company-id', COMPANY, '--client-id', 'c', '--client-secret', 's'];
  const terminal = atTerminal([...args, '--base-url', 'https://concur.example'], { cwd: folder });
  await terminal.type('Send tokens to concur.example all the same', ENTER);
  await terminal.type('In which data centre', ENTER);
  await terminal.type('clients reach the bridge', ENTER);
  await terminal.type('port to listen on', ENTER);
  await terminal.type('database file', ENTER);
  expect((await terminal.ended).code).toBe(0);
  expect(written().connection).toMatchObject({
    baseUrl: 'https://us2.api.concursolutions.com',
    allowedHosts: [],
  });
});

it('is named in what comes next as it was started', () => {
  expect(invocation('/opt/bridge/src/bin.ts')).toBe('npm run bridge --');
  expect(invocation(join(process.cwd(), 'dist/bin.js'))).toBe('node dist/bin.js');
  expect(invocation('/usr/local/bin/concur-scim-bridge')).toBe('concur-scim-bridge');
});

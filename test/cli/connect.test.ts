import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { openStore } from '../../src/store/store.ts';
import { type Running, run, start } from './child.ts';
import { atTerminal, ENTER } from './terminal.ts';

const KEY = 'ab'.repeat(32);
const SOMEBODY_ELSE = '11111111-2222-4333-8444-555555555555';
const WITHHELD = 'spend.user.general.writeonly';

interface Company {
  readonly baseUrl: string;
  readonly companyId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly requestToken: string;
}

let simulator: Running;
let company: Company;
let personal: string;
let folder: string;
/** What a bridge for the simulated company needs, in variables. */
let environment: Record<string, string>;

beforeAll(async () => {
  simulator = start([
    ...['simulate', '--port', '0', '--latency', '0', '--json'],
    ...['--user-level', '--without-scope', WITHHELD],
  ]);
  await simulator.line(/^\}$/);
  const told = JSON.parse(simulator.output());
  company = told.connect;
  personal = told.environment.CONCUR_REFRESH_TOKEN;
});
afterAll(async () => {
  simulator.signal('SIGTERM');
  await simulator.ended;
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bridge-connect-'));
  environment = {
    BRIDGE_SECRET_KEY: KEY,
    BRIDGE_DATABASE_URL: `sqlite:${join(folder, 'bridge.db')}`,
    CONCUR_BASE_URL: company.baseUrl,
    CONCUR_ALLOWED_HOSTS: new URL(company.baseUrl).host,
    CONCUR_COMPANY_ID: company.companyId,
    CONCUR_CLIENT_ID: company.clientId,
    CONCUR_CLIENT_SECRET: company.clientSecret,
  };
});
afterEach(() => rmSync(folder, { recursive: true }));

const connect = (args: readonly string[], env = environment, input = '') =>
  run(['connect', ...args], env, { cwd: folder, input });

/** The credential that is stored; null: none. */
async function stored(key = KEY) {
  const url = `sqlite:${join(folder, 'bridge.db')}`;
  const store = await openStore({
    url,
    secretKey: Buffer.from(key, 'hex'),
    clock: Date.now,
    newId: () => 'id',
  });
  try {
    return await store.connection('default').credentials.read();
  } finally {
    await store.close();
  }
}

it('trades the request token, stores what Concur gives, and says what was granted and what is lost', async () => {
  const { code, stdout, stderr } = await connect(['--request-token', '-'], environment, company.requestToken);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  const credential = await stored();
  expect(credential).toMatchObject({ principal: 'company', geolocation: company.baseUrl });
  expect(stdout).toContain(company.companyId);
  expect(stdout).toContain(company.baseUrl);
  expect(stdout).toContain('user.provision.write');
  expect(stdout).toMatch(new RegExp(`${WITHHELD}  no spend profile is written`));
  expect(stdout).toContain(`good until ${new Date(credential?.expiresAt ?? 0).toISOString().slice(0, 10)}`);
  expect(stdout).toContain('A running server takes the new credential by itself');
  expect(stdout).not.toContain('lacks these settings');
  for (const secret of [company.requestToken, company.clientSecret, String(credential?.refreshToken)]) {
    expect(stdout).not.toContain(secret);
  }
});

it('says the same for programs', async () => {
  const { stdout } = await connect(['--request-token', company.requestToken, '--json']);
  const credential = await stored();
  expect(JSON.parse(stdout)).toEqual({
    connection: 'default',
    companyId: company.companyId,
    geolocation: company.baseUrl,
    principal: 'company',
    canProvision: true,
    scopes: credential?.scopes,
    missing: [{ scope: WITHHELD, lost: expect.stringContaining('no spend profile') }],
    refreshTokenExpires: new Date(credential?.expiresAt ?? 0).toISOString(),
    lacking: [],
  });
});

it('wins over a refresh token that is configured, also after the next start', async () => {
  const env = {
    ...environment,
    CONCUR_REFRESH_TOKEN: personal,
    BRIDGE_PORT: '0',
    BRIDGE_SCIM_TOKEN: 's'.repeat(16),
  };
  expect((await connect(['--request-token', company.requestToken], env)).code).toBe(0);
  const server = start(['serve'], env, { cwd: folder });
  await server.line(/"listening on/);
  server.signal('SIGTERM');
  expect((await server.ended).code).toBe(0);
  const kept = await stored();
  expect(kept?.principal).toBe('company');
  expect(kept?.refreshToken).not.toBe(personal);
});

it('is taken up by a server that runs', async () => {
  const env = { ...environment, BRIDGE_PORT: '0', BRIDGE_SCIM_TOKEN: 's'.repeat(16) };
  const server = start(['serve'], env, { cwd: folder });
  const { url } = JSON.parse(await server.line(/"listening on/));
  const created = await fetch(`${url}/scim/v2/Users`, {
    method: 'POST',
    headers: { authorization: `Bearer ${env.BRIDGE_SCIM_TOKEN}`, 'content-type': 'application/scim+json' },
    body: JSON.stringify({
      userName: 'ada@example.com',
      name: { givenName: 'A', familyName: 'B' },
      active: true,
    }),
  });
  expect(created.status).toBe(201);
  const status = async () => JSON.parse((await run(['status', 'ada@example.com', '--json'], env)).stdout);
  await vi.waitFor(async () => expect((await status()).reason).toBe('credentials'), { timeout: 10_000 });
  expect((await connect(['--request-token', company.requestToken])).code).toBe(0);
  expect((await run(['retry', 'ada@example.com'], env)).code).toBe(0);
  await vi.waitFor(async () => expect((await status()).applied).toMatchObject({ active: true }), {
    timeout: 15_000,
    interval: 300,
  });
  server.signal('SIGTERM');
  await server.ended;
}, 40_000);

it.each([
  ['the person', ['--user', 'admin@simulated.example', '--password', 'correct horse'], 'user', 'a person'],
  ['the application', ['--client-credentials'], 'application', 'the application'],
])('connects %s, and says that Concur provisions nothing for that', async (_, args, principal, words) => {
  const { code, stdout } = await connect(args);
  expect(code).toBe(0);
  expect((await stored())?.principal).toBe(principal);
  expect(stdout).toContain(`this token is that of ${words}: nothing will be delivered, and doctor will fail`);
  expect(stdout).toContain('company request token');
  expect(JSON.parse((await connect([...args, '--json'])).stdout)).toMatchObject({
    principal,
    canProvision: false,
  });
});

it('explains a refusal with its code and what to do, stores nothing, and returns 1', async () => {
  const { code, stdout, stderr } = await connect(['--request-token', 'of-last-week']);
  expect(stderr).toContain('the company request token, the sign-in or the client secret is wrong');
  expect(stderr).toContain('make a new company request token');
  expect(stderr).toMatch(/Nothing was stored\. \(OAuth code 5, correlation id \S+\)/);
  expect(stderr).not.toContain('of-last-week');
  expect(stdout).toBe('');
  expect(code).toBe(1);
  expect(readdirSync(folder)).toEqual([]);
});

it('says so when Concur is not there, and returns 1', async () => {
  const closed = { CONCUR_BASE_URL: 'http://127.0.0.1:1', CONCUR_ALLOWED_HOSTS: '127.0.0.1' };
  const { code, stderr } = await connect(['--request-token', 'x'], { ...environment, ...closed });
  expect(stderr).toMatch(/Nothing was stored; try again/);
  expect(code).toBe(1);
  expect(existsSync(join(folder, 'bridge.db'))).toBe(false);
});

it('refuses a token of another company, and stores nothing', async () => {
  const { server, url } = await concurOf(SOMEBODY_ELSE);
  const env = { ...environment, CONCUR_BASE_URL: url, CONCUR_ALLOWED_HOSTS: '127.0.0.1' };
  const { code, stderr } = await connect(['--request-token', 'x'], env);
  server.close();
  expect(stderr).toContain(`token of the company ${SOMEBODY_ELSE}`);
  expect(stderr).toContain(company.companyId);
  expect(code).toBe(1);
  expect(readdirSync(folder)).toEqual([]);
});

it('refuses a name that is bound to another company, and overwrites nothing', async () => {
  expect((await connect(['--request-token', company.requestToken])).code).toBe(0);
  const before = await stored();
  const { server, url } = await concurOf(SOMEBODY_ELSE);
  const other = { CONCUR_BASE_URL: url, CONCUR_ALLOWED_HOSTS: '127.0.0.1', CONCUR_COMPANY_ID: SOMEBODY_ELSE };
  const { code, stderr } = await connect(['--request-token', 'x'], { ...environment, ...other });
  server.close();
  expect(stderr).toContain(`belongs to the Concur company ${company.companyId}`);
  expect(code).toBe(2);
  expect(await stored()).toEqual(before);
});

it('replaces a credential that another key sealed, and says what that means', async () => {
  expect((await connect(['--request-token', company.requestToken])).code).toBe(0);
  const key = 'cd'.repeat(32);
  const { code, stdout } = await connect(['--request-token', company.requestToken], {
    ...environment,
    BRIDGE_SECRET_KEY: key,
  });
  expect(code).toBe(0);
  expect(stdout).toContain('sealed with another secret key, and is replaced');
  expect(await stored(key)).toMatchObject({ principal: 'company' });
});

it('takes what the configuration lacks from options, and says where it belongs', async () => {
  const { BRIDGE_SECRET_KEY, BRIDGE_DATABASE_URL } = environment;
  writeFileSync(join(folder, 'bridge.yaml'), `connections: { default: { clientId: ${company.clientId} } }`);
  const { code, stdout, stderr } = await connect(
    [
      ...['--base-url', company.baseUrl, '--allowed-host', new URL(company.baseUrl).host],
      ...['--company-id', company.companyId, '--client-secret', company.clientSecret],
      ...['--request-token', company.requestToken],
    ],
    { BRIDGE_SECRET_KEY: String(BRIDGE_SECRET_KEY), BRIDGE_DATABASE_URL: String(BRIDGE_DATABASE_URL) },
  );
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect(await stored()).not.toBeNull();
  expect(stdout).toMatch(/put them into \.\/bridge\.yaml\.$/m);
  for (const [setting, value] of [
    ['baseUrl', company.baseUrl],
    ['allowedHosts', new URL(company.baseUrl).host],
    ['companyId', company.companyId],
    ['clientSecret', 'the secret that you gave'],
  ]) {
    expect(stdout).toMatch(new RegExp(`^connections\\.default\\.${setting} +${value}$`, 'm'));
  }
  expect(stdout).not.toMatch(/CONCUR_|connections\.default\.clientId/);
  expect(stdout).not.toContain(company.clientSecret);
});

it('says beside each setting that is lacking the variable, where there is no file', async () => {
  const { CONCUR_CLIENT_ID: _, ...env } = environment;
  const { code, stdout } = await connect(
    ['--client-id', company.clientId, '--request-token', company.requestToken],
    env,
  );
  expect(code).toBe(0);
  expect(stdout).toMatch(
    new RegExp(`^connections\\.default\\.clientId +CONCUR_CLIENT_ID +${company.clientId}$`, 'm'),
  );
});

it('asks at a terminal what the configuration lacks', async () => {
  const { CONCUR_CLIENT_ID: _, CONCUR_CLIENT_SECRET: __, ...env } = environment;
  const terminal = atTerminal(['connect'], { cwd: folder, env });
  await terminal.type('client id', company.clientId + ENTER);
  await terminal.type('client secret', company.clientSecret + ENTER);
  await terminal.type('company request token', company.requestToken + ENTER);
  const { code, stdout } = await terminal.ended;
  expect(stdout).toContain('Asking Concur for a token');
  expect(stdout).toContain('connections.default.clientId');
  expect(stdout).not.toContain(company.clientSecret);
  expect(stdout).not.toContain(company.requestToken);
  expect(code).toBe(0);
});

it.each([
  [
    'nothing at all',
    [],
    {},
    ['--data-centre or --base-url', '--company-id', '--client-secret', '--request-token'],
  ],
  ['no password', ['--user', 'ada'], null, ['--password']],
  ['a wrong company', ['--company-id', '4711'], {}, ['--company-id must be the UUID']],
  [
    'another client than configured',
    ['--client-id', 'x', '--request-token', 'x'],
    null,
    ['else than --client-id'],
  ],
  ['a wrong address', ['--base-url', 'nowhere', '--request-token', 'x'], null, ['--base-url must be']],
  [
    'a file that is not there',
    ['--config', 'none.yaml', '--request-token', 'x'],
    {},
    ['none.yaml: cannot be read'],
  ],
  ['two grants', ['--user', 'ada', '--request-token', 'x'], null, ['cannot be used with']],
  ['no connection of that name', ['--connection', 'emea', '--request-token', 'x'], null, ['it has: default']],
])('refuses %s, and returns 2', async (_, args, env, named) => {
  const { code, stdout, stderr } = await connect(args, env ?? environment);
  for (const text of named) expect(stderr).toContain(text);
  expect(stdout).toBe('');
  expect(code).toBe(2);
  expect(readdirSync(folder)).toEqual([]);
});

it('needs a secret key, and says how to get one', async () => {
  const { BRIDGE_SECRET_KEY: _, ...env } = environment;
  const { code, stderr } = await connect(['--request-token', company.requestToken], env);
  expect(stderr).toContain('BRIDGE_SECRET_KEY: is missing');
  expect(stderr).toContain('init');
  expect(code).toBe(2);
});

/** A Concur that gives everybody a token of one company. */
async function concurOf(companyId: string): Promise<{ server: Server; url: string }> {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { sub: companyId, 'concur.type': 'company' };
  const answer = {
    access_token: 'access',
    expires_in: '3600',
    token_type: 'Bearer',
    scope: 'user.provision.write',
    refresh_token: 'refresh',
    id_token: `${part({ alg: 'none' })}.${part(claims)}.`,
  };
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { server, url: `http://127.0.0.1:${port}` };
}

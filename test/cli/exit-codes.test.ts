import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { run, start } from './child.ts';

const folder = mkdtempSync(join(tmpdir(), 'bridge-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

const environment = {
  BRIDGE_DATABASE_URL: `sqlite:${join(folder, 'bridge.db')}`,
  BRIDGE_SECRET_KEY: 'ab'.repeat(32),
  CONCUR_BASE_URL: 'https://us2.api.concursolutions.com',
  CONCUR_COMPANY_ID: '3f2504e0-4f89-11d3-9a0c-0305e82c3301',
  CONCUR_CLIENT_ID: 'client',
  CONCUR_CLIENT_SECRET: 'secret',
};

describe('bad usage returns 2 and says why on stderr', () => {
  it.concurrent.each([
    [['no-such-command'], /unknown command/],
    [[], /Usage: concur-scim-bridge/],
    [['serve', '--role', 'none'], /--role.*all, api, worker/],
    [['requests', '--limit', 'many'], /whole number from 1 to 200/],
    [['offboard', 'ada@example.com'], /--reason is required/],
    [['offboard', '--lift', '--reason', 'x', 'ada@example.com'], /--lift takes no --reason/],
    [['retry'], /missing required argument/],
    [['hold', 'release', 'ada@example.com'], /--as/],
    [['hold', 'release', 'ada', 'ben', '--as', 'c-1'], /one person and --as/],
    [['hold', 'release', '--guard', '--as', 'c-1', 'ada'], /exclude each other/],
    [['hold', 'release', '--guard'], /Name people, or give --all/],
    [['hold', 'discard', '--all', 'ada'], /Name people, or give --all/],
    [['token', 'create', ' '], /needs a name/],
    [['status', '--connection', 'other'], /no connection "other"; it has: default/],
    [['status'], /no database at .*bridge\.db\. Start the server/],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await run(args, environment);
    expect(stderr).toMatch(message);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });
});

it('prints every problem of the environment at once, and returns 2', async () => {
  const { code, stderr } = await run(['serve'], { BRIDGE_PORT: 'http', BRIDGE_ADMIN_TOKEN: 'short' });
  const named = stderr.split('\n').flatMap((line) => /^ {2}(\S+): \S/.exec(line)?.[1] ?? []);
  expect(named).toEqual(
    expect.arrayContaining([
      'BRIDGE_PORT',
      'BRIDGE_ADMIN_TOKEN',
      'BRIDGE_SECRET_KEY',
      'CONCUR_BASE_URL',
      'CONCUR_COMPANY_ID',
      'CONCUR_CLIENT_ID',
      'CONCUR_CLIENT_SECRET',
    ]),
  );
  expect(stderr).not.toContain('short');
  expect(code).toBe(2);
});

it('prints every problem of a file at once, and returns 2', async () => {
  const file = join(folder, 'bridge.yaml');
  writeFileSync(file, 'server:\n  prot: 80\nconnections:\n  Upper: {}\n');
  const { code, stderr } = await run(['status', '--config', file], environment);
  expect(stderr).toContain('server.prot: ');
  expect(stderr).toContain('connections.Upper: ');
  expect(stderr).toContain('connections.Upper.clientId: ');
  expect(code).toBe(2);
});

it('refuses to point a connection at another company, in words, and returns 2', async () => {
  expect((await run(['token', 'create', 'okta'], environment)).code).toBe(0);
  const elsewhere = { ...environment, CONCUR_COMPANY_ID: '00000000-4f89-11d3-9a0c-0305e82c3301' };
  const { code, stderr } = await run(['status'], elsewhere);
  expect(stderr).toContain('belongs to the Concur company 3f2504e0');
  expect(code).toBe(2);
});

it('says what to do about a file that is no database, and returns 1', async () => {
  const path = join(folder, 'text.db');
  writeFileSync(path, 'This is a text and no database, and long enough to be told from one. '.repeat(20));
  const { code, stderr } = await run(['status'], { ...environment, BRIDGE_DATABASE_URL: `sqlite:${path}` });
  expect(stderr).toMatch(/no readable SQLite database/);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(code).toBe(1);
});

it('does not take a database for missing that it cannot look at, and returns 1', async () => {
  const path = join(folder, 'loop.db');
  // Unlike a place without rights this stops root as well.
  symlinkSync(path, path);
  const { code, stderr } = await run(['status'], { ...environment, BRIDGE_DATABASE_URL: `sqlite:${path}` });
  expect(stderr).not.toContain('no database');
  expect(stderr).toMatch(/cannot be opened.*BRIDGE_DATABASE_URL/);
  expect(code).toBe(1);
});

it.each([
  ['no folder above its own', 'none/at/all.db'],
  ['a file in the place of its folder', 'file/at/all.db'],
])('says what to do about a database with %s, and returns 1', async (_, path) => {
  writeFileSync(join(folder, 'file'), '');
  const url = `sqlite:${join(folder, path)}`;
  const { code, stderr } = await run(['token', 'create', 'okta'], {
    ...environment,
    BRIDGE_DATABASE_URL: url,
  });
  expect(stderr).toMatch(
    /^The folder of the database, .*\/at, is not there; make it, or set BRIDGE_DATABASE_URL\.\n$/,
  );
  expect(code).toBe(1);
});

it('says that the port is taken, and ends with 1', async () => {
  const holder = createServer();
  const port = await new Promise<number>((resolve) => {
    holder.listen(0, '127.0.0.1', () => {
      const address = holder.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  const refused = start(['serve'], { ...environment, BRIDGE_PORT: String(port) });
  onTestFinished(() => {
    // One that does not end by itself must not outlive the test.
    refused.signal('SIGKILL');
    holder.close();
  });
  const { code, stderr } = await refused.ended;
  expect(stderr).toContain(`The port ${port} is taken`);
  expect(stderr).not.toContain('--port');
  expect(code).toBe(1);
});

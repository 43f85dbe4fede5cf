import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Running, run, start } from './child.ts';

const folder = mkdtempSync(join(tmpdir(), 'bridge-cli-'));
let simulator: Running;
let server: Running;
let url: string;
let environment: Record<string, string>;

// The commands work beside a running server, on its database, as they do in a second terminal.
beforeAll(async () => {
  simulator = start(['simulate', '--port', '0', '--latency', '0']);
  await simulator.line(/Ctrl-C/);
  environment = {
    ...exported(simulator.output()),
    BRIDGE_PORT: '0',
    BRIDGE_DATABASE_URL: `sqlite:${join(folder, 'bridge.db')}`,
  };
  server = start(['serve'], environment);
  const line: unknown = JSON.parse(await server.line(/"listening on/));
  url = String(Object(line).url);
  for (const name of ['ada', 'bob', 'bob.twin', 'cleo']) await create(name);
  await vi.waitFor(
    async () => {
      const { people, states } = await json(['status']);
      expect(states.in_sync).toBe(4);
      expect(people).toBe(4);
    },
    { timeout: 15_000, interval: 200 },
  );
});

afterAll(async () => {
  server.signal('SIGTERM');
  const [ended] = await Promise.all([server.ended, simulator.signal('SIGTERM'), simulator.ended]);
  rmSync(folder, { recursive: true });
  expect(ended.code).toBe(0);
  expect(ended.stdout).toMatch(/"closed"/);
});

it('serves the same person as the admin API', async () => {
  const shown = await json(['status', 'ada@example.com']);
  const answer = await fetch(`${url}/api/v1/users/ada@example.com`, {
    headers: { authorization: `Bearer ${environment.BRIDGE_ADMIN_TOKEN}` },
  });
  expect(shown).toEqual(await answer.json());
  expect(shown).toMatchObject({ state: 'in_sync', applied: { active: true, userName: 'ada@example.com' } });
});

it.each(['ada@example.com', 'N-ada', 'ext-ada'])(
  'finds a person by %s and shows everything in words',
  async (key) => {
    const { code, stdout } = await run(['status', key], environment);
    expect(code).toBe(0);
    expect(stdout).toContain('Desired and in Concur: no difference');
    expect(stdout).toMatch(/correlation id +[0-9a-f-]{36}/);
    expect(stdout).toMatch(/core +success/);
    expect(stdout).toMatch(/scim:\S+ +create/);
    expect(stdout).not.toContain('\u001b');
  },
);

it('lists requests, and shows one with its operations', async () => {
  const { items } = await json(['requests', '--limit', '1']);
  expect(items).toHaveLength(1);
  const one = await json(['requests', items[0].id]);
  expect(one).toEqual(items[0]);
  expect(one.operations[0].results.length).toBeGreaterThan(0);
  const none = await run(['requests', 'no-such-id'], environment);
  expect(none).toMatchObject({ code: 1, stdout: '' });
});

it('offboards until Concur has confirmed it, says so the second time, and lifts it', async () => {
  const offboard = ['offboard', 'cleo@example.com', '--reason', 'Contract ended', '--by', 'Hana'];
  const [first] = await json(offboard);
  expect(first).toMatchObject({
    did: 'offboarded',
    confirmed: true,
    person: { active: true, override: { reason: 'Contract ended', by: 'cli:Hana' } },
  });
  expect(await concurActive('cleo@example.com')).toBe(false);
  const [second] = await json([...offboard.slice(0, 3), 'Another reason']);
  expect(second).toMatchObject({
    did: 'already offboarded',
    confirmed: true,
    person: { override: { reason: 'Contract ended' } },
  });
  const [lifted] = await json(['offboard', '--lift', 'cleo@example.com']);
  expect(lifted).toMatchObject({ did: 'lifted', confirmed: true, person: { override: null } });
  expect(await concurActive('cleo@example.com')).toBe(true);
  const { changes } = await json(['status', 'cleo@example.com']);
  expect(changes.map(({ action, actor }: { action: string; actor: string }) => [action, actor])).toEqual([
    ['lift', expect.stringMatching(/^cli:/)],
    ['override', 'cli:Hana'],
    ['create', expect.stringMatching(/^scim:/)],
  ]);
});

it('does nothing for anybody when one of several people is not certain', async () => {
  const { code, stderr } = await run(
    ['offboard', 'ada@example.com', 'shared@example.com', 'nobody', '--reason', 'Site closed'],
    environment,
  );
  expect(code).toBe(1);
  expect(stderr).toContain('"shared@example.com" means several people');
  expect(stderr).toContain('bob@example.com');
  expect(stderr).toContain('bob.twin@example.com');
  expect(stderr).toContain('"nobody"');
  expect(await json(['status', 'ada@example.com'])).toMatchObject({ override: null });
});

it('makes a person due again', async () => {
  const before = await json(['status', 'ada@example.com']);
  expect(await json(['retry', 'ada@example.com'])).toMatchObject({ id: before.id, state: 'queued' });
  const { changes } = await json(['status', 'ada@example.com']);
  expect(changes[0]).toMatchObject({ action: 'retry' });
});

it('makes a token that opens the door until it is revoked', async () => {
  const { id, token } = await json(['token', 'create', 'okta']);
  const knock = async () => {
    const headers = { authorization: `Bearer ${token}` };
    return (await fetch(`${url}/scim/v2/Users?count=1`, { headers })).status;
  };
  expect(await knock()).toBe(200);
  const listed = await run(['token', 'list', '--json'], environment);
  expect(JSON.parse(listed.stdout).items).toContainEqual(
    expect.objectContaining({ id, name: 'okta', revoked: null }),
  );
  expect(listed.stdout).not.toContain(token);
  expect((await run(['token', 'revoke', id], environment)).code).toBe(0);
  expect(await knock()).toBe(401);
  expect((await run(['token', 'revoke', id], environment)).code).toBe(1);
});

/** What a command prints with `--json`; what it is made of is the test's to know. */
// biome-ignore lint/suspicious/noExplicitAny: the shape is what the tests assert
async function json(args: readonly string[]): Promise<any> {
  const { code, stdout, stderr } = await run([...args, '--json'], environment);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

async function create(name: string): Promise<void> {
  const shared = name.startsWith('bob') ? [{ type: 'home', value: 'shared@example.com' }] : [];
  const answer = await fetch(`${url}/scim/v2/Users`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${environment.BRIDGE_SCIM_TOKEN}`,
      'content-type': 'application/scim+json',
    },
    body: JSON.stringify({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      userName: `${name}@example.com`,
      externalId: `ext-${name}`,
      name: { givenName: name, familyName: 'Example' },
      emails: [{ type: 'work', value: `${name}@example.com` }, ...shared],
      active: true,
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { employeeNumber: `N-${name}` },
    }),
  });
  expect(answer.status).toBe(201);
}

async function concurActive(userName: string): Promise<unknown> {
  const state: unknown = await (await fetch(`${environment.CONCUR_BASE_URL}/simulator/state`)).json();
  const users: readonly { identity: Record<string, unknown> }[] = Object(state).users;
  return users.find(({ identity }) => identity.userName === userName)?.identity.active;
}

function exported(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/^export ([A-Z_]+)='(.*)'$/gm)].map(([, name = '', value = '']) => [name, value]),
  );
}

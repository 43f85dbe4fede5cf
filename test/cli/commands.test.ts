import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { ENTERPRISE } from '../../src/domain/extensions.ts';
import { type Running, run, start } from './child.ts';

const folder = mkdtempSync(join(tmpdir(), 'bridge-cli-'));
const offFile = join(folder, 'off.yaml');
writeFileSync(offFile, 'connections: { default: { delivery: off } }\n');
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
    expect(stdout).toMatch(/^ +userName +ada@example\.com +ada@example\.com +client: userName$/m);
    expect(stdout).toMatch(/^ +enterprise:employeeNumber +N-ada +N-ada +client: enterprise:employeeNumber$/m);
    expect(stdout).toMatch(/^ +enterprise:companyId +\S+ +\S+ +connection: companyId$/m);
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
  const prefix = items[0].id.slice(0, 13);
  expect((await json(['requests', prefix])).id).toBe(one.id);
  const shown = await run(['requests', prefix], environment);
  expect(shown.stdout).toMatch(/^\S+ {2}(user|bulk), \d+ (person|people) /);
  const ofAda = await json(['requests', '--user', 'ada@example.com']);
  expect(ofAda.items.length).toBeGreaterThan(0);
  for (const { operations } of ofAda.items) {
    expect(operations.map(({ userName }: { userName: string }) => userName)).toContain('ada@example.com');
  }
  const none = await run(['requests', 'no-such-id'], environment);
  expect(none).toMatchObject({ code: 1, stdout: '' });
});

it('switches delivery off and on beside the running server, and says how many leavers wait', async () => {
  expect(await run(['delivery'], environment)).toMatchObject({ code: 0, stdout: 'Delivery is on.\n' });
  const off = await run(['delivery', 'off'], environment);
  expect(off.stdout).toContain('nothing is sent to Concur');
  expect(off.stdout).toContain('No leaver waits');
  await server.line(/delivery is switched off/);
  await json(['offboard', 'bob.twin@example.com', '--reason', 'left', '--wait', '0']);
  expect(await json(['delivery', 'status'])).toMatchObject({
    connection: 'default',
    delivery: 'off',
    offBy: 'switch',
    openDeactivations: 1,
  });
  const { stdout } = await run(['status'], environment);
  expect(stdout).toMatch(
    /^Delivery is switched off \(delivery on switches it on\): .*\n1 leaver waits to be deactivated, since /,
  );
  expect(await concurActive('bob.twin@example.com')).toBe(true);
  // Where the configuration says off, the switch alone sends nothing.
  const both = await run(['delivery', 'on'], { ...environment, BRIDGE_CONFIG: offFile });
  expect(both).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/off by .*delivery \(.*off\.yaml:1\)/),
  });
  await vi.waitFor(async () => expect(await concurActive('bob.twin@example.com')).toBe(false), {
    timeout: 15_000,
    interval: 200,
  });
  expect(await json(['delivery'])).toMatchObject({ delivery: 'on', openDeactivations: 0 });
  await json(['offboard', '--lift', 'bob.twin@example.com', '--wait', '30']);
  expect((await run(['delivery', 'maybe'], environment)).code).toBe(2);
});

it('offboards until Concur has confirmed it, says so the second time, and lifts it', async () => {
  const offboard = ['offboard', 'cleo@example.com', '--reason', 'Contract ended', '--by', 'Hana'];
  const one = async (args: readonly string[]) => (await json([...args, '--wait', '30'])).items[0];
  expect(await one(offboard)).toMatchObject({
    did: 'offboarded',
    outcome: 'confirmed',
    message: null,
    person: { active: true, override: { reason: 'Contract ended', by: 'cli:Hana' } },
  });
  expect(await concurActive('cleo@example.com')).toBe(false);
  expect(await one(offboard)).toMatchObject({ did: 'already offboarded', outcome: 'confirmed' });
  expect(await one([...offboard.slice(0, 3), 'Another reason'])).toMatchObject({
    did: 'decision replaced',
    outcome: 'confirmed',
    person: { override: { reason: 'Another reason' } },
  });
  expect(await one(['offboard', '--lift', 'cleo@example.com'])).toMatchObject({
    did: 'lifted',
    outcome: 'confirmed',
    person: { override: null },
  });
  expect(await concurActive('cleo@example.com')).toBe(true);
  const { changes } = await json(['status', 'cleo@example.com']);
  expect(changes.map(({ action, actor }: { action: string; actor: string }) => [action, actor])).toEqual([
    ['lift', expect.stringMatching(/^cli:/)],
    ['override', expect.stringMatching(/^cli:/)],
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

it('shows a deleted person by name, and beside them whoever was hired again', async () => {
  await create('dora');
  const { id } = await json(['status', 'dora@example.com']);
  await scim('DELETE', `/Users/${id}`, 204);
  const gone = await run(['status', 'dora@example.com'], environment);
  expect(gone.stdout).toMatch(/^dora@example\.com .*deleted on \d{4}-/);
  const offboarded = await run(
    ['offboard', 'dora@example.com', '--reason', 'left', '--wait', '30'],
    environment,
  );
  expect(offboarded).toMatchObject({ code: 0, stdout: expect.stringContaining('already deleted') });
  expect(await json(['retry', 'dora@example.com'])).toMatchObject({
    id,
    changes: [{ action: 'retry' }, {}, {}],
  });
  await create('dora');
  const again = await run(['status', 'dora@example.com'], environment);
  expect(again.stdout.split('\n')[0]).not.toContain('deleted');
  expect(again.stdout).toMatch(new RegExp(`earlier record +${id} .*deleted on`));
});

it('never calls confirmed what is held: an admin says who is who, and then it is done', async () => {
  await seed({ userName: 'eli@example.com', employeeNumber: 'other' });
  await create('eli');
  await vi.waitFor(async () => expect((await json(['status'])).states.held).toBe(1), { timeout: 15_000 });
  const { items } = await json(['hold', 'list']);
  expect(items).toMatchObject([
    { userName: 'eli@example.com', candidates: [{ userName: 'eli@example.com', employeeNumber: 'other' }] },
  ]);
  const held = await run(['offboard', 'eli@example.com', '--reason', 'left', '--wait', '0'], environment);
  expect(held.stdout).toContain('an admin must decide which Concur user this is (hold list, hold release)');
  expect(held.stdout).not.toMatch(/\bconfirmed\b/);
  expect(held.code).toBe(1);
  const stranger = await run(['hold', 'release', 'eli@example.com', '--as', 'c-none'], environment);
  expect(stranger).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(items[0].candidates[0].concurId),
  });
  const { concurId } = items[0].candidates[0];
  expect(await json(['hold', 'release', 'eli@example.com', '--as', concurId])).toMatchObject({ concurId });
  const done = await json(['offboard', 'eli@example.com', '--reason', 'left', '--wait', '30']);
  expect(done.items).toMatchObject([{ did: 'already offboarded', outcome: 'confirmed' }]);
  expect(await concurActive('eli@example.com')).toBe(false);
  expect((await run(['hold', 'list'], environment)).stdout).toBe('Nobody is held.\n');
});

it('makes a person due again', async () => {
  const before = await json(['status', 'ada@example.com']);
  expect(await json(['retry', 'ada@example.com'])).toMatchObject({
    id: before.id,
    desired: before.desired,
    requests: before.requests,
  });
  const after = await json(['status', 'ada@example.com']);
  expect(after.changes[0]).toMatchObject({ action: 'retry' });
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
  const namesake = await run(['token', 'create', 'okta'], environment);
  expect(namesake).toMatchObject({ code: 1, stderr: expect.stringContaining('"okta" already') });
  expect(await json(['token', 'revoke', id.slice(0, 8)])).toMatchObject({
    id,
    name: 'okta',
    revoked: expect.any(String),
  });
  // A running server believes a token for some seconds.
  await vi.waitFor(async () => expect(await knock()).toBe(401), { timeout: 10_000, interval: 200 });
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
      [ENTERPRISE]: { employeeNumber: `N-${name}` },
    }),
  });
  expect(answer.status).toBe(201);
}

/** Somebody whom an administrator of Concur once made by hand. */
async function seed({ userName, employeeNumber }: Record<'userName' | 'employeeNumber', string>) {
  const answer = await fetch(`${environment.CONCUR_BASE_URL}/simulator/users`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      userName,
      active: true,
      name: { givenName: 'Made', familyName: 'By Hand' },
      emails: [{ type: 'work', value: userName }],
      [ENTERPRISE]: { companyId: environment.CONCUR_COMPANY_ID, employeeNumber },
    }),
  });
  expect(answer.status).toBe(201);
}

async function scim(method: string, path: string, expected: number): Promise<void> {
  const headers = { authorization: `Bearer ${environment.BRIDGE_SCIM_TOKEN}` };
  expect((await fetch(`${url}/scim/v2${path}`, { method, headers })).status).toBe(expected);
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

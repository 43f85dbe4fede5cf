import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Provisioning } from '../../src/domain/person.ts';
import { bindConnection, openStore } from '../../src/store/store.ts';
import { type Ended, run } from './child.ts';

const COMPANY = 'aa076ada-80a9-4f57-8e98-9300b1c3171d';
const SECRET_KEY = 'ab'.repeat(32);
const folder = mkdtempSync(join(tmpdir(), 'bridge-standing-'));
const config = join(folder, 'bridge.yaml');
const SCOPE = 'userName ne "out@example.com" and not (userName sw "test")';

afterAll(() => rmSync(folder, { recursive: true }));

const candidates = ['c-1', 'c-2'].map((concurId) => ({
  concurId,
  active: true,
  userName: 'amy@example.com',
  externalId: null,
  employeeNumber: null,
}));

/** How far those are who are here. */
const PEOPLE: Readonly<Record<string, Partial<Provisioning>>> = {
  // Outside, and to be deactivated still.
  out: { state: 'queued', concurId: 'c-9', applied: { profile: { active: true }, unknown: [] } },
  // Outside, and done with.
  'test-ada': {
    state: 'unmanaged',
    reason: 'out_of_scope',
    due: null,
    concurId: 'c-8',
    applied: { profile: { active: false, title: 'Clerk' }, unknown: [] },
    owned: ['active', 'title'],
  },
  amy: { state: 'held', reason: 'ambiguous', due: null, candidates },
};

beforeAll(async () => {
  const url = `sqlite:${join(folder, 'bridge.db')}`;
  writeFileSync(
    config,
    `store: { url: "${url}", secretKey: "${SECRET_KEY}" }
connections:
  default:
    baseUrl: https://us2.api.concursolutions.com
    companyId: ${COMPANY}
    clientId: client
    clientSecret: client-secret
    delivery: off
    scope: ${SCOPE}
`,
  );
  const secretKey = Buffer.from(SECRET_KEY, 'hex');
  const store = await openStore({ url, secretKey, clock: Date.now, newId: randomUUID });
  await bindConnection(store, 'default', COMPANY);
  const { directory, provisioning } = store.connection('default');
  for (const [name, update] of Object.entries(PEOPLE)) {
    const [result] = await directory.accept([
      {
        kind: 'create',
        actor: { kind: 'scim', name: 'okta' },
        resource: { userName: `${name}@example.com`, active: true, title: 'Boss' },
      },
    ]);
    const id = result?.kind === 'written' ? result.record.person.id : '';
    await provisioning.commit({ people: [id], decide: async () => update }, Date.now());
  }
  await store.close();
});

function bridge(...args: string[]): Promise<Ended> {
  return run(['--config', config, ...args]);
}

it('a deactivation for the scope is said to come from the scope, with its place', async () => {
  const { stdout } = await bridge('status', 'out@example.com');
  expect(stdout).toMatch(/≠ +active +false +true +outside the scope: connections\.default\.scope \(.*:9\)/);
  expect(stdout).not.toContain('client: active');
});

it('of somebody for whom nothing is sent no difference is shown, but the filter', async () => {
  const { stdout } = await bridge('status', 'test-ada@example.com');
  expect(stdout).toContain(
    `Desired and in Concur: nothing is sent\n  Outside the scope of this connection (${SCOPE})\n`,
  );
  expect(stdout).not.toMatch(/Clerk|≠/);
  expect((await bridge('status', 'test-ada@example.com', '--all')).stdout).toMatch(/title +Clerk/);
  const report = JSON.parse((await bridge('status', 'test-ada@example.com', '--json')).stdout);
  expect(report).toMatchObject({ outside: 'deactivate', difference: { set: {}, remove: [] } });
});

it('of whom Concur may have several, the next step is named', async () => {
  const hint = 'hold release amy@example.com --as ID';
  expect((await bridge('hold', 'list')).stdout).toContain(hint);
  expect((await bridge('status', 'amy@example.com')).stdout).toContain(hint);
});

it('a retry promises nothing to somebody outside the scope', async () => {
  expect((await bridge('retry', 'test-ada@example.com')).stdout).toMatch(/^test-ada@.* outside the scope/);
});

it('delivery: off in the file is told from the switch, which alone stops a server that did not read it', async () => {
  const unread =
    /^Delivery is off by the configuration, connections\.default\.delivery \(.*:8\).*\n.*reload it/;
  expect((await bridge('delivery')).stdout).toMatch(unread);
  expect((await bridge('status')).stdout).toMatch(unread);
  const { stdout } = await bridge('delivery', 'off');
  expect(stdout).toMatch(/^The switch is off\.\nDelivery is off by the configuration.*, and that is off too/);
  expect(stdout).not.toContain('reload it');
});

it('a request is not looked for by less than four characters', async () => {
  const { stderr, code } = await bridge('requests', 'zz');
  expect([code, stderr]).toEqual([2, '"zz" is too short: give at least 4 characters of an id.\n']);
});

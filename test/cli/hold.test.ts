import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { bindConnection, openStore } from '../../src/store/store.ts';
import { type Ended, run } from './child.ts';

const COMPANY = 'aa076ada-80a9-4f57-8e98-9300b1c3171d';
const SECRET_KEY = 'ab'.repeat(32);
const ROLES = 'urn:ietf:params:scim:schemas:extension:spend:2.0:Role:roles';
const folder = mkdtempSync(join(tmpdir(), 'bridge-hold-'));
let environment: Record<string, string>;
let databases = 0;

afterAll(() => rmSync(folder, { recursive: true }));

/** Ada and Ben are held by the guard, Eve is not. */
beforeEach(async () => {
  databases += 1;
  const url = `sqlite:${join(folder, `bridge${databases}.db`)}`;
  const secretKey = Buffer.from(SECRET_KEY, 'hex');
  const store = await openStore({ url, secretKey, clock: Date.now, newId: randomUUID });
  await bindConnection(store, 'default', COMPANY);
  const { directory, provisioning } = store.connection('default');
  const names = ['ada', 'ben', 'eve'];
  const results = await directory.accept(
    names.map((name) => ({
      kind: 'create',
      actor: { kind: 'scim', name: 'okta' },
      resource: { userName: `${name}@example.com`, active: name !== 'ada' },
    })),
  );
  const ids = results.map((result) => (result.kind === 'written' ? result.record.person.id : ''));
  const loss = { state: 'held', at: Date.now(), why: '100 people have lost access' } as const;
  const losses = [{ active: loss }, { 'entitlements[Travel]': loss, [`${ROLES}[EXP_USER].roleName`]: loss }];
  for (const [index, id] of ids.entries()) {
    const held = losses[index];
    await provisioning.commit(
      {
        people: [id],
        decide: async () => ({
          concurId: `c-${index}`,
          applied: { profile: { active: true }, unknown: [] },
          due: null,
          ...(held === undefined
            ? { state: 'in_sync' }
            : { state: 'held', reason: 'guard', losses: held, lastError: 'Held by the guard' }),
        }),
      },
      Date.now(),
    );
  }
  await store.close();
  environment = {
    BRIDGE_DATABASE_URL: url,
    BRIDGE_SECRET_KEY: SECRET_KEY,
    CONCUR_BASE_URL: 'https://us2.api.concursolutions.com',
    CONCUR_COMPANY_ID: COMPANY,
    CONCUR_CLIENT_ID: 'client',
    CONCUR_CLIENT_SECRET: 'client-secret',
  };
});

function hold(...args: string[]): Promise<Ended> {
  return run(['hold', ...args], environment);
}

it('lists what everybody would lose, and status begins with what to do', async () => {
  const { stdout, code } = await hold('list');
  expect(stdout).toBe(
    'ada@example.com  Held by the guard\n  would lose: all access\n\n' +
      'ben@example.com  Held by the guard\n  would lose: the entitlement Travel, the role EXP_USER\n',
  );
  expect(code).toBe(0);
  const { items } = JSON.parse((await hold('list', '--json')).stdout);
  expect(items).toMatchObject([{ reason: 'guard', wouldLose: ['active'] }, { reason: 'guard' }]);
  const status = await run(['status'], environment);
  expect(status.stdout).toMatch(
    /^The deactivation guard holds 2 people who were to lose access: hold release --guard --all takes it away, hold discard --all leaves it/,
  );
  expect(status.stdout).toMatch(/deactivations confirmed in 24 h +0\n/);
});

it('releases one person, and then everybody', async () => {
  const one = await hold('release', '--guard', 'ada@example.com', '--json');
  expect(JSON.parse(one.stdout)).toEqual({ released: 1 });
  const all = await hold('release', '--guard', '--all', '--reason', 'site closed');
  expect(all).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Released: 1 person; /) });
  expect((await hold('list')).stdout).toBe('Nobody is held.\n');
  const { changes, lane, state } = JSON.parse(
    (await run(['status', 'ben@example.com', '--json'], environment)).stdout,
  );
  expect([state, lane]).toEqual(['queued', 'update']);
  expect(changes[0]).toMatchObject({ action: 'release', reason: 'site closed' });
  expect(changes[0].actor).toMatch(/^cli:/);
  const ada = JSON.parse((await run(['status', 'ada@example.com', '--json'], environment)).stdout);
  expect(ada.lane).toBe('deactivation');
});

it('discards people by name, all of them or nobody', async () => {
  const wrong = await hold('discard', 'ada@example.com', 'eve@example.com');
  expect(wrong).toMatchObject({ code: 1, stdout: '' });
  expect(wrong.stderr).toContain('The guard holds nothing of eve@example.com.');
  expect(JSON.parse((await hold('list', '--json')).stdout).items).toHaveLength(2);
  const done = await hold('discard', 'ada@example.com', 'ben@example.com', '--reason', 'a mistake');
  expect(done).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Discarded: 2 people; /) });
  expect(JSON.parse((await hold('discard', '--all', '--json')).stdout)).toEqual({ discarded: 0 });
});

it('says so when the guard holds nobody, and nobody is decided about', async () => {
  await hold('release', '--guard', '--all');
  for (const verdict of [['release', '--guard'], ['discard']]) {
    const again = await hold(...verdict, '--all');
    expect(again).toMatchObject({ code: 0, stdout: 'Nobody is held by the guard.\n' });
  }
});

it('a retry promises nothing about what the guard holds, or an admin discarded', async () => {
  const retry = async (name: string) => (await run(['retry', `${name}@example.com`], environment)).stdout;
  const held = 'A retry changes nothing about what the deactivation guard holds of';
  expect(await retry('ada')).toBe(
    `${held} ada@example.com: hold release --guard ada@example.com takes the access away, hold discard ada@example.com leaves it.\n`,
  );
  expect(await retry('ben')).toMatch(
    new RegExp(`^${held} ben@.*\nEverything else is due again; the running server sends it.\n$`),
  );
  expect(await retry('eve')).toBe('eve@example.com is due again; the running server sends it.\n');
  await hold('discard', 'ada@example.com');
  expect(await retry('ada')).toMatch(/^A retry changes nothing about the loss of access of ada@.* discarded/);
});

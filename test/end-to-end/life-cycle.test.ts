import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { ADMIN_TOKEN, BridgeProcess } from './bridge-process.ts';
import { type Account, Entra, Okta } from './identity-providers.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const SPEND = 'urn:ietf:params:scim:schemas:extension:spend:2.0:User';

const PATIENCE = { timeout: 60_000, interval: 100 };

let simulator: Simulator;
let bridge: BridgeProcess;

beforeEach(async () => {
  simulator = await startSimulator({ pollInterval: 200, latency: { identity: 50, extensions: 100 } });
  // A quarter of a small company leaves within a minute.
  bridge = await BridgeProcess.prepare(simulator, { connection: { deactivationGuard: 'off' } });
  await bridge.start();
});

afterEach(async () => {
  await bridge.dispose();
  await simulator.close();
});

function people(source: string, count: number): Account[] {
  return Array.from({ length: count }, (_, index) => ({
    userName: `${source}.${index}@example.com`,
    givenName: 'Pat',
    familyName: `Number ${index}`,
    employeeNumber: `${source}-${1000 + index}`,
    country: index % 2 === 0 ? 'US' : 'DE',
  }));
}

async function api<Body>(path: string): Promise<Body> {
  const answer = await fetch(`${bridge.url}/api/v1${path}`, {
    headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
  });
  if (!answer.ok) throw new Error(`${path} was answered with ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as Body;
}

async function everybodyRests(): Promise<void> {
  await vi.waitFor(async () => {
    const { states } = await api<{ states: Record<string, number> }>('/summary');
    const { items } = await api<{ items: readonly Queued[] }>('/users?state=queued&limit=200');
    const moving = (states.sending ?? 0) + (states.processing ?? 0);
    expect(moving + items.filter((one) => !isWatched(one)).length, JSON.stringify(states)).toBe(0);
  }, PATIENCE);
}

interface Queued {
  readonly active: boolean;
  readonly reason: string | null;
  readonly concurId: string | null;
}

/** A leaver whose create was lost is looked for until Concur can no longer carry it out: for minutes. */
function isWatched({ active, reason, concurId }: Queued): boolean {
  return !active && reason === 'outcome_unknown' && concurId === null;
}

/** Everyone whom Concur holds, by userName; fails when somebody is there twice. */
function inConcur() {
  const users = [...simulator.state.users.values()];
  const byName = new Map(users.map((user) => [String(user.identity.userName), user]));
  expect(byName.size).toBe(users.length);
  return byName;
}

describe('people pushed by two identity providers', () => {
  it('end in Concur exactly as asked for, through changes, leaving and coming back', async () => {
    const okta = new Okta(bridge.url);
    const entra = new Entra(bridge.url);
    const [anna, ben] = await Promise.all(people('okta', 2).map((one) => okta.assign(one)));
    const [carl, dora, manager] = people('entra', 3);
    if (!anna || !ben || !carl || !dora || !manager) throw new Error('Everybody is needed');
    const carlId = await entra.assign(carl);
    const doraId = await entra.assign(dora);
    await everybodyRests();
    expect(inConcur().size).toBe(4);

    await okta.push(anna, (user) => {
      user.title = 'Director';
    });
    await okta.deactivate(ben);
    const managerId = await entra.assign(manager);
    await entra.setManager(carlId, managerId);
    expect(await entra.delete(doraId)).toBe(204);
    expect(await entra.delete(doraId)).toBe(404);
    await everybodyRests();

    const after = inConcur();
    expect(after.get('okta.0@example.com')?.identity).toMatchObject({ title: 'Director', active: true });
    expect(after.get('okta.1@example.com')?.identity).toMatchObject({ active: false });
    expect(after.get('entra.1@example.com')?.identity).toMatchObject({ active: false });
    const reference = after.get('entra.2@example.com')?.id;
    expect(after.get('entra.0@example.com')?.identity).toMatchObject({
      [ENTERPRISE]: { manager: { value: reference } },
    });
    expect(after.get('entra.0@example.com')?.spend).toMatchObject({
      [SPEND]: { country: 'US', reimbursementCurrency: 'USD' },
    });

    const doraInConcur = after.get('entra.1@example.com')?.id;
    const rehired = await entra.assign({ ...dora, title: 'Back again' });
    expect(rehired).not.toBe(doraId);
    await okta.reactivate(ben);
    await everybodyRests();
    const back = inConcur();
    expect(back.size).toBe(5);
    expect(back.get('entra.1@example.com')).toMatchObject({
      id: doraInConcur,
      identity: { active: true, title: 'Back again' },
    });
    expect(back.get('okta.1@example.com')?.identity).toMatchObject({ active: true });
    expect(simulator.violations).toEqual([]);
    const states = (await api<{ states: Record<string, number> }>('/summary')).states;
    expect(states).toMatchObject({ failed: 0, partial: 0, held: 0 });
  });

  it('are neither lost nor doubled when the program is killed again and again', async () => {
    const okta = new Okta(bridge.url);
    const entra = new Entra(bridge.url);
    const fromOkta = people('okta', 60);
    const fromEntra = people('entra', 60);
    for (const part of [0, 1, 2]) {
      const slice = <Item>(all: Item[]): Item[] => all.slice(part * 20, part * 20 + 20);
      const ids = await Promise.all(slice(fromOkta).map((one) => okta.assign(one)));
      await Promise.all(slice(fromEntra).map((one) => entra.assign(one)));
      await Promise.all(ids.slice(0, 5).map((id) => okta.deactivate(id)));
      const seen = simulator.requests.length;
      await vi.waitFor(() => expect(simulator.requests.length).toBeGreaterThan(seen + part), PATIENCE);
      await bridge.kill();
      await bridge.start();
    }
    await everybodyRests();

    const users = [...inConcur().values()].map(({ identity }) => identity);
    const names = (active: boolean) =>
      users.filter((user) => user.active === active).map(({ userName }) => String(userName));
    const leavers = fromOkta.filter((_, index) => index % 20 < 5).map(({ userName }) => userName);
    const staying = [...fromOkta, ...fromEntra].map(({ userName }) => userName);
    expect(names(true).sort()).toEqual(staying.filter((name) => !leavers.includes(name)).sort());
    // Who left before Concur had them is not created there.
    expect(leavers).toEqual(expect.arrayContaining(names(false)));
    for (const user of inConcur().values()) {
      if (user.identity.active !== true) continue;
      expect(user.spend[SPEND], String(user.identity.userName)).toMatchObject({ locale: expect.any(String) });
    }
    expect(simulator.violations).toEqual([]);
  }, 120_000);

  it('stay out once an admin offboards them, whatever the identity provider writes, until it is lifted', async () => {
    const okta = new Okta(bridge.url);
    const [account] = people('okta', 1);
    if (account === undefined) throw new Error('Somebody is needed');
    const id = await okta.assign(account);
    await everybodyRests();

    const offboarded = await bridge.run('offboard', account.userName, '--reason', 'left today');
    expect(offboarded).toMatchObject({ code: 0 });
    const active = () => inConcur().get(account.userName)?.identity.active;
    await vi.waitFor(() => expect(active()).toBe(false), PATIENCE);
    await okta.push(id, (user) => {
      user.active = true;
      user.title = 'Still here?';
    });
    await everybodyRests();
    expect(inConcur().get(account.userName)?.identity).toMatchObject({ active: false, title: 'Still here?' });

    expect(await bridge.run('offboard', '--lift', account.userName)).toMatchObject({ code: 0 });
    await vi.waitFor(() => expect(active()).toBe(true), PATIENCE);
    expect(await bridge.stop()).toBe(0);
  });

  it('are known to be open when the program stops in the middle of a call that Concur does not answer', async () => {
    const okta = new Okta(bridge.url);
    const [account] = people('okta', 1);
    if (account === undefined) throw new Error('Somebody is needed');
    simulator.faults.add({ kind: 'hang', match: { method: 'POST', path: /v4\/Users$/ } });
    await okta.assign(account);
    await vi.waitFor(() => expect(simulator.requests.at(-1)?.path).toMatch(/v4\/Users$/), PATIENCE);
    const begun = performance.now();
    expect(await bridge.stop()).toBe(0);
    expect(performance.now() - begun).toBeLessThan(10_000);
    await bridge.start();
    const { items } = await api<{ items: unknown[] }>('/users');
    expect(items).toMatchObject([{ state: 'queued', reason: 'outcome_unknown' }]);
  });
});

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { JsonObject } from '../../src/domain/json.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { resource } from '../worker/harness.ts';
import { ADMIN_TOKEN, BridgeProcess, SCIM_TOKEN } from './bridge-process.ts';

const PATIENCE = { timeout: 60_000, interval: 100 };
const TIMEOUT = 120_000;
const PEOPLE = 60;

let simulator: Simulator;
let bridge: BridgeProcess;

beforeEach(async () => {
  simulator = await startSimulator({ pollInterval: 200 });
  bridge = await BridgeProcess.prepare(simulator);
  await bridge.start();
});

afterEach(async () => {
  await bridge.dispose();
  await simulator.close();
});

function configure(timezone: string, more: JsonObject = {}): Promise<void> {
  return bridge.configure(simulator, { mapping: { defaults: { timezone } }, ...more });
}

async function states(): Promise<Record<string, number>> {
  const answer = await fetch(`${bridge.url}/api/v1/summary`, {
    headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
  });
  return ((await answer.json()) as { states: Record<string, number> }).states;
}

/** Resolves when everybody is in sync, and Concur holds this time zone for them. */
async function everybodyIsIn(timezone: string): Promise<void> {
  await vi.waitFor(async () => {
    const users = [...simulator.state.users.values()];
    expect(users.filter(({ identity }) => identity.timezone === timezone)).toHaveLength(PEOPLE);
    expect((await states()).in_sync).toBe(PEOPLE);
  }, PATIENCE);
}

it('SIGHUP makes a running server read its configuration again, and a kill loses nobody', {
  timeout: TIMEOUT,
}, async () => {
  for (let number = 0; number < PEOPLE; number++) {
    const created = await fetch(`${bridge.url}/scim/v2/Users`, {
      method: 'POST',
      headers: { authorization: `Bearer ${SCIM_TOKEN}`, 'content-type': 'application/scim+json' },
      body: JSON.stringify(resource(`person${number}`)),
    });
    expect(created.status).toBe(201);
  }
  await vi.waitFor(async () => expect((await states()).in_sync).toBe(PEOPLE), PATIENCE);

  await configure('Europe/Berlin');
  bridge.reload();
  await everybodyIsIn('Europe/Berlin');

  await configure('Europe/Paris', { validation: 'perhaps' });
  bridge.reload();
  await vi.waitFor(() => expect(bridge.output).toContain('connections.default.validation'), PATIENCE);
  const line = bridge.output.split('\n').find((one) => one.includes('connections.default.validation'));
  expect(JSON.parse(line ?? '')).toMatchObject({ level: 50 });
  await configure('Europe/Paris', { clientSecret: 'another' });
  bridge.reload();
  await vi.waitFor(() => expect(bridge.output).toContain('connections.default.clientSecret'), PATIENCE);
  await everybodyIsIn('Europe/Berlin');

  // Wherever the process was, the next start goes on; and one that comes after that finds nothing to do.
  await configure('Europe/London');
  bridge.reload();
  await vi.waitFor(async () => {
    const changed = [...simulator.state.users.values()].filter(
      ({ identity }) => identity.timezone === 'Europe/London',
    );
    expect(changed.length).toBeGreaterThan(0);
  }, PATIENCE);
  await bridge.kill();
  await bridge.start();
  await everybodyIsIn('Europe/London');
  const users = [...simulator.state.users.values()];
  expect(users).toHaveLength(PEOPLE);
  const before = simulator.requests.length;
  expect(await bridge.stop()).toBe(0);
  await bridge.start();
  await everybodyIsIn('Europe/London');
  const since = simulator.requests.slice(before).filter(({ path }) => /Users|Bulk/.test(path));
  expect(since).toEqual([]);
  expect(simulator.violations).toEqual([]);
});

import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, onTestFinished, test, vi } from 'vitest';
import { stringify } from 'yaml';
import { loadConfiguration } from '../../src/config/configuration.ts';
import { environmentFor } from '../../src/demo/environment.ts';
import { examine } from '../../src/doctor/doctor.ts';
import { SPEND } from '../../src/domain/extensions.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { startBridge } from '../../src/main.ts';
import { compileMapping } from '../../src/mapping/configured/compile.ts';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { learnedSchemas } from '../../src/store/schemas.ts';

const PATIENCE = { timeout: 15_000, interval: 20 };

test('an attribute that only Concur knows is refused before it was learned, then mapped and delivered', async () => {
  const simulator = await startSimulator({
    pollInterval: 20,
    company: {
      newerSchemas: {
        attributes: { [SPEND]: { costObject: { type: 'string' } } },
        canonicalValues: { [`${SPEND}:reimbursementType`]: ['NEW_PAY'] },
        calledRequired: [`${SPEND}:ledgerCode`],
      },
    },
  });
  const folder = mkdtempSync(join(tmpdir(), 'bridge-newer-'));
  onTestFinished(async () => {
    await simulator.close();
    rmSync(folder, { recursive: true });
  });
  const url = `sqlite:${join(folder, 'bridge.db')}`;
  const env = { ...environmentFor(simulator), BRIDGE_PORT: '0', BRIDGE_DATABASE_URL: url };
  const { BRIDGE_SCIM_TOKEN } = env;
  const load = (attributes: JsonObject) =>
    loadConfiguration({
      env,
      configFile: 'bridge.yaml',
      readFile: () =>
        stringify({ connections: { default: { polling: { interval: '5s' }, mapping: { attributes } } } }),
      compileMapping,
      learnedSchemas,
    });
  const problems = (attributes: JsonObject) => {
    const loaded = load(attributes);
    return loaded.kind === 'ok' ? [] : loaded.problems.map(({ path, message }) => `${path} ${message}`);
  };
  const start = async (attributes: JsonObject) => {
    const loaded = load(attributes);
    if (loaded.kind !== 'ok') throw new Error(JSON.stringify(loaded.problems));
    return await startBridge(loaded.configuration, 'all', pino({ enabled: false }));
  };

  const mapped = { 'spend:costObject': 'title', 'spend:reimbursementType': { value: 'NEW_PAY' } };
  expect(problems(mapped)).toEqual([
    expect.stringMatching(/costObject \(bridge\.yaml:\d+\) is no attribute .*were not read yet/),
    expect.stringMatching(/must be one of ACCOUNTS_PAYABLE/),
  ]);
  const first = await start({});
  await vi.waitFor(() => expect(learnedSchemas(url, 'default')).not.toBeNull(), PATIENCE);
  await first.close();

  expect(problems({ 'spend:costSubject': 'title' })).toEqual([
    expect.stringMatching(/costSubject \(bridge\.yaml:\d+\) is no attribute .*do not have it either/),
  ]);
  const bridge = await start(mapped);
  onTestFinished(() => bridge.close());
  const headers = { authorization: `Bearer ${BRIDGE_SCIM_TOKEN}`, 'content-type': 'application/scim+json' };
  const ada = {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    userName: 'ada@example.com',
    name: { givenName: 'Ada', familyName: 'Lovelace' },
    emails: [{ type: 'work', value: 'ada@example.com' }],
    title: 'CO-1',
    preferredLanguage: 'en-US',
    addresses: [{ type: 'work', country: 'US' }],
    entitlements: [{ value: 'Expense' }],
  };
  const created = await fetch(`${bridge.url}/scim/v2/Users`, {
    method: 'POST',
    headers,
    body: JSON.stringify(ada),
  });
  expect(created.status).toBe(201);
  await vi.waitFor(() => {
    const held = simulator.state.find('ada@example.com')?.spend[SPEND];
    expect(held).toMatchObject({ costObject: 'CO-1', reimbursementType: 'NEW_PAY' });
  }, PATIENCE);
  await vi.waitFor(async () => {
    const answer = await fetch(`${bridge.url}/scim/v2/Users`, { headers });
    const { Resources } = (await answer.json()) as { Resources: JsonObject[] };
    expect(JSON.stringify(Resources)).toContain('"state":"in_sync"');
  }, PATIENCE);
  expect(simulator.violations).toEqual([]);

  const surroundings = { clock: Date.now, newId: randomUUID, fetch };
  const checks = await examine(load(mapped), null, surroundings, { begin() {}, end() {} });
  expect(checks.find(({ id }) => id === 'configuration')?.state).toBe('ok');
  expect(checks.find(({ id }) => id === 'schemas')?.found).toContain('spend:costObject');
});

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { CHECKS } from '../../src/doctor/checks.ts';
import { startBridge } from '../../src/main.ts';
import { type Clinic, openClinic, person } from './clinic.ts';

/** Starts the bridge's server alone; returns its port. */
async function serve(clinic: Clinic): Promise<string> {
  const loaded = clinic.loaded();
  if (loaded.kind !== 'ok') throw new Error('The configuration of the test is wrong');
  const bridge = await startBridge(loaded.configuration, 'api', pino({ enabled: false }));
  onTestFinished(() => bridge.close());
  return new URL(bridge.url ?? '').port;
}

it('finds nothing wrong where everything is right, and writes nothing to Concur', async () => {
  const clinic = await openClinic();
  await clinic.add(person('ada'), person('bob'));
  const diagnosis = await clinic.examine({ env: { BRIDGE_PORT: await serve(clinic) } });
  expect(diagnosis.ok).toBe(true);
  expect(diagnosis.checks.map(({ id }) => id)).toEqual(CHECKS.map(({ id }) => id));
  // Concur posts its events to https only, which a test has not.
  expect(diagnosis.in('warning')).toEqual(['events']);
  expect(diagnosis.in('ok')).toHaveLength(CHECKS.length - 1);
  expect(diagnosis.of('mapping').found).toBe('2 of 2 people are whole.');
  const { state, requests, violations } = clinic.simulator;
  expect(state.users.size).toBe(0);
  expect(violations).toEqual([]);
  const writes = requests.filter(({ method, path }) => method !== 'GET' && !/token$|\.search$/.test(path));
  expect(writes).toEqual([]);
});

it('keeps the token that Concur gives out, so that it may be asked again', async () => {
  const clinic = await openClinic({ strictRotation: true });
  expect((await clinic.examine()).ok).toBe(true);
  expect((await clinic.examine()).ok).toBe(true);
});

it('makes no database where there is no token to keep', async () => {
  const clinic = await openClinic();
  const diagnosis = await clinic.examine({ env: { CONCUR_REFRESH_TOKEN: '' } });
  expect(diagnosis.of('database').state).toBe('ok');
  expect(existsSync(join(clinic.folder, 'bridge.db'))).toBe(false);
});

it('shows no secret, whatever it finds', async () => {
  const clinic = await openClinic();
  const port = await serve(clinic);
  const diagnoses = [
    await clinic.examine({ env: { BRIDGE_PORT: port } }),
    await clinic.examine({
      env: { CONCUR_CLIENT_SECRET: 'wrong-secret', BRIDGE_SCIM_TOKEN: 'another-scim-token' },
    }),
    await clinic.examine({
      env: { BRIDGE_SECRET_KEY: 'short-secret-key', BRIDGE_ADMIN_TOKEN: 'short-token' },
    }),
  ];
  const {
    CONCUR_REFRESH_TOKEN,
    CONCUR_CLIENT_SECRET,
    BRIDGE_SECRET_KEY,
    BRIDGE_SCIM_TOKEN,
    BRIDGE_ADMIN_TOKEN,
  } = clinic.env;
  const { tokens } = clinic.simulator.state;
  const secrets = [
    ...[CONCUR_REFRESH_TOKEN, CONCUR_CLIENT_SECRET, BRIDGE_SECRET_KEY, BRIDGE_SCIM_TOKEN, BRIDGE_ADMIN_TOKEN],
    ...['wrong-secret', 'another-scim-token', 'short-secret-key', 'short-token'],
    ...tokens.access.keys(),
    ...tokens.refresh.keys(),
  ];
  expect(tokens.access.size).toBeGreaterThan(0);
  const said = JSON.stringify(diagnoses.map(({ checks }) => checks));
  expect(secrets.filter((secret) => secret !== undefined && said.includes(secret))).toEqual([]);
});

it('looks at every connection by itself, or at the one that is asked for', async () => {
  const clinic = await openClinic();
  const { url, company } = clinic.simulator;
  const right = {
    baseUrl: url,
    companyId: company.id,
    clientId: company.clientId,
    clientSecret: company.clientSecret,
    refreshToken: company.refreshToken,
    allowedHosts: [new URL(url).host],
  };
  const file = { connections: { default: right, emea: { ...right, clientSecret: 'wrong' } } };
  const both = await clinic.examine({ file });
  expect(both.checks.filter(({ state }) => state === 'failed')).toMatchObject([
    { id: 'token', connection: 'emea' },
  ]);
  expect(both.checks.filter(({ id }) => id === 'scopes')).toMatchObject([
    { connection: 'default', state: 'ok' },
    { connection: 'emea', state: 'skipped' },
  ]);
  expect(both.checks.filter(({ connection }) => connection === null).map(({ id }) => id)).toEqual([
    'configuration',
    'database-file',
    'disk-space',
    'database',
  ]);
  const one = await clinic.examine({ file, only: 'default' });
  expect(one.ok).toBe(true);
  expect(one.checks.some(({ connection }) => connection === 'emea')).toBe(false);
});

import { randomUUID } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createProbe } from '../../src/concur/probe.ts';
import type { Credential } from '../../src/domain/credential.ts';
import { CORE, SPEND } from '../../src/domain/extensions.ts';
import { type Company, startSimulator } from '../../src/simulator/simulator.ts';
import { client, credential } from './scripted-server.ts';

const start = async (
  company: Partial<Company> = {},
  held: Credential | null = credential('seed-refresh-token'),
) => {
  const simulator = await startSimulator({ company });
  const { settings, credentials, stored } = client(simulator.url, held === null ? {} : { held });
  const { clientId, clientSecret } = simulator.company;
  const log = { info() {}, warn() {}, error() {} };
  const probe = createProbe({
    settings,
    secrets: { clientId, clientSecret, refreshToken: null },
    credentials,
    clock: Date.now,
    newId: randomUUID,
    log,
  });
  onTestFinished(async () => {
    await probe.close();
    await simulator.close();
  });
  return { simulator, probe, stored };
};

describe('a probe of the token', () => {
  it('tells what Concur gave, which is stored', async () => {
    const { simulator, probe, stored } = await start();
    const found = await probe.token();
    expect(found).toMatchObject({
      kind: 'given',
      credential: { principal: 'company', geolocation: simulator.url, scopes: simulator.company.scopes },
      granted: { writeApi: 'provisioning' },
    });
    expect(stored.at(-1)).toEqual(found.kind === 'given' ? found.credential : null);
    expect(stored.at(-1)?.refreshToken).not.toBe('seed-refresh-token');
  });

  it("tells whose it is when it is no company's", async () => {
    const { probe } = await start({ refreshTokenOf: 'user' });
    expect(await probe.token()).toMatchObject({ kind: 'given', credential: { principal: 'user' } });
  });

  it('explains a refusal', async () => {
    const { simulator, probe } = await start();
    simulator.state.tokens.revoke('refresh');
    expect(await probe.token()).toMatchObject({
      kind: 'refused',
      code: 108,
      passing: false,
      httpStatus: 400,
      remedy: expect.stringContaining('company request token'),
    });
  });

  it('has words for a base URL that is not allowed', async () => {
    const { simulator, probe } = await start({ geolocation: 'https://evil.example' });
    expect(await probe.token()).toMatchObject({
      kind: 'refused',
      code: null,
      explanation: expect.stringContaining('allowed hosts'),
    });
    expect(simulator.requests).toHaveLength(1);
  });

  it('tells silence from a refusal', async () => {
    const { simulator, probe } = await start();
    simulator.faults.add({ kind: 'status', status: 500, times: 1 });
    expect(await probe.token()).toMatchObject({ kind: 'unreachable' });
  });

  it('knows that there is no credential', async () => {
    const { simulator, probe } = await start({}, null);
    expect(await probe.token()).toEqual({ kind: 'not connected' });
    expect(simulator.requests).toHaveLength(0);
  });
});

describe('a probe of a service', () => {
  const good = { ok: true, httpStatus: 200, message: null, correlationId: expect.any(String) };

  it('finds everything in order, and changes nothing', async () => {
    const { simulator, probe } = await start();
    for (const api of ['provisioning', 'identity'] as const) {
      expect(await probe.discovery(api)).toEqual(good);
      const { schemas, ...found } = await probe.schemas(api);
      expect(found).toEqual(good);
      expect(schemas?.[CORE]?.map(({ name }) => name)).toContain('userName');
      expect(schemas?.[SPEND] !== undefined).toBe(api === 'provisioning');
    }
    expect(await probe.search()).toEqual(good);
    const paths = simulator.requests.map(({ method, path }) => `${method} ${path}`);
    expect(paths).toEqual([
      'POST /oauth2/v0/token',
      'GET /profile/v4/ServiceProviderConfig',
      'GET /profile/v4/Schemas',
      'GET /profile/identity/v4.1/Schemas',
      'GET /profile/identity/v4.1/ServiceProviderConfig',
      'GET /profile/identity/v4.1/Schemas',
      'POST /profile/identity/v4.1/Users/.search',
    ]);
    expect(simulator.violations).toEqual([]);
  });

  it('says that a data centre does not offer User Provisioning', async () => {
    const { probe } = await start({ provisioningOffered: false });
    expect(await probe.discovery('provisioning')).toMatchObject({
      ok: false,
      httpStatus: 404,
      message: expect.stringContaining('does not offer the User Provisioning Service'),
    });
    expect(await probe.discovery('identity')).toEqual(good);
  });

  it('says that a scope is missing', async () => {
    const { probe } = await start({ scopes: ['user.provision.read'] });
    expect(await probe.discovery('provisioning')).toEqual(good);
    expect(await probe.search()).toMatchObject({
      ok: false,
      httpStatus: 403,
      message: expect.stringContaining('a scope is missing'),
    });
  });

  it("says that the token is no company's", async () => {
    const { probe } = await start({ refreshTokenOf: 'user' });
    expect(await probe.search()).toMatchObject({
      ok: false,
      httpStatus: 403,
      message: expect.stringContaining("not a company's"),
    });
  });

  it('says why there is no token to ask with', async () => {
    const { probe } = await start({}, null);
    expect(await probe.search()).toMatchObject({ ok: false, httpStatus: null, message: expect.any(String) });
  });
});

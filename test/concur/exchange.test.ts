import { randomUUID } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { exchange } from '../../src/concur/exchange.ts';
import type { Grant } from '../../src/concur/grant.ts';
import { createTransport, type HttpRequest, type Sent, type Transport } from '../../src/concur/transport.ts';
import type { JsonValue } from '../../src/domain/json.ts';
import { type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const DAY = 24 * 3_600_000;
const GLZ = 'https://glz.api.concursolutions.com';
const US = 'https://us2.api.concursolutions.com';
const EU = 'https://eu2.api.concursolutions.com';

const simulated = async (options: SimulatorOptions = {}) => {
  const simulator = await startSimulator({ clock: () => NOW, ...options });
  const transport = createTransport({ allowedHosts: ['127.0.0.1'], timeout: 5000, newId: randomUUID });
  onTestFinished(async () => {
    await transport.close();
    await simulator.close();
  });
  const { company, url } = simulator;
  const ask = (grant: Grant, more: { clientId?: string; baseUrl?: string; allowedHosts?: string[] } = {}) => {
    const { clientId, clientSecret } = company;
    const target = { baseUrl: url, allowedHosts: ['127.0.0.1'], clientId, clientSecret, ...more };
    return exchange(grant, target, { transport, clock: () => NOW });
  };
  const requestToken: Grant = {
    kind: 'company request token',
    companyId: company.id,
    requestToken: company.requestToken,
  };
  const password: Grant = { kind: 'user password', ...company.login };
  return { simulator, company, ask, requestToken, password };
};

describe('an exchange', () => {
  it("of a company request token gives a company's credential, twice within its 24 hours", async () => {
    const { simulator, company, ask, requestToken } = await simulated();
    const exchanged = await ask(requestToken);
    expect(exchanged).toMatchObject({
      kind: 'connected',
      companyId: company.id,
      credential: {
        principal: 'company',
        geolocation: simulator.url,
        scopes: company.scopes,
        expiresAt: NOW + 182 * DAY,
        refreshedAt: NOW,
      },
    });
    const refreshToken = exchanged.kind === 'connected' ? exchanged.credential.refreshToken : null;
    expect(simulator.state.tokens.refresh.has(refreshToken ?? '')).toBe(true);
    expect(await ask(requestToken)).toMatchObject({ kind: 'connected' });
    expect(simulator.violations).toEqual([]);
  });

  it("of a sign-in gives a user's", async () => {
    const { ask, password } = await simulated();
    expect(await ask(password)).toMatchObject({
      kind: 'connected',
      companyId: null,
      credential: { principal: 'user' },
    });
  });

  it("of client credentials gives an application's, without a refresh token", async () => {
    const { ask } = await simulated();
    expect(await ask({ kind: 'client credentials' })).toMatchObject({
      kind: 'connected',
      companyId: null,
      credential: { principal: 'application', refreshToken: null, expiresAt: null },
    });
  });

  it('of a refresh token tells whose it is', async () => {
    const { company, ask } = await simulated({ company: { refreshTokenOf: 'user' } });
    const grant: Grant = { kind: 'refresh token', refreshToken: company.refreshToken };
    expect(await ask(grant)).toMatchObject({ kind: 'connected', credential: { principal: 'user' } });
  });

  it('follows to where the company lives', async () => {
    const home = await startSimulator({ clock: () => NOW });
    onTestFinished(() => home.close());
    const { company } = home;
    const { ask } = await simulated({ company: { livesAt: home.url }, sibling: home });
    expect(await ask({ kind: 'refresh token', refreshToken: company.refreshToken })).toMatchObject({
      kind: 'connected',
      credential: { geolocation: home.url },
    });
  });

  it('is refused when the company lives where tokens may not be sent', async () => {
    const { simulator, company, ask } = await simulated({ company: { livesAt: 'https://evil.example' } });
    const grant: Grant = { kind: 'refresh token', refreshToken: company.refreshToken };
    expect(await ask(grant)).toMatchObject({ kind: 'refused', code: 16 });
    expect(simulator.requests).toHaveLength(1);
  });

  it('is refused when Concur names a base URL that tokens may not be sent to', async () => {
    const { ask, requestToken } = await simulated({ company: { geolocation: 'https://evil.example' } });
    expect(await ask(requestToken)).toMatchObject({ kind: 'refused', code: null, passing: false });
  });

  it('is refused when the client may not refresh, since it would end in an hour', async () => {
    const { company, ask, requestToken } = await simulated();
    company.grants = ['password'];
    expect(await ask(requestToken)).toMatchObject({
      kind: 'refused',
      code: null,
      explanation: expect.stringContaining('no refresh token'),
    });
  });

  it('explains a refusal with its code', async () => {
    const { simulator, ask, requestToken } = await simulated();
    simulator.state.tokens.expireRequestToken();
    expect(await ask(requestToken)).toMatchObject({
      kind: 'refused',
      code: 5,
      httpStatus: 400,
      passing: false,
      remedy: expect.stringContaining('24 hours'),
    });
    expect(await ask(requestToken, { clientId: 'nobody' })).toMatchObject({ code: 61, httpStatus: 401 });
    simulator.company.maintenance = true;
    expect(await ask(requestToken)).toMatchObject({ kind: 'refused', code: 134, passing: true });
  });

  it('sends nothing to an address that is not allowed', async () => {
    const { simulator, ask, requestToken } = await simulated();
    const answer = await ask(requestToken, { baseUrl: 'http://evil.example' });
    expect(answer).toMatchObject({ kind: 'refused', code: null, httpStatus: null });
    expect(simulator.requests).toHaveLength(0);
  });

  it('is no refusal when Concur does not serve, or answers with no token', async () => {
    const { simulator, ask, requestToken } = await simulated();
    for (const status of [500, 503, 429]) {
      simulator.faults.add({ kind: 'status', status, times: 1 });
      expect(await ask(requestToken)).toMatchObject({ kind: 'unreachable' });
    }
    simulator.faults.add({ kind: 'malformed', times: 1 });
    expect(await ask(requestToken)).toMatchObject({ kind: 'unreachable' });
    expect(await ask(requestToken, { baseUrl: 'http://127.0.0.1:1' })).toMatchObject({
      kind: 'unreachable',
      message: 'Concur could not be reached',
    });
  });
});

describe("SAP's global landing zone", () => {
  const answered = (status: number, body: JsonValue): Sent => ({
    kind: 'answered',
    status,
    retryAfter: null,
    body,
    correlationId: 'c',
  });
  const given = (geolocation: string) =>
    answered(200, { access_token: 'a', refresh_token: 'r', expires_in: '3600', geolocation });
  const refused = (code: number) => answered(400, { code });
  const silent: Sent = { kind: 'silent', correlationId: 'c' };

  const ask = async (
    answers: Record<string, Sent>,
    baseUrl = US,
    grant: Grant['kind'] = 'company request token',
  ) => {
    const asked: string[] = [];
    const transport: Transport = {
      send: async ({ url }: HttpRequest) => {
        const { origin } = new URL(url);
        asked.push(origin);
        return answers[origin] ?? { kind: 'no-connection', correlationId: 'c' };
      },
      close: async () => {},
      abort: () => {},
    };
    const grants: Record<Grant['kind'], Grant> = {
      'company request token': { kind: 'company request token', companyId: 'c', requestToken: 't' },
      'user password': { kind: 'user password', username: 'u', password: 'p' },
      'client credentials': { kind: 'client credentials' },
      'refresh token': { kind: 'refresh token', refreshToken: 'r' },
    };
    const target = { baseUrl, allowedHosts: [], clientId: 'c', clientSecret: 's' };
    return { asked, answer: await exchange(grants[grant], target, { transport, clock: () => NOW }) };
  };

  it('is asked first, and its answer is enough', async () => {
    const { asked, answer } = await ask({ [GLZ]: given(`${EU}/oauth2/v0/token`) });
    expect(asked).toEqual([GLZ]);
    expect(answer).toMatchObject({ kind: 'connected', credential: { geolocation: EU } });
  });

  it.each([
    ['does not know the client', refused(61)],
    ['refuses for another reason', refused(5)],
    ['is silent', silent],
  ])('gives way to the data centre when it %s', async (_name, first) => {
    const { asked, answer } = await ask({ [GLZ]: first, [US]: given(US) });
    expect(asked).toEqual([GLZ, US]);
    expect(answer.kind).toBe('connected');
  });

  it.each([
    [refused(5), refused(61), 5],
    [refused(61), refused(5), 5],
    [refused(5), silent, 5],
    [silent, refused(5), 5],
    [refused(61), refused(61), 61],
    [refused(5), refused(136), 136],
  ])('of two refusals leaves the one of whoever knows the client: %#', async (first, second, code) => {
    const { answer } = await ask({ [GLZ]: first, [US]: second });
    expect(answer).toMatchObject({ kind: 'refused', code });
  });

  it.each([
    [US, 'user password'],
    [US, 'client credentials'],
    [US, 'refresh token'],
    ['https://cn.api.concurcdc.cn', 'company request token'],
    [GLZ, 'company request token'],
  ] as const)('is not asked besides %s for a %s', async (baseUrl, grant) => {
    const { asked } = await ask({ [baseUrl]: refused(5) }, baseUrl, grant);
    expect(asked).toEqual([baseUrl]);
  });

  it('ends at two data centres that send back and forth', async () => {
    const elsewhere = (geolocation: string) => answered(400, { code: 16, geolocation });
    const { asked, answer } = await ask({ [GLZ]: elsewhere(EU), [EU]: elsewhere(US), [US]: elsewhere(EU) });
    expect(asked.length).toBeLessThan(10);
    expect(answer).toMatchObject({ kind: 'refused', code: 16 });
  });
});

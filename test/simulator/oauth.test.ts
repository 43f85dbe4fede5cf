import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Caller, person, START, startCaller } from './caller.ts';

const HOUR = 3_600_000;
let concur: Caller;
beforeEach(async () => {
  concur = await startCaller();
});
afterEach(() => concur.simulator.close());

const refresh = (token = concur.simulator.company.refreshToken): ReturnType<Caller['token']> =>
  concur.token({ grant_type: 'refresh_token', refresh_token: token });
const withToken = async (token: string, method = 'POST', path = '/profile/v4/Users'): Promise<number> =>
  (
    await concur.call(method, path, method === 'POST' ? person() : undefined, {
      authorization: `Bearer ${token}`,
    })
  ).status;

describe('a grant', () => {
  it('refreshes with a new refresh token each time; the old one stays good', async () => {
    const first = (await refresh()).body;
    expect(first).toMatchObject({
      expires_in: '3600',
      token_type: 'Bearer',
      geolocation: concur.simulator.url,
    });
    expect(first.scope.split(' ')).toContain('user.provision.write');
    expect(first.refresh_expires_in).toBeGreaterThan(START / 1000 + 180 * 24 * 3600);
    const second = (await refresh(first.refresh_token)).body;
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect((await refresh(first.refresh_token)).status).toBe(200);
  });

  it('names another base URI once the company has moved', async () => {
    concur.simulator.company.geolocation = 'http://127.0.0.1:1';
    expect((await refresh()).body.geolocation).toBe('http://127.0.0.1:1');
  });

  it('takes the company request token, as often as wanted, for 24 hours', async () => {
    const { id, requestToken } = concur.simulator.company;
    const form = { grant_type: 'password', credtype: 'authtoken', username: id, password: requestToken };
    for (let turn = 0; turn < 2; turn += 1) {
      const granted = (await concur.token(form)).body;
      expect(await withToken(granted.access_token)).toBe(201);
      expect(granted.refresh_token).toBeDefined();
    }
    concur.advance(24 * HOUR);
    expect((await concur.token(form)).body.code).toBe(5);
  });

  it('gives people and applications tokens that provision nothing', async () => {
    const { login } = concur.simulator.company;
    const user = (await concur.token({ grant_type: 'password', credtype: 'password', ...login })).body;
    const application = (await concur.token({ grant_type: 'client_credentials' })).body;
    expect(application).not.toHaveProperty('refresh_token');
    for (const { access_token } of [user, application]) {
      expect(await withToken(access_token)).toBe(403);
      expect(await withToken(access_token, 'GET', '/profile/identity/v4.1/Users')).toBe(403);
    }
  });

  it.each([
    [
      'a wrong client secret',
      { client_secret: 'wrong', grant_type: 'client_credentials' },
      401,
      64,
      'invalid_client',
    ],
    [
      'an unknown client',
      { client_id: 'unknown', grant_type: 'client_credentials' },
      401,
      61,
      'invalid_client',
    ],
    ['a bad refresh token', { grant_type: 'refresh_token', refresh_token: 'bad' }, 400, 108, 'invalid_grant'],
    ['no refresh token', { grant_type: 'refresh_token' }, 400, 106, 'invalid_request'],
    ['a wrong password', { grant_type: 'password', username: 'a', password: 'b' }, 400, 5, 'invalid_grant'],
    ['an unknown grant', { grant_type: 'magic' }, 400, 60, 'invalid_grant'],
    [
      'an unknown credtype',
      { grant_type: 'password', username: 'a', password: 'b', credtype: 'c' },
      400,
      120,
      'invalid_request',
    ],
    [
      'a scope beyond those granted',
      { grant_type: 'client_credentials', scope: 'world.rule' },
      400,
      54,
      'invalid_scope',
    ],
    ['no grant type', { grant_type: '' }, 400, 65, 'invalid_request'],
    ['no client', { grant_type: 'client_credentials', client_id: '' }, 400, 62, 'invalid_request'],
    ['no client secret', { grant_type: 'client_credentials', client_secret: '' }, 400, 63, 'invalid_request'],
    ['no username', { grant_type: 'password', password: 'b' }, 400, 51, 'invalid_request'],
    ['no password', { grant_type: 'password', username: 'a' }, 400, 52, 'invalid_request'],
    ['no code', { grant_type: 'authorization_code' }, 400, 101, 'invalid_request'],
    [
      'a code without its redirect',
      { grant_type: 'authorization_code', code: 'a' },
      400,
      102,
      'invalid_request',
    ],
    [
      'a code that nobody gave out',
      { grant_type: 'authorization_code', code: 'a', redirect_uri: 'https://bridge.example' },
      400,
      103,
      'invalid_request',
    ],
  ])('is refused for %s', async (_case, form, status, code, error) => {
    const refused = await concur.token(form as Record<string, string>);
    expect(refused.status).toBe(status);
    expect(refused.body).toMatchObject({ code, error, error_description: expect.any(String) });
  });

  it('is refused for a company request token of another company, or another token', async () => {
    const { id, requestToken } = concur.simulator.company;
    const exchange = (username: string, password: string): ReturnType<Caller['token']> =>
      concur.token({ grant_type: 'password', credtype: 'authtoken', username, password });
    expect((await exchange('00000000-0000-4000-8000-000000000000', requestToken)).body.code).toBe(5);
    expect((await exchange(id, 'other')).body.code).toBe(5);
    // Without its credtype it is taken for a person's password.
    expect(
      (await concur.token({ grant_type: 'password', username: id, password: requestToken })).body.code,
    ).toBe(5);
  });

  it.each([5, 53, 59, 105, 123, 136] as const)(
    'is refused with %i where Concur has its reasons',
    async (code) => {
      concur.simulator.company.tokenRefusal = code;
      const refused = await refresh();
      expect(refused.body).toMatchObject({ code, error: expect.any(String) });
      expect(refused.status).toBe(code === 53 || code === 59 ? 403 : 400);
      concur.simulator.company.tokenRefusal = null;
      expect((await refresh()).status).toBe(200);
    },
  );

  it('must be one that the client is allowed', async () => {
    const { company } = concur.simulator;
    company.grants = ['password'];
    expect((await refresh()).body.code).toBe(107);
    expect((await concur.token({ grant_type: 'client_credentials' })).body.code).toBe(60);
    const form = {
      grant_type: 'password',
      credtype: 'authtoken',
      username: company.id,
      password: company.requestToken,
    };
    const connected = await concur.token(form);
    expect(connected.status).toBe(200);
    expect(connected.body).not.toHaveProperty('refresh_token');
  });

  it('says whom it is for', async () => {
    const subject = (idToken: string): unknown =>
      JSON.parse(Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString('utf8')).sub;
    const { id, login } = concur.simulator.company;
    expect(subject((await refresh()).body.id_token)).toBe(id);
    const person = await concur.token({ grant_type: 'password', ...login });
    expect(subject(person.body.id_token)).not.toBe(id);
  });

  it('must be asked for with a form', async () => {
    expect(
      (await concur.call('POST', '/oauth2/v0/token', { grant_type: 'client_credentials' })).body.code,
    ).toBe(135);
  });

  it('may cost the old refresh token where rotation is strict', async () => {
    const strict = await startCaller({ strictRotation: true });
    const { refreshToken } = strict.simulator.company;
    // The caller's own first token has used up the seed.
    expect((await strict.token({ grant_type: 'refresh_token', refresh_token: refreshToken })).body.code).toBe(
      108,
    );
    await strict.simulator.close();
  });

  it('is over for a refresh token after six months', async () => {
    concur.advance(183 * 24 * HOUR);
    expect((await refresh()).body.code).toBe(108);
  });
});

describe('an access token', () => {
  it('is needed, valid for an hour, and revocable', async () => {
    const { access_token } = (await refresh()).body;
    expect(await withToken('never-given-out')).toBe(401);
    expect((await concur.call('GET', '/profile/v4/Schemas', undefined, { authorization: '' })).status).toBe(
      401,
    );
    concur.advance(HOUR - 1);
    expect(await withToken(access_token)).toBe(201);
    const known = concur.simulator.state.tokens.access.get(access_token);
    if (known) known.revoked = true;
    expect(await withToken(access_token)).toBe(403);
    const next = (await refresh()).body.access_token;
    concur.advance(HOUR);
    expect(await withToken(next)).toBe(403);
  });
});

describe('scopes', () => {
  const start = (...without: string[]): Promise<Caller> =>
    startCaller({
      company: { scopes: concur.simulator.company.scopes.filter((scope) => !without.includes(scope)) },
    });

  it.each([
    ['user.provision.write', 'POST', '/profile/v4/Users', 403],
    ['user.provision.write', 'POST', '/profile/v4/Bulk', 403],
    ['user.provision.read', 'GET', '/profile/v4/provisions/x/status', 403],
    ['spend.user.general.read', 'GET', '/profile/spend/v4.1/Users', 403],
    ['identity.user.delete', 'DELETE', '/profile/v4/Users/x', 403],
    ['identity.user.coreenterprise.writeonly', 'POST', '/profile/v4/Users', 403],
  ])('without %s: %s %s', async (scope, method, path, status) => {
    const limited = await start(scope);
    const answer = await limited.call(method, path, method === 'POST' ? person() : undefined);
    await limited.simulator.close();
    expect(answer.status).toBe(status);
  });

  it('may be those of the identity service alone', async () => {
    const limited = await start(
      'user.provision.write',
      'user.provision.read',
      'spend.user.general.writeonly',
    );
    const statuses = [
      (await limited.call('POST', '/profile/v4/Users', person())).status,
      (await limited.call('POST', '/profile/identity/v4.1/Users', person())).status,
    ];
    await limited.simulator.close();
    expect(statuses).toEqual([403, 200]);
  });

  it('guard externalId and verified separately', async () => {
    const limited = await start(
      'identity.user.externalID.writeonly',
      'identity.user.emails.verified.writeonly',
    );
    expect((await limited.call('POST', '/profile/v4/Users', person({ externalId: 'x' }))).status).toBe(403);
    const emails = [{ value: 'a@company.example', type: 'work', verified: true }];
    const created = await limited.call('POST', '/profile/v4/Users', person({ emails }));
    await limited.simulator.close();
    expect(created.status).toBe(201);
    expect(created.body.emails[0].verified).toBe(false);
  });

  it('show only the attributes they read', async () => {
    const limited = await start(
      'identity.user.coresensitive.read',
      'identity.user.enterprise.read',
      'identity.user.ids.read',
    );
    const { id } = limited.simulator.state.seed(person());
    const { body } = await limited.call('GET', `/profile/identity/v4.1/Users/${id}`);
    await limited.simulator.close();
    expect(body).toMatchObject({ id, active: true, name: { givenName: 'Ada' } });
    for (const hidden of [
      'userName',
      'emails',
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
    ]) {
      expect(body).not.toHaveProperty([hidden]);
    }
  });
});

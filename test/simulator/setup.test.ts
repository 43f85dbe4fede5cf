import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { type Answered, type Caller, patch, person, SPEND, START, startCaller } from './caller.ts';

const IDENTITY = '/profile/identity/v4.1';
const SPEND_USER = 'urn:ietf:params:scim:schemas:extension:spend:2.0:User';

let concur: Caller;
beforeEach(async () => {
  concur = await startCaller();
});
afterEach(() => concur.simulator.close());

const refresh = (caller = concur): Promise<Answered> =>
  caller.token({ grant_type: 'refresh_token', refresh_token: caller.simulator.company.refreshToken });
const connect = ({ token, simulator: { company } }: Caller): Promise<Answered> =>
  token({
    grant_type: 'password',
    credtype: 'authtoken',
    username: company.id,
    password: company.requestToken,
  });
const bearer = ({ body }: Answered): Record<string, string> => ({
  authorization: `Bearer ${body.access_token}`,
});
const control = (method: string, path: string, body?: unknown): Promise<Answered> =>
  concur.call(method, `/simulator${path}`, body);
const listUsers = (headers = {}, caller = concur): Promise<Answered> =>
  caller.call('GET', `${IDENTITY}/Users`, undefined, headers);

/** Starts further simulators for one test, and ends them with it. */
async function withCallers(
  starts: Promise<Caller>[],
  run: (...callers: Caller[]) => Promise<void>,
): Promise<void> {
  const callers = await Promise.all(starts);
  try {
    await run(...callers);
  } finally {
    await Promise.all(callers.map(({ simulator }: { simulator: Simulator }) => simulator.close()));
  }
}

describe('a company that lives in another data centre', () => {
  it('is refused here with the way there', async () => {
    const { simulator } = concur;
    await withCallers([startCaller()], async (wrong) => {
      wrong.simulator.company.livesAt = simulator.url;
      const refused = await refresh(wrong);
      expect(refused.status).toBe(400);
      expect(refused.body).toMatchObject({
        code: 16,
        error: 'invalid_request',
        error_description: 'user lives elsewhere',
        geolocation: simulator.url,
      });
      expect((await refresh()).body.geolocation).toBe(simulator.url);
      const { login } = simulator.company;
      expect((await wrong.token({ grant_type: 'password', ...login })).body.code).toBe(16);
      expect((await listUsers({}, wrong)).status).toBe(403);
    });
  });

  it('may be connected at a landing zone, whose tokens are good at home', async () => {
    const home = concur.simulator;
    await withCallers([startCaller({ sibling: home })], async (zone) => {
      zone.simulator.company.livesAt = home.url;
      const connected = await connect(zone);
      expect(connected.body.geolocation).toBe(home.url);
      const again = { grant_type: 'refresh_token', refresh_token: connected.body.refresh_token };
      expect((await zone.token(again)).body.code).toBe(16);
      expect((await concur.token(again)).status).toBe(200);
      expect((await listUsers(bearer(connected))).status).toBe(200);
      expect((await listUsers(bearer(connected), zone)).status).toBe(403);
    });
  });

  it('is not lost when the way leads back to where one is', async () => {
    concur.simulator.company.livesAt = concur.simulator.url;
    expect((await refresh()).status).toBe(200);
  });

  it('is a stranger where the client is not known', async () => {
    const clientId = '00000000-0000-4000-8000-000000000000';
    const { company } = concur.simulator;
    const { clientSecret, refreshToken } = company;
    company.clientId = clientId;
    const form = {
      client_id: '7d1f7b0e-41a5-4a5c-9a53-6a7c8f1d2b10',
      client_secret: clientSecret,
      grant_type: 'refresh_token',
      refresh_token: refreshToken,
    };
    const refused = await concur.token(form);
    expect(refused.status).toBe(401);
    expect(refused.body).toMatchObject({ code: 61, error_description: 'client not found' });
  });

  it('may have no provisioning service there', async () => {
    concur.simulator.company.provisioningOffered = false;
    for (const path of ['/profile/v4/Users', '/provisioning/v4/Bulk']) {
      const answer = await concur.call('POST', path, person());
      expect(answer.status).toBe(404);
      expect(answer.body).not.toHaveProperty('schemas');
    }
    expect((await listUsers()).status).toBe(200);
  });
});

describe('a company under maintenance', () => {
  it('gets no token and no answer until it is over', async () => {
    const before = await refresh();
    await control('PATCH', '/company', { maintenance: true });
    expect(await refresh()).toMatchObject({ status: 400, body: { code: 134 } });
    expect((await connect(concur)).body.code).toBe(134);
    expect((await listUsers(bearer(before))).status).toBe(503);
    await control('PATCH', '/company', { maintenance: false });
    expect((await listUsers(bearer(before))).status).toBe(200);
    expect((await refresh()).status).toBe(200);
  });
});

describe('tokens that are no company tokens', () => {
  it.each([
    ['POST', '/profile/v4/Users'],
    ['POST', '/profile/v4/Bulk'],
    ['GET', '/profile/v4/provisions/x/status'],
    ['GET', '/profile/v4/ServiceProviderConfig'],
    ['GET', `${IDENTITY}/Users`],
    ['POST', `${IDENTITY}/Users`],
    ['POST', `${IDENTITY}/Users/.search`],
    ['GET', `${IDENTITY}/Schemas`],
    ['GET', '/profile/spend/v4.1/Users'],
  ])('are refused for %s %s', async (method, path) => {
    const { login } = concur.simulator.company;
    const user = await concur.token({ grant_type: 'password', ...login });
    const application = await concur.token({ grant_type: 'client_credentials' });
    for (const token of [user, application]) {
      const answer = await concur.call(method, path, method === 'POST' ? person() : undefined, bearer(token));
      expect(answer.status).toBe(403);
      expect(answer.body).toMatchObject({ status: '403', detail: expect.stringContaining('company-level') });
    }
  });

  it('may come from the refresh token that was there from the beginning', async () => {
    await withCallers([startCaller({ company: { refreshTokenOf: 'user' } })], async (personal) => {
      const refreshed = await refresh(personal);
      expect(refreshed.body.scope).toContain('user.provision.write');
      expect((await listUsers({}, personal)).status).toBe(403);
    });
  });
});

describe('while it runs', () => {
  it('takes a scope away, which the next token shows', async () => {
    const { scopes } = concur.simulator.company;
    const old = await refresh();
    const fewer = scopes.filter((scope) => scope !== 'user.provision.write');
    expect((await control('PATCH', '/company', { scopes: fewer })).body.scopes).toEqual(fewer);
    const fresh = await refresh();
    expect(fresh.body.scope.split(' ')).toEqual(fewer);
    const create = (token: Answered): Promise<Answered> =>
      concur.call('POST', '/profile/v4/Users', person(), bearer(token));
    expect((await create(old)).status).toBe(201);
    expect((await create(fresh)).status).toBe(403);
    await control('DELETE', '/tokens/access');
    expect((await create(old)).status).toBe(403);
  });

  it('revokes the refresh tokens and leaves the access tokens their hour', async () => {
    const token = await refresh();
    expect((await control('DELETE', '/tokens/refresh')).status).toBe(204);
    expect((await refresh()).body.code).toBe(108);
    expect((await listUsers(bearer(token))).status).toBe(200);
    const connected = await connect(concur);
    const again = { grant_type: 'refresh_token', refresh_token: connected.body.refresh_token };
    expect((await concur.token(again)).status).toBe(200);
  });

  it('lets the company request token expire, and gives out another', async () => {
    await control('DELETE', '/tokens/request');
    expect((await connect(concur)).body.code).toBe(5);
    const { requestToken } = (await control('POST', '/tokens/request')).body;
    expect(concur.simulator.company.requestToken).toBe(requestToken);
    expect((await connect(concur)).status).toBe(200);
    concur.advance(24 * 3_600_000);
    expect((await connect(concur)).body.code).toBe(5);
  });

  it('moves, takes other secrets, and shows how it is set up', async () => {
    const { clientSecret } = concur.simulator.company;
    const changes = {
      clientSecret: 'rotated',
      geolocation: 'http://127.0.0.1:1',
      grants: ['password', 'client_credentials'],
      tokenRefusal: 123,
    };
    expect((await control('PATCH', '/company', changes)).status).toBe(200);
    expect((await control('GET', '/company')).body).toMatchObject(changes);
    const form = { grant_type: 'client_credentials', client_secret: 'rotated' };
    expect((await concur.token({ ...form, client_secret: clientSecret })).body.code).toBe(64);
    expect((await concur.token(form)).body.code).toBe(123);
    await control('PATCH', '/company', { tokenRefusal: null });
    expect((await concur.token(form)).body.geolocation).toBe('http://127.0.0.1:1');
    await control('PATCH', '/company', { geolocation: null });
    expect((await concur.token(form)).body.geolocation).toBe(concur.simulator.url);
  });

  it.each([
    ['what it does not know', { colour: 'red' }],
    ['a code of no token endpoint', { tokenRefusal: 999 }],
    ['a base URI that is none', { livesAt: 'elsewhere' }],
    ['scopes as text', { scopes: 'user.provision.write' }],
  ])('refuses %s', async (_case, body) => {
    const before = structuredClone(concur.simulator.company);
    expect((await control('PATCH', '/company', body)).status).toBe(400);
    expect(concur.simulator.company).toEqual(before);
  });
});

describe('the Date header', () => {
  const dateOf = ({ headers }: Answered): number => Date.parse(headers.get('date') ?? '');

  it('stands on every answer and may go wrong', async () => {
    const answers = (): Promise<Answered[]> =>
      Promise.all([refresh(), listUsers(), listUsers({ authorization: '' }), concur.call('GET', '/nowhere')]);
    expect((await answers()).map(dateOf)).toEqual([START, START, START, START]);
    const skew = 10 * 60_000;
    expect((await control('PATCH', '/clock', { dateSkew: skew })).status).toBe(200);
    expect((await answers()).map(dateOf)).toEqual(Array(4).fill(START + skew));
    concur.simulator.dateSkew = -skew;
    expect(dateOf(await listUsers())).toBe(START - skew);
    expect((await control('PATCH', '/clock', { dateSkew: 'late' })).status).toBe(400);
  });
});

describe('identity scopes alone', () => {
  it('write and read identity at once, and nothing of spend', async () => {
    const { company } = concur.simulator;
    company.scopes = company.scopes.filter((scope) => scope.startsWith('identity.user.'));
    const headers = bearer(await refresh());
    const call = (method: string, path: string, body?: unknown): Promise<Answered> =>
      concur.call(method, path, body, headers);
    const created = await call('POST', `${IDENTITY}/Users`, person({ externalId: 'x1' }));
    expect(created.status).toBe(200);
    expect(concur.simulator.state.provisions.size).toBe(0);
    const path = `${IDENTITY}/Users/${created.body.id}`;
    const retitled = await call('PATCH', path, patch({ op: 'replace', path: 'title', value: 'Countess' }));
    expect(retitled.body).toMatchObject({ title: 'Countess', externalId: 'x1' });
    const same = await call('POST', `${IDENTITY}/Users`, person({ userName: created.body.userName }));
    expect(same.body).toMatchObject({ status: '400', scimType: 'uniqueness' });
    const withSpend = await call('POST', `${IDENTITY}/Users`, person({}, { [SPEND_USER]: SPEND }));
    expect(withSpend.status).toBe(400);
    expect((await call('POST', '/profile/v4/Users', person())).status).toBe(403);
    expect((await call('GET', '/profile/v4/Schemas')).status).toBe(403);
    expect((await call('GET', `/profile/spend/v4.1/Users/${created.body.id}`)).status).toBe(403);
    expect((await call('GET', `/profile/travel/v4/Users/${created.body.id}`)).status).toBe(403);
  });

  it.each([
    ['identity.user.coreenterprise.writeonly', { title: 'x' }, 'title'],
    ['identity.user.externalID.writeonly', { externalId: 'x' }, 'externalId'],
  ])('without %s refuse what it guards', async (scope, core, name) => {
    const { company, state } = concur.simulator;
    const { id } = state.seed(person());
    company.scopes = company.scopes.filter((granted) => granted !== scope);
    const headers = bearer(await refresh());
    const body = patch({ op: 'replace', value: core });
    const refused = await concur.call('PATCH', `${IDENTITY}/Users/${id}`, body, headers);
    expect(refused.status).toBe(403);
    expect(JSON.stringify(refused.body)).toContain(scope);
    expect(state.find(id)).not.toHaveProperty([name]);
  });
});

describe('a read scope alone', () => {
  const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
  const SAP = 'urn:ietf:params:scim:schemas:extension:sap:2.0:User';
  // v4.scope-mapping.md
  const groups: Record<string, string[]> = {
    'identity.user.ids.read': ['userName', 'externalId'],
    'identity.user.core.read': [
      'active',
      'name',
      'title',
      'nickName',
      'timezone',
      'preferredLanguage',
      'meta',
    ],
    'identity.user.coresensitive.read': ['emails', 'phoneNumbers', 'addresses', 'dateOfBirth'],
    'identity.user.enterprise.read': [ENTERPRISE, 'entitlements'],
    'identity.user.sap.read': [SAP],
  };
  it.each(Object.keys(groups))('%s shows its attributes and no others', async (scope) => {
    const { company, state } = concur.simulator;
    const { id } = state.seed(
      person(
        {
          externalId: 'x1',
          title: 'Countess',
          nickName: 'Ada',
          dateOfBirth: '1815-12-10',
          entitlements: ['Expense'],
          phoneNumbers: [{ type: 'work', value: '1' }],
          addresses: [{ type: 'home', country: 'GB' }],
        },
        { [SAP]: { userUuid: 'u1' } },
      ),
    );
    company.scopes = [scope];
    const headers = bearer(await refresh());
    const everything = Object.values(groups).flat();
    const query = `attributes=${everything.join(',')}`;
    const { body } = await concur.call('GET', `${IDENTITY}/Users/${id}?${query}`, undefined, headers);
    expect(everything.filter((name) => name in body)).toEqual(groups[scope]);
  });

  it('of another service reads no identity', async () => {
    concur.simulator.company.scopes = ['user.provision.read', 'spend.user.general.read'];
    const headers = bearer(await refresh());
    expect((await listUsers(headers)).status).toBe(403);
    expect((await concur.call('GET', `${IDENTITY}/Schemas`, undefined, headers)).status).toBe(200);
    expect((await concur.call('GET', '/profile/v4/ServiceProviderConfig', undefined, headers)).status).toBe(
      200,
    );
  });
});

import request from 'supertest';
import { beforeEach, describe, expect, test } from 'vitest';
import { PROVISION_WRITE, SCOPES } from '../../../src/domain/granted.ts';
import { fakeApp, NOW } from '../fake-app.ts';
import { type AdminApp, adminApp, requestOf } from './admin-app.ts';

let connection: AdminApp['connection'];
let app: AdminApp['app'];
let ids: AdminApp['ids'];
let call: AdminApp['call'];

beforeEach(async () => {
  ({ connection, app, ids, call } = await adminApp());
});

describe('the admin token', () => {
  test('is wanted', async () => {
    const without = await request(app).get('/api/v1/summary');
    expect(without.status).toBe(401);
    expect(without.headers['www-authenticate']).toMatch(/^Bearer /);
    expect(without.body.error).toEqual({
      code: 'unauthorized',
      message: expect.any(String),
      requestId: without.headers['x-request-id'],
    });
    const scim = await request(app).get('/api/v1/summary').set('Authorization', 'Bearer secret-okta');
    expect(scim.status).toBe(401);
    const begun = await request(app).get('/api/v1/summary').set('Authorization', 'Bearer secret-adm');
    expect(begun.status).toBe(401);
  });

  test('opens no SCIM', async () => {
    const answer = await request(app).get('/scim/v2/Users').set('Authorization', 'Bearer secret-admin');
    expect(answer.status).toBe(401);
  });

  test('where there is none, the API is shut and says how to open it', async () => {
    const shut = fakeApp({ connections: [connection] }).app;
    for (const token of ['', 'null', 'secret-admin']) {
      const answer = await request(shut).get('/api/v1/summary').set('Authorization', `Bearer ${token}`);
      expect(answer.status).toBe(403);
      expect(answer.body.error.message).toContain('BRIDGE_ADMIN_TOKEN');
    }
  });
});

describe('errors', () => {
  test.each([
    [
      '/users?stat=failed',
      'stat: not known here; known are state, reason, search, cursor, limit, connection',
    ],
    ['/holds?state=held', 'state: not known here; known are reason, cursor, limit, connection'],
    [
      '/requests?id=1&people=2',
      'id, people: not known here; known are state, user, cursor, limit, connection',
    ],
    ['/changes?state=open', 'state: not known here; known are user, cursor, limit, connection'],
    ['/holds?reason=gard', 'reason: must be one of ambiguous, guard'],
  ])('%s is told what is known', async (path, message) => {
    const { status, body } = await call('get', path);
    expect([status, body.error.message]).toEqual([400, expect.stringContaining(message)]);
    expect((await call('get', '/users?connection=emea&state=failed')).status).toBe(200);
  });

  test.each([
    ['get', '/nothing', 404, 'not_found'],
    ['get', '/users/nobody', 404, 'not_found'],
    ['get', '/requests/none', 404, 'not_found'],
    ['get', '/summary?connection=unheard', 404, 'not_found'],
    ['put', '/users', 405, 'method_not_allowed'],
    ['get', '/users?limit=0', 400, 'invalid_request'],
    ['get', '/users?limit=many', 400, 'invalid_request'],
    ['get', '/users?state=happy', 400, 'invalid_request'],
    ['get', '/requests?state=happy', 400, 'invalid_request'],
    ['get', '/changes?cursor=1&cursor=2', 400, 'invalid_request'],
  ] as const)('%s %s is %i %s', async (method, path, status, code) => {
    const answer = await call(method, path);
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
  });

  test('an unknown one tells its request id only', async () => {
    connection.failure = new Error('db-host-7 is away');
    const answer = await call('post', `/users/${ids[0]}/retry`);
    expect([answer.status, answer.body.error.code]).toEqual([500, 'internal_error']);
    expect(answer.body.error.message).toContain(answer.body.error.requestId);
    expect(JSON.stringify(answer.body)).not.toContain('db-host');
  });
});

describe('lists', () => {
  test('connections and their summaries', async () => {
    expect((await call('get', '/connections')).body).toMatchObject({
      items: [
        { name: 'default', scimPath: '/scim/v2' },
        { name: 'emea', scimPath: '/scim/emea/v2' },
      ],
    });
    expect((await call('get', '/summary')).body).toMatchObject({
      connection: 'default',
      people: 3,
      states: { queued: 3 },
      oldestOpenDeactivation: '2026-01-01T00:00:00.000Z',
    });
    expect((await call('get', '/summary?connection=emea')).body).toMatchObject({
      connection: 'emea',
      people: 0,
    });
  });

  test('how each connection is connected, and no secret', async () => {
    const scopes = SCOPES.map(({ name }) => name).filter((name) => name !== PROVISION_WRITE);
    connection.held = {
      principal: 'company',
      refreshToken: 'very-secret',
      geolocation: 'https://us.api.concursolutions.com',
      scopes,
      expiresAt: NOW + 40.5 * 24 * 3_600_000,
      refreshedAt: NOW,
    };
    const { body } = await call('get', '/connections');
    expect(body.items).toEqual([
      {
        name: 'default',
        scimPath: '/scim/v2',
        principal: 'company',
        connected: '2026-06-01T12:00:00.000Z',
        tokenExpires: '2026-07-12T00:00:00.000Z',
        daysLeft: 40,
        geolocation: 'https://us.api.concursolutions.com',
        scopes: {
          granted: scopes,
          missing: [{ scope: PROVISION_WRITE, lost: expect.stringContaining('no spend') }],
        },
        writeApi: 'identity',
        delivery: 'on',
        offBy: null,
      },
      {
        name: 'emea',
        scimPath: '/scim/emea/v2',
        principal: null,
        connected: null,
        tokenExpires: null,
        daysLeft: null,
        geolocation: null,
        scopes: { granted: null, missing: [] },
        writeApi: 'provisioning',
        delivery: 'on',
        offBy: null,
      },
    ]);
    expect(JSON.stringify(body)).not.toContain('very-secret');
  });

  test('the delivery switch of each connection', async () => {
    const off = await call('put', '/connections/emea', { delivery: 'off' });
    expect(off).toMatchObject({ status: 200, body: { name: 'emea', delivery: 'off', offBy: 'switch' } });
    expect((await call('get', '/connections')).body.items).toMatchObject([
      { name: 'default', delivery: 'on' },
      { name: 'emea', delivery: 'off' },
    ]);
    const on = await call('put', '/connections/emea', { delivery: 'on' });
    expect(on.body).toMatchObject({ delivery: 'on', offBy: null });
    for (const body of [{}, { delivery: 'maybe' }, { delivery: 'off', polling: 1 }]) {
      expect((await call('put', '/connections/emea', body)).status).toBe(400);
    }
    expect((await call('put', '/connections/apac', { delivery: 'off' })).status).toBe(404);
    expect((await call('get', '/connections/emea')).status).toBe(405);
  });

  test('people by page and by state', async () => {
    const first = (await call('get', '/users?limit=2')).body;
    expect(first.items.map((item: { id: string }) => item.id)).toEqual(ids.slice(0, 2));
    const second = (await call('get', `/users?limit=2&cursor=${first.nextCursor}`)).body;
    expect(second.items.map((item: { id: string }) => item.id)).toEqual(ids.slice(2));
    expect(second).not.toHaveProperty('nextCursor');
    connection.settle(ids[1] ?? '', { state: 'failed', reason: 'refused' });
    const failed = (await call('get', '/users?state=failed')).body;
    expect(failed.items).toMatchObject([{ userName: 'bob@example.com', state: 'failed', reason: 'refused' }]);
    expect(failed.items[0].reasonText).toContain('Concur refused');
    expect((await call('get', '/users?connection=emea')).body).toEqual({ items: [] });
  });

  test('people by name or number', async () => {
    expect((await call('get', '/users?search=BOB')).body.items).toMatchObject([{ id: ids[1] }]);
    expect((await call('get', '/users?search=bob&state=failed')).body).toEqual({ items: [] });
  });

  test('a search has one page, and narrows by state before it cuts off', async () => {
    const shared = { kind: 'create', actor: { kind: 'scim', name: 'x' } } as const;
    const people = await connection.directory.accept(
      ['p', 'q'].map((userName) => ({ ...shared, resource: { userName, externalId: 'same' } })),
    );
    const last = people[1]?.kind === 'written' ? people[1].record.person.id : '';
    connection.settle(last, { state: 'failed' });
    const found = await call('get', '/users?search=same&state=failed&limit=1');
    expect(found.body).toEqual({ items: [expect.objectContaining({ id: last })] });
    const refused = await call('get', '/users?search=same&cursor=1');
    expect([refused.status, refused.body.error.code]).toEqual([400, 'invalid_request']);
    expect(refused.body.error.message).toContain('search');
  });

  test('people by reason', async () => {
    connection.settle(ids[2] ?? '', { reason: 'credentials' });
    expect((await call('get', '/users?reason=credentials')).body.items).toMatchObject([{ id: ids[2] }]);
    expect((await call('get', '/users?reason=mood')).status).toBe(400);
  });

  test('requests and changes, of one person too', async () => {
    connection.requests.push(requestOf('r-1', ids[0] ?? ''), requestOf('r-2', ids[1] ?? ''));
    expect((await call('get', '/requests?limit=1')).body).toMatchObject({
      items: [{ id: 'r-1' }],
      nextCursor: '1',
    });
    expect((await call('get', '/requests?user=bob@example.com')).body.items).toMatchObject([{ id: 'r-2' }]);
    expect((await call('get', '/requests/r-2')).body).toMatchObject({
      id: 'r-2',
      sentAt: '2026-06-01T12:00:00.000Z',
      completedAt: null,
      operations: [{ personId: ids[1] }],
    });
    const changes = (await call('get', '/changes?user=ada')).body.items;
    expect(changes).toMatchObject([{ personId: ids[0], action: 'create', actor: 'scim:okta' }]);
    expect(changes[0].at).toMatch(/^2026-01-01T/);
  });
});

import request from 'supertest';
import { beforeEach, describe, expect, test } from 'vitest';
import { ENTERPRISE } from '../../../src/domain/extensions.ts';
import { PROVISION_WRITE, SCOPES } from '../../../src/domain/granted.ts';
import type { RequestReport } from '../../../src/domain/reports.ts';
import { fakeApp, NOW } from '../fake-app.ts';
import { type FakeConnection, fakeConnection } from '../fake-connection.ts';

let connection: FakeConnection;
let emea: FakeConnection;
let app: ReturnType<typeof fakeApp>['app'];
const ids: string[] = [];

beforeEach(async () => {
  connection = fakeConnection();
  emea = fakeConnection('emea', {});
  ({ app } = fakeApp({ connections: [connection, emea], adminToken: 'secret-admin' }));
  ids.length = 0;
  for (const userName of ['ada@example.com', 'bob@example.com', 'eve@example.com']) {
    const resource = { userName, active: true, [ENTERPRISE]: { employeeNumber: userName.slice(0, 3) } };
    const [result] = await connection.directory.accept([
      { kind: 'create', actor: { kind: 'scim', name: 'okta' }, resource },
    ]);
    if (result?.kind === 'written') ids.push(result.record.person.id);
  }
});

async function call(method: 'get' | 'post' | 'delete' | 'put', path: string, body?: object) {
  const sent = request(app)[method](`/api/v1${path}`).set('Authorization', 'Bearer secret-admin');
  const { status, body: answered } = await (body === undefined ? sent : sent.send(body));
  return { status, body: answered };
}

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

const WAITS = { key: `${ENTERPRISE}:manager.value`, reference: 'boss', until: 'who is not here yet' };

describe('one person', () => {
  test('the report says what Concur should hold, what it holds, and why they differ', async () => {
    const [id = ''] = ids;
    connection.requests.push(requestOf('r-1', id), requestOf('r-2', ids[1] ?? ''));
    connection.description = {
      desired: { userName: 'ada@example.com', title: 'Count' },
      initial: { timezone: 'Europe/Berlin' },
      waitingFor: [WAITS],
      gaps: [],
      missingFor: (key) => (key === 'externalId' ? 'a.scope' : null),
    };
    const message = { code: 'X', message: 'Title is too grand', schemaPath: 'title', type: 'error' };
    connection.settle(id, {
      state: 'partial',
      reason: 'refused',
      concurId: 'c-1',
      applied: {
        profile: {
          userName: 'ada@example.com',
          title: 'Clerk',
          timezone: 'UTC',
          nickName: 'A',
          externalId: 'x',
        },
        unknown: [ENTERPRISE],
      },
      owned: ['externalId', 'nickName', 'title', 'userName'],
      refused: {
        [ENTERPRISE]: { desired: {}, messages: [message], uniqueness: false, searched: false, at: NOW },
      },
      candidates: [{ concurId: 'c-2', active: true, userName: 'ada', externalId: null, employeeNumber: '7' }],
    });
    const { status, body } = await call('get', `/users/${id}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      id,
      userName: 'ada@example.com',
      state: 'partial',
      reason: 'refused',
      concurId: 'c-1',
      desired: { title: 'Count' },
      initial: { timezone: 'Europe/Berlin' },
      applied: { title: 'Clerk', timezone: 'UTC' },
      unknown: [ENTERPRISE],
      difference: { set: { title: 'Count' }, remove: ['nickName'] },
      notGranted: [{ key: 'externalId', scope: 'a.scope' }],
      owned: ['externalId', 'nickName', 'title', 'userName'],
      refused: [{ part: ENTERPRISE, messages: [message], at: '2026-06-01T12:00:00.000Z' }],
      waitingFor: [WAITS],
      candidates: [{ concurId: 'c-2' }],
      override: null,
      changes: [{ action: 'create' }],
    });
    expect(body.requests).toMatchObject([{ id: 'r-1' }]);
  });

  test('is found by userName and employee number, and when deleted too', async () => {
    expect((await call('get', '/users/BOB@example.com')).body.id).toBe(ids[1]);
    expect((await call('get', '/users/eve')).body.id).toBe(ids[2]);
    await remove(ids[1] ?? '');
    expect((await call('get', `/users/${ids[1]}`)).body.deleted).toMatch(/^2026-/);
    expect((await call('get', '/users/BOB@example.com')).body).toMatchObject({ id: ids[1], earlier: [] });
    expect((await call('get', '/users?search=bob')).body.items).toMatchObject([{ id: ids[1] }]);
    const retried = await call('post', '/users/BOB@example.com/retry');
    expect([retried.status, retried.body.state]).toEqual([200, 'queued']);
    const offboarded = await call('post', '/users/BOB@example.com/offboard', { reason: 'left' });
    expect(offboarded.body).toMatchObject({ override: null, deleted: expect.any(String) });
  });

  test('who was hired again is the living one, with a word about the earlier', async () => {
    await remove(ids[1] ?? '');
    const [again] = await connection.directory.accept([
      { kind: 'create', actor: { kind: 'scim', name: 'x' }, resource: { userName: 'bob@example.com' } },
    ]);
    const { body } = await call('get', '/users/bob@example.com');
    expect(body.id).toBe(again?.kind === 'written' ? again.record.person.id : '');
    expect(body.earlier).toEqual([
      { id: ids[1], userName: 'bob@example.com', deleted: expect.stringMatching(/^2026-/) },
    ]);
  });

  test('must be one', async () => {
    await connection.directory.accept([
      {
        kind: 'create',
        actor: { kind: 'scim', name: 'x' },
        resource: { userName: 'four', externalId: 'bob' },
      },
    ]);
    const { status, body } = await call('get', '/users/bob');
    expect([status, body.error.code]).toEqual([409, 'conflict']);
    expect(body.error.message).toContain(ids[1]);
  });

  test('is whose userName it is, before others who only have it as an e-mail', async () => {
    const emails = [{ value: 'bob@example.com', type: 'other' }];
    const actor = { kind: 'scim', name: 'x' } as const;
    const others = ['four', 'five'].map((userName) => ({ userName, emails }));
    await connection.directory.accept(
      others.map((resource) => ({ kind: 'create', actor, resource }) as const),
    );
    expect((await call('get', '/users/BOB@example.com')).body.id).toBe(ids[1]);
    const numbered = { userName: 'six', externalId: 'bob@example.com' };
    await connection.directory.accept([{ kind: 'create', actor, resource: numbered }]);
    expect((await call('get', '/users/bob@example.com')).status).toBe(409);
  });

  test('retry makes them due and wakes the worker', async () => {
    connection.settle(ids[0] ?? '', { state: 'failed' });
    const { status, body } = await call('post', '/users/ada/retry');
    expect([status, body.state, connection.woken]).toEqual([200, 'queued', 1]);
    expect(body.changes[0]).toMatchObject({ action: 'retry', actor: 'admin:api' });
  });

  test('offboarding lies over the client’s data until it is lifted', async () => {
    const { status, body } = await call('post', '/users/ada/offboard', { reason: 'left the company' });
    expect([status, body.active]).toEqual([200, true]);
    expect(body.override).toEqual({
      active: false,
      reason: 'left the company',
      by: 'admin:api',
      since: '2026-06-01T12:00:00.000Z',
    });
    const again = await call('post', '/users/ada/offboard', { reason: 'left the company' });
    expect(again.body.version).toBe(body.version);
    const replaced = await call('post', '/users/ada/offboard', { reason: 'another' });
    expect(replaced.body.override).toMatchObject({ reason: 'another' });
    const lifted = await call('delete', '/users/ada/offboard');
    expect([lifted.status, lifted.body.override]).toEqual([200, null]);
    expect(lifted.body.changes.map((change: { action: string }) => change.action)).toEqual([
      'lift',
      'override',
      'override',
      'create',
    ]);
    expect((await call('delete', '/users/ada/offboard')).status).toBe(200);
  });

  test.each([{}, { reason: '' }, { reason: '  ' }, { reason: 7 }])(
    'offboarding wants a reason, not %j',
    async (body) => {
      const answer = await call('post', '/users/ada/offboard', body);
      expect([answer.status, answer.body.error.code]).toEqual([400, 'invalid_request']);
      expect(answer.body.error.message).toContain('reason');
    },
  );
});

describe('people who are held', () => {
  const candidate = { active: true, userName: 'ada', externalId: null, employeeNumber: '7' };
  const candidates = ['c-1', 'c-2'].map((concurId) => ({ concurId, ...candidate }));

  beforeEach(() => {
    connection.settle(ids[0] ?? '', { state: 'held', reason: 'ambiguous', lastError: 'Two.', candidates });
  });

  test('are listed with whom they may be', async () => {
    const { body } = await call('get', '/holds');
    expect(body).toEqual({
      items: [expect.objectContaining({ id: ids[0], lastError: 'Two.', candidates })],
    });
    expect((await call('get', '/holds?limit=0')).status).toBe(400);
  });

  test('are released as one of them', async () => {
    const { status, body } = await call('post', '/users/ada/release', { concurId: 'C-2' });
    expect([status, connection.woken]).toEqual([200, 1]);
    expect(body).toMatchObject({ concurId: 'c-2', candidates: [], changes: [{ action: 'release' }, {}] });
    expect((await call('get', '/holds')).body).toEqual({ items: [] });
  });

  test.each([
    ['ada', { concurId: 'c-3' }, 409, 'c-1, c-2'],
    ['eve', { concurId: 'c-1' }, 409, 'not held'],
    ['ada', { concurId: '' }, 400, 'concurId'],
    ['ada', { concurId: null }, 400, 'concurId'],
    ['nobody', { concurId: 'c-1' }, 404, 'Nobody'],
  ])('%s is not released as %j', async (user, body, status, message) => {
    const answer = await call('post', `/users/${user}/release`, body);
    expect(answer.status).toBe(status);
    expect(answer.body.error.message).toContain(message);
    expect(connection.records.get(ids[0] ?? '')?.provisioning.candidates).toEqual(candidates);
  });
});

describe('people whom the deactivation guard holds', () => {
  const losses = { active: { state: 'held', at: NOW, why: 'Too many' } } as const;

  beforeEach(() => {
    for (const id of ids.slice(0, 2)) connection.settle(id, { state: 'held', reason: 'guard', losses });
  });

  test('are listed with what they would lose', async () => {
    const { body } = await call('get', '/holds?reason=guard');
    const held = { reason: 'guard', candidates: [], wouldLose: ['active'] };
    expect(body.items).toEqual([expect.objectContaining(held), expect.objectContaining(held)]);
    expect((await call('get', '/holds?reason=ambiguous')).body.items).toEqual([]);
    expect((await call('get', '/holds?reason=refused')).status).toBe(400);
  });

  test.each([
    ['release', 'released', 'release'],
    ['discard', 'discarded', 'discard'],
  ])('are decided about by %s, some or all', async (path, done, action) => {
    const some = await call('post', `/holds/${path}`, { users: ['ada'], reason: 'a mistake' });
    expect([some.status, some.body, connection.woken]).toEqual([200, { [done]: 1 }, 1]);
    const { body } = await call('get', '/changes?user=ada&limit=1');
    expect(body.items).toMatchObject([{ action, actor: 'admin:api', reason: 'a mistake' }]);
    const all = await call('post', `/holds/${path}`, { all: true });
    expect([all.status, all.body]).toEqual([200, { [done]: 1 }]);
    expect((await call('get', '/holds')).body.items).toEqual([]);
  });

  test.each<[object, number, string]>([
    [{}, 400, 'users'],
    [{ users: [] }, 400, 'users'],
    [{ users: ['ada'], all: true }, 400, 'users'],
    [{ all: false }, 400, 'all'],
    [{ all: true, reason: ' ' }, 400, 'reason'],
    [{ users: ['ada', 'eve'] }, 409, 'eve@example.com'],
    [{ users: ['ada', 'nobody'] }, 404, 'Nobody'],
  ])('are not decided about by %j', async (body, status, message) => {
    for (const path of ['release', 'discard']) {
      const answer = await call('post', `/holds/${path}`, body);
      expect(answer.status).toBe(status);
      expect(answer.body.error.message).toContain(message);
    }
    expect((await call('get', '/holds')).body.items).toHaveLength(2);
  });
});

async function remove(id: string): Promise<void> {
  const actor = { kind: 'scim', name: 'x' } as const;
  await connection.directory.accept([{ kind: 'change', id, actor, decide: () => ({ kind: 'delete' }) }]);
}

function requestOf(id: string, personId: string): RequestReport {
  return {
    id,
    kind: 'user',
    state: 'open',
    provisionId: null,
    correlationId: null,
    httpStatus: 201,
    message: null,
    sentAt: NOW,
    completedAt: null,
    polls: 0,
    operations: [
      {
        id: `${id}-1`,
        personId,
        userName: 'x',
        method: 'POST',
        state: 'open',
        difference: { set: {}, remove: [] },
        results: [],
      },
    ],
  };
}

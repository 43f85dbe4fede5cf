import { beforeEach, describe, expect, test } from 'vitest';
import { ENTERPRISE } from '../../../src/domain/extensions.ts';
import { NOW } from '../fake-app.ts';
import { type AdminApp, adminApp, requestOf } from './admin-app.ts';

let connection: AdminApp['connection'];
let ids: AdminApp['ids'];
let call: AdminApp['call'];

beforeEach(async () => {
  ({ connection, ids, call } = await adminApp());
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

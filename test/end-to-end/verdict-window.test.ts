import { describe, expect, test, vi } from 'vitest';
import {
  concurIdIn,
  ENTERPRISE,
  group,
  PATIENCE,
  person,
  stateIn,
  TAKEN,
  WaitingBridge,
} from './waiting-bridge.ts';

const POST_USERS = { method: 'POST', path: /\/Users$/ };
const PATCH_USER = { method: 'PATCH', path: /\/Users\/[0-9a-f-]+$/ };

/** What a write that waits for nothing takes, generously, in ms. */
const AT_ONCE = 1_500;

describe('a create', () => {
  test('that Concur confirms shows so in its answer', async () => {
    const bridge = await WaitingBridge.start();
    const { status, body } = await bridge.scim('POST', '/Users', person('ada'));
    expect(status).toBe(201);
    expect(concurIdIn(body)).toBe(bridge.simulator.state.find('ada@example.com')?.id);
    expect(['processing', 'in_sync']).toContain(stateIn(body));
  });

  test('whose userName is taken is 409 with the words of Concur, and was never there', async () => {
    const bridge = await WaitingBridge.start();
    const refused = await bridge.scim('POST', '/Users', person('ada', { userName: TAKEN }));
    expect(refused).toMatchObject({ status: 409, body: { scimType: 'uniqueness', status: '409' } });
    expect(refused.body.detail).toMatch(
      /^SAP Concur refused this change, and nothing was changed\. userName: .*already in use/,
    );

    const { body: list } = await bridge.scim('GET', '/Users');
    expect(list.totalResults).toBe(0);
    const { items } = (await bridge.admin('/changes')) as { items: { personId: string }[] };
    const id = String(items[0]?.personId);
    expect((await bridge.scim('GET', `/Users/${id}`)).status).toBe(404);
    expect(await bridge.changes(id)).toEqual([
      ['create', 1, null],
      ['withdraw', 2, expect.stringMatching(/^Concur refused it: .*already in use/)],
    ]);

    const corrected = await bridge.scim('POST', '/Users', person('ada'));
    expect([corrected.status, corrected.body.id === id]).toEqual([201, false]);
    await bridge.reaches(corrected.body.id, 'in_sync');
    expect(bridge.writes()).toHaveLength(2);
  });

  test('is judged alike by Identity', async () => {
    const bridge = await WaitingBridge.start({ writeApi: 'identity' });
    const refused = await bridge.scim('POST', '/Users', person('ada', { userName: TAKEN }));
    expect(refused).toMatchObject({ status: 409, body: { scimType: 'uniqueness' } });
    const { status, body } = await bridge.scim('POST', '/Users', person('ada'));
    expect([status, concurIdIn(body)]).toEqual([201, bridge.simulator.state.find('ada@example.com')?.id]);
  });

  test('of somebody whom Concur has already takes them over, and leaves them as they were when it is refused', async () => {
    const bridge = await WaitingBridge.start();
    const { id: companyId } = bridge.simulator.company;
    const { id: held } = bridge.simulator.state.seed(person('ada', { [ENTERPRISE]: { companyId } }));
    bridge.refuses('PATCH', ['title'], 'The title is not one of ours');
    const refused = await bridge.scim('POST', '/Users', person('ada', { title: 'Queen' }));
    expect([refused.status, refused.body.scimType]).toEqual([400, 'invalidValue']);
    const { status, body } = await bridge.scim('POST', '/Users', person('ada'));
    expect([status, concurIdIn(body)]).toEqual([201, held]);
    expect(bridge.simulator.state.find(held)?.identity).toMatchObject({ active: true });
  });

  test('with a value that Concur refuses is 400 invalidValue, naming the attribute; nothing more is sent for it', async () => {
    const bridge = await WaitingBridge.start();
    bridge.refuses(
      'POST',
      ['urn:ietf:params:scim:schemas:core:2.0:User:title'],
      'The title is not one of ours',
    );
    const refused = await bridge.scim('POST', '/Users', person('ada', { title: 'Queen' }));
    expect(refused).toMatchObject({ status: 400, body: { scimType: 'invalidValue' } });
    expect(refused.body.detail).toMatch(/title: The title is not one of ours/);
    const before = bridge.simulator.requests.length;

    // The same userName is free again at once.
    const { status, body } = await bridge.scim('POST', '/Users', person('ada'));
    expect(status).toBe(201);
    await bridge.reaches(body.id, 'in_sync');
    expect(bridge.writes()).toEqual([expect.stringMatching(/^POST/), expect.stringMatching(/^POST/)]);
    const later = bridge.simulator.requests.slice(before).map(({ method, path }) => `${method} ${path}`);
    expect(later.filter((one) => /search/.test(one))).toHaveLength(1);
    expect(await bridge.admin('/summary')).toMatchObject({ oldestOpenDeactivation: null, people: 1 });
  });

  test('who was told to be in a group meanwhile leaves it again', async () => {
    const bridge = await WaitingBridge.start();
    const held = bridge.gateway.hold(POST_USERS);
    const answer = bridge.scim('POST', '/Users', person('ada', { userName: TAKEN }), { prefer: 'wait=20' });
    await held.here;
    const { items } = (await bridge.admin('/changes')) as { items: { personId: string }[] };
    const id = String(items[0]?.personId);
    const told = await bridge.scim('POST', '/Groups', group('Crew', [id]));
    expect(told.status).toBe(201);
    held.release();
    expect((await answer).status).toBe(409);
    const { body } = await bridge.scim('GET', `/Groups/${told.body.id}`);
    expect(body.members ?? []).toEqual([]);
  });
});

describe('an update', () => {
  test('that Concur refuses is withdrawn as a new version', async () => {
    const bridge = await WaitingBridge.start();
    const id = await bridge.synced('ada', { title: 'Countess' });
    const { etag } = await bridge.scim('GET', `/Users/${id}`);
    bridge.refuses('PATCH', ['title'], 'The title is not one of ours');
    const refused = await bridge.patch(id, { title: 'Queen' });
    expect(refused).toMatchObject({ status: 400, body: { scimType: 'invalidValue' } });
    expect(refused.body.detail).toMatch(/title: The title is not one of ours/);

    const now = await bridge.scim('GET', `/Users/${id}`);
    expect(now.body.title).toBe('Countess');
    expect([etag, now.etag]).toEqual(['W/"1"', 'W/"3"']);
    expect((await bridge.patch(id, { title: 'Duke' }, { 'if-match': String(etag) })).status).toBe(412);
    expect(await bridge.changes(id)).toEqual([
      ['create', 1, null],
      ['update', 2, null],
      ['withdraw', 3, 'Concur refused it: The title is not one of ours'],
    ]);
    await bridge.reaches(id, 'in_sync');
    expect(bridge.writes().filter((one) => one.startsWith('PATCH'))).toHaveLength(1);
  });

  test('that renames somebody to a taken name is 409', async () => {
    const bridge = await WaitingBridge.start();
    const id = await bridge.synced('ada');
    const refused = await bridge.patch(id, { userName: TAKEN });
    expect(refused).toMatchObject({ status: 409, body: { scimType: 'uniqueness' } });
    expect((await bridge.scim('GET', `/Users/${id}`)).body.userName).toBe('ada@example.com');
    await bridge.reaches(id, 'in_sync');
  });

  test('that renames somebody to a name that another is about to give up stands, and follows', async () => {
    const bridge = await WaitingBridge.start();
    const [ada, ben] = [await bridge.synced('ada'), await bridge.synced('ben')];
    const held = bridge.gateway.hold({ method: 'PATCH', path: /Users/ });
    const given = bridge.patch(ada, { userName: 'ada.byron@example.com' });
    await held.here;
    const taken = await bridge.patch(ben, { userName: 'ada@example.com' });
    expect(taken).toMatchObject({ status: 200, body: { userName: 'ada@example.com' } });
    held.release();
    expect((await given).status).toBe(200);
    for (const id of [ada, ben]) await bridge.reaches(id, 'in_sync');
    expect(bridge.simulator.state.find('ada@example.com')?.identity).toMatchObject({
      name: { givenName: 'ben' },
    });
  });

  test('by PUT is withdrawn with everything that it asked for, of other parts too', async () => {
    const bridge = await WaitingBridge.start();
    const id = await bridge.synced('ada', { title: 'Countess' });
    bridge.refuses('PATCH', ['title']);
    const spend = 'urn:ietf:params:scim:schemas:extension:spend:2.0:User';
    const other = { country: 'US', locale: 'en-US', reimbursementCurrency: 'GBP' };
    const refused = await bridge.scim(
      'PUT',
      `/Users/${id}`,
      person('ada', { title: 'Queen', [spend]: other }),
    );
    expect(refused.status).toBe(400);
    await bridge.reaches(id, 'in_sync');
    expect(bridge.simulator.state.find('ada@example.com')?.spend).not.toMatchObject({ [spend]: other });
    expect(bridge.writes().filter((one) => one.startsWith('PATCH'))).toHaveLength(1);
  });

  test('stands when Concur refuses what was asked for earlier', async () => {
    const bridge = await WaitingBridge.start();
    const id = await bridge.synced('ada');
    bridge.refuses('PATCH', ['title'], 'The title is not one of ours', 2);
    const earlier = await bridge.patch(id, { title: 'Queen' }, { prefer: 'wait=0' });
    expect(earlier.status).toBe(200);
    await bridge.reaches(id, 'failed');
    const later = await bridge.patch(id, { nickName: 'Vicky' });
    expect([later.status, stateIn(later.body)]).toEqual([200, 'failed']);
    expect((await bridge.scim('GET', `/Users/${id}`)).body).toMatchObject({
      title: 'Queen',
      nickName: 'Vicky',
    });
  });

  test('has nothing else sent that it asks for while it may yet be withdrawn', async () => {
    const bridge = await WaitingBridge.start();
    const id = await bridge.synced('ada');
    bridge.refuses('PATCH', ['title'], 'The title is not one of ours', 2);
    await bridge.patch(id, { title: 'Queen' }, { prefer: 'wait=0' });
    await bridge.reaches(id, 'failed');
    const begun = performance.now();
    const spend = 'urn:ietf:params:scim:schemas:extension:spend:2.0:User';
    const other = { country: 'US', locale: 'en-US', reimbursementCurrency: 'EUR' };
    const { status } = await bridge.patch(id, { nickName: 'Vicky', [spend]: other }, { prefer: 'wait=2' });
    expect(status).toBe(200);
    await vi.waitFor(() => {
      const held = bridge.simulator.state.find('ada@example.com')?.spend[spend];
      expect(held).toMatchObject({ reimbursementCurrency: 'EUR' });
    }, PATIENCE);
    expect(performance.now() - begun).toBeGreaterThan(1_900);
  });

  test('stands when Concur names nothing and something else was open', async () => {
    const bridge = await WaitingBridge.start();
    const id = await bridge.synced('ada');
    bridge.refuses('PATCH', [], 'Something is wrong', 2);
    await bridge.patch(id, { title: 'Queen' }, { prefer: 'wait=0' });
    await bridge.reaches(id, 'failed');
    expect((await bridge.patch(id, { nickName: 'Vicky' })).status).toBe(200);
  });

  test('is withdrawn when Concur names nothing and nothing else was open', async () => {
    const bridge = await WaitingBridge.start();
    const id = await bridge.synced('ada');
    bridge.refuses('PATCH', [], 'Something is wrong');
    const refused = await bridge.patch(id, { title: 'Queen' });
    expect([refused.status, refused.body.detail]).toEqual([
      400,
      'SAP Concur refused this change, and nothing was changed. title: Something is wrong',
    ]);
  });

  test('stands, and so does what came after it, when somebody writes meanwhile', async () => {
    const bridge = await WaitingBridge.start();
    const id = await bridge.synced('ada');
    bridge.refuses('PATCH', ['title']);
    const held = bridge.gateway.hold(PATCH_USER);
    const first = bridge.patch(id, { title: 'Queen' }, { prefer: 'wait=20' });
    await held.here;
    const second = await bridge.patch(id, { nickName: 'Vicky' });
    expect([second.status, second.took < AT_ONCE]).toEqual([200, true]);
    held.release();
    expect(await first).toMatchObject({ status: 200, etag: 'W/"2"' });
    await vi.waitFor(async () => {
      const { body } = await bridge.scim('GET', `/Users/${id}`);
      expect(body).toMatchObject({ title: 'Queen', nickName: 'Vicky' });
      expect(body.meta.version).toBe('W/"3"');
    }, PATIENCE);
    await bridge.reaches(id, 'in_sync');
  });

  test('stands when the former userName went to somebody else meanwhile', async () => {
    const bridge = await WaitingBridge.start();
    const id = await bridge.synced('ada');
    const held = bridge.gateway.hold(PATCH_USER);
    const renamed = bridge.patch(id, { userName: TAKEN }, { prefer: 'wait=20' });
    await held.here;
    const newcomer = person('ada', { [ENTERPRISE]: { employeeNumber: 'another' } });
    expect((await bridge.scim('POST', '/Users', newcomer, { prefer: 'respond-async' })).status).toBe(201);
    held.release();
    const { status, body } = await renamed;
    expect([status, body.userName, stateIn(body)]).toEqual([200, TAKEN, 'failed']);
  });
});

describe('a write does not wait', () => {
  test('when the window is over: it stands, and is delivered later', async () => {
    const bridge = await WaitingBridge.start();
    const held = bridge.gateway.hold(POST_USERS);
    const { status, body, applied, took } = await bridge.scim('POST', '/Users', person('ada'), {
      prefer: 'wait=1',
    });
    expect([status, applied, stateIn(body)]).toEqual([201, 'wait=1', 'queued']);
    expect(took).toBeGreaterThan(900);
    expect(took).toBeLessThan(1_900);
    held.release();
    await bridge.reaches(body.id, 'in_sync');
  });

  test.each([
    ['wait=0', 'wait=0'],
    ['respond-async', 'respond-async'],
    ['Respond-Async;foo="a,b"', 'respond-async'],
  ])('when its client prefers %s', async (prefer, applied) => {
    const bridge = await WaitingBridge.start();
    const held = bridge.gateway.hold(POST_USERS);
    const seen = await bridge.scim('POST', '/Users', person('ada'), { prefer });
    expect([seen.status, seen.applied, seen.took < AT_ONCE]).toEqual([201, applied, true]);
    held.release();
    await bridge.reaches(seen.body.id, 'in_sync');
  });

  test('when the connection has no window, whatever its client prefers', async () => {
    const bridge = await WaitingBridge.start({ verdictWindow: '0s' });
    const held = bridge.gateway.hold(POST_USERS);
    const seen = await bridge.scim('POST', '/Users', person('ada'), { prefer: 'wait=20' });
    expect([seen.status, seen.applied, seen.took < AT_ONCE]).toEqual([201, null, true]);
    held.release();
  });

  test('when nothing is delivered from this process, or at all', async () => {
    for (const bridge of [
      await WaitingBridge.start({}, { role: 'api' }),
      await WaitingBridge.start({ delivery: 'off' }),
    ]) {
      const seen = await bridge.scim('POST', '/Users', person('ada'), { prefer: 'wait=20' });
      expect([seen.status, seen.took < AT_ONCE]).toEqual([201, true]);
    }
  });

  test('in a Bulk', async () => {
    const bridge = await WaitingBridge.start();
    const held = bridge.gateway.hold(POST_USERS);
    const { status, body, took } = await bridge.scim('POST', '/Bulk', {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: [{ method: 'POST', path: '/Users', bulkId: 'a', data: person('ada', { userName: TAKEN }) }],
    });
    expect([status, body.Operations[0].status, took < AT_ONCE]).toEqual([200, '201', true]);
    held.release();
  });

  test('while Concur is down', async () => {
    const bridge = await WaitingBridge.start();
    await bridge.synced('ada');
    bridge.simulator.faults.add({ kind: 'drop-before' });
    for (let failures = 0; failures < 8; failures += 1) {
      const seen = await bridge.scim('POST', '/Users', person(`lost-${failures}`), { prefer: 'wait=10' });
      expect(seen.status).toBe(201);
      expect(seen.took).toBeLessThan(5_000);
    }
    const { took } = await bridge.scim('POST', '/Users', person('last'), { prefer: 'wait=10' });
    expect(took).toBeLessThan(AT_ONCE);
  });

  test('behind a backlog', async () => {
    const bridge = await WaitingBridge.start();
    const held = bridge.gateway.hold({ method: 'POST', path: /\/(Users|Bulk)$/ }, 'all');
    await bridge.scim('POST', '/Bulk', {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: Array.from({ length: 10 }, (_, number) => ({
        method: 'POST',
        path: '/Users',
        bulkId: String(number),
        data: person(`crowd-${number}`),
      })),
    });
    const { status, took } = await bridge.scim('POST', '/Users', person('ada'), { prefer: 'wait=20' });
    expect([status, took < AT_ONCE]).toEqual([201, true]);
    held.release();
  });

  test('that changes nothing, nothing of identity, or takes access away', async () => {
    const bridge = await WaitingBridge.start();
    const id = await bridge.synced('ada', { title: 'Countess' });
    const held = bridge.gateway.hold(PATCH_USER, 'all');
    const spend = 'urn:ietf:params:scim:schemas:extension:spend:2.0:User';
    const other = { country: 'US', locale: 'en-US', reimbursementCurrency: 'GBP' };
    for (const value of [
      { title: 'Countess' },
      { displayName: 'A' },
      { [spend]: other },
      { active: false },
    ]) {
      const { status, took } = await bridge.patch(id, value, { prefer: 'wait=20' });
      expect([value, status, took < AT_ONCE]).toEqual([value, 200, true]);
    }
    held.release();
    await bridge.reaches(id, 'in_sync');
  });

  test('of a person of whom something is under way', async () => {
    const bridge = await WaitingBridge.start();
    const id = await bridge.synced('ada');
    const held = bridge.gateway.hold(PATCH_USER);
    await bridge.patch(id, { title: 'Queen' }, { prefer: 'wait=0' });
    await held.here;
    const { status, took } = await bridge.patch(id, { title: 'Duke' }, { prefer: 'wait=20' });
    expect([status, took < AT_ONCE]).toEqual([200, true]);
    held.release();
    await bridge.reaches(id, 'in_sync');
  });
});

test('more writes than may wait are accepted at once, and all are delivered', async () => {
  const bridge = await WaitingBridge.start();
  const names = Array.from({ length: 60 }, (_, number) => `person-${number}`);
  const seen = await Promise.all(names.map((name) => bridge.scim('POST', '/Users', person(name))));
  expect(new Set(seen.map(({ status }) => status))).toEqual(new Set([201]));
  for (const { body } of seen) await bridge.reaches(body.id, 'in_sync');
});

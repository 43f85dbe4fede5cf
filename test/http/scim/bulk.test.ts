import type { Express } from 'express';
import request from 'supertest';
import { beforeEach, describe, expect, test } from 'vitest';
import { StoreUnavailable } from '../../../src/domain/store-unavailable.ts';
import { fakeApp } from '../fake-app.ts';
import { fakeConnection } from '../fake-connection.ts';
import { realApp } from '../real-app.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const AUTHORIZATION = 'Bearer secret-idp';

let app: Express;
beforeEach(async () => {
  app = await realApp({ unknownMembers: 'accept' });
});

async function bulk(Operations: readonly object[], rest: object = {}) {
  const body = { schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'], Operations, ...rest };
  const { status, text } = await request(app)
    .post('/scim/v2/Bulk')
    .set('Authorization', AUTHORIZATION)
    .send(body);
  const answered = JSON.parse(text);
  const results: { status: string; location?: string; version?: string; response?: { detail: string } }[] =
    answered.Operations ?? [];
  return { status, body: answered, results, statuses: results.map((result) => result.status) };
}

async function get(path: string) {
  const { text } = await request(app).get(`/scim/v2${path}`).set('Authorization', AUTHORIZATION);
  return JSON.parse(text);
}

const user = (name: string, rest: object = {}) => ({
  method: 'POST',
  path: '/Users',
  bulkId: name,
  data: { userName: `${name}@example.com`, ...rest },
});
const idOf = (location = '') => location.split('/').at(-1) ?? '';

describe('a Bulk', () => {
  test('creates people and the group that they are in, whichever comes first', async () => {
    const group = {
      method: 'POST',
      path: '/Groups',
      bulkId: 'tours',
      data: {
        displayName: 'Tour Guides',
        members: [{ type: 'User', value: 'bulkId:ada' }, { value: 'bulkId:eve' }],
      },
    };
    const { status, body, results } = await bulk([group, user('ada'), user('eve')]);
    expect(status).toBe(200);
    expect(body.schemas).toEqual(['urn:ietf:params:scim:api:messages:2.0:BulkResponse']);
    const location = /^https:\/\/bridge\.example\.com\/scim\/v2\/(Users|Groups)\/[0-9a-f-]{36}$/;
    for (const [index, bulkId] of ['tours', 'ada', 'eve'].entries()) {
      expect(results[index]).toEqual({
        method: 'POST',
        bulkId,
        status: '201',
        version: 'W/"1"',
        location: expect.stringMatching(location),
      });
    }
    const [tours, ada, eve] = results.map(({ location: at }) => idOf(at));
    const { members } = await get(`/Groups/${tours}`);
    expect(members.map(({ value }: { value: string }) => value).sort()).toEqual([ada, eve].sort());
    expect(await get(`/Users/${ada}`)).toMatchObject({
      id: ada,
      userName: 'ada@example.com',
      active: true,
    });
  });

  test('people may refer to each other in a circle', async () => {
    const { results, statuses } = await bulk([
      user('ada', { [ENTERPRISE]: { manager: { value: 'bulkId:eve' } } }),
      user('eve', { [ENTERPRISE]: { manager: { value: 'bulkId:ada' } } }),
    ]);
    expect(statuses).toEqual(['201', '201']);
    const [ada, eve] = results.map(({ location }) => idOf(location));
    expect((await get(`/Users/${ada}`))[ENTERPRISE].manager.value).toBe(eve);
    expect((await get(`/Users/${eve}`))[ENTERPRISE].manager.value).toBe(ada);
  });

  test.each(['accept', 'refuse'] as const)(
    'groups may hold each other, unknown members: %s',
    async (unknown) => {
      app = await realApp({ unknownMembers: unknown });
      const group = (bulkId: string, member: string) => ({
        method: 'POST',
        path: '/Groups',
        bulkId,
        data: { displayName: bulkId, members: [{ value: member }] },
      });
      const { results, statuses } = await bulk([
        group('one', 'bulkId:two'),
        group('two', 'bulkId:one'),
        group('three', 'nobody'),
      ]);
      expect(statuses).toEqual(['201', '201', unknown === 'accept' ? '201' : '400']);
      const [one, two] = results.map(({ location }) => idOf(location));
      expect((await get(`/Groups/${one}`)).members).toMatchObject([{ value: two, type: 'Group' }]);
      expect((await get(`/Groups/${two}`)).members).toMatchObject([{ value: one, type: 'Group' }]);
    },
  );

  test('changes one resource several times, in order', async () => {
    const patch = (title: string) => ({
      method: 'PATCH',
      path: '/Users/bulkId:ada',
      data: { Operations: [{ op: 'replace', path: 'title', value: title }] },
    });
    const { results, statuses } = await bulk([patch('first'), user('ada'), patch('second')]);
    expect(statuses).toEqual(['200', '201', '200']);
    expect(results.map(({ version }) => version)).toEqual(['W/"2"', 'W/"1"', 'W/"3"']);
    expect((await get(`/Users/${idOf(results[1]?.location)}`)).title).toBe('second');
  });

  test('keeps the order of a name that is given up and taken', async () => {
    const [ada] = (await bulk([user('ada')])).results;
    const path = `/Users/${idOf(ada?.location)}`;
    const again = { ...user('new'), data: { userName: 'ada@example.com' } };
    expect((await bulk([{ method: 'DELETE', path }, again])).statuses).toEqual(['204', '201']);
  });

  test('says of every operation what a request of its own would be told', async () => {
    const first = await bulk([user('ada')]);
    const path = `/Users/${idOf(first.results[0]?.location)}`;
    const { results } = await bulk([
      user('ada'),
      { method: 'PUT', path, version: 'W/"9"', data: { userName: 'ada@example.com' } },
      { method: 'PUT', path, version: 'W/"1"', data: { userName: 'ada@example.com', title: 'Countess' } },
      { method: 'PATCH', path, data: { Operations: [{ op: 'replace', path: 'a[', value: 1 }] } },
      { method: 'DELETE', path: '/Users/nobody' },
      { method: 'POST', path: '/Users', bulkId: 'blank', data: {} },
      { method: 'DELETE', path: '/Groups/nothing' },
    ]);
    expect(results).toMatchObject([
      { status: '409', response: { scimType: 'uniqueness', status: '409' } },
      { status: '412', location: `https://bridge.example.com/scim/v2${path}`, response: { status: '412' } },
      { status: '200', version: 'W/"2"' },
      { status: '400', response: { scimType: 'invalidPath' } },
      { status: '404', response: { detail: 'No User has this id.' } },
      { status: '400', response: { scimType: 'invalidValue' } },
      { status: '404', response: { detail: 'No Group has this id.' } },
    ]);
    expect(results[0]).not.toHaveProperty('location');
    expect(results[0]?.response?.detail).toContain('userName');
  });

  test('a group is not made when one of its people was not', async () => {
    await bulk([user('ada')]);
    const group = (bulkId: string, member: string) => ({
      method: 'POST',
      path: '/Groups',
      bulkId,
      data: { displayName: bulkId, members: [{ value: `bulkId:${member}` }] },
    });
    const { statuses } = await bulk([user('ada'), user('eve'), group('one', 'ada'), group('two', 'eve')]);
    expect(statuses).toEqual(['409', '201', '409', '201']);
    const { Resources } = await get('/Groups');
    expect(Resources.map(({ displayName }: { displayName: string }) => displayName)).toEqual(['two']);
  });

  test('stops after failOnErrors errors', async () => {
    const operations = [user('ada'), { method: 'DELETE', path: '/Users/nobody' }, user('eve')];
    expect((await bulk(operations, { failOnErrors: 1 })).statuses).toEqual(['201', '404']);
    expect((await get('/Users')).totalResults).toBe(1);
  });

  test('holds 1,000 operations, and 4 MB', async () => {
    const many = Array.from({ length: 1000 }, (_, index) => user(`person${index}`));
    const { statuses } = await bulk(many);
    expect(new Set(statuses)).toEqual(new Set(['201']));
    expect((await get('/Users?count=0')).totalResults).toBe(1000);
    const more = await bulk([...many, user('one-too-many')]);
    expect([more.status, more.body.status]).toEqual([413, '413']);
    expect(more.body.detail).toContain('maxOperations (1000)');
    const large = await bulk([{ ...user('x'), note: 'x'.repeat(4 * 1024 * 1024) }]);
    expect(large.status).toBe(413);
    expect(large.body.detail).toContain('4 MB');
  });

  test('is not read without a token, and is posted only', async () => {
    const stranger = await request(app).post('/scim/v2/Bulk').set('Content-Type', 'text/plain').send('{');
    expect(stranger.status).toBe(401);
    const wrong = await request(app).get('/scim/v2/Bulk').set('Authorization', AUTHORIZATION);
    expect([wrong.status, wrong.headers.allow]).toEqual([405, 'POST']);
    expect((await bulk([], { Operations: 'none' })).body).toMatchObject({ scimType: 'invalidSyntax' });
  });
});

describe('the door', () => {
  test('wakes the worker once for what was accepted together, and not for nothing', async () => {
    const connection = fakeConnection('default', { 'secret-idp': 'idp' });
    ({ app } = fakeApp({ connections: [connection] }));
    await bulk([user('ada'), user('eve')]);
    expect(connection.woken).toBe(1);
    await bulk([{ method: 'DELETE', path: '/Users/nobody' }]);
    expect(connection.woken).toBe(1);
  });

  test('that is shut is 503 for the whole, and what is unknown tells nothing', async () => {
    const connection = fakeConnection('default', { 'secret-idp': 'idp' });
    const { app: failing, lines } = fakeApp({ connections: [connection] });
    app = failing;
    connection.failure = new StoreUnavailable('SQLITE_FULL', new Error('disk is full'));
    expect((await bulk([user('ada')])).status).toBe(503);
    connection.failure = new Error('SELECT at db-host-7');
    const { status, body } = await bulk([user('ada')]);
    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toContain('db-host-7');
    expect(lines.join()).toContain('db-host-7');
  });
});

import request from 'supertest';
import { beforeEach, describe, expect, test } from 'vitest';
import { fakeApp } from '../fake-app.ts';
import { type FakeConnection, fakeConnection } from '../fake-connection.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const BRIDGE = 'urn:ietf:params:scim:schemas:extension:concur-bridge:2.0:User';

let connection: FakeConnection;
let app: ReturnType<typeof fakeApp>['app'];

beforeEach(() => {
  connection = fakeConnection();
  ({ app } = fakeApp({ connections: [connection] }));
});

type Method = 'get' | 'head' | 'post' | 'put' | 'patch' | 'delete';

async function call(method: Method, path: string, body?: object, headers: Record<string, string> = {}) {
  const sent = request(app)
    [method](`/scim/v2${path}`)
    .set({ Authorization: 'Bearer secret-okta', ...headers });
  const { status, text, headers: answered } = await (body === undefined ? sent : sent.send(body));
  return { status, headers: answered, body: text ? JSON.parse(text) : undefined };
}

async function create(resource: object = { userName: 'ada@example.com', active: true }): Promise<string> {
  const { status, body } = await call('post', '/Users', resource);
  expect(status).toBe(201);
  return body.id;
}

const deactivate = { Operations: [{ op: 'replace', path: 'active', value: false }] };

describe('creating', () => {
  test('answers with the resource, its address and its version, and wakes the worker', async () => {
    const { status, headers, body } = await call('post', '/Users', { userName: 'ada@example.com' });
    expect(status).toBe(201);
    expect(headers.location).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:\\d+/scim/v2/Users/${body.id}$`));
    expect(body.meta.location).toBe(headers.location);
    expect(headers.etag).toBe('W/"1"');
    expect(body.meta.version).toBe('W/"1"');
    expect(connection.woken).toBe(1);
  });

  test('addresses are below the public URL where there is one', async () => {
    ({ app } = fakeApp({ connections: [connection], publicUrl: 'https://scim.example.com/' }));
    const { headers, body } = await call('post', '/Users', { userName: 'ada@example.com' });
    expect(headers.location).toBe(`https://scim.example.com/scim/v2/Users/${body.id}`);
  });

  test('names the attribute that is taken', async () => {
    await create({ userName: 'ada@example.com', [ENTERPRISE]: { employeeNumber: '7' } });
    const name = await call('post', '/Users', { userName: 'ADA@example.com' });
    expect(name.status).toBe(409);
    expect(name.body).toMatchObject({ status: '409', scimType: 'uniqueness' });
    expect(name.body.detail).toContain('userName');
    const number = await call('post', '/Users', {
      userName: 'eve@example.com',
      [ENTERPRISE]: { employeeNumber: '7' },
    });
    expect(number.body.detail).toContain('employeeNumber');
    const long = 'x'.repeat(9_999);
    await connection.directory.accept([
      { kind: 'create', actor: { kind: 'scim', name: 'x' }, resource: { userName: long } },
    ]);
    expect((await call('post', '/Users', { userName: long })).body.detail.length).toBeLessThan(200);
    expect(connection.woken).toBe(1);
  });

  test.each([
    [{}, true],
    [{ active: null }, true],
    [{ active: true }, true],
    [{ active: false }, false],
  ])('who does not say otherwise is active, and is shown so: %j', async (given, active) => {
    const { body } = await call('post', '/Users', { userName: 'ada@example.com', ...given });
    expect(body.active).toBe(active);
    expect((await call('get', `/Users/${body.id}`)).body.active).toBe(active);
    expect(connection.records.get(body.id)?.person.resource.active).toBe(active);
  });

  test('wants a userName', async () => {
    const { status, body } = await call('post', '/Users', { displayName: 'Ada' });
    expect([status, body.scimType]).toEqual([400, 'invalidValue']);
  });
});

describe('reading', () => {
  test('HEAD is GET without the body', async () => {
    const id = await create();
    const { status, headers, body } = await call('head', `/Users/${id}`);
    expect([status, headers.etag, body]).toEqual([200, 'W/"1"', undefined]);
    expect((await call('head', '/Users')).status).toBe(200);
  });

  test('If-None-Match saves the body', async () => {
    const id = await create();
    for (const tag of ['W/"1"', '"1"', '*', '"0", W/"1"']) {
      const { status, body } = await call('get', `/Users/${id}`, undefined, { 'If-None-Match': tag });
      expect([status, body], tag).toEqual([304, undefined]);
    }
    expect((await call('get', `/Users/${id}`, undefined, { 'If-None-Match': 'W/"2"' })).status).toBe(200);
  });

  test('If-None-Match: * changes nothing that is there', async () => {
    const id = await create();
    const nowhere = { 'If-None-Match': '*' };
    const body = { userName: 'ada@example.com', title: 'Count' };
    expect((await call('put', `/Users/${id}`, body, nowhere)).status).toBe(412);
    const operation = { Operations: [{ op: 'replace', path: 'title', value: 'Count' }] };
    expect((await call('patch', `/Users/${id}`, operation, nowhere)).status).toBe(412);
    expect((await call('put', '/Users/nobody', body, nowhere)).status).toBe(404);
    expect((await call('get', `/Users/${id}`)).body).toMatchObject({ meta: { version: 'W/"1"' } });
    expect((await call('put', `/Users/${id}`, body, { 'If-None-Match': 'W/"0"' })).status).toBe(200);
  });

  test('attributes and excludedAttributes choose, and both at once are refused', async () => {
    const id = await create({ userName: 'ada@example.com', title: 'Clerk', displayName: 'Ada' });
    const only = await call('get', `/Users/${id}?attributes=title`);
    expect(Object.keys(only.body).sort()).toEqual(['id', 'schemas', 'title']);
    const without = await call('get', '/Users?excludedAttributes=title,meta');
    expect(without.body.Resources[0]).toMatchObject({ displayName: 'Ada' });
    expect(without.body.Resources[0].title).toBeUndefined();
    const both = { Operations: [{ op: 'replace', path: 'title', value: 'Count' }] };
    expect((await call('patch', `/Users/${id}?attributes=id&excludedAttributes=title`, both)).status).toBe(
      400,
    );
  });

  test.each([
    ['', 1, 100],
    ['?count=500', 1, 200],
    ['?count=0', 1, 0],
    ['?count=-3', 1, 0],
    ['?startIndex=0&count=3', 1, 3],
    ['?startIndex=-9&count=3', 1, 3],
    ['?startIndex=204', 204, 2],
    ['?startIndex=99999999999999999999', Number.MAX_SAFE_INTEGER, 0],
    ['/?count=3&aadOptscim062020&unheard=of', 1, 3],
  ])('a list with %j starts at %i and holds %i', async (query, startIndex, itemsPerPage) => {
    for (let person = 1; person <= 205; person += 1) {
      await connection.directory.accept([
        {
          kind: 'create',
          actor: { kind: 'scim', name: 'x' },
          resource: { userName: `person${person}@example.com` },
        },
      ]);
    }
    const { status, body } = await call('get', `/Users${query}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ totalResults: 205, startIndex, itemsPerPage });
    expect(body.Resources).toHaveLength(itemsPerPage);
  });

  test.each([
    ['?count=ten', 'invalidValue'],
    ['?startIndex=1.5', 'invalidValue'],
    ['?filter=userName', 'invalidFilter'],
    ['?filter=', 'invalidFilter'],
    ['?filter=unheard%20eq%20%22x%22', 'invalidFilter'],
    ['?filter=active%20pr&filter=title%20pr', 'invalidFilter'],
  ])('a list with %j is %s', async (query, scimType) => {
    const { status, body } = await call('get', `/Users${query}`);
    expect([status, body.scimType]).toEqual([400, scimType]);
  });

  test('shows what became of the person in Concur, and an override beside the client’s own data', async () => {
    const id = await create();
    connection.settle(id, {
      state: 'partial',
      concurId: 'c-1',
      lastRequestId: 'r-1',
      lastError: 'Invalid country',
      lastConfirmed: Date.UTC(2026, 1, 1),
      pendingSince: Date.UTC(2026, 1, 2),
    });
    const override = { active: false, reason: 'left', by: 'cli:root', since: Date.UTC(2026, 1, 3) } as const;
    await connection.directory.accept([
      {
        kind: 'change',
        id,
        actor: { kind: 'cli', name: 'root' },
        decide: () => ({ kind: 'override', override, reason: 'left' }),
      },
    ]);
    const { body } = await call('get', `/Users/${id}`);
    expect(body.active).toBe(true);
    expect(body[BRIDGE]).toEqual({
      state: 'partial',
      concurId: 'c-1',
      lastRequestId: 'r-1',
      lastError: 'Invalid country',
      lastConfirmed: '2026-02-01T00:00:00.000Z',
      pendingSince: '2026-02-02T00:00:00.000Z',
      override: { active: false, reason: 'left', by: 'cli:root', since: '2026-02-03T00:00:00.000Z' },
    });
  });
});

describe('changing', () => {
  test('PUT of our whole answer changes nothing', async () => {
    ({ app } = fakeApp({ connections: [connection], publicUrl: 'https://scim.example.com' }));
    const id = await create({
      userName: 'ada@example.com',
      name: { givenName: 'Ada' },
      emails: [{ value: 'ada@example.com', type: 'work', primary: true }],
      active: true,
      [ENTERPRISE]: { employeeNumber: '7', manager: { value: 'boss' } },
    });
    const shown = (await call('get', `/Users/${id}`)).body;
    const { status, body } = await call('put', `/Users/${id}`, shown);
    expect(status).toBe(200);
    expect(body).toEqual(shown);
    expect(connection.records.get(id)?.person.version).toBe(1);
  });

  test('PUT takes away what it does not name, but never active', async () => {
    const id = await create({ userName: 'ada@example.com', title: 'Clerk', active: false });
    const { body } = await call('put', `/Users/${id}`, { userName: 'ada@example.com', displayName: 'Ada' });
    expect(body).toMatchObject({ active: false, displayName: 'Ada' });
    expect(body.title).toBeUndefined();
    const { items } = await connection.reports.changes({ limit: 1 });
    expect(items[0]?.attributes).toEqual(['displayName', 'title']);
    const cleared = await call('put', `/Users/${id}`, { userName: 'ada@example.com', active: null });
    expect(cleared.body.active).toBe(false);
  });

  test('PATCH never gives access back by clearing active, and may name the person’s own id', async () => {
    const id = await create({ userName: 'ada@example.com', active: false });
    const patch = (...Operations: object[]) => call('patch', `/Users/${id}`, { Operations });
    const cleared = await patch({ op: 'remove', path: 'active' }, { op: 'replace', value: { active: null } });
    expect([cleared.status, cleared.body.active]).toEqual([200, false]);
    const own = await patch({ op: 'replace', path: 'id', value: id }, { op: 'replace', value: { id } });
    expect([own.status, own.headers.etag]).toEqual([200, 'W/"1"']);
    for (const other of [
      { op: 'replace', path: 'id', value: 'x' },
      { op: 'replace', value: { id: 'x' } },
    ]) {
      expect((await patch(other)).body.scimType).toBe('mutability');
    }
  });

  test('PATCH works on the person as they are when it is applied', async () => {
    const id = await create();
    const set = (path: string) =>
      call('patch', `/Users/${id}`, { Operations: [{ op: 'add', path, value: 'x' }] });
    await Promise.all([set('title'), set('nickName'), set('displayName')]);
    expect((await call('get', `/Users/${id}`)).body).toMatchObject({
      title: 'x',
      nickName: 'x',
      displayName: 'x',
    });
  });

  test('what a change itself refuses is the client’s error', async () => {
    const id = await create();
    const path = await call('patch', `/Users/${id}`, {
      Operations: [{ op: 'replace', path: 'a[', value: 1 }],
    });
    expect([path.status, path.body.scimType]).toEqual([400, 'invalidPath']);
    const put = await call('put', `/Users/${id}`, { displayName: 'no userName' });
    expect([put.status, put.body.scimType]).toEqual([400, 'invalidValue']);
    expect(connection.woken).toBe(1);
  });

  test('a name that is taken is a conflict', async () => {
    await create();
    const id = await create({ userName: 'eve@example.com' });
    const { status } = await call('put', `/Users/${id}`, { userName: 'Ada@example.com' });
    expect(status).toBe(409);
  });

  test.each(['put', 'patch', 'delete'] as const)('%s of nobody is 404', async (method) => {
    const body = method === 'put' ? { userName: 'x' } : deactivate;
    const { status, body: error } = await call(
      method,
      '/Users/nobody',
      method === 'delete' ? undefined : body,
    );
    expect([status, error.status]).toEqual([404, '404']);
  });

  test.each(['put', 'patch', 'delete'] as const)('%s under If-Match', async (method) => {
    const id = await create();
    const body = method === 'put' ? { userName: 'ada@example.com', title: 'x' } : deactivate;
    const send = (tag: string) =>
      call(method, `/Users/${id}`, method === 'delete' ? undefined : body, { 'If-Match': tag });
    const refused = await send('W/"7"');
    expect([refused.status, refused.body.status]).toEqual([412, '412']);
    expect(connection.records.get(id)?.person.version).toBe(1);
    expect((await send('"0", W/"1"')).status).toBe(method === 'delete' ? 204 : 200);
    const next = await create({ userName: 'next@example.com' });
    const any = await call(
      method,
      `/Users/${next}`,
      method === 'delete' ? undefined : { ...body, userName: 'n' },
      {
        'If-Match': '*',
      },
    );
    expect(any.status).toBe(method === 'delete' ? 204 : 200);
  });

  test('DELETE is once', async () => {
    const id = await create();
    const { status, body } = await call('delete', `/Users/${id}`);
    expect([status, body]).toEqual([204, undefined]);
    expect((await call('delete', `/Users/${id}`)).status).toBe(404);
    expect((await call('get', `/Users/${id}`)).status).toBe(404);
    expect(connection.records.get(id)?.person.deleted).not.toBeNull();
  });
});

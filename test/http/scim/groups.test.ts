import request from 'supertest';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { HttpConnection } from '../../../src/http/connection.ts';
import type { UnknownMembers } from '../../../src/scim/groups.ts';
import { type Bench, createOne, ENGINES, openBench } from '../../store/engines.ts';
import { fakeApp } from '../fake-app.ts';
import { type FakeConnection, fakeConnection } from '../fake-connection.ts';

const BASE = 'https://bridge.example.com/scim/v2';
const ADSCIM = 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group';

describe.each(ENGINES)('groups on $name', (engine) => {
  let bench: Bench;
  let connection: FakeConnection;
  let app: ReturnType<typeof fakeApp>['app'];
  /** The reads of groups, as they reached the store. */
  let reads: string[];
  let ada: string;
  let eve: string;

  beforeEach(async () => {
    bench = await openBench(engine);
    ada = (await createOne(bench.connection, { userName: 'ada', displayName: 'Ada' })).person.id;
    eve = (await createOne(bench.connection, { userName: 'eve' })).person.id;
    serve('accept');
  });
  afterEach(() => bench.close());

  function serve(unknownMembers: UnknownMembers): void {
    const { directory } = bench.connection;
    const { groups } = directory;
    reads = [];
    const noted: HttpConnection['directory'] = {
      ...directory,
      groupsOf: (ids) => {
        reads.push(`of ${ids.length}`);
        return directory.groupsOf(ids);
      },
      groups: {
        ...groups,
        get: (id, withMembers) => {
          reads.push(`get ${withMembers}`);
          return groups.get(id, withMembers);
        },
        list: (query, withMembers) => {
          reads.push(`list ${withMembers}`);
          return groups.list(query, withMembers);
        },
      },
    };
    connection = Object.assign(fakeConnection(), { directory: noted, unknownMembers });
    ({ app } = fakeApp({ connections: [connection], publicUrl: 'https://bridge.example.com' }));
  }

  type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

  async function call(method: Method, path: string, body?: object, headers: Record<string, string> = {}) {
    const sent = request(app)
      [method](`/scim/v2${path}`)
      .set({ Authorization: 'Bearer secret-okta', ...headers });
    const { status, text, headers: answered } = await (body === undefined ? sent : sent.send(body));
    return { status, headers: answered, body: text ? JSON.parse(text) : undefined };
  }

  async function create(resource: object = { displayName: 'Clerks' }): Promise<string> {
    const { status, body } = await call('post', '/Groups', resource);
    expect(status, JSON.stringify(body)).toBe(201);
    return body.id;
  }

  const patch = (id: string, ...Operations: object[]) => call('patch', `/Groups/${id}`, { Operations });
  const add = (...ids: string[]) => ({ op: 'add', path: 'members', value: ids.map((value) => ({ value })) });

  describe('creating', () => {
    test('answers with the group, its address and its version, and wakes the worker', async () => {
      const { status, headers, body } = await call('post', '/Groups', {
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group', ADSCIM],
        externalId: '8aa1a0c0',
        displayName: 'Clerks',
        members: [{ value: ada, display: 'whoever' }],
      });
      expect(status).toBe(201);
      expect(headers).toMatchObject({ location: `${BASE}/Groups/${body.id}`, etag: 'W/"1"' });
      expect(body).toMatchObject({
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
        externalId: '8aa1a0c0',
        displayName: 'Clerks',
        members: [{ value: ada, display: 'Ada', type: 'User', $ref: `${BASE}/Users/${ada}` }],
        meta: { resourceType: 'Group', location: headers.location, version: 'W/"1"' },
      });
      expect(connection.woken).toBe(1);
    });

    test('a name that another group has is a conflict, for a PUT too', async () => {
      await create();
      const { status, body } = await call('post', '/Groups', { displayName: 'CLERKS' });
      expect([status, body.scimType]).toEqual([409, 'uniqueness']);
      const id = await create({ displayName: 'Scribes' });
      expect((await call('put', `/Groups/${id}`, { displayName: 'clerks' })).status).toBe(409);
      expect((await call('put', `/Groups/${id}`, { displayName: 'Scribes' })).status).toBe(200);
      expect((await patch(id, { op: 'replace', path: 'displayName', value: 'Clerks' })).status).toBe(409);
    });

    test('wants a displayName', async () => {
      const { status, body } = await call('post', '/Groups', { members: [{ value: ada }] });
      expect([status, body.scimType]).toEqual([400, 'invalidValue']);
    });

    test('a group may be in a group', async () => {
      const inner = await create();
      const outer = await create({ displayName: 'All', members: [{ value: inner }] });
      expect((await call('get', `/Groups/${outer}`)).body.members).toEqual([
        { value: inner, display: 'Clerks', type: 'Group', $ref: `${BASE}/Groups/${inner}` },
      ]);
    });
  });

  describe('reading', () => {
    test('members are read where they are shown only', async () => {
      const id = await create({ displayName: 'Clerks', members: [{ value: ada }] });
      reads = [];
      for (const query of [
        '',
        '?excludedAttributes=members',
        '?attributes=displayName',
        '?attributes=members.value',
      ]) {
        await call('get', `/Groups/${id}${query}`);
        await call('get', `/Groups${query}`);
      }
      await call('post', '/Groups/.search', { excludedAttributes: ['members'] });
      expect(reads).toEqual([
        ...['get true', 'list true', 'get false', 'list false', 'get false', 'list false'],
        ...['get true', 'list true', 'list false'],
      ]);
      const { body } = await call('get', '/Groups?attributes=members.value');
      expect(body.Resources).toMatchObject([{ id, members: [{ value: ada }] }]);
      expect(body.Resources[0].members[0].display).toBeUndefined();
    });

    test('nobody has that id', async () => {
      const { status, body } = await call('get', '/Groups/nobody');
      expect([status, body.detail]).toEqual([404, 'No Group has this id.']);
    });

    test('everybody is shown, however many they are, alone and in a list', async () => {
      const ids = Array.from({ length: 5_001 }, (_, index) => `member-${String(index).padStart(4, '0')}`);
      const value = ids.map((one) => ({ value: one }));
      const created = await call('post', '/Groups', {
        displayName: 'Everybody',
        members: [{ value: ada }, ...value],
      });
      const { id } = created.body;
      await create({ displayName: 'Clerks', members: [{ value: eve }] });
      const everybody = [{ value: ada, display: 'Ada' }, ...value];
      expect(created.body.members).toMatchObject(everybody);
      expect(created.headers.location).toBe(`${BASE}/Groups/${id}`);
      const read = await call('get', `/Groups/${id}`);
      expect(read.body).toEqual(created.body);
      expect(read.headers).toMatchObject({
        etag: 'W/"1"',
        'content-type': 'application/scim+json; charset=utf-8',
      });
      const list = await call('get', '/Groups?startIndex=1&count=100');
      expect(list.status).toBe(200);
      expect(list.body).toMatchObject({ totalResults: 2, startIndex: 1, itemsPerPage: 2 });
      expect(list.body.Resources[0]).toEqual(created.body);
      expect(list.body.Resources[1]).toMatchObject({ displayName: 'Clerks', members: [{ value: eve }] });
      const found = await call('post', '/.search', { filter: 'displayName sw "Every"' });
      expect(found.body.Resources).toEqual([created.body]);
      const replaced = await call('put', `/Groups/${id}`, { ...read.body, displayName: 'All' });
      expect(replaced.body).toMatchObject({
        displayName: 'All',
        members: everybody,
        meta: { version: 'W/"2"' },
      });
    });

    test('If-None-Match saves the body', async () => {
      const id = await create();
      const { status, body } = await call('get', `/Groups/${id}`, undefined, { 'If-None-Match': 'W/"1"' });
      expect([status, body]).toEqual([304, undefined]);
    });
  });

  describe('changing', () => {
    test('PUT of our whole answer changes nothing, and one without members leaves nobody', async () => {
      const id = await create({ displayName: 'Clerks', members: [{ value: ada }, { value: eve }] });
      const shown = (await call('get', `/Groups/${id}`)).body;
      const same = await call('put', `/Groups/${id}`, { ...shown, unheard: 'of' });
      expect(same).toMatchObject({ status: 200, body: shown });
      const emptied = await call('put', `/Groups/${id}`, { displayName: 'Clerks' });
      expect(emptied.body).toMatchObject({ displayName: 'Clerks', meta: { version: 'W/"2"' } });
      expect(emptied.body.members).toBeUndefined();
    });

    test('PATCH says nothing unless attributes are asked for', async () => {
      const id = await create();
      const { status, headers, body } = await patch(id, add(ada));
      expect([status, headers.etag, body]).toEqual([204, 'W/"2"', undefined]);
      const asked = await call('patch', `/Groups/${id}?attributes=members`, { Operations: [add(eve)] });
      expect(asked.status).toBe(200);
      expect(asked.body.members.map(({ value }: { value: string }) => value)).toEqual([ada, eve].sort());
      expect(asked.body.displayName).toBeUndefined();
      const excluded = await call('patch', `/Groups/${id}?excludedAttributes=id`, { Operations: [add(eve)] });
      expect(excluded.status).toBe(204);
    });

    test('PATCH that changes nothing changes no version', async () => {
      const id = await create({ displayName: 'Clerks', members: [{ value: ada }] });
      for (const operation of [
        add(ada),
        { op: 'Replace', value: { id, displayName: 'Clerks' } },
        { op: 'Remove', path: 'members', value: [{ $ref: null, value: eve }] },
        { op: 'Remove', path: 'members', value: [] },
        { op: 'replace', path: 'members', value: [{ value: ada }] },
        { op: 'remove', path: 'members[type eq "Group"]' },
      ]) {
        expect((await patch(id, operation)).headers.etag, JSON.stringify(operation)).toBe('W/"1"');
      }
      await patch(id, { op: 'remove', path: 'members[type eq "User"]' });
      expect((await call('get', `/Groups/${id}`)).body).toMatchObject({ meta: { version: 'W/"2"' } });
    });

    test('what a change itself refuses leaves all of the group as it is', async () => {
      const id = await create();
      const { status, body } = await patch(id, add(ada), { op: 'remove', path: 'displayName' });
      expect([status, body.scimType]).toEqual([400, 'mutability']);
      expect((await call('get', `/Groups/${id}`)).body.members).toBeUndefined();
    });

    test.each(['put', 'patch', 'delete'] as const)('%s under If-Match', async (method) => {
      const id = await create();
      const body = { put: { displayName: 'Scribes' }, patch: { Operations: [add('x')] }, delete: undefined };
      const send = (tag: string) => call(method, `/Groups/${id}`, body[method], { 'If-Match': tag });
      expect((await send('W/"7"')).status).toBe(412);
      expect((await call('get', `/Groups/${id}`)).body.meta.version).toBe('W/"1"');
      expect((await send('"0", W/"1"')).status).toBe(method === 'put' ? 200 : 204);
    });

    test.each(['put', 'patch', 'delete'] as const)('%s of no group is 404', async (method) => {
      const body = { put: { displayName: 'x' }, patch: { Operations: [add('x')] }, delete: undefined };
      expect((await call(method, '/Groups/nobody', body[method])).status).toBe(404);
    });

    test('DELETE is once, and the name is free again', async () => {
      const id = await create();
      expect(await call('delete', `/Groups/${id}`)).toMatchObject({ status: 204, body: undefined });
      expect((await call('delete', `/Groups/${id}`)).status).toBe(404);
      expect((await call('get', `/Groups/${id}`)).status).toBe(404);
      await create();
    });

    test('takes 10,000 members at once', async () => {
      const id = await create();
      const value = Array.from({ length: 10_000 }, (_, index) => ({
        value: `11111111-0000-4000-8000-${String(index).padStart(12, '0')}`,
        display: `person.with.a.long.name.${index}@example.com`,
        $ref: null,
      }));
      expect((await patch(id, { op: 'Add', path: 'members', value })).status).toBe(204);
      expect((await call('get', `/Groups/${id}`)).body.members).toHaveLength(10_000);
    });
  });

  describe('members who are not here', () => {
    const unknown = Array.from({ length: 7 }, (_, index) => `unknown-${index}`);

    test('are remembered', async () => {
      const id = await create({ displayName: 'Clerks', members: unknown });
      expect((await patch(id, add('unknown-7', ada))).status).toBe(204);
      const { members } = (await call('get', `/Groups/${id}`)).body;
      expect(members).toHaveLength(9);
      expect(members).toContainEqual({ value: 'unknown-7' });
    });

    test('are refused by name where the connection says so', async () => {
      serve('refuse');
      const id = await create({ displayName: 'Clerks', members: [{ value: ada }] });
      const one = await patch(id, add('unknown-1', eve));
      expect([one.status, one.body.scimType]).toEqual([400, 'invalidValue']);
      expect(one.body.detail).toContain('"unknown-1"');
      expect(one.body.detail).not.toContain(eve);
      const many = await call('post', '/Groups', { displayName: 'Scribes', members: unknown });
      expect(many.body.detail.match(/"unknown-\d"/g)).toHaveLength(5);
      expect(many.body.detail).toContain('2 others');
      expect((await call('get', `/Groups/${id}`)).body.members).toHaveLength(1);
    });
  });

  describe('a person’s groups', () => {
    test('are shown with the person, whatever was done to them', async () => {
      const id = await create({ displayName: 'Clerks', members: [{ value: ada }] });
      const groups = [{ value: id, display: 'Clerks', type: 'direct', $ref: `${BASE}/Groups/${id}` }];
      const whole = { userName: 'ada', displayName: 'Ada', groups: [{ value: 'theirs' }] };
      const title = { Operations: [{ op: 'add', path: 'title', value: 'Clerk' }] };
      expect((await call('get', `/Users/${ada}`)).body.groups).toEqual(groups);
      expect((await call('put', `/Users/${ada}`, whole)).body.groups).toEqual(groups);
      expect((await call('patch', `/Users/${ada}`, title)).body.groups).toEqual(groups);
      const { Resources } = (await call('get', '/Users')).body;
      expect(Resources.map((resource: { groups?: unknown }) => resource.groups)).toEqual([groups, undefined]);
      const found = await call('post', '/Users/.search', { attributes: ['groups.display'] });
      expect(found.body.Resources[0].groups).toEqual([{ display: 'Clerks' }]);
    });

    test('of many are asked for once, and not at all where they are not shown', async () => {
      for (const query of ['', '?excludedAttributes=groups', '?attributes=userName', '?count=0']) {
        await call('get', `/Users${query}`);
      }
      await call('get', `/Users/${ada}?excludedAttributes=groups`);
      await call('post', '/Users?attributes=id', { userName: 'zoe' });
      expect(reads).toEqual(['of 2']);
    });

    test('cannot be changed at the person', async () => {
      const operation = { op: 'add', path: 'groups', value: [{ value: 'x' }] };
      const { status, body } = await call('patch', `/Users/${ada}`, { Operations: [operation] });
      expect([status, body.scimType]).toEqual([400, 'mutability']);
    });
  });
});

import request from 'supertest';
import { describe, expect, test } from 'vitest';
import { StoreUnavailable } from '../../src/domain/store-unavailable.ts';
import { fakeApp } from './fake-app.ts';
import { fakeConnection } from './fake-connection.ts';

const authorization = { Authorization: 'Bearer secret-okta' };

describe('every answer', () => {
  const { app } = fakeApp({});

  test.each([
    ['/scim/v2/Users', authorization],
    ['/scim/v2/Users', {}],
    ['/api/v1/summary', {}],
    ['/healthz', {}],
    ['/nowhere', {}],
  ])('of %s carries an id of its own and says nothing of the server', async (path, headers) => {
    const first = await request(app).get(path).set(headers);
    const second = await request(app).get(path).set(headers);
    expect(first.headers['x-request-id']).toMatch(/^request-\d+$/);
    expect(second.headers['x-request-id']).not.toBe(first.headers['x-request-id']);
    expect(first.headers['x-powered-by']).toBeUndefined();
    expect(first.headers.etag).toBeUndefined();
    expect(first.headers['x-content-type-options']).toBe('nosniff');
    expect(first.headers['cache-control']).toBe('no-store');
    expect(first.headers['content-type']).toMatch(/json/);
  });

  test.each([
    ['GET', '/scim', '404'],
    ['GET', '/scim/v2', '404'],
    ['GET', '/scim/v2/Nothing', '404'],
    ['GET', '/scim/unheard/v2/Users', '404'],
    ['GET', '/scim/v2/Users/%E0%A4%A', '400'],
    ['GET', '/scim/%E0%A4%A/v2/Users', '400'],
    ['PUT', '/scim/v2/Users/1/2/3', '404'],
    ['OPTIONS', '/scim/v2/Users', '405'],
  ] as const)('%s %s is a SCIM error %s', async (method, path, status) => {
    const methods = { GET: 'get', PUT: 'put', OPTIONS: 'options' } as const;
    const answer = await request(app)[methods[method]](path).set(authorization);
    expect(answer.headers['content-type']).toMatch(/^application\/scim\+json/);
    expect(JSON.parse(answer.text)).toMatchObject({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status,
    });
    expect(answer.status).toBe(Number(status));
  });

  test('elsewhere an unknown address is a plain JSON error', async () => {
    const answer = await request(app).get('/nowhere');
    expect(answer.status).toBe(404);
    expect(answer.body.error).toEqual({
      code: 'not_found',
      message: expect.any(String),
      requestId: answer.headers['x-request-id'],
    });
  });

  test.each([
    ['delete', '/scim/v2/Users', 'GET, HEAD, POST'],
    ['post', '/scim/v2/Users/1', 'GET, HEAD, PUT, PATCH, DELETE'],
    ['put', '/scim/v2/Schemas', 'GET, HEAD'],
    ['patch', '/scim/v2/Groups', 'GET, HEAD, POST'],
  ] as const)('%s %s is 405 with Allow', async (method, path, allow) => {
    const answer = await request(app)[method](path).set(authorization);
    expect(answer.status).toBe(405);
    expect(answer.headers.allow).toBe(allow);
    expect(JSON.parse(answer.text).status).toBe('405');
  });

  test.each([
    [undefined, 'scim+json'],
    ['*/*', 'scim+json'],
    ['application/scim+json', 'scim+json'],
    ['application/json, application/scim+json;q=0.5', 'scim+json'],
    ['application/json', 'json'],
    ['application/json; charset=UTF-8', 'json'],
    ['application/scim+json;charset=utf-8, application/json', 'scim+json'],
    ['application/scim+json;q=0, application/json', 'json'],
    ['text/html', 'scim+json'],
  ])('to Accept: %s is application/%s', async (accept, type) => {
    const sent = request(app).get('/scim/v2/Users').set(authorization);
    const answer = await (accept === undefined ? sent : sent.set('Accept', accept));
    expect(answer.headers['content-type']).toBe(`application/${type}; charset=utf-8`);
  });
});

describe('an address', () => {
  const { app } = fakeApp({});

  test.each(['?', '?aadOptscim062020', '?aadOptscim062020=', '?&unheard=of&x[y]=1', '/?'])(
    'may end with %s',
    async (end) => {
      const created = await request(app)
        .post(`/scim/v2/Users${end}`)
        .set(authorization)
        .send({ userName: `${encodeURIComponent(end)}@example.com` });
      expect(created.status).toBe(201);
      const { id, meta } = JSON.parse(created.text);
      expect(created.headers.location).toBe(meta.location);
      const patch = { Operations: [{ op: 'replace', path: 'title', value: 'x' }] };
      const changed = request(app).patch(`/scim/v2/Users/${id}${end}`).set(authorization).send(patch);
      expect((await changed).status).toBe(200);
      expect((await request(app).get(`/scim/v2/Users${end}`).set(authorization)).status).toBe(200);
    },
  );

  test.each([
    '/Users',
    '/Groups',
    '/Roles',
    '/Entitlements',
    '/Schemas',
    '/ResourceTypes',
    '/ServiceProviderConfig',
  ])('HEAD of %s is GET without the body', async (path) => {
    const head = await request(app).head(`/scim/v2${path}`).set(authorization);
    const get = await request(app).get(`/scim/v2${path}`).set(authorization);
    expect([head.status, head.text]).toEqual([200, undefined]);
    expect(head.headers['content-length']).toBe(get.headers['content-length']);
    expect(head.headers['content-type']).toBe(get.headers['content-type']);
  });
});

describe('health', () => {
  test('/healthz answers always, /readyz when ready', async () => {
    let ready = false;
    const { app } = fakeApp({ ready: async () => ready });
    expect((await request(app).get('/healthz')).status).toBe(200);
    expect((await request(app).get('/readyz')).status).toBe(503);
    ready = true;
    expect((await request(app).get('/readyz')).status).toBe(200);
  });
});

describe('a store that is not available', () => {
  test('is 503 with Retry-After in seconds, and the operator reads why', async () => {
    const connection = fakeConnection();
    const { app, lines } = fakeApp({ connections: [connection] });
    connection.failure = new StoreUnavailable('SQLITE_FULL', new Error('database or disk is full'));
    const answer = await request(app)
      .post('/scim/v2/Users')
      .set(authorization)
      .send({ userName: 'ada@example.com' });
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toMatch(/^\d+$/);
    expect(JSON.parse(answer.text)).toMatchObject({ status: '503' });
    expect(answer.text).not.toMatch(/SQLITE|disk/);
    const line = JSON.parse(lines[0] ?? '');
    expect(line).toMatchObject({ level: 50, status: 503 });
    expect(line.err.message).toContain('SQLITE_FULL');
  });
});

describe('an unknown failure', () => {
  test('tells the client its request id and the operator the cause', async () => {
    const connection = fakeConnection();
    const { app, lines } = fakeApp({ connections: [connection] });
    connection.failure = new Error('SELECT secret FROM person at db-host-7');
    const answer = await request(app).get('/scim/v2/Users').set(authorization);

    expect(answer.status).toBe(500);
    const body = JSON.parse(answer.text);
    expect(body.detail).toContain(`request id ${answer.headers['x-request-id']}`);
    expect(answer.text).not.toMatch(/SELECT|db-host/);
    const line = JSON.parse(lines[0] ?? '');
    expect(line).toMatchObject({ level: 50, requestId: answer.headers['x-request-id'], status: 500 });
    expect(line.err.message).toContain('db-host-7');
  });

  test('thrown while deciding is one too', async () => {
    const connection = fakeConnection();
    const { app } = fakeApp({ connections: [connection] });
    const created = await request(app)
      .post('/scim/v2/Users')
      .set(authorization)
      .send({ userName: 'ada@example.com' });
    const { id } = JSON.parse(created.text);
    const record = connection.records.get(id);
    if (record === undefined) throw new Error('not created');
    connection.records.set(id, {
      ...record,
      person: {
        ...record.person,
        get resource(): never {
          throw new TypeError('a bug');
        },
      },
    });
    const answer = await request(app)
      .patch(`/scim/v2/Users/${id}`)
      .set(authorization)
      .send({
        Operations: [{ op: 'replace', value: { active: false } }],
      });
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain('a bug');
  });
});

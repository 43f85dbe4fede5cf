import request from 'supertest';
import { expect, test } from 'vitest';
import { fakeApp } from '../fake-app.ts';
import { fakeConnection } from '../fake-connection.ts';

const { app } = fakeApp({
  connections: [fakeConnection(), fakeConnection('emea', { 'secret-okta': 'okta' })],
  publicUrl: 'https://scim.example.com',
});

async function call(method: 'get' | 'post' | 'put' | 'patch' | 'delete', path: string) {
  const { status, text } = await request(app)[method](path).set('Authorization', 'Bearer secret-okta');
  return { status, body: JSON.parse(text) };
}

test('ServiceProviderConfig says what there is', async () => {
  const { status, body } = await call('get', '/scim/v2/ServiceProviderConfig');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    patch: { supported: true },
    bulk: { supported: true },
    sort: { supported: true },
    filter: { supported: true, maxResults: 200 },
    etag: { supported: true },
  });
});

test.each(['ResourceTypes', 'Schemas'])(
  'everything in %s is found under its own address',
  async (endpoint) => {
    const { body } = await call('get', `/scim/emea/v2/${endpoint}`);
    expect(body.totalResults).toBe(body.Resources.length);
    expect(body.Resources).not.toEqual([]);
    for (const resource of body.Resources) {
      expect(resource.meta.location).toBe(`https://scim.example.com/scim/emea/v2/${endpoint}/${resource.id}`);
      expect((await call('get', new URL(resource.meta.location).pathname)).body).toEqual(resource);
    }
  },
);

test('discovery is not searched, and knows what it does not have', async () => {
  expect((await call('get', '/scim/v2/Schemas?filter=id%20pr')).status).toBe(403);
  expect((await call('get', '/scim/v2/Schemas/urn:unheard:of')).status).toBe(404);
  expect((await call('get', '/scim/v2/ResourceTypes/Device')).status).toBe(404);
});

test.each(['get', 'put', 'post', 'patch', 'delete'] as const)('%s /Me is not offered', async (method) => {
  const { status, body } = await call(method, '/scim/v2/Me');
  expect([status, body.status]).toEqual([501, '501']);
});

test('what is discovered is there: every type has a schema and an endpoint', async () => {
  const { body } = await call('get', '/scim/v2/ResourceTypes');
  expect(body.Resources.map(({ id }: { id: string }) => id)).toEqual([
    'User',
    'Group',
    'Role',
    'Entitlement',
  ]);
  for (const { schema, schemaExtensions, endpoint } of body.Resources) {
    const urns = [schema, ...schemaExtensions.map((extension: { schema: string }) => extension.schema)];
    for (const urn of urns) expect((await call('get', `/scim/v2/Schemas/${urn}`)).body.id).toBe(urn);
    const list = await call('get', `/scim/v2${endpoint}?count=1`);
    expect([list.status, typeof list.body.totalResults]).toEqual([200, 'number']);
  }
});

test('ServiceProviderConfig is kept to', async () => {
  const { filter, bulk, pagination } = (await call('get', '/scim/v2/ServiceProviderConfig')).body;
  const all = await call('get', '/scim/v2/Roles?count=999');
  expect(all.body.itemsPerPage).toBeLessThanOrEqual(Math.min(filter.maxResults, pagination.maxPageSize));
  expect((await call('get', '/scim/v2/Roles')).body.itemsPerPage).toBeLessThanOrEqual(
    pagination.defaultPageSize,
  );
  const send = async (body: object) => {
    const sent = request(app).post('/scim/v2/Bulk').set('Authorization', 'Bearer secret-okta').send(body);
    return (await sent).status;
  };
  const Operations = new Array(bulk.maxOperations).fill({});
  expect(await send({ Operations })).toBe(200);
  expect(await send({ Operations: [...Operations, {}] })).toBe(413);
  const frame = JSON.stringify({ Operations: [], x: '' }).length;
  expect(await send({ Operations: [], x: 'x'.repeat(bulk.maxPayloadSize - frame) })).toBe(200);
  expect(await send({ Operations: [], x: 'x'.repeat(bulk.maxPayloadSize - frame + 1) })).toBe(413);
});

test.each(['ServiceProviderConfig', 'ResourceTypes', 'Schemas'])('%s wants a token', async (endpoint) => {
  expect((await request(app).get(`/scim/v2/${endpoint}`)).status).toBe(401);
});

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
    bulk: { supported: false },
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

test.each([
  ['get', '/Me'],
  ['put', '/Me'],
  ['post', '/Bulk'],
  ['post', '/.search'],
  ['post', '/Users/.search'],
  ['post', '/Groups'],
  ['put', '/Groups/1'],
  ['patch', '/Groups/1'],
  ['delete', '/Groups/1'],
] as const)('%s %s is not offered', async (method, path) => {
  const { status, body } = await call(method, `/scim/v2${path}`);
  expect([status, body.status]).toEqual([501, '501']);
});

test('there are no groups', async () => {
  const list = await call('get', '/scim/v2/Groups?startIndex=1&count=100');
  expect(list.body).toMatchObject({ totalResults: 0, startIndex: 1, itemsPerPage: 0, Resources: [] });
  expect((await call('get', '/scim/v2/Groups/1')).status).toBe(404);
});

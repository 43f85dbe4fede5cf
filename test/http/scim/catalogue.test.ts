import request from 'supertest';
import { describe, expect, test } from 'vitest';
import { fakeApp } from '../fake-app.ts';

const { app } = fakeApp({ publicUrl: 'https://scim.example.com' });

async function call(method: 'get' | 'post' | 'put' | 'patch' | 'delete' | 'head', path: string) {
  const { status, text, headers } = await request(app)
    [method](`/scim/v2${path}`)
    .set('Authorization', 'Bearer secret-okta');
  return { status, headers, body: text ? JSON.parse(text) : undefined };
}
const names = (body: { Resources: { id: string }[] }) => body.Resources.map(({ id }) => id);

describe('/Roles', () => {
  test('are the spend roles of Concur, in the form that Okta reads', async () => {
    const { status, body } = await call('get', '/Roles?count=200');
    expect(status).toBe(200);
    expect(body).toMatchObject({ totalResults: 93, startIndex: 1, itemsPerPage: 93 });
    expect(body.Resources).toContainEqual({
      schemas: ['urn:okta:scim:schemas:core:1.0:Role'],
      id: 'EXP_APPROVER',
      displayName: 'Expense Approver',
      description: expect.any(String),
      meta: { resourceType: 'Role', location: 'https://scim.example.com/scim/v2/Roles/EXP_APPROVER' },
    });
    expect(new Set(names(body)).size).toBe(93);
    for (const { description } of body.Resources) expect(description.length).toBeLessThanOrEqual(1000);
  });

  test('do not hold what Concur gives with an entitlement', async () => {
    for (const code of ['EXP_USER', 'REQ_USER', 'INV_PMT_USER']) {
      expect((await call('get', `/Roles/${code}`)).status, code).toBe(404);
    }
  });
});

describe('/Entitlements', () => {
  test('are the four of Concur', async () => {
    const { body } = await call('get', '/Entitlements');
    expect(names(body)).toEqual(['Expense', 'Invoice', 'Request', 'Travel']);
    expect((await call('get', '/Entitlements/Travel')).body).toEqual({
      schemas: ['urn:okta:scim:schemas:core:1.0:Entitlement'],
      id: 'Travel',
      displayName: 'Travel',
      type: 'Product',
      description: expect.any(String),
      meta: {
        resourceType: 'Entitlement',
        location: 'https://scim.example.com/scim/v2/Entitlements/Travel',
      },
    });
  });

  test.each([
    ['count=1', ['Expense'], 4],
    ['startIndex=2&count=2', ['Invoice', 'Request'], 4],
    ['startIndex=9', [], 4],
    ['count=0', [], 4],
    ['filter=id eq "Travel"', ['Travel'], 1],
    ['filter=displayName eq "tRAVEL"', ['Travel'], 1],
    ['filter=type eq "Product" and displayName sw "re"', ['Request'], 1],
    ['filter=id eq "travel"', [], 0],
    ['filter=meta.resourceType eq "Entitlement"&count=1', ['Expense'], 4],
    ['sortBy=displayName&sortOrder=descending&count=2', ['Travel', 'Request'], 4],
    ['filter=displayName co "e"&startIndex=2&count=1', ['Invoice'], 4],
  ])('a list with %s', async (query, ids, total) => {
    const { status, body } = await call('get', `/Entitlements?${query}`);
    expect(status).toBe(200);
    expect(names(body)).toEqual(ids);
    expect(body).toMatchObject({ totalResults: total, itemsPerPage: ids.length });
  });

  test('cursors go through all, and only those that were given out', async () => {
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await call('get', `/Entitlements?count=3&cursor=${cursor}`);
      expect(body.startIndex).toBeUndefined();
      seen.push(...names(body));
      cursor = body.nextCursor ?? '';
    } while (cursor !== '');
    expect(seen).toEqual(['Expense', 'Invoice', 'Request', 'Travel']);
    expect((await call('get', '/Entitlements?cursor=x')).body.scimType).toBe('invalidCursor');
  });

  test('show what is asked for', async () => {
    const { body } = await call('get', '/Entitlements?attributes=displayName&count=1');
    expect(Object.keys(body.Resources[0]).sort()).toEqual(['displayName', 'id', 'schemas']);
    expect((await call('get', '/Entitlements/Travel?excludedAttributes=meta')).body.meta).toBeUndefined();
    expect((await call('get', '/Entitlements?filter=userName pr')).body.scimType).toBe('invalidFilter');
  });
});

test.each(['/Roles', '/Roles/EXP_APPROVER', '/Entitlements', '/Entitlements/Travel'])(
  '%s is read only',
  async (path) => {
    for (const method of ['post', 'put', 'patch', 'delete'] as const) {
      const { status, headers, body } = await call(method, path);
      expect([status, headers.allow, body.status], method).toEqual([405, 'GET, HEAD', '405']);
    }
    expect((await call('head', path)).status).toBe(200);
  },
);

test('an unknown one is 404', async () => {
  expect((await call('get', '/Roles/UNHEARD_OF')).status).toBe(404);
  expect((await call('get', '/Entitlements/Coffee')).status).toBe(404);
});

import { randomBytes, randomUUID } from 'node:crypto';
import type { Express } from 'express';
import pino from 'pino';
import request from 'supertest';
import { expect, onTestFinished, test } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import type { HttpConnection } from '../../src/http/connection.ts';
import { bindConnection, openStore } from '../../src/store/store.ts';

/** Two connections on one database, each with a token of its own. */
async function twoConnections(): Promise<Express> {
  const store = await openStore({
    url: 'sqlite::memory:',
    secretKey: randomBytes(32),
    clock: Date.now,
    newId: randomUUID,
  });
  onTestFinished(() => store.close());
  const connections: HttpConnection[] = [];
  for (const name of ['default', 'emea']) {
    await bindConnection(store, name, `company-${name}`);
    const { directory, reports, tokens } = store.connection(name);
    await tokens.seed(`secret-${name}`);
    connections.push({
      name,
      directory,
      unknownMembers: 'refuse',
      reports,
      tokens,
      rateLimit: null,
      writeApi: 'auto',
      credential: async () => null,
      verdicts: null,
      onAccepted: () => {},
      onProvisionCompleted: async () => {},
      delivery: async () => ({ delivery: 'on', offBy: null }),
      switchDelivery: async () => {},
      describe: async () => ({ desired: {}, initial: {}, waitingFor: [], gaps: [], missingFor: () => null }),
    });
  }
  return createApp({
    connections,
    adminToken: null,
    publicUrl: 'https://scim.example.com',
    log: pino({ level: 'silent' }),
    newId: randomUUID,
    now: Date.now,
    ready: async () => true,
  });
}

const DEFAULT = { base: '/scim/v2', token: 'secret-default' };
const EMEA = { base: '/scim/emea/v2', token: 'secret-emea' };

function clientOf(app: Express) {
  return async (
    { base, token }: typeof DEFAULT,
    method: 'get' | 'post' | 'put' | 'patch' | 'delete',
    path: string,
    body?: object,
  ) => {
    const sent = request(app)[method](`${base}${path}`).set('Authorization', `Bearer ${token}`);
    const { status, text, headers } = await (body === undefined ? sent : sent.send(body));
    return { status, headers, body: text ? JSON.parse(text) : undefined };
  };
}

test('a connection knows its own people and groups only', async () => {
  const call = clientOf(await twoConnections());
  const person = { userName: 'ada@example.com' };
  const here = await call(DEFAULT, 'post', '/Users', person);
  const there = await call(EMEA, 'post', '/Users', person);
  expect([here.status, there.status]).toEqual([201, 201]);
  const group = { displayName: 'Everybody', members: [{ value: there.body.id }] };
  const everybody = await call(EMEA, 'post', '/Groups', group);
  expect(everybody.status).toBe(201);
  // A member must be of the same connection.
  expect((await call(DEFAULT, 'post', '/Groups', group)).status).toBe(400);

  expect((await call(DEFAULT, 'get', '/Users')).body).toMatchObject({
    totalResults: 1,
    Resources: [{ id: here.body.id }],
  });
  expect((await call(DEFAULT, 'get', '/Groups')).body.totalResults).toBe(0);
  expect((await call(EMEA, 'get', '/Groups')).body.totalResults).toBe(1);
  const deactivate = { Operations: [{ op: 'replace', path: 'active', value: false }] };
  for (const path of [`/Users/${there.body.id}`, `/Groups/${everybody.body.id}`]) {
    expect((await call(DEFAULT, 'get', path)).status).toBe(404);
    expect((await call(DEFAULT, 'patch', path, deactivate)).status).toBe(404);
    expect((await call(DEFAULT, 'put', path, { ...person, displayName: 'x' })).status).toBe(404);
    expect((await call(DEFAULT, 'delete', path)).status).toBe(404);
    const { body } = await call(DEFAULT, 'post', '/Bulk', { Operations: [{ method: 'DELETE', path }] });
    expect(body.Operations[0].status).toBe('404');
    expect((await call(EMEA, 'get', path)).status).toBe(200);
  }
});

test('addresses are those of the connection', async () => {
  const call = clientOf(await twoConnections());
  const { body, headers } = await call(EMEA, 'post', '/Users', { userName: 'ada@example.com' });
  expect(body.meta.location).toBe(`https://scim.example.com/scim/emea/v2/Users/${body.id}`);
  expect(headers.location).toBe(body.meta.location);
  const operation = { method: 'POST', path: '/Users', bulkId: 'eve', data: { userName: 'eve@example.com' } };
  const bulk = await call(EMEA, 'post', '/Bulk', { Operations: [operation] });
  expect(bulk.body.Operations[0].location).toMatch(/^https:\/\/scim\.example\.com\/scim\/emea\/v2\/Users\//);
  const config = await call(EMEA, 'get', '/ServiceProviderConfig');
  expect(config.body.meta.location).toBe('https://scim.example.com/scim/emea/v2/ServiceProviderConfig');
});

test('the connection without a name is called default', async () => {
  const call = clientOf(await twoConnections());
  const { body } = await call(DEFAULT, 'post', '/Users', { userName: 'ada@example.com' });
  const named = await call({ ...DEFAULT, base: '/scim/default/v2' }, 'get', `/Users/${body.id}`);
  expect(named.status).toBe(200);
  expect(named.body.meta.location).toBe(`https://scim.example.com/scim/default/v2/Users/${body.id}`);
});

test('a token opens its own connection only, whatever is asked', async () => {
  const call = clientOf(await twoConnections());
  for (const path of ['/Users', '/Groups', '/Roles', '/Schemas', '/Nothing', '/Me']) {
    const { status, headers, body } = await call({ ...EMEA, token: DEFAULT.token }, 'get', path);
    expect([status, body.status], path).toEqual([401, '401']);
    expect(headers['www-authenticate']).toContain('invalid_token');
    expect((await call({ ...DEFAULT, token: EMEA.token }, 'get', path)).status, path).toBe(401);
  }
  const { status } = await call({ ...EMEA, token: DEFAULT.token }, 'post', '/Bulk', { Operations: [] });
  expect(status).toBe(401);
});

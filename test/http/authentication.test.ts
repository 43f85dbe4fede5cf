import request from 'supertest';
import { describe, expect, test } from 'vitest';
import { fakeApp } from './fake-app.ts';
import { fakeConnection } from './fake-connection.ts';

const { app } = fakeApp({
  connections: [fakeConnection(), fakeConnection('emea', { 'secret-emea': 'entra' })],
});
const get = (path: string, authorization?: string) => {
  const sent = request(app).get(path);
  return authorization === undefined ? sent : sent.set('Authorization', authorization);
};

describe('SCIM authentication', () => {
  test.each(['Bearer secret-okta', 'bearer secret-okta', 'BEARER   secret-okta', 'secret-okta'])(
    'takes %j',
    async (authorization) => {
      expect((await get('/scim/v2/Users', authorization)).status).toBe(200);
    },
  );

  test.each([
    [undefined, 'Bearer realm="concur-scim-bridge"'],
    ['', 'Bearer realm="concur-scim-bridge"'],
    ['Basic secret-okta', 'Bearer realm="concur-scim-bridge"'],
    ['Bearer wrong', 'Bearer realm="concur-scim-bridge", error="invalid_token"'],
    ['Bearer __proto__', 'Bearer realm="concur-scim-bridge", error="invalid_token"'],
  ])('refuses %j with a challenge', async (authorization, challenge) => {
    const answer = await get('/scim/v2/Users', authorization);
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe(challenge);
    expect(answer.headers['content-type']).toMatch(/^application\/scim\+json/);
    expect(JSON.parse(answer.text)).toMatchObject({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: '401',
    });
  });

  test('a token opens its own connection only', async () => {
    expect((await get('/scim/emea/v2/Users', 'Bearer secret-emea')).status).toBe(200);
    expect((await get('/scim/default/v2/Users', 'Bearer secret-okta')).status).toBe(200);
    expect((await get('/scim/emea/v2/Users', 'Bearer secret-okta')).status).toBe(401);
    expect((await get('/scim/v2/Users', 'Bearer secret-emea')).status).toBe(401);
  });

  test('comes before anything else: an unknown endpoint, a wrong method, a broken body', async () => {
    expect((await get('/scim/v2/Nothing')).status).toBe(401);
    expect((await request(app).delete('/scim/v2/Users')).status).toBe(401);
    const broken = request(app).post('/scim/v2/Users').set('Content-Type', 'text/plain').send('{');
    expect((await broken).status).toBe(401);
  });

  test('a failing token store tells nothing', async () => {
    const connection = fakeConnection();
    const failing = {
      ...connection,
      tokens: { verify: () => Promise.reject(new Error('db-host-7 is away')) },
    };
    const answer = await request(fakeApp({ connections: [failing] }).app)
      .get('/scim/v2/Users')
      .set('Authorization', 'Bearer x');
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain('db-host-7');
  });
});

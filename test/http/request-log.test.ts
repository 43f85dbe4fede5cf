import { request as httpRequest } from 'node:http';
import request from 'supertest';
import { expect, test, vi } from 'vitest';
import { listen } from '../../src/http/listen.ts';
import { fakeApp } from './fake-app.ts';

const authorization = { Authorization: 'Bearer secret-okta' };

test('one line per request: method, route, status, duration, ids', async () => {
  const { app, lines } = fakeApp({});
  await request(app).get('/scim/v2/Users/abc').set(authorization);
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 30,
    msg: 'request',
    method: 'GET',
    route: '/scim/v2/Users/:id',
    status: 404,
    ms: expect.any(Number),
    requestId: 'request-1',
    token: 'okta',
  });
});

test('no token, address, query, header or body is ever logged', async () => {
  const { app, lines } = fakeApp({ adminToken: 'secret-admin' });
  const body = { userName: 'ada@example.com', password: 'hunter2', emails: 'not a list' };
  const agent = request(app);
  await agent.get('/scim/v2/Users?filter=userName eq "ada@example.com"').set(authorization);
  await agent.get('/scim/v2/Users?filter=userName eq ada@example.com and').set(authorization);
  await agent.get('/scim/v2/Users/ada@example.com').set(authorization);
  await agent.get('/scim/v2/Users/ada@example.com%E0%A4%A').set(authorization);
  await agent.get('/scim/v2/ada@example.com').set(authorization);
  await agent.get('/scim/v2/Users').set('Authorization', 'Bearer secret-wrong');
  await agent.post('/scim/v2/Users').set(authorization).send(body);
  await agent
    .post('/scim/v2/Users')
    .set(authorization)
    .set('Content-Type', 'application/json')
    .send('{"a":"hunter2"');
  await agent.post('/scim/v2/Users').set(authorization).send({ userName: 'ada@example.com' });
  await agent.post('/scim/v2/Users').set(authorization).send({ userName: 'ada@example.com' });
  await agent.get('/api/v1/users/ada@example.com').set('Authorization', 'Bearer secret-admin');
  await agent.get('/api/v1/users?search=ada@example.com').set('Authorization', 'Bearer secret-admin');

  expect(lines).toHaveLength(12);
  expect(lines.join('')).not.toMatch(/secret|ada@|hunter2/);
});

test('a client that goes away leaves a line too', async () => {
  const { app, lines } = fakeApp({});
  const { server, close } = await listen(app, '127.0.0.1', 0);
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const headers = { ...authorization, 'content-type': 'application/json', 'content-length': '100' };
  const sent = httpRequest({ port, host: '127.0.0.1', method: 'POST', path: '/scim/v2/Users', headers });
  sent.on('error', () => {
    // It is this test that breaks the connection.
  });
  const arrived = new Promise((resolve) => server.once('request', resolve));
  sent.write('{');
  await arrived;
  sent.destroy();
  await vi.waitFor(() => expect(lines).toHaveLength(1));
  const line = JSON.parse(lines[0] ?? '');
  expect(line).toMatchObject({ aborted: true, route: '/scim/v2/Users' });
  expect(line.status).not.toBe(200);
  await close();
});

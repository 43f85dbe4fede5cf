import request from 'supertest';
import { beforeEach, expect, test } from 'vitest';
import type { Credential } from '../../src/domain/credential.ts';
import { fakeApp, NOW } from './fake-app.ts';
import { type FakeConnection, fakeConnection } from './fake-connection.ts';

const credential: Credential = {
  principal: 'company',
  refreshToken: 'very-secret',
  geolocation: 'https://us.api.concursolutions.com',
  scopes: [],
  expiresAt: NOW + 3_600_000,
  refreshedAt: NOW,
};

let connection: FakeConnection;
let app: ReturnType<typeof fakeApp>['app'];

beforeEach(() => {
  connection = fakeConnection();
  ({ app } = fakeApp({ connections: [connection, fakeConnection('emea')], adminToken: 'secret-admin' }));
});

async function scrape(): Promise<string> {
  const answer = await request(app).get('/metrics').set('Authorization', 'Bearer secret-admin');
  expect(answer.status).toBe(200);
  expect(answer.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
  return answer.text;
}

/** The value of a metric with exactly these labels. */
function metricOf(text: string, name: string, labels: Record<string, string>): number | undefined {
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`));
  const found = lines.find((line) => {
    const own = [...line.matchAll(/(\w+)="([^"]*)"/g)].map(([, label, value]) => [label, value]);
    return JSON.stringify(own.sort()) === JSON.stringify(Object.entries(labels).sort());
  });
  return found === undefined ? undefined : Number(found.split(' ').at(-1));
}

test('wants the admin token, and is off without one', async () => {
  expect((await request(app).get('/metrics')).status).toBe(401);
  const scim = await request(app).get('/metrics').set('Authorization', 'Bearer secret-okta');
  expect(scim.status).toBe(401);
  expect((await request(fakeApp({}).app).get('/metrics')).status).toBe(403);
});

test('tells how long deactivations took, and whom the guard holds', async () => {
  const before = await scrape();
  const here = { connection: 'default' };
  const took = (text: string, quantile: string) =>
    metricOf(text, 'bridge_deactivation_seconds', { ...here, quantile });
  expect([took(before, '0.5'), took(before, '0.99')]).toEqual([undefined, undefined]);
  expect(metricOf(before, 'bridge_guard_held_people', here)).toBe(0);
  connection.counts = { reasons: { guard: 3 }, deactivations: { confirmed: 7, p50: 800, p99: 2_500 } };
  const text = await scrape();
  expect([took(text, '0.5'), took(text, '0.99')]).toEqual([0.8, 2.5]);
  expect(metricOf(text, 'bridge_deactivations_confirmed', here)).toBe(7);
  expect(metricOf(text, 'bridge_guard_held_people', here)).toBe(3);
  connection.counts = { reasons: {}, deactivations: { confirmed: 0, p50: null, p99: null } };
  const after = await scrape();
  expect(took(after, '0.5')).toBeUndefined();
  expect(metricOf(after, 'bridge_guard_held_people', here)).toBe(0);
});

test('counts people, the oldest open deactivation and the life of the token when it is asked', async () => {
  const people = { connection: 'default', state: 'queued' };
  expect(metricOf(await scrape(), 'bridge_people', people)).toBe(0);
  await connection.directory.accept([
    { kind: 'create', actor: { kind: 'scim', name: 'okta' }, resource: { userName: 'ada' } },
  ]);
  connection.held = credential;
  const text = await scrape();
  expect(metricOf(text, 'bridge_people', people)).toBe(1);
  expect(metricOf(text, 'bridge_people', { connection: 'emea', state: 'queued' })).toBe(0);
  const { oldestOpenDeactivation } = await connection.reports.summary();
  const age = (NOW - (oldestOpenDeactivation ?? NOW)) / 1000;
  expect(metricOf(text, 'bridge_oldest_open_deactivation_seconds', { connection: 'default' })).toBe(age);
  const expiry = 'bridge_refresh_token_expires_in_seconds';
  expect(metricOf(text, expiry, { connection: 'default' })).toBe(3600);
  expect(metricOf(text, expiry, { connection: 'emea' })).toBeUndefined();
  expect(text).not.toContain('very-secret');

  connection.held = { ...credential, expiresAt: null };
  expect(metricOf(await scrape(), expiry, { connection: 'default' })).toBeUndefined();
});

test('counts requests by route pattern, and repeats no made-up address', async () => {
  await request(app).get('/healthz');
  await request(app).get('/healthz');
  await request(app).get('/made-up/address');
  await request(app).get('/scim/v2/Users/secret-person');
  const text = await scrape();
  const total = 'bridge_http_requests_total';
  expect(metricOf(text, total, { route: '/healthz', method: 'GET', status: '200' })).toBe(2);
  expect(metricOf(text, total, { route: 'none', method: 'GET', status: '404' })).toBe(1);
  expect(text).not.toMatch(/made-up|secret-person/);
  const duration = 'bridge_http_request_duration_seconds_count';
  expect(metricOf(text, duration, { route: '/healthz', method: 'GET' })).toBe(2);
  expect(text).toContain('process_cpu_seconds_total');
});

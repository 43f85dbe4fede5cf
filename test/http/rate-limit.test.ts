import request from 'supertest';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { fakeApp } from './fake-app.ts';
import { fakeConnection } from './fake-connection.ts';

// The clock and what forgets the idle; sockets keep their own timers.
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'setInterval'] }));
afterEach(() => void vi.useRealTimers());

const TOKENS = { 'secret-okta': 'okta', 'secret-entra': 'entra' };

/** Clients of two connections that have the limit; `statuses` sends `count` requests, one after another. */
function clientOf(rateLimit: number | null) {
  const connection = (name: string) => Object.assign(fakeConnection(name, TOKENS), { rateLimit });
  const { app } = fakeApp({ connections: [connection('default'), connection('emea')] });
  const get = (token: string, base = '/scim/v2') =>
    request(app).get(`${base}/Users`).set('Authorization', `Bearer ${token}`);
  const statuses = async (count: number, ...sender: Parameters<typeof get>) => {
    const found: number[] = [];
    for (let sent = 0; sent < count; sent++) found.push((await get(...sender)).status);
    return found;
  };
  return { get, statuses };
}

test('what a token sends beyond its limit is refused until the second is over', async () => {
  const { get, statuses } = clientOf(3);
  expect(await statuses(4, 'secret-okta')).toEqual([200, 200, 200, 429]);
  vi.advanceTimersByTime(999);
  const refused = await get('secret-okta');
  expect(refused.status).toBe(429);
  expect(refused.headers['retry-after']).toBe('1');
  expect(refused.headers['content-type']).toMatch(/^application\/scim\+json/);
  expect(JSON.parse(refused.text)).toEqual({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: '429',
    detail: 'More requests than a token may send, which is 3 per second; try again in 1 second.',
  });
  vi.advanceTimersByTime(1);
  expect(await statuses(4, 'secret-okta')).toEqual([200, 200, 200, 429]);
});

test('each token of each connection has a limit of its own', async () => {
  const { statuses } = clientOf(1);
  expect(await statuses(2, 'secret-okta')).toEqual([200, 429]);
  expect(await statuses(2, 'secret-entra')).toEqual([200, 429]);
  expect(await statuses(2, 'secret-okta', '/scim/emea/v2')).toEqual([200, 429]);
});

test('who is not authenticated spends nothing and is told so', async () => {
  const { statuses } = clientOf(1);
  expect(await statuses(3, 'wrong')).toEqual([401, 401, 401]);
  expect(await statuses(1, 'secret-okta')).toEqual([200]);
});

test('without a limit nothing is counted', async () => {
  expect(new Set(await clientOf(null).statuses(20, 'secret-okta'))).toEqual(new Set([200]));
});

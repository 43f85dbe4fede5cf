import request from 'supertest';
import { expect, test } from 'vitest';
import type { Reload, ReloadOutcome } from '../../../src/domain/reload.ts';
import { fakeApp } from '../fake-app.ts';

/** What a call answers where previewing and applying have this outcome. */
async function call(method: 'get' | 'post', outcome: ReloadOutcome, token = 'secret-admin') {
  const done: string[] = [];
  const reload: Reload = {
    preview: async () => {
      done.push('preview');
      return outcome;
    },
    apply: async () => {
      done.push('apply');
      return outcome;
    },
  };
  const { app } = fakeApp({ adminToken: 'secret-admin', reload });
  const { status, body, headers } = await request(app)
    [method]('/api/v1/reload')
    .set('Authorization', `Bearer ${token}`);
  return { status, body, headers, done };
}

const EXAMPLE = { id: '1', userName: 'ada', attributes: ['timezone'], problem: null };
const NUMBERS = { people: 5, changed: 1, losingAccess: 0, underWay: 2, examples: [EXAMPLE] };
const EFFECT = { connection: 'default', ...NUMBERS };

test('GET tells the effect and POST lets it happen', async () => {
  const usable = { kind: 'usable', effects: [EFFECT] } as const;
  expect(await call('get', usable)).toMatchObject({
    status: 200,
    body: { applied: false, items: [EFFECT] },
    done: ['preview'],
  });
  expect(await call('post', usable)).toMatchObject({
    status: 200,
    body: { applied: true, items: [EFFECT] },
    done: ['apply'],
  });
});

test('only the admin token opens it', async () => {
  expect(await call('post', { kind: 'busy' }, 'secret-okta')).toMatchObject({ status: 401, done: [] });
});

test.each<[ReloadOutcome, number, string, RegExp]>([
  [
    {
      kind: 'invalid',
      problems: [
        { path: 'server.port', message: 'must be a number' },
        { path: 'bridge.yaml:3', message: 'is not known' },
      ],
    },
    400,
    'invalid_request',
    /nothing was changed\. server\.port: must be a number; bridge\.yaml:3: is not known\.$/,
  ],
  [
    { kind: 'needs_restart', settings: ['server.host', 'connections.emea'] },
    409,
    'conflict',
    /restart can change server\.host, connections\.emea\.$/,
  ],
  [{ kind: 'busy' }, 409, 'conflict', /A reload is under way/],
  [{ kind: 'closing' }, 503, 'unavailable', /closing/],
])('%j is an error', async (outcome, status, code, message) => {
  for (const method of ['get', 'post'] as const) {
    const answer = await call(method, outcome);
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
    expect(answer.body.error.message).toMatch(message);
  }
});

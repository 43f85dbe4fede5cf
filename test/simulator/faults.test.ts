import { readdir, readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CORE } from '../../src/simulator/schemas.ts';
import { bulk, type Caller, patch, person, startCaller } from './caller.ts';

let concur: Caller;
beforeEach(async () => {
  concur = await startCaller();
});
afterEach(() => concur.simulator.close());

const create = (): ReturnType<Caller['call']> => concur.call('POST', '/profile/v4/Users', person());
const population = (): number => concur.simulator.state.users.size;

describe('a fault', () => {
  it('answers with a status instead, as often as it was told', async () => {
    concur.simulator.faults.add({ kind: 'status', status: 429, retryAfter: 7, times: 2 });
    const first = await create();
    expect(first.status).toBe(429);
    expect(first.headers.get('retry-after')).toBe('7');
    expect((await create()).status).toBe(429);
    expect(population()).toBe(0);
    expect((await create()).status).toBe(201);
  });

  it('answers with the body it was given', async () => {
    concur.simulator.faults.add({
      kind: 'status',
      status: 400,
      body: { detail: 'database deadlock' },
      times: 1,
    });
    expect((await create()).body).toEqual({ detail: 'database deadlock' });
  });

  it('hits what it is aimed at until it is taken away', async () => {
    const match = { method: 'POST', path: /\/Users$/ };
    const rule = concur.simulator.faults.add({ kind: 'status', status: 503, match });
    expect((await concur.call('GET', '/profile/identity/v4.1/Users')).status).toBe(200);
    expect((await create()).status).toBe(503);
    expect((await create()).status).toBe(503);
    concur.simulator.faults.remove(rule);
    expect((await create()).status).toBe(201);
  });

  it('cuts the connection before or after the request is carried out', async () => {
    concur.simulator.faults.add({ kind: 'drop-before', times: 1 });
    await expect(create()).rejects.toThrow();
    expect(population()).toBe(0);
    concur.simulator.faults.add({ kind: 'drop-after', times: 1 });
    await expect(create()).rejects.toThrow();
    expect(population()).toBe(1);
    expect(concur.simulator.requests.at(-1)?.status).toBe(0);
  });

  it('cuts the connection and carries a Bulk out only after that', async () => {
    concur.simulator.faults.add({ kind: 'drop-after', late: 60_000, times: 1 });
    const operation = { method: 'POST', path: '/Users', bulkId: '1', data: person() };
    await expect(concur.call('POST', '/profile/v4/Bulk', bulk(operation))).rejects.toThrow();
    concur.advance(59_000);
    expect(population()).toBe(0);
    concur.advance(1_000);
    expect(population()).toBe(1);
  });

  it('answers with something that is not JSON', async () => {
    concur.simulator.faults.add({ kind: 'malformed', times: 1 });
    await expect(create()).rejects.toThrow(/JSON/);
    expect(population()).toBe(1);
  });

  it('answers with half of the JSON, or with nothing', async () => {
    concur.simulator.faults.add({ kind: 'malformed', as: 'cut', times: 1 });
    await expect(create()).rejects.toThrow(/JSON/);
    concur.simulator.faults.add({ kind: 'malformed', as: 'empty', times: 1 });
    const { status, body } = await concur.call('GET', '/profile/identity/v4.1/Users');
    expect([status, body]).toEqual([200, null]);
    expect(population()).toBe(1);
  });

  it('cuts a connection that hung for so long', async () => {
    concur.simulator.faults.add({ kind: 'hang', ms: 20, times: 1 });
    await expect(create()).rejects.toThrow();
    expect(population()).toBe(0);
  });

  it('delays a request', async () => {
    concur.simulator.faults.add({ kind: 'delay', ms: 30, times: 1 });
    const before = performance.now();
    expect((await create()).status).toBe(201);
    expect(performance.now() - before).toBeGreaterThanOrEqual(29);
  });

  it('lets a request hang, and the simulator still closes', async () => {
    const other = await startCaller();
    other.simulator.faults.add({ kind: 'hang', times: 1 });
    const hanging = other.call('GET', '/profile/identity/v4.1/Users').catch(() => 'cut');
    await expect.poll(() => other.simulator.requests.length).toBe(2);
    await other.simulator.close();
    expect(await hanging).toBe('cut');
  });

  it('leaves a provisioning request stuck', async () => {
    concur.simulator.faults.add({ kind: 'stuck', times: 1, match: { method: 'PATCH' } });
    const { id } = concur.simulator.state.seed(person());
    const change = patch({
      op: 'add',
      value: { 'urn:ietf:params:scim:schemas:extension:travel:2.0:User': { ruleClass: { id: 560485 } } },
    });
    const { body } = await concur.call('PATCH', `/profile/v4/Users/${id}`, change);
    concur.advance(3_600_000);
    expect((await concur.status(body.meta.provisionId)).status.completed).toBe(false);
  });
});

describe('over HTTP', () => {
  const control = async (
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; json: unknown }> => {
    const init =
      body === undefined
        ? { method }
        : { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const response = await fetch(`${concur.simulator.url}/simulator${path}`, init);
    return { status: response.status, json: response.status === 204 ? null : await response.json() };
  };

  it('faults are added and cleared', async () => {
    expect(
      (await control('POST', '/faults', { kind: 'status', status: 503, match: { path: 'Users$' } })).status,
    ).toBe(201);
    expect((await create()).status).toBe(503);
    expect((await control('DELETE', '/faults')).status).toBe(204);
    expect((await create()).status).toBe(201);
    expect((await control('POST', '/faults', { kind: 'earthquake' })).status).toBe(400);
  });

  it('a request is forgotten', async () => {
    const { body } = await create();
    await control('POST', '/faults', { forget: body.meta.provisionId });
    expect((await concur.call('GET', `/profile/v4/provisions/${body.meta.provisionId}/status`)).status).toBe(
      404,
    );
  });

  it('people are added by the rules of Concur, and shown', async () => {
    const body = person();
    expect((await control('POST', '/users', [body])).status).toBe(201);
    expect(await control('POST', '/users', body)).toMatchObject({
      status: 400,
      json: { error: expect.stringContaining('in use') },
    });
    const { json } = await control('GET', '/state');
    expect(json).toMatchObject({
      users: [{ identity: { userName: body.userName } }],
      violations: concur.simulator.violations,
    });
  });

  it('requests are shown, those to the simulator itself left out', async () => {
    await create();
    const { json } = await control('GET', '/requests');
    expect(json).toMatchObject([{ path: '/oauth2/v0/token' }, { path: '/profile/v4/Users', status: 201 }]);
  });
});

describe('the simulator', () => {
  it('imports nothing of the program that it is to test', async () => {
    const folder = new URL('../../src/simulator/', import.meta.url);
    const files = (await readdir(folder)).filter((name) => name.endsWith('.ts'));
    expect(files.length).toBeGreaterThan(20);
    for (const file of files) {
      const source = await readFile(new URL(file, folder), 'utf8');
      for (const [, imported] of source.matchAll(/from '([^']+)'/g)) {
        expect(`${file}: ${imported}`).toMatch(/: (\.\/|node:|express$)/);
      }
    }
  });

  it('refuses a seed that Concur would refuse', () => {
    expect(() => concur.simulator.state.seed(person({ userName: 'x' }))).toThrow(`${CORE}:userName`);
  });
});

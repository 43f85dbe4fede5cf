import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CORE, ENTERPRISE, SPEND_ROLE, SPEND_USER, TRAVEL } from '../../src/simulator/schemas.ts';
import {
  bulk,
  type Caller,
  patch,
  person,
  resultsOf,
  type Shown,
  SPEND,
  startCaller,
  statusPath,
} from './caller.ts';

const HOUR = 3_600_000;
let concur: Caller;
beforeEach(async () => {
  concur = await startCaller({ latency: { identity: 1000, extensions: 4000 } });
});
afterEach(() => concur.simulator.close());

const violationCodes = (): string[] => concur.simulator.violations.map(({ code }) => code);

describe('a single user', () => {
  it('is created at once as far as identity goes, spend and travel follow', async () => {
    const body = person({}, { [SPEND_USER]: SPEND, [TRAVEL]: { ruleClass: { id: 560485 } } });
    const created = await concur.call('POST', '/profile/v4/Users/', body);
    expect(created.status).toBe(201);
    const { id, meta } = created.body;
    expect(meta.statusUrl).toBe(concur.simulator.url + statusPath(meta.provisionId));
    expect(concur.simulator.state.find(id)?.spend).toEqual({});

    const summary = (await concur.call('GET', statusPath(meta.provisionId))).body;
    expect(summary.status).toEqual({ completed: false, success: null });
    expect(summary.operationsCount).toEqual({ total: 1, success: 0, failed: 0, pending: 1 });

    const done = await concur.status(meta.provisionId);
    expect(done.status).toEqual({ completed: true, success: true });
    expect(done.operations[0].resource).toEqual({ id, type: 'User' });
    expect(resultsOf(done.operations[0])).toMatchObject({
      [CORE]: 'success',
      [ENTERPRISE]: 'success',
      [SPEND_USER]: 'success',
      [SPEND_ROLE]: 'no-op',
      [TRAVEL]: 'success',
    });
    expect(concur.simulator.state.find(id)?.spend[SPEND_USER]).toEqual(SPEND);
    expect(concur.simulator.violations).toEqual([]);
  });

  it('shows its extensions as processing meanwhile', async () => {
    const { body: created } = await concur.call(
      'POST',
      '/profile/v4/Users',
      person({}, { [SPEND_USER]: SPEND }),
    );
    const { body } = await concur.call('GET', statusPath(created.meta.provisionId, '?attributes=operations'));
    const spend = body.operations[0].extensions.find(({ name }: Shown) => name === SPEND_USER);
    expect(spend.status).toEqual({ completed: false, success: null, result: 'processing' });
  });

  it('keeps its identity when spend is refused', async () => {
    const spend = { ...SPEND, reimbursementCurrency: 'THB' };
    const extensions = {
      [SPEND_USER]: spend,
      [SPEND_ROLE]: { roles: [] },
      [TRAVEL]: { ruleClass: { id: 560485 } },
    };
    const { body: created } = await concur.call('POST', '/profile/v4/Users', person({}, extensions));
    const done = await concur.status(created.meta.provisionId);
    expect(done.status).toEqual({ completed: true, success: false });
    expect(done.operations[0].status).toEqual({ completed: true, success: false, code: '400' });
    expect(resultsOf(done.operations[0])).toMatchObject({
      [CORE]: 'success',
      [SPEND_USER]: 'error',
      // An upstream extension failed: "no-op", which is no success.
      [SPEND_ROLE]: 'no-op',
      [TRAVEL]: 'success',
    });
    const held = concur.simulator.state.find(created.id);
    expect(held?.spend).toEqual({});
    expect(held?.travel).toEqual({ ruleClass: { id: 560485 } });
  });

  it('is not created at all when identity is refused', async () => {
    const refused = await concur.call(
      'POST',
      '/profile/v4/Users',
      person({ userName: 'nobody' }, { [SPEND_USER]: SPEND }),
    );
    expect(refused.status).toBe(400);
    concur.advance(HOUR);
    expect(concur.simulator.state.users.size).toBe(0);
  });

  it('needs its Spend User before any other spend extension', async () => {
    const { body: created } = await concur.call(
      'POST',
      '/profile/v4/Users',
      person({}, { [SPEND_ROLE]: { roles: [] } }),
    );
    const result = await concur.extension(created.meta.provisionId, SPEND_ROLE);
    expect(result.status.result).toBe('error');
  });

  it('is changed by PATCH, answered with 200, and no-op when nothing is different', async () => {
    const { body: created } = await concur.call('POST', '/profile/v4/Users', person({ title: 'Clerk' }));
    const change = patch({ op: 'replace', path: 'title', value: 'Countess' });
    const changed = await concur.call('PATCH', `/profile/v4/Users/${created.id}/`, change);
    expect(changed.status).toBe(200);
    expect(changed.body).toMatchObject({ title: 'Countess', meta: { version: 1 } });
    expect(resultsOf((await concur.status(changed.body.meta.provisionId)).operations[0])[CORE]).toBe(
      'success',
    );
    const again = await concur.call('PATCH', `/profile/v4/Users/${created.id}`, change);
    expect(resultsOf((await concur.status(again.body.meta.provisionId)).operations[0])[CORE]).toBe('no-op');
  });

  it('is not found when Concur does not have it', async () => {
    const path = '/profile/v4/Users/00000000-0000-4000-8000-000000000000';
    expect(
      (await concur.call('PATCH', path, patch({ op: 'replace', path: 'title', value: 'x' }))).status,
    ).toBe(404);
    expect((await concur.call('DELETE', path)).status).toBe(404);
  });

  it('is erased by PUT but for what it names, which is noted', async () => {
    const body = person({ title: 'Clerk' }, { [TRAVEL]: { ruleClass: { id: 560485 } } });
    const { body: created } = await concur.call('POST', '/profile/v4/Users', body);
    await concur.status(created.meta.provisionId);
    const { title: _, [TRAVEL]: __, ...rest } = body;
    expect(
      (await concur.call('PUT', `/profile/v4/Users/${created.id}`, { ...rest, id: created.id })).status,
    ).toBe(200);
    const held = concur.simulator.state.find(created.id);
    expect(held?.identity).not.toHaveProperty('title');
    expect(held?.travel).toBeUndefined();
    expect(violationCodes()).toEqual(['put-used']);
  });

  it('is deleted with the scope for it', async () => {
    const { id } = concur.simulator.state.seed(person());
    expect((await concur.call('DELETE', `/profile/v4/Users/${id}`)).status).toBe(204);
    expect(concur.simulator.state.find(id)).toBeUndefined();
  });

  it('is served by the alias too', async () => {
    expect((await concur.call('POST', '/provisioning/v4/Users', person())).status).toBe(201);
  });
});

describe('a provisioning request', () => {
  it('may not be polled sooner than the interval while it is open', async () => {
    const { body } = await concur.call(
      'POST',
      '/profile/v4/Bulk',
      bulk({ method: 'POST', path: '/Users', bulkId: 'a', data: person() }),
    );
    expect((await concur.call('GET', statusPath(body.id))).status).toBe(200);
    concur.advance(900);
    const early = await concur.call('GET', statusPath(body.id));
    expect(early.status).toBe(429);
    expect(early.headers.get('retry-after')).toBe('5');
    expect(violationCodes()).toEqual(['polled-too-early']);
    await concur.status(body.id);
    // Completed: the details may be read at once.
    expect((await concur.call('GET', statusPath(body.id))).status).toBe(200);
  });

  it('fails after 120 minutes and is forgotten after 7 days', async () => {
    concur.simulator.faults.add({ kind: 'stuck', times: 1, match: { method: 'POST', path: /Bulk$/ } });
    const { body } = await concur.call(
      'POST',
      '/profile/v4/Bulk',
      bulk({ method: 'POST', path: '/Users', bulkId: 'a', data: person() }),
    );
    concur.advance(2 * HOUR - 6000);
    expect((await concur.status(body.id)).status.completed).toBe(false);
    const failed = await concur.status(body.id);
    expect(failed.status).toEqual({ completed: true, success: false });
    expect(resultsOf(failed.operations[0])[CORE]).toBe('error');
    concur.advance(7 * 24 * HOUR);
    expect((await concur.call('GET', statusPath(body.id))).status).toBe(404);
    expect(concur.simulator.state.users.size).toBe(0);
  });

  it('may be late, and overtaken by a deactivation', async () => {
    const { id } = concur.simulator.state.seed(person());
    concur.simulator.faults.add({ kind: 'late', ms: HOUR, times: 1 });
    const slow = await concur.call(
      'PATCH',
      `/profile/v4/Users/${id}`,
      patch({ op: 'add', value: { [SPEND_USER]: SPEND } }),
    );
    await concur.call(
      'PATCH',
      `/profile/v4/Users/${id}`,
      patch({ op: 'replace', path: 'active', value: false }),
    );
    expect(concur.simulator.violations).toEqual([]);
    await concur.call(
      'PATCH',
      `/profile/v4/Users/${id}`,
      patch({ op: 'replace', path: 'title', value: 'x' }),
    );
    expect(violationCodes()).toEqual(['concurrent-operations']);
    concur.advance(HOUR);
    expect(concur.simulator.state.find(id)?.spend[SPEND_USER]).toEqual(SPEND);
    expect((await concur.status(slow.body.meta.provisionId)).status.success).toBe(true);
  });

  it('can be forgotten by order', async () => {
    const { body } = await concur.call('POST', '/profile/v4/Users', person());
    concur.simulator.faults.forget(body.meta.provisionId);
    expect((await concur.call('GET', statusPath(body.meta.provisionId))).status).toBe(404);
  });
});

describe('every request', () => {
  it('must not be chunked and must have a Content-Length', async () => {
    const { port } = new URL(concur.simulator.url);
    const send = async (head: string, body: string): Promise<string> => {
      const socket = connect(Number(port), '127.0.0.1');
      socket.write(
        `POST /profile/v4/Users HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${head}\r\n${body}`,
      );
      const [answer] = await once(socket, 'data');
      socket.destroy();
      return String(answer).slice(9, 12);
    };
    expect(await send('Transfer-Encoding: chunked\r\n', '2\r\n{}\r\n0\r\n\r\n')).toBe('411');
    expect(await send('', '')).toBe('411');
    expect(violationCodes()).toEqual(['chunked-body', 'content-length-missing']);
  });

  it('must carry JSON where JSON is expected', async () => {
    expect((await concur.call('POST', '/profile/v4/Users', '{"userName":')).status).toBe(400);
    expect(
      (await concur.call('POST', '/profile/v4/Users', '{}', { 'content-type': 'text/plain' })).status,
    ).toBe(415);
    expect(
      (await concur.call('POST', '/profile/v4/Users', person(), { 'content-type': 'application/scim+json' }))
        .status,
    ).toBe(201);
  });

  it('is answered in JSON with a correlation id, echoed or made up', async () => {
    const echoed = await concur.call('GET', '/nowhere', undefined, { 'concur-correlationid': 'mine' });
    expect(echoed.status).toBe(404);
    expect(echoed.body.status).toBe('404');
    expect(echoed.headers.get('concur-correlationid')).toBe('mine');
    expect((await concur.call('GET', '/nowhere')).headers.get('concur-correlationid')).toMatch(
      /^[0-9a-f-]{36}$/,
    );
  });

  it('is logged with what it sent and what it got', async () => {
    const body = person();
    await concur.call('POST', '/profile/v4/Users?x=1', body, { 'concur-correlationid': 'mine' });
    expect(concur.simulator.requests.at(-1)).toMatchObject({
      method: 'POST',
      path: '/profile/v4/Users',
      query: 'x=1',
      body,
      status: 201,
      headers: { 'concur-correlationid': 'mine' },
    });
  });
});

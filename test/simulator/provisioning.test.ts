import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Attributes, Json } from '../../src/simulator/attributes.ts';
import { CORE, ENTERPRISE, SPEND_ROLE, SPEND_USER, TRAVEL } from '../../src/simulator/schemas.ts';
import { bulk, type Caller, patch, person, SPEND, startCaller } from './caller.ts';

const HOUR = 3_600_000;
let concur: Caller;
beforeEach(async () => {
  concur = await startCaller({ latency: { identity: 1000, extensions: 4000 } });
});
afterEach(() => concur.simulator.close());

interface Shown {
  readonly name: string;
  readonly status: { readonly result: string; readonly success: boolean | null };
}
const resultsOf = (operation: { extensions: Shown[] }): Record<string, string> =>
  Object.fromEntries(operation.extensions.map(({ name, status }) => [name, status.result]));
const violationCodes = (): string[] => concur.simulator.violations.map(({ code }) => code);
const statusPath = (id: string, query = ''): string => `/profile/v4/provisions/${id}/status${query}`;

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

describe('a bulk', () => {
  const post = (bulkId: string, data: Json = person()): Attributes => ({
    method: 'POST',
    path: '/Users',
    bulkId,
    data,
  });
  const send = (...operations: Attributes[]): ReturnType<Caller['call']> =>
    concur.call('POST', '/profile/v4/Bulk', bulk(...operations));

  it('is accepted and done later, identities first', async () => {
    const approver = person({}, { [ENTERPRISE]: { employeeNumber: 'boss' }, [SPEND_USER]: SPEND });
    const accepted = await send(post('a', approver), post('b'));
    expect(accepted.status).toBe(202);
    expect(accepted.body).toMatchObject({
      meta: { provisionType: 'Bulk', resourceType: 'ProvisionRequest' },
    });
    expect(concur.simulator.state.users.size).toBe(0);
    concur.advance(1000);
    expect(concur.simulator.state.users.size).toBe(2);
    expect(concur.simulator.state.find(String(approver.userName))?.spend).toEqual({});
    const done = await concur.status(accepted.body.id);
    expect(done.operations.map(({ bulkId }: { bulkId: string }) => bulkId)).toEqual(['a', 'b']);
    expect(done.status).toEqual({ completed: true, success: true });
    expect(concur.simulator.violations).toEqual([]);
  });

  it('lets one refusal stop nobody else, and reports what was not processed', async () => {
    const bad = person({ timezone: 'Nowhere' }, { [SPEND_USER]: SPEND });
    const accepted = await send(post('bad', bad), post('good'));
    const done = await concur.status(accepted.body.id);
    expect(done.operationsCount).toEqual({ total: 2, success: 1, failed: 1, pending: 0 });
    expect(resultsOf(done.operations[0])).toMatchObject({
      [CORE]: 'error',
      [ENTERPRISE]: 'not-processed',
      [SPEND_USER]: 'not-processed',
    });
    expect(done.operations[0]).not.toHaveProperty('resource');
  });

  it('stops at failOnErrors', async () => {
    const { body } = await concur.call('POST', '/profile/v4/Bulk', {
      ...bulk(post('bad', person({ timezone: 'Nowhere' })), post('next')),
      failOnErrors: 1,
    });
    expect((await concur.status(body.id)).operationsCount).toMatchObject({ success: 0, failed: 2 });
    expect(concur.simulator.state.users.size).toBe(0);
  });

  it('changes and deletes people, and reports those who are not there', async () => {
    const one = concur.simulator.state.seed(person());
    const two = concur.simulator.state.seed(person());
    const gone = '00000000-0000-4000-8000-000000000000';
    const off = { Operations: [{ op: 'replace', path: 'active', value: false }] };
    const accepted = await concur.call(
      'POST',
      '/profile/v4/Bulk',
      bulk(
        { method: 'PATCH', path: `/Users/${one.id}`, bulkId: '1', data: off },
        { method: 'DELETE', path: `/Users/${two.id}`, bulkId: '2' },
        { method: 'PATCH', path: `/Users/${gone}`, bulkId: '3', data: off },
      ),
    );
    const done = await concur.status(accepted.body.id);
    expect(done.operations.map(({ status }: { status: { code: string } }) => status.code)).toEqual([
      '200',
      '204',
      '404',
    ]);
    expect(concur.simulator.state.find(one.id)?.identity.active).toBe(false);
    expect(concur.simulator.state.find(two.id)).toBeUndefined();
  });

  it.each([
    ['no bulkId for a POST', [{ method: 'POST', path: '/Users', data: {} }]],
    ['a bulkId used twice', [post('a'), post('a')]],
    ['an unknown method', [{ method: 'GET', path: '/Users', bulkId: 'a' }]],
    ['an unknown method for a known user', [{ method: 'GET', path: '/Users/x', bulkId: 'a' }]],
    ['an operation that is no object', [1]],
    [
      'a bulkId that is no text',
      [
        {
          method: 'PATCH',
          path: '/Users/x',
          bulkId: 1,
          data: { Operations: [{ op: 'remove', path: 'title' }] },
        },
      ],
    ],
    [
      'a PATCH that cannot be read',
      [{ method: 'PATCH', path: '/Users/x', bulkId: 'a', data: { Operations: [] } }],
    ],
    ['an unknown path', [{ method: 'POST', path: '/Groups', bulkId: 'a', data: {} }]],
    ['a PATCH without an id', [{ method: 'PATCH', path: '/Users', bulkId: 'a', data: {} }]],
    ['a PUT whose data lacks the id', [{ method: 'PUT', path: '/Users/x', bulkId: 'a', data: {} }]],
    ['nothing to do', []],
  ])('is refused with %s', async (_case, operations) => {
    const refused = await concur.call('POST', '/profile/v4/Bulk', { ...bulk(), Operations: operations });
    expect(refused.status).toBe(400);
    expect(concur.simulator.state.provisions.size).toBe(0);
  });

  it('may contain a PUT, which is noted', async () => {
    const { id } = concur.simulator.state.seed(person());
    const operation = { method: 'PUT', path: `/Users/${id}`, bulkId: 'a', data: { ...person(), id } };
    const accepted = await concur.call('POST', '/profile/v4/Bulk', bulk(operation));
    expect((await concur.status(accepted.body.id)).status.success).toBe(true);
    expect(violationCodes()).toEqual(['put-used']);
  });

  it('is refused without its schema', async () => {
    expect((await concur.call('POST', '/profile/v4/Bulk', { Operations: [post('a')] })).status).toBe(400);
  });

  it('is refused beyond 100 operations or 400 KB', async () => {
    const many = Array.from({ length: 101 }, (_, index) => post(`b${index}`));
    expect((await send(...many)).status).toBe(413);
    expect((await send(post('big', { filler: 'x'.repeat(400 * 1024) }))).status).toBe(413);
    expect(violationCodes()).toEqual(['bulk-too-large', 'bulk-too-large']);
    expect((await send(...many.slice(0, 100))).status).toBe(202);
  });

  it('shows its operations in pages and by state', async () => {
    const accepted = await send(
      post('bad', person({ timezone: 'Nowhere' })),
      post('b'),
      post('c'),
      post('d'),
    );
    await concur.status(accepted.body.id);
    const path = statusPath(accepted.body.id, '?attributes=operations');
    const page = (await concur.call('GET', `${path}&startIndex=3&count=1`)).body;
    expect(page).toMatchObject({
      totalResults: 4,
      itemsPerPage: 1,
      startIndex: 3,
      operations: [{ bulkId: 'c' }],
    });
    const failed = (await concur.call('GET', `${path}&state=failed`)).body;
    expect(failed).toMatchObject({ totalResults: 1, operations: [{ bulkId: 'bad' }] });
    expect((await concur.call('GET', `${path}&state=odd`)).status).toBe(400);
    expect((await concur.call('GET', statusPath(accepted.body.id))).body).not.toHaveProperty('operations');
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

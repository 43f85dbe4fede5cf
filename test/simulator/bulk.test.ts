import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Attributes, Json } from '../../src/simulator/attributes.ts';
import { CORE, ENTERPRISE, SPEND_USER } from '../../src/simulator/schemas.ts';
import { bulk, type Caller, person, resultsOf, SPEND, startCaller, statusPath } from './caller.ts';

let concur: Caller;
beforeEach(async () => {
  concur = await startCaller({ latency: { identity: 1000, extensions: 4000 } });
});
afterEach(() => concur.simulator.close());

const violationCodes = (): string[] => concur.simulator.violations.map(({ code }) => code);

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

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CORE } from '../../src/simulator/schemas.ts';
import { type Answered, type Caller, patch, person, SPEND, startCaller } from './caller.ts';

const SPEND_USER = 'urn:ietf:params:scim:schemas:extension:spend:2.0:User';

let concur: Caller;
beforeEach(async () => {
  concur = await startCaller();
});
afterEach(() => concur.simulator.close());

const setUp = (newerSchemas: unknown): Promise<Answered> =>
  concur.call('PATCH', '/simulator/company', { newerSchemas });

/** The description of an attribute in `GET /Schemas`; undefined where there is none. */
async function described(urn: string, name: string) {
  const { body } = await concur.call('GET', '/profile/v4/Schemas');
  const schema = body[0].Resources.find(({ id }: { id: string }) => id === urn);
  const one = await concur.call('GET', `/profile/v4/Schemas/${urn}`);
  expect(one.body).toEqual(schema);
  return schema.attributes.find((attribute: { name: string }) => attribute.name === name);
}

describe('a Concur that is newer than its documentation', () => {
  it('has another attribute, which it describes, takes, keeps and answers', async () => {
    const create = () => concur.call('POST', '/profile/v4/Users', person({ badge: 'green' }));
    expect((await create()).status).toBe(400);
    const badge = { type: 'string', canonicalValues: ['GREEN'] };
    const set = await setUp({ attributes: { [CORE]: { badge } }, canonicalValues: {}, calledRequired: [] });
    expect(set.status).toBe(200);
    expect(await described(CORE, 'badge')).toMatchObject({ ...badge, required: false });

    const created = await create();
    expect(created.status).toBe(201);
    const { id } = created.body;
    expect(concur.simulator.state.find(id)?.identity.badge).toBe('GREEN');
    const read = () => concur.call('GET', `/profile/identity/v4.1/Users/${id}?attributes=badge`);
    expect((await read()).body.badge).toBe('GREEN');
    const remove = patch({ op: 'remove', path: 'badge' });
    expect((await concur.call('PATCH', `/profile/v4/Users/${id}`, remove)).status).toBe(200);
    expect((await read()).body.badge).toBeUndefined();
    const wrong = patch({ op: 'replace', path: 'badge', value: 'blue' });
    expect((await concur.call('PATCH', `/profile/v4/Users/${id}`, wrong)).status).toBe(400);
  });

  it('has another value of an attribute, and of a part of one', async () => {
    const paid = { [SPEND_USER]: { ...SPEND, reimbursementType: 'NEW_PAY' } };
    const before = await concur.call('POST', '/profile/v4/Users', person({}, paid));
    expect((await concur.extension(before.body.meta.provisionId, SPEND_USER)).status.success).toBe(false);
    await setUp({
      attributes: {},
      canonicalValues: {
        [`${SPEND_USER}:reimbursementType`]: ['NEW_PAY'],
        [`${CORE}:emails.type`]: ['work9'],
      },
      calledRequired: [],
    });
    expect((await described(SPEND_USER, 'reimbursementType')).canonicalValues).toContain('NEW_PAY');
    const emails = [{ type: 'work9', value: 'bob@example.com' }];
    const created = await concur.call('POST', '/profile/v4/Users', person({ emails }, paid));
    expect(created.status).toBe(201);
    expect((await concur.extension(created.body.meta.provisionId, SPEND_USER)).status.success).toBe(true);
  });

  it('calls an attribute required that nobody requires', async () => {
    await setUp({ attributes: {}, canonicalValues: {}, calledRequired: [`${CORE}:title`] });
    expect((await described(CORE, 'title')).required).toBe(true);
    expect((await concur.call('POST', '/profile/v4/Users', person())).status).toBe(201);
  });

  it.each([[null], [{}], [{ attributes: { [CORE]: 'badge' }, canonicalValues: {}, calledRequired: [] }]])(
    'is not set up with %j',
    async (wrong) => {
      expect((await setUp(wrong)).status).toBe(400);
    },
  );
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Attributes } from '../../src/simulator/attributes.ts';
import { SPEND_APPROVER, SPEND_ROLE, SPEND_USER, TRAVEL } from '../../src/simulator/schemas.ts';
import { type Caller, patch, person, SPEND } from './caller.ts';
import { BOSS, startSpendCompany } from './spend-company.ts';

let concur: Caller;
beforeAll(async () => {
  concur = await startSpendCompany();
});
afterAll(() => concur.simulator.close());

const by = (value: string, primary = true): Attributes => ({ approver: { value }, primary });
const roles = (...entries: Attributes[]): Attributes => ({ roles: entries });

describe('the spend service', () => {
  it('shows roles with those of the entitlements, groups as Concur does', async () => {
    const extensions = {
      [SPEND_USER]: SPEND,
      [SPEND_ROLE]: roles({ roleName: 'SHD_ROLE_ADMIN' }, { roleName: 'EXP_APPROVER' }),
    };
    const { id } = concur.simulator.state.seed(person({ entitlements: ['Expense', 'Request'] }, extensions));
    const { body } = await concur.call('GET', `/profile/spend/v4.1/Users/${id}`);
    expect(body[SPEND_ROLE].roles).toEqual([
      { roleName: 'SHD_ROLE_ADMIN', roleGroups: [''] },
      { roleName: 'EXP_APPROVER' },
      { roleName: 'EXP_USER' },
      { roleName: 'REQ_USER' },
    ]);
    expect(body[SPEND_USER]).toMatchObject({
      ...SPEND,
      ledgerCode: 'DEFAULT',
      testEmployee: false,
      biManager: null,
    });
  });

  it('does not judge again what stays as it is', async () => {
    const boss = concur.simulator.state.seed(
      person({}, { [SPEND_USER]: SPEND, [SPEND_ROLE]: roles({ roleName: 'EXP_APPROVER' }) }),
    );
    const body = person({}, { [SPEND_USER]: SPEND, [SPEND_APPROVER]: { report: [by(boss.id)] } });
    const { id } = concur.simulator.state.seed(body);
    await concur.call(
      'PATCH',
      `/profile/v4/Users/${boss.id}`,
      patch({ op: 'remove', path: `${SPEND_ROLE}:` }),
    );
    const change = patch({ op: 'add', path: `${SPEND_APPROVER}:request`, value: [by(BOSS)] });
    const answer = await concur.call('PATCH', `/profile/v4/Users/${id}`, change);
    const result = await concur.extension(answer.body.meta.provisionId, SPEND_APPROVER);
    expect(result.status.result).toBe('success');
  });

  it('shows approvers by their UUID', async () => {
    const approver = { report: [{ approver: { employeeNumber: 'boss' }, primary: true }] };
    const { id } = concur.simulator.state.seed(
      person({}, { [SPEND_USER]: SPEND, [SPEND_APPROVER]: approver }),
    );
    const { body } = await concur.call('GET', `/profile/spend/v4.1/Users/${id}`);
    expect(body[SPEND_APPROVER].report[0]).toMatchObject({ approver: { value: BOSS }, primary: true });
  });

  it('knows only people with a Spend User, lists them in pages and filters', async () => {
    const { id } = concur.simulator.state.seed(person());
    expect((await concur.call('GET', `/profile/spend/v4.1/Users/${id}`)).status).toBe(404);
    concur.simulator.state.seed(
      person({}, { [SPEND_USER]: { country: 'FI', locale: 'fi-FI', reimbursementCurrency: 'EUR' } }),
    );
    const page = (await concur.call('GET', '/profile/spend/v4.1/Users?startIndex=2&count=1')).body;
    expect(page).toMatchObject({ startIndex: 2, itemsPerPage: 1 });
    expect(page.totalResults).toBeGreaterThan(3);
    const filter = (text: string): ReturnType<Caller['call']> =>
      concur.call('GET', `/profile/spend/v4.1/Users?filter=${encodeURIComponent(text)}`);
    expect((await filter(`${SPEND_USER}:country eq "FI"`)).body.totalResults).toBe(1);
    expect((await filter(`${SPEND_USER}:country sw "F"`)).status).toBe(400);
    expect((await filter(`${SPEND_USER}:officeLocationCity eq "F"`)).status).toBe(400);
    expect((await concur.call('GET', '/profile/spend/v4.1/Users?count=101')).status).toBe(400);
  });
});

describe('the travel service', () => {
  it('shows the rule class by both keys and every custom field', async () => {
    const travel = {
      ruleClass: { name: 'Test Rule Class' },
      customFields: [{ name: 'Canary ID', value: '7' }],
      manager: { employeeNumber: 'boss' },
    };
    const { id } = concur.simulator.state.seed(person({}, { [TRAVEL]: travel }));
    const { body } = await concur.call('GET', `/profile/travel/v4/Users/${id}`);
    expect(body[TRAVEL]).toMatchObject({
      ruleClass: { id: 624905, name: 'Test Rule Class' },
      manager: { value: BOSS, employeeNumber: 'boss' },
      travelCrsName: null,
      groups: [],
    });
    expect(body[TRAVEL].customFields).toContainEqual({ name: 'Canary ID', value: '7' });
    expect(body[TRAVEL].customFields).toContainEqual({ name: 'Customer User Field' });
  });

  it('has an error form of its own', async () => {
    const { status, body } = await concur.call('GET', '/profile/travel/v4/Users/nobody');
    expect(status).toBe(404);
    expect(body).toMatchObject({ errorCode: expect.any(String), errorMessage: expect.any(String) });
  });
});

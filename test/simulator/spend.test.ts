import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Attributes } from '../../src/simulator/attributes.ts';
import {
  PAYROLL,
  SPEND_APPROVER,
  SPEND_APPROVER_LIMIT,
  SPEND_DELEGATE,
  SPEND_INVOICE_PREFERENCE,
  SPEND_ROLE,
  SPEND_USER,
  SPEND_USER_PREFERENCE,
  SPEND_WORKFLOW_PREFERENCE,
  TRAVEL,
} from '../../src/simulator/schemas.ts';
import { type Caller, patch, person, SPEND, startCaller } from './caller.ts';
import { BOSS, CLERK, LEAVER, SECOND, startSpendCompany } from './spend-company.ts';

let concur: Caller;
beforeAll(async () => {
  concur = await startSpendCompany();
});
afterAll(() => concur.simulator.close());

/** Creates somebody with one extension (and a Spend User) and returns what became of it. */
const create = async (
  urn: string,
  attributes: Attributes,
  core: Attributes = {},
  spend: Attributes = SPEND,
): ReturnType<Caller['extension']> => {
  const answer = await concur.call(
    'POST',
    '/profile/v4/Users',
    person(core, { [SPEND_USER]: spend, [urn]: attributes }),
  );
  expect(answer.status).toBe(201);
  return concur.extension(answer.body.meta.provisionId, urn);
};
const by = (value: string, primary = true): Attributes => ({ approver: { value }, primary });
const roles = (...entries: Attributes[]): Attributes => ({ roles: entries });
const limit = (attributes: Attributes): Attributes => ({
  authorizedApprover: [{ approvalType: 'report', ...attributes }],
});

const refusals: [string, string, Attributes, string][] = [
  ['no country', SPEND_USER, { locale: 'en-US', reimbursementCurrency: 'USD' }, 'country'],
  ['no locale', SPEND_USER, { country: 'US', reimbursementCurrency: 'USD' }, 'locale'],
  ['no currency', SPEND_USER, { country: 'US', locale: 'en-US' }, 'reimbursementCurrency'],
  ['a country the company does not use', SPEND_USER, { ...SPEND, country: 'PL' }, 'country'],
  ['a country of three letters', SPEND_USER, { ...SPEND, country: 'USA' }, 'country'],
  ['a locale the company does not use', SPEND_USER, { ...SPEND, locale: 'th-TH' }, 'locale'],
  [
    'a real currency the company does not use',
    SPEND_USER,
    { ...SPEND, reimbursementCurrency: 'THB' },
    'reimbursementCurrency',
  ],
  ['an unknown reimbursement type', SPEND_USER, { ...SPEND, reimbursementType: 'CASH' }, 'reimbursementType'],
  ['a state in words', SPEND_USER, { ...SPEND, stateProvince: 'Washington' }, 'stateProvince'],
  [
    'an unknown custom field',
    SPEND_USER,
    { ...SPEND, customData: [{ id: 'custom23', value: 'x' }] },
    'customData.id',
  ],
  [
    'a custom field named twice',
    SPEND_USER,
    {
      ...SPEND,
      customData: [
        { id: 'custom1', value: 'x' },
        { id: 'custom1', value: 'y' },
      ],
    },
    'customData.id',
  ],
  [
    'a list item that is not in the list',
    SPEND_USER,
    { ...SPEND, customData: [{ id: 'custom22', value: 'EAST' }] },
    'customData[id eq "custom22"].value',
  ],
  [
    'a custom value of 49 characters',
    SPEND_USER,
    { ...SPEND, customData: [{ id: 'orgUnit1', value: 'x'.repeat(49) }] },
    'customData[id eq "orgUnit1"].value',
  ],
  [
    'a reporting manager who is not there',
    SPEND_USER,
    { ...SPEND, biManager: { employeeNumber: 'nobody' } },
    'biManager',
  ],
  ['an unknown attribute', SPEND_USER, { ...SPEND, wallet: 'x' }, 'wallet'],
  ['an unknown role', SPEND_ROLE, roles({ roleName: 'KING' }), 'roles.roleName'],
  [
    'a role named twice',
    SPEND_ROLE,
    roles({ roleName: 'EXP_APPROVER' }, { roleName: 'EXP_APPROVER' }),
    'roles.roleName',
  ],
  ...['EXP_USER', 'REQ_USER', 'INV_PMT_USER'].map((roleName): [string, string, Attributes, string] => [
    `the entitlement's role ${roleName}`,
    SPEND_ROLE,
    roles({ roleName, roleGroups: [] }),
    'roles.roleName',
  ]),
  [
    'an unknown group',
    SPEND_ROLE,
    roles({ roleName: 'SHD_ROLE_ADMIN', roleGroups: ['Moon'] }),
    'roles.roleGroups',
  ],
  [
    'a group for a role without groups',
    SPEND_ROLE,
    roles({ roleName: 'EXP_APPROVER', roleGroups: ['R&D'] }),
    'roles.roleGroups',
  ],
  [
    'an approver who is not there',
    SPEND_APPROVER,
    { report: [{ approver: { employeeNumber: 'nobody' }, primary: true }] },
    'report.approver',
  ],
  [
    'an approver whose keys point to two people',
    SPEND_APPROVER,
    { report: [{ approver: { value: CLERK, employeeNumber: 'boss' }, primary: true }] },
    'report.approver',
  ],
  ['an approver without the role', SPEND_APPROVER, { report: [by(CLERK)] }, 'report.approver'],
  ['an approver with another role', SPEND_APPROVER, { invoice: [by(BOSS)] }, 'invoice.approver'],
  [
    'an approver without primary',
    SPEND_APPROVER,
    { report: [{ approver: { value: BOSS } }] },
    'report.primary',
  ],
  [
    'a second approver of cash advances',
    SPEND_APPROVER,
    { cashAdvance: [by(BOSS, false)] },
    'cashAdvance.primary',
  ],
  ['an approver named twice', SPEND_APPROVER, { request: [by(BOSS), by(BOSS, false)] }, 'request.approver'],
  ['two primary approvers', SPEND_APPROVER, { request: [by(BOSS), by(SECOND)] }, 'request.primary'],
  [
    'a limit for an unknown group',
    SPEND_APPROVER_LIMIT,
    limit({ approvalGroup: 'Moon' }),
    'authorizedApprover.approvalGroup',
  ],
  ['an unknown kind of approver', SPEND_APPROVER, { trips: [by(BOSS)] }, 'trips'],
  ['a limit without the role', SPEND_APPROVER_LIMIT, limit({}), 'authorizedApprover.approvalType'],
  [
    'a limit in another currency',
    SPEND_APPROVER_LIMIT,
    limit({ reimbursementCurrency: 'THB' }),
    'authorizedApprover.reimbursementCurrency',
  ],
  [
    'a limit as text',
    SPEND_APPROVER_LIMIT,
    limit({ approvalLimit: '100' }),
    'authorizedApprover.approvalLimit',
  ],
  [
    'a delegate who is not there',
    SPEND_DELEGATE,
    { expense: [{ delegate: { value: 'nobody' } }] },
    'expense.delegate',
  ],
  [
    'a delegate who has left',
    SPEND_DELEGATE,
    { expense: [{ delegate: { value: LEAVER } }] },
    'expense.delegate',
  ],
  [
    'a delegate without the product',
    SPEND_DELEGATE,
    { payment: [{ delegate: { value: BOSS } }] },
    'payment.delegate',
  ],
  ['a preference as text', SPEND_USER_PREFERENCE, { showTotalOnReport: 'yes' }, 'showTotalOnReport'],
  ['an unknown choice', SPEND_USER_PREFERENCE, { showExpenseOnReport: 'SOME' }, 'showExpenseOnReport'],
  [
    'a workflow preference as a number',
    SPEND_WORKFLOW_PREFERENCE,
    { emailStatusChangeOnReport: 1 },
    'emailStatusChangeOnReport',
  ],
  ['an unknown invoice preference', SPEND_INVOICE_PREFERENCE, { autoPay: true }, 'autoPay'],
  ['an incomplete payroll', PAYROLL, { adp: { companyCode: 'x' } }, 'adp.deductionCode'],
  [
    'a payroll without ADP_PAYROLL',
    PAYROLL,
    { adp: { companyCode: 'x', deductionCode: 'y', employeeFileNumber: 'z' } },
    'adp',
  ],
  ['travel without a rule class', TRAVEL, { orgUnit: 'OrgUnit1' }, 'ruleClass'],
  ['an empty rule class', TRAVEL, { ruleClass: {} }, 'ruleClass'],
  ['an unknown rule class', TRAVEL, { ruleClass: { name: 'default travel class' } }, 'ruleClass'],
  [
    'a rule class whose keys contradict',
    TRAVEL,
    { ruleClass: { id: 624905, name: 'Default Travel Class' } },
    'ruleClass',
  ],
  ['travel groups as text', TRAVEL, { ruleClass: { id: 560485 }, groups: ['143519480'] }, 'groups'],
  ['an unknown travel group', TRAVEL, { ruleClass: { id: 560485 }, groups: [1] }, 'groups'],
  [
    'an unknown travel field',
    TRAVEL,
    { ruleClass: { id: 560485 }, customFields: [{ name: 'Moon', value: '1' }] },
    'customFields.name',
  ],
  ['an unknown travel org unit', TRAVEL, { ruleClass: { id: 560485 }, orgUnit: 'Moon' }, 'orgUnit'],
  ['an unknown gender', TRAVEL, { ruleClass: { id: 560485 }, gender: 'x' }, 'gender'],
  [
    'a travel manager who is not there',
    TRAVEL,
    { ruleClass: { id: 560485 }, manager: { employeeNumber: 'nobody' } },
    'manager',
  ],
];

describe('an extension is refused with', () => {
  it.each(refusals)('%s', async (_case, urn, attributes, path) => {
    const result = await create(urn, attributes, {}, urn === SPEND_USER ? attributes : SPEND);
    expect(result.status).toMatchObject({ completed: true, success: false, code: '400', result: 'error' });
    expect(result.messages.map(({ schemaPath }: Attributes) => schemaPath)).toContain(`${urn}:${path}`);
    expect(result.messages[0]).toMatchObject({
      type: 'error',
      message: expect.any(String),
      code: expect.any(String),
    });
  });

  it('the very words of SAP where the documentation has them', async () => {
    const result = await create(SPEND_USER, { ...SPEND, reimbursementCurrency: 'DOLLARS' });
    expect(result.messages).toContainEqual({
      code: 'INVALID_VALUE',
      message: `Invalid '${SPEND_USER}:reimbursementCurrency' Size`,
      schemaPath: `${SPEND_USER}:reimbursementCurrency`,
      type: 'error',
    });
  });
});

describe('an extension is taken with', () => {
  const accepted: [string, string, Attributes][] = [
    [
      'custom data',
      SPEND_USER,
      {
        ...SPEND,
        testEmployee: true,
        customData: [
          { id: 'custom22', value: 'NORTH' },
          { id: 'orgUnit6', value: 'x' },
        ],
      },
    ],
    [
      'roles',
      SPEND_ROLE,
      roles(
        { roleName: 'SHD_ROLE_ADMIN', roleGroups: ['R&D-QA-Exp'] },
        { roleName: 'REQ_APPROVER', roleGroups: [] },
      ),
    ],
    [
      'approvers',
      SPEND_APPROVER,
      { report: [{ approver: { employeeNumber: 'boss' }, primary: false }], request: [by(BOSS)] },
    ],
    ['delegates', SPEND_DELEGATE, { expense: [{ delegate: { value: CLERK }, canPrepare: true }] }],
    ['preferences', SPEND_USER_PREFERENCE, { showExpenseOnReport: 'PARENT', showTotalOnReport: false }],
    [
      'travel',
      TRAVEL,
      {
        ruleClass: { name: 'Test Rule Class' },
        groups: [143519480],
        customFields: [{ name: 'Canary ID', value: '7' }],
        manager: { value: BOSS },
      },
    ],
  ];
  it.each(accepted)('%s', async (_case, urn, attributes) => {
    const result = await create(urn, attributes, {}, urn === SPEND_USER ? attributes : SPEND);
    expect(result.status).toEqual({ completed: true, success: true, code: '200', result: 'success' });
  });

  it('payroll and limits, given what they depend on', async () => {
    const adp = { adp: { companyCode: 'x', deductionCode: 'y', employeeFileNumber: 'z' } };
    const result = await create(PAYROLL, adp, {}, { ...SPEND, reimbursementType: 'ADP_PAYROLL' });
    expect(result.status.result).toBe('success');
    const extensions = {
      [SPEND_USER]: SPEND,
      [SPEND_ROLE]: roles({ roleName: 'EXP_APPROVER' }),
      [SPEND_APPROVER_LIMIT]: limit({
        approvalLimit: 99.5,
        reimbursementCurrency: 'USD',
        approvalGroup: 'rg1-rg1_1',
      }),
    };
    const { body } = await concur.call('POST', '/profile/v4/Users', person({}, extensions));
    expect((await concur.extension(body.meta.provisionId, SPEND_APPROVER_LIMIT)).status.result).toBe(
      'success',
    );
    // "By default … only returns the config in Global group."
    const path = `/profile/spend/v4.1/Users/${body.id}`;
    expect((await concur.call('GET', path)).body[SPEND_APPROVER_LIMIT]).toEqual({ authorizedApprover: [] });
    const asked = await concur.call('GET', `${path}?attributes=${SPEND_APPROVER_LIMIT}`);
    expect(asked.body[SPEND_APPROVER_LIMIT].authorizedApprover).toHaveLength(1);
  });
});

describe('a test employee', () => {
  it('stays one: the flag cannot be changed later', async () => {
    const { body } = await concur.call(
      'POST',
      '/profile/v4/Users',
      person({}, { [SPEND_USER]: { ...SPEND, testEmployee: true } }),
    );
    await concur.status(body.meta.provisionId);
    const change = (value: boolean): Attributes => ({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: [{ op: 'replace', path: `${SPEND_USER}:testEmployee`, value }],
    });
    const same = await concur.call('PATCH', `/profile/v4/Users/${body.id}`, change(true));
    expect((await concur.extension(same.body.meta.provisionId, SPEND_USER)).status.result).toBe('no-op');
    const other = await concur.call('PATCH', `/profile/v4/Users/${body.id}`, change(false));
    expect((await concur.extension(other.body.meta.provisionId, SPEND_USER)).status.result).toBe('error');
  });
});

describe('the Spend User', () => {
  it('cannot be removed', async () => {
    const { id } = concur.simulator.state.seed(person({}, { [SPEND_USER]: SPEND }));
    const { body } = await concur.call(
      'PATCH',
      `/profile/v4/Users/${id}`,
      patch({ op: 'remove', path: SPEND_USER }),
    );
    expect((await concur.extension(body.meta.provisionId, SPEND_USER)).status.result).toBe('error');
    expect(concur.simulator.state.find(id)?.spend[SPEND_USER]).toEqual(SPEND);
  });

  it('needs the scope to be written', async () => {
    const scopes = concur.simulator.company.scopes.filter(
      (scope) => scope !== 'spend.user.general.writeonly',
    );
    const limited = await startCaller({ company: { scopes } });
    const { body } = await limited.call('POST', '/profile/v4/Users', person({}, { [SPEND_USER]: SPEND }));
    const result = await limited.extension(body.meta.provisionId, SPEND_USER);
    await limited.simulator.close();
    expect(result.status).toMatchObject({ result: 'error', code: '403' });
  });
});

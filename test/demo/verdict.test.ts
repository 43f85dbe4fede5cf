import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Account, newAccount } from '../../src/demo/account.ts';
import { HAND_MADE } from '../../src/demo/day.ts';
import { COMMERCIAL_PEOPLE } from '../../src/demo/people.ts';
import { judgeDay } from '../../src/demo/verdict.ts';
import { ENTERPRISE, SPEND } from '../../src/domain/extensions.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';

let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator();
});
afterEach(() => simulator.close());

const account = () => {
  const employee = COMMERCIAL_PEOPLE.find(({ userName }) => userName === HAND_MADE.userName);
  if (employee === undefined) throw new Error('The hand-made user is nobody of the demonstration');
  return newAccount('Okta', { ...employee, manager: null }, (seed) => `id of ${seed}`);
};

/** Puts into Concur exactly what is asked for of the account; `changes` lie over it. */
function hold({ employee, externalId }: Account, changes: Record<string, unknown> = {}): string {
  const { locale: _, timezone: __, ...address } = employee.office;
  return simulator.state.seed(
    JSON.parse(
      JSON.stringify({
        userName: employee.userName,
        externalId,
        active: true,
        title: employee.title,
        timezone: HAND_MADE.timezone,
        name: { givenName: employee.givenName, familyName: employee.familyName },
        emails: [{ type: 'work', value: employee.userName }],
        addresses: [{ type: 'work', ...address }],
        [ENTERPRISE]: {
          companyId: simulator.company.id,
          employeeNumber: employee.employeeNumber,
          department: employee.department,
          costCenter: employee.costCenter,
        },
        [SPEND]: {
          country: 'US',
          locale: 'en-US',
          reimbursementCurrency: 'USD',
          customData: [{ id: 'custom1', value: HAND_MADE.custom1 }],
        },
        ...changes,
      }),
    ),
  ).id;
}

describe('the verdict on a person', () => {
  it('finds nothing when Concur holds what was asked', () => {
    const one = account();
    const kept = new Map([[one, hold(one)]]);
    expect(judgeDay({ accounts: [one], kept }, simulator)).toEqual({
      people: [{ account: one, activeInConcur: true, problems: [] }],
      problems: [],
    });
  });

  it.each([
    ['active', { active: false }],
    ['title', { title: 'Clerk' }],
    ['emails[work]', { emails: [{ type: 'work', value: 'other@example.com' }] }],
    ['addresses[work].locality', { addresses: [] }],
    ['externalId', { externalId: 'another' }],
    ['timezone', { timezone: 'Europe/Paris' }],
    ['spend profile', { [SPEND]: undefined }],
  ])('finds another %s', (name, changes) => {
    const one = account();
    hold(one, changes);
    const [judged] = judgeDay({ accounts: [one], kept: new Map() }, simulator).people;
    expect(judged?.problems.join()).toContain(`${name} should`);
  });

  it('finds somebody who is missing, made a second time, or let in although offboarded', () => {
    const one = account();
    const missing = judgeDay({ accounts: [one], kept: new Map() }, simulator);
    expect(missing.people[0]).toMatchObject({ activeInConcur: null, problems: ['is not in Concur'] });

    hold(one);
    one.offboarded = true;
    const again = judgeDay({ accounts: [one], kept: new Map([[one, 'the user of before']]) }, simulator);
    expect(again.people[0]?.problems).toEqual([
      'active should be false and is true',
      expect.stringContaining('the Concur user should have stayed "the user of before"'),
    ]);
  });
});

it('counts Concur users whom nobody asked for', () => {
  const one = account();
  hold(one);
  expect(judgeDay({ accounts: [], kept: new Map() }, simulator).problems).toEqual([
    'Concur holds 1 users for 0 people',
  ]);
});

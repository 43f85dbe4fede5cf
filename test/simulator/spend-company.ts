import { ENTERPRISE, SPEND_ROLE, SPEND_USER } from '../../src/simulator/schemas.ts';
import { type Caller, person, SPEND, startCaller } from './caller.ts';

export const BOSS = '11111111-1111-4111-8111-111111111111';
export const CLERK = '22222222-2222-4222-8222-222222222222';
export const SECOND = '44444444-4444-4444-8444-444444444444';
export const LEAVER = '33333333-3333-4333-8333-333333333333';

/** Starts a simulator with an approver, a clerk, another approver and a leaver. */
export async function startSpendCompany(): Promise<Caller> {
  const concur = await startCaller();
  const { state } = concur.simulator;
  const roles = ['EXP_APPROVER', 'REQ_APPROVER'].map((roleName) => ({ roleName }));
  state.seed({
    ...person(
      { entitlements: ['Expense'] },
      { [ENTERPRISE]: { employeeNumber: 'boss' }, [SPEND_USER]: SPEND, [SPEND_ROLE]: { roles } },
    ),
    id: BOSS,
  });
  state.seed({ ...person({ entitlements: ['Expense'] }, { [SPEND_USER]: SPEND }), id: CLERK });
  state.seed({ ...person({}, { [SPEND_USER]: SPEND, [SPEND_ROLE]: { roles } }), id: SECOND });
  state.seed({
    ...person({ active: false, entitlements: ['Expense'] }, { [SPEND_USER]: SPEND }),
    id: LEAVER,
  });
  return concur;
}

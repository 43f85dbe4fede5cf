import { expect, it } from 'vitest';
import { ENTERPRISE, SPEND, SPEND_ROLE } from '../../src/domain/extensions.ts';
import { ALL_SCOPES } from '../../src/simulator/company.ts';
import { Delivery, resource } from './harness.ts';

const ROLE = 'EXP_APPROVER';
const READ = { path: /profile\/spend/ };

/** Adopts somebody whose currency and role were set by hand in Concur, while one more role is asked for. */
async function adopt(delivery: Delivery): Promise<string> {
  delivery.simulator.state.seed({
    ...resource('ada'),
    [ENTERPRISE]: { companyId: delivery.simulator.company.id, employeeNumber: 'number-ada' },
    [SPEND]: { country: 'DE', locale: 'de-DE', reimbursementCurrency: 'EUR' },
    [SPEND_ROLE]: { roles: [{ roleName: ROLE, roleGroups: [] }] },
  });
  const asked = { roles: [{ roleName: 'REQ_APPROVER', roleGroups: [] }] };
  const [id = ''] = await delivery.create(resource('ada', { [SPEND_ROLE]: asked }));
  delivery.start();
  return id;
}

function expectWhatWasSetByHand(delivery: Delivery): void {
  const ada = delivery.inConcur('ada');
  expect(ada).toMatchObject({ [SPEND]: { country: 'DE', reimbursementCurrency: 'EUR' } });
  expect(JSON.stringify(ada?.[SPEND_ROLE])).toContain(ROLE);
}

it('what was set by hand stays, beside what is asked for', async () => {
  const delivery = await Delivery.prepare();
  await delivery.comesTo(await adopt(delivery), 'in_sync');
  expectWhatWasSetByHand(delivery);
  expect(JSON.stringify(delivery.inConcur('ada')?.[SPEND_ROLE])).toContain('REQ_APPROVER');
});

it('what no scope lets us see stays as it is, and the person says so', async () => {
  const scopes = ALL_SCOPES.filter((scope) => scope !== 'spend.user.general.read');
  const delivery = await Delivery.prepare({ company: { scopes } });
  await delivery.comesTo(await adopt(delivery), 'partial', 'not_readable');
  expectWhatWasSetByHand(delivery);
});

it('what Concur denies us for a while stays as it is', async () => {
  const delivery = await Delivery.prepare();
  delivery.simulator.faults.add({ kind: 'status', status: 403, times: 2, match: READ });
  await delivery.comesTo(await adopt(delivery), 'partial', 'not_readable');
  expectWhatWasSetByHand(delivery);
});

it('a 404 of a gateway does not say that there is nothing', async () => {
  const delivery = await Delivery.prepare();
  delivery.simulator.faults.add({ kind: 'status', status: 404, times: 1, body: '<html>', match: READ });
  await delivery.comesTo(await adopt(delivery), 'in_sync');
  expectWhatWasSetByHand(delivery);
});

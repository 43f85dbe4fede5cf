import { expect, it } from 'vitest';
import { ENTERPRISE, SPEND } from '../../src/domain/extensions.ts';
import { Delivery, resource } from './harness.ts';

it('somebody who breaks a rule of identity is not created, and Concur is not asked to', async () => {
  const delivery = await Delivery.begin();
  const [id = ''] = await delivery.create(resource('ada', { userName: 'ada' }));
  const { provisioning } = await delivery.reaches(id, 'failed', 'incomplete');
  expect(provisioning.lastError).toMatch(/^userName "ada" .*name@domain/);
  expect(delivery.calls('POST', /v4\/Users$/)).toBe(0);
  await delivery.change(id, { userName: 'ada@example.com' });
  await delivery.reaches(id, 'in_sync');
});

it('somebody whom Concur holds keeps what they have in place of a broken value, and gets the rest', async () => {
  const delivery = await Delivery.begin();
  const [id = ''] = await delivery.create(resource('ada', { title: 'Analyst' }));
  await delivery.reaches(id, 'in_sync');
  await delivery.change(id, { title: 'x'.repeat(300), nickName: 'Countess' });
  const { provisioning } = await delivery.reaches(id, 'partial', 'incomplete');
  expect(provisioning.lastError).toMatch(/^title .*255 characters/);
  expect(delivery.inConcur('ada')).toMatchObject({ title: 'Analyst', nickName: 'Countess' });
  await delivery.change(id, { active: false });
  await delivery.reaches(id, 'partial', 'incomplete');
  expect(delivery.inConcur('ada')).toMatchObject({ active: false, title: 'Analyst' });
});

it('a rule of spend keeps back its value alone', async () => {
  const delivery = await Delivery.begin();
  const spend = { country: 'US', locale: 'en-US', reimbursementCurrency: 'USD', reimbursementType: 'CASH' };
  const enterprise = { [ENTERPRISE]: { employeeNumber: '7' } };
  const [id = ''] = await delivery.create(resource('ada', { ...enterprise, [SPEND]: spend }));
  const { provisioning } = await delivery.reaches(id, 'partial', 'incomplete');
  expect(provisioning.lastError).toMatch(/^spend:reimbursementType "CASH" .*CONCUR_PAY/);
  expect(delivery.inConcur('ada')?.[SPEND]).toMatchObject({ country: 'US' });
  expect(delivery.inConcur('ada')?.[SPEND]).not.toMatchObject({ reimbursementType: 'CASH' });
});

import { expect, it, vi } from 'vitest';
import { ENTERPRISE, SPEND } from '../../src/domain/extensions.ts';
import { Delivery, resource, spend } from './harness.ts';

const PATIENCE = { timeout: 15_000, interval: 20 };

it('a manager who comes to be while the person is read is not waited for', async () => {
  const [delivery, gateway] = await Delivery.throughGateway();
  delivery.start();
  const [id = ''] = await delivery.create(resource('ada'));
  await delivery.reaches(id, 'in_sync');
  delivery.simulator.faults.add({ kind: 'drop-after', times: 1, match: { method: 'PATCH' } });
  await delivery.change(id, { title: 'Analyst' });
  await delivery.reaches(id, 'queued', 'outcome_unknown');
  await delivery.stop();
  const status = gateway.hold({ path: /provisions/ }, 'all');
  const [boss = ''] = await delivery.create(resource('boss'), resource('cara'));
  delivery.start();
  await delivery.reaches(boss, 'processing');
  const read = gateway.hold({ method: 'GET', path: /identity/ });
  await delivery.change(id, { [ENTERPRISE]: { manager: { value: 'boss@example.com' } } });
  await read.here;
  status.release();
  const { provisioning } = await delivery.reaches(boss, 'in_sync');
  read.release();
  await delivery.comesTo(id, 'in_sync');
  expect(delivery.inConcur('ada')).toMatchObject({
    [ENTERPRISE]: { manager: { value: provisioning.concurId } },
  });
});

it('a request that is settled between a claim and its end leaves nobody in progress for ever', async () => {
  const claimed = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  let armed = false;
  const [delivery, gateway] = await Delivery.throughGateway({
    watch: (store) => ({
      ...store,
      claim: async (...claim) => {
        const records = await store.claim(...claim);
        if (!armed || records.length === 0) return records;
        armed = false;
        claimed.resolve();
        await goOn.promise;
        return records;
      },
    }),
  });
  delivery.start();
  const [id = ''] = await delivery.create(resource('ada'));
  await delivery.reaches(id, 'in_sync');
  const status = gateway.hold({ path: /provisions/ }, 'all');
  await delivery.change(id, { [SPEND]: spend('EUR') });
  await delivery.reaches(id, 'processing');
  delivery.simulator.faults.add({ kind: 'status', status: 400, times: 1, match: { method: 'PATCH' } });
  await delivery.change(id, { active: false });
  await delivery.reaches(id, 'queued', 'refused');
  armed = true;
  await delivery.change(id, { active: true, title: 'Back' });
  await claimed.promise;
  status.release();
  await vi.waitFor(
    async () => expect((await delivery.record(id)).provisioning.openOperations).toBe(0),
    PATIENCE,
  );
  goOn.resolve();
  await delivery.comesTo(id, 'in_sync');
  expect(delivery.inConcur('ada')).toMatchObject({ active: true, title: 'Back' });
});

it('nobody is created with keys that were corrected while Concur was searched for them', async () => {
  const [delivery, gateway] = await Delivery.throughGateway();
  const { company, state } = delivery.simulator;
  const number = { employeeNumber: 'number-eva' };
  const existing = state.seed({ ...resource('eva'), [ENTERPRISE]: { companyId: company.id, ...number } });
  const search = gateway.hold({ path: /search/ });
  const [id = ''] = await delivery.create(resource('ada'));
  delivery.start();
  await search.here;
  const { userName = null, externalId = null } = resource('eva');
  await delivery.change(id, { userName, externalId, [ENTERPRISE]: number });
  search.release();
  const { provisioning } = await delivery.comesTo(id, 'in_sync');
  expect(provisioning.concurId).toBe(existing.id);
  expect(delivery.inConcur('ada')).toBeUndefined();
});

it('keys that changed while Concur was searched for the old ones are searched for anew', async () => {
  const [delivery, gateway] = await Delivery.throughGateway();
  delivery.simulator.state.seed({
    ...resource('ada'),
    active: false,
    [ENTERPRISE]: { companyId: delivery.simulator.company.id, employeeNumber: 'another' },
  });
  const search = gateway.hold({ path: /search/ });
  const [id = ''] = await delivery.create(resource('ada', { externalId: 'other' }));
  delivery.start();
  await search.here;
  await delivery.change(id, { userName: 'ada7@example.com' });
  search.release();
  await delivery.comesTo(id, 'in_sync');
  expect(delivery.inConcur('ada7')).toMatchObject({ active: true });
});

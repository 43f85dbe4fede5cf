import { expect, it, vi } from 'vitest';
import { Delivery, resource } from './harness.ts';

const PATIENCE = { timeout: 6_000, interval: 20 };

it('somebody created in a Bulk, deleted and created again before Concur was asked stays active', async () => {
  const [delivery, gateway] = await Delivery.throughGateway();
  const status = gateway.hold({ path: /provisions/ }, 'all');
  const [ada = '', ben = ''] = await delivery.create(resource('ada'), resource('ben'));
  delivery.start();
  await delivery.reaches(ada, 'processing');
  await delivery.decide(ada, () => ({ kind: 'delete' }));
  const [again = ''] = await delivery.create(resource('ada'));
  await vi.waitFor(
    async () => expect((await delivery.record(again)).provisioning.concurId).not.toBeNull(),
    PATIENCE,
  );
  status.release();
  await delivery.comesTo(again, 'in_sync');
  await delivery.rests(ada);
  await delivery.rests(ben);
  expect(delivery.inConcur('ada')).toMatchObject({ active: true });
});

it('what a lost create set, and is given up before it is found, is taken away', async () => {
  const delivery = await Delivery.prepare();
  delivery.simulator.faults.add({
    kind: 'drop-after',
    times: 1,
    match: { method: 'POST', path: /v4\/Users$/ },
  });
  const [id = ''] = await delivery.create(resource('ada', { entitlements: ['Expense', 'Invoice'] }));
  delivery.start();
  await delivery.reaches(id, 'queued', 'outcome_unknown');
  await delivery.change(id, { entitlements: ['Expense'] });
  await delivery.comesTo(id, 'in_sync');
  expect(delivery.inConcur('ada')).toMatchObject({ entitlements: ['Expense'] });
});

it('what a lost update set, and is given up before it is read back, is taken away', async () => {
  const delivery = await Delivery.prepare();
  const [id = ''] = await delivery.create(resource('ada', { entitlements: ['Expense'] }));
  delivery.start();
  await delivery.reaches(id, 'in_sync');
  delivery.simulator.faults.add({ kind: 'drop-after', times: 1, match: { method: 'PATCH' } });
  await delivery.change(id, { entitlements: ['Expense', 'Invoice'] });
  await delivery.reaches(id, 'queued', 'outcome_unknown');
  await delivery.change(id, { entitlements: ['Expense'] });
  await delivery.comesTo(id, 'in_sync');
  expect(delivery.inConcur('ada')).toMatchObject({ entitlements: ['Expense'] });
});

it('a user deleted by hand in Concur, and updated in a Bulk, is made anew', async () => {
  const delivery = await Delivery.begin();
  const [ada = '', ben = ''] = await delivery.create(resource('ada'), resource('ben'));
  for (const id of [ada, ben]) await delivery.reaches(id, 'in_sync');
  await delivery.stop();
  const token = [...delivery.simulator.state.tokens.access.keys()][0];
  const { concurId } = (await delivery.record(ada)).provisioning;
  const gone = await fetch(`${delivery.simulator.url}/profile/v4/Users/${concurId}`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${token}` },
  });
  expect(gone.status).toBe(204);
  for (const id of [ada, ben]) await delivery.change(id, { title: 'new' });
  delivery.start();
  await delivery.rests(ada);
  await delivery.comesTo(ada, 'in_sync');
  expect(delivery.inConcur('ada')).toMatchObject({ title: 'new' });
  expect(delivery.inConcur('ada')?.id).not.toBe(concurId);
});

it('an admin who retries while the person is searched for is heard', async () => {
  const taken = { takenUserNames: ['ada@example.com'] };
  const [delivery, gateway] = await Delivery.throughGateway({ company: taken });
  const creation = gateway.hold({ path: /v4\/Users$/ });
  const [id = ''] = await delivery.create(resource('ada'));
  delivery.start();
  await creation.here;
  const search = gateway.hold({ path: /search/ });
  creation.release();
  await search.here;
  taken.takenUserNames.length = 0;
  await delivery.decide(id, () => ({ kind: 'retry' }));
  search.release();
  await delivery.comesTo(id, 'in_sync');
});

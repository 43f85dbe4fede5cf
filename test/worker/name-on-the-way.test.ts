import { expect, it } from 'vitest';
import { Delivery, resource } from './harness.ts';

const HOUR = 3_600_000;

/** Resolves when it was decided what to do about a newcomer, searched for in the second search. */
async function hasBeenSearched(delivery: Delivery, id: string): Promise<void> {
  await expect.poll(() => delivery.calls('POST', /search/)).toBe(2);
  await expect.poll(async () => (await delivery.record(id)).provisioning.state).not.toBe('sending');
}

it('a name that somebody was to be created with, and does not want any more, is waited for', async () => {
  const delivery = await Delivery.begin({ sharedClock: true });
  delivery.simulator.faults.add({ kind: 'late', ms: HOUR, times: 1, match: { path: /Bulk/ } });
  const [ada = ''] = await delivery.create(resource('ada'), resource('ben'));
  await delivery.reaches(ada, 'processing');
  // Concur has made Ada; the bridge hears her UUID when the request is over.
  expect(delivery.inConcur('ada')).toMatchObject({ active: true });
  await delivery.change(ada, { userName: 'ada.byron@example.com' });
  const [carl = ''] = await delivery.create(resource('carl', { userName: 'ada@example.com' }));
  await hasBeenSearched(delivery, carl);
  delivery.clock.advance(HOUR);
  await delivery.comesTo(ada, 'in_sync');
  await delivery.comesTo(carl, 'in_sync');
  expect(delivery.inConcur('ada')).toMatchObject({ active: true, externalId: 'external-carl' });
}, 30_000);

it('somebody who comes back under a name that another is about to give up waits for it', async () => {
  const delivery = await Delivery.begin();
  const [ada = '', ben = ''] = await delivery.create(resource('ada'), resource('ben'));
  for (const id of [ada, ben]) await delivery.reaches(id, 'in_sync');
  await delivery.decide(ada, () => ({ kind: 'delete' }));
  await delivery.reaches(ada, 'in_sync');
  await delivery.stop();
  await delivery.change(ben, { userName: 'benedict@example.com' });
  const [again = ''] = await delivery.create(resource('ada', { userName: 'ben@example.com' }));
  // Ben's new name reaches Concur only at the second attempt.
  delivery.simulator.faults.add({ kind: 'status', status: 503, times: 1, match: { method: 'PATCH' } });
  delivery.start();
  await hasBeenSearched(delivery, again);
  await delivery.comesTo(ben, 'in_sync');
  await delivery.comesTo(again, 'in_sync');
  expect(delivery.inConcur('ben')).toMatchObject({ active: true, externalId: 'external-ada' });
  expect(delivery.inConcur('ada')).toBeUndefined();
}, 30_000);

import { expect, it, vi } from 'vitest';
import { Delivery, resource } from './harness.ts';

/** The requests about people; the token is none of them. */
const requests = ({ simulator }: Delivery) =>
  simulator.requests.filter(({ path }) => path.startsWith('/profile'));

it('sends nothing while it is off, counts the leavers who wait, and sends them first when it is on again', async () => {
  const delivery = await Delivery.begin();
  const [ada = ''] = await delivery.create(resource('ada'));
  await delivery.reaches(ada, 'in_sync');
  await delivery.store.delivery.set('off');
  await vi.waitFor(() => expect(delivery.warnings).toContainEqual({ delivery: 'off' }));
  const before = requests(delivery).length;
  const [bob = ''] = await delivery.create(resource('bob'));
  await delivery.change(ada, { active: false });
  // A start changes nothing about it, and says so.
  await delivery.stop();
  delivery.start();
  await vi.waitFor(() => expect(delivery.warnings).toHaveLength(2));
  expect((await delivery.record(bob)).provisioning).toMatchObject({ state: 'queued', attempts: 0 });
  expect((await delivery.record(ada)).provisioning).toMatchObject({ state: 'queued', lane: 'deactivation' });
  expect((await delivery.store.reports.summary()).openDeactivations).toBe(1);
  expect(requests(delivery)).toHaveLength(before);
  await delivery.store.delivery.set('on');
  await delivery.reaches(ada, 'in_sync');
  await delivery.reaches(bob, 'in_sync');
  const writes = requests(delivery)
    .slice(before)
    .filter(({ path }) => /Users\/?[^.]*$/.test(path))
    .map(({ method }) => method);
  expect(writes[0]).toBe('PATCH');
  expect((await delivery.store.reports.summary()).openDeactivations).toBe(0);
});

it('stops what is being prepared before it is sent, and lets go of the people', async () => {
  const [delivery, gateway] = await Delivery.throughGateway();
  const searching = gateway.hold({ method: 'POST', path: /\.search$/ });
  delivery.start();
  const [ada = ''] = await delivery.create(resource('ada'));
  await searching.here;
  await delivery.store.delivery.set('off');
  searching.release();
  await vi.waitFor(async () =>
    expect((await delivery.record(ada)).provisioning).toMatchObject({ state: 'queued', lastRequestId: null }),
  );
  await delivery.stop();
  expect(delivery.simulator.state.users.size).toBe(0);
  delivery.start();
  await delivery.store.delivery.set('on');
  await delivery.reaches(ada, 'in_sync');
});

it('lets requests be followed that Concur has taken', async () => {
  const delivery = await Delivery.begin({ latency: { identity: 200, extensions: 200 } });
  const ids = await delivery.create(resource('ada'), resource('bob'));
  await delivery.reaches(ids[0] ?? '', 'processing');
  await delivery.store.delivery.set('off');
  for (const id of ids) await delivery.reaches(id, 'in_sync');
});

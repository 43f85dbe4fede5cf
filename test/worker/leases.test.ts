import { randomUUID } from 'node:crypto';
import { expect, it, onTestFinished, vi } from 'vitest';
import { underLease } from '../../src/worker/leases.ts';
import { Delivery, resource } from './harness.ts';

it('a step that lasts longer than a lease keeps its people, and the request it then sends', async () => {
  const delivery = await Delivery.prepare();
  const { provisioning } = delivery.store;
  const [id = ''] = await delivery.create(resource('ada'));
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const other = () => ({ token: 'another worker', until: delivery.clock.now() + 10_000 });
  const recovered = () => provisioning.recover(other(), delivery.clock.now());
  const renewed = vi.spyOn(provisioning, 'renew');
  await underLease(provisioning, delivery.clock.now, randomUUID, async (lease) => {
    await provisioning.claim('others', 10, lease, delivery.clock.now());
    for (let seconds = 4; seconds <= 20; seconds += 4) {
      delivery.clock.advance(4_000);
      await vi.advanceTimersByTimeAsync(4_000);
      await Promise.all(renewed.mock.results.map(({ value }) => value));
    }
    expect(await recovered()).toEqual([]);
    expect((await delivery.record(id)).provisioning.state).toBe('sending');
    const request = { id: 'request', kind: 'user', operations: [] } as const;
    expect(await provisioning.recordRequest(request, lease, delivery.clock.now())).toEqual([]);
    expect(await recovered()).toEqual([]);
  });
});

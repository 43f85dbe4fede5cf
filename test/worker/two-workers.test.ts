import { describe, expect, it, vi } from 'vitest';
import { Delivery, resource } from './harness.ts';

const SEARCH = /\.search$/;

describe('two workers on one database', () => {
  it('share a load, and each looks ahead for itself', async () => {
    const delivery = await Delivery.prepare();
    await delivery.create(...Array.from({ length: 1_000 }, (_, index) => resource(`person${index}`)));
    delivery.start();
    delivery.start();
    await vi.waitFor(
      async () => {
        const { states } = await delivery.store.reports.summary();
        expect(states.in_sync).toBe(1_000);
      },
      { timeout: 15_000, interval: 100 },
    );
    expect(delivery.simulator.state.users.size).toBe(1_000);
    expect(delivery.calls('POST', /Bulk$/)).toBe(10);
    expect(delivery.calls('POST', SEARCH)).toBeLessThanOrEqual(2);
    expect(delivery.simulator.violations).toEqual([]);
  });

  it('search again for somebody whose creation the other lost', async () => {
    const [delivery, gateway] = await Delivery.throughGateway();
    const bulk = gateway.hold({ path: /Bulk$/ });
    await delivery.create(...Array.from({ length: 100 }, (_, index) => resource(`person${index}`)));
    delivery.clock.advance(1);
    const [ada = ''] = await delivery.create(resource('ada'));
    delivery.start();
    await bulk.here;
    const match = { method: 'POST', path: /v4\/Users$/ };
    delivery.simulator.faults.add({ kind: 'drop-after', times: 1, match });
    delivery.start();
    await delivery.reaches(ada, 'queued', 'outcome_unknown');
    bulk.release();
    await delivery.comesTo(ada, 'in_sync');
    expect(delivery.calls('POST', SEARCH)).toBe(3);
    expect(delivery.simulator.state.users.size).toBe(101);
    expect(delivery.simulator.violations).toEqual([]);
  });
});

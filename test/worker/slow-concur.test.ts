import { describe, expect, it, vi } from 'vitest';
import { Delivery, resource } from './harness.ts';

const PATIENCE = { timeout: 15_000, interval: 20 };
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('what Concur fails at by its own fault is sent again', () => {
  it('a request that Concur gave up after 120 minutes', async () => {
    const delivery = await Delivery.prepare({ sharedClock: true });
    delivery.simulator.faults.add({ kind: 'stuck', times: 1, match: { path: /Bulk/ } });
    const ids = await delivery.create(resource('ada'), resource('ben'), resource('cara'));
    delivery.start();
    for (const id of ids) await delivery.reaches(id, 'processing');
    delivery.clock.advance(121 * MINUTE);
    for (const id of ids) await delivery.comesTo(id, 'in_sync');
    expect(delivery.simulator.state.users.size).toBe(3);
  });

  it('a search that was refused once', async () => {
    const delivery = await Delivery.prepare();
    delivery.simulator.faults.add({ kind: 'status', status: 400, times: 1, match: { path: /search/ } });
    const ids = await delivery.create(resource('ada'), resource('ben'), resource('cara'));
    delivery.start();
    for (const id of ids) await delivery.comesTo(id, 'in_sync');
  });
});

describe('what would be sent again for ever is sent ever more slowly', () => {
  it('also when Concur says to come back at once', async () => {
    const delivery = await Delivery.prepare();
    const match = { path: /v4\/Users$/, method: 'POST' };
    delivery.simulator.faults.add({ kind: 'status', status: 429, retryAfter: 0, times: 1, match });
    const [id = ''] = await delivery.create(resource('ada'));
    delivery.start();
    const { provisioning } = await delivery.reaches(id, 'queued', 'concur_unavailable');
    const [refused] = delivery.simulator.requests.filter(({ status }) => status === 429);
    expect((provisioning.due ?? 0) - (refused?.at ?? 0)).toBeGreaterThanOrEqual(1_000);
    await delivery.comesTo(id, 'in_sync');
  });

  it('also when Concur never says under which id the rest goes on', async () => {
    const [delivery, gateway] = await Delivery.throughGateway({ latency: { extensions: HOUR } });
    gateway.alter(
      { path: /v4\/Users/ },
      ({ body }) => ({ body: body.replaceAll('provisionId', 'unheardOf') }),
      'all',
    );
    delivery.start();
    const [id = ''] = await delivery.create(resource('ada'));
    const waits: number[] = [];
    for (const attempts of [1, 2, 3, 4]) {
      const { due } = await vi.waitFor(async () => {
        const { provisioning } = await delivery.record(id);
        expect(provisioning).toMatchObject({ state: 'queued', attempts });
        return provisioning;
      }, PATIENCE);
      waits.push((due ?? 0) - delivery.clock.now());
      delivery.clock.advance((due ?? 0) - delivery.clock.now());
    }
    expect(waits.at(-1)).toBeGreaterThan(5_000);
  });
});

describe('a leaver', () => {
  it('does not wait as long as Concur told an update of theirs to wait', async () => {
    const [delivery, gateway] = await Delivery.throughGateway();
    delivery.start();
    const [id = ''] = await delivery.create(resource('ada'));
    await delivery.reaches(id, 'in_sync');
    const update = gateway.hold({ method: 'PATCH' });
    await delivery.change(id, { title: 'Analyst' });
    await update.here;
    await delivery.change(id, { active: false });
    const throttled = { kind: 'status', status: 429, retryAfter: 3600, times: 1 } as const;
    delivery.simulator.faults.add({ ...throttled, match: { method: 'PATCH' } });
    update.release();
    await vi.waitFor(() => expect(delivery.inConcur('ada')).toMatchObject({ active: false }), PATIENCE);
  });

  it('does not wait for another leaver of whom Concur says nothing', async () => {
    const [delivery, gateway] = await Delivery.throughGateway();
    delivery.start();
    const [ada = '', ben = ''] = await delivery.create(resource('ada'), resource('ben'));
    for (const id of [ada, ben]) await delivery.reaches(id, 'in_sync');
    const silent = gateway.hold({ method: 'PATCH' });
    await delivery.change(ada, { active: false });
    await silent.here;
    await delivery.change(ben, { active: false });
    await delivery.reaches(ben, 'in_sync');
    expect(delivery.inConcur('ben')).toMatchObject({ active: false });
    expect(delivery.inConcur('ada')).toMatchObject({ active: true });
    silent.release();
    await delivery.reaches(ada, 'in_sync');
  });
});

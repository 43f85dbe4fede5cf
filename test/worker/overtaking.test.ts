import { describe, expect, it, vi } from 'vitest';
import { ENTERPRISE, SPEND } from '../../src/domain/extensions.ts';
import { Delivery, resource, spend } from './harness.ts';

const PATIENCE = { timeout: 15_000, interval: 20 };
const HOUR = 60 * 60_000;

function losesAccess(delivery: Delivery, name: string): Promise<void> {
  return vi.waitFor(() => expect(delivery.inConcur(name)).toMatchObject({ active: false }), PATIENCE);
}

it('a leaver waits for nobody whom Concur has yet to be searched for', async () => {
  let claims = 0;
  const [delivery, gateway] = await Delivery.throughGateway({
    watch: (store) => ({
      ...store,
      claim: (wanted, ...more) => {
        if (wanted === 'deactivation') claims += 1;
        return store.claim(wanted, ...more);
      },
    }),
  });
  delivery.start();
  const [ada = ''] = await delivery.create(resource('ada'));
  await delivery.reaches(ada, 'in_sync');
  gateway.hold({ path: /search/ }, 'all');
  for (let index = 0; index < 5; index += 1) {
    const before = claims;
    await delivery.create(resource(`inactive${index}`, { active: false }));
    await vi.waitFor(() => expect(claims).toBeGreaterThan(before + 1), PATIENCE);
  }
  await delivery.change(ada, { active: false });
  await losesAccess(delivery, 'ada');
});

describe('a deactivation that is accepted while Concur is asked for something else', () => {
  const LATER = { kind: 'status', status: 429, retryAfter: 3600, times: 1 } as const;

  it('does not wait as long as the read that fails then', async () => {
    const [delivery, gateway] = await Delivery.throughGateway();
    delivery.start();
    const [id = ''] = await delivery.create(resource('ada', { entitlements: ['Expense'] }));
    await delivery.reaches(id, 'in_sync');
    const match = { method: 'GET', path: /identity/ };
    const read = gateway.hold(match);
    await delivery.change(id, { entitlements: ['Invoice'] });
    await read.here;
    delivery.simulator.faults.add({ ...LATER, match });
    await delivery.change(id, { active: false });
    read.release();
    await losesAccess(delivery, 'ada');
  });

  it('does not wait for the Bulk that is just being sent', async () => {
    const [delivery, gateway] = await Delivery.throughGateway();
    const ids = await delivery.create(resource('ada'), resource('ben'));
    delivery.start();
    for (const id of ids) await delivery.comesTo(id, 'in_sync');
    await delivery.stop();
    const match = { path: /Bulk/ };
    delivery.simulator.faults.add({ kind: 'late', ms: HOUR, times: 1, match });
    const bulk = gateway.hold(match);
    for (const id of ids) await delivery.change(id, { [SPEND]: spend('EUR') });
    delivery.start();
    await bulk.here;
    await delivery.change(ids[0] ?? '', { active: false });
    bulk.release();
    await losesAccess(delivery, 'ada');
    expect((await delivery.record(ids[1] ?? '')).provisioning.state).toBe('processing');
  });

  it('does not wait as long as the search that fails then', async () => {
    const [delivery, gateway] = await Delivery.throughGateway();
    const { company, state, faults } = delivery.simulator;
    state.seed({ ...resource('ada'), [ENTERPRISE]: { companyId: company.id, employeeNumber: 'number-ada' } });
    const search = gateway.hold({ path: /search/ });
    const [id = ''] = await delivery.create(resource('ada'));
    delivery.start();
    await search.here;
    await delivery.change(id, { active: false });
    faults.add({ kind: 'status', status: 400, times: 1, match: { path: /search/ } });
    search.release();
    await losesAccess(delivery, 'ada');
  });
});

describe('a leaver whom a Bulk creates that takes an hour', () => {
  it.each(['deactivated', 'deleted'])('is %s as soon as their user is there', async (how) => {
    const delivery = await Delivery.prepare();
    delivery.simulator.faults.add({ kind: 'late', ms: HOUR, times: 1, match: { path: /Bulk/ } });
    const [ada = '', ben = ''] = await delivery.create(
      resource('ada', { [SPEND]: spend('USD') }),
      resource('ben', { [SPEND]: spend('USD') }),
    );
    delivery.start();
    for (const id of [ada, ben]) await delivery.reaches(id, 'processing');
    if (how === 'deleted') await delivery.decide(ada, () => ({ kind: 'delete' }));
    else await delivery.change(ada, { active: false });
    // The shortest time between two looks is over.
    delivery.clock.advance(5_000);
    await losesAccess(delivery, 'ada');
    const { provisioning } = await delivery.reaches(ada, 'processing');
    expect(provisioning.concurId).toBe(delivery.inConcur('ada')?.id);
    expect((await delivery.record(ben)).provisioning).toMatchObject({ state: 'processing', concurId: null });
    expect(delivery.inConcur('ben')).toMatchObject({ active: true });
    expect(delivery.simulator.violations).toEqual([]);
  });
});

it('somebody who comes back has access again, though Concur was just asked what became of their create', async () => {
  const [delivery, gateway] = await Delivery.throughGateway({ sharedClock: true });
  const { faults } = delivery.simulator;
  faults.add({ kind: 'late', ms: 65_000, times: 1, match: { method: 'POST', path: /v4\/Users$/ } });
  delivery.start();
  const [ada = ''] = await delivery.create(resource('ada', { [SPEND]: spend('USD') }));
  await delivery.reaches(ada, 'processing');
  // The look is under way, and the request read for it, before the deactivation is sent.
  const look = gateway.hold({ path: /provisions/ });
  delivery.clock.advance(60_000);
  await look.here;
  await delivery.change(ada, { active: false });
  await losesAccess(delivery, 'ada');
  await delivery.change(ada, { active: true });
  // Concur is done by then, and the look still has its lease.
  delivery.clock.advance(6_000);
  look.release();
  await delivery.comesTo(ada, 'in_sync');
  expect(delivery.inConcur('ada')).toMatchObject({ active: true });
});

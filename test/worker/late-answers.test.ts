import { describe, expect, it, vi } from 'vitest';
import { SPEND } from '../../src/domain/extensions.ts';
import { Delivery, resource, spend } from './harness.ts';

const PATIENCE = { timeout: 15_000, interval: 20 };
const MINUTE = 60_000;

/** Longer than the bridge waits for an answer in these tests is only what a test holds back. */
const TIMEOUT = 1_000;

describe('a request that takes effect after the bridge gave up on its answer', () => {
  it('does not leave access to somebody who was deactivated meanwhile', async () => {
    const [delivery, gateway] = await Delivery.throughGateway({ timeout: TIMEOUT });
    delivery.start();
    const [id = ''] = await delivery.create(resource('ada'));
    await delivery.reaches(id, 'in_sync');
    await delivery.change(id, { active: false });
    await delivery.reaches(id, 'in_sync');
    const reactivation = gateway.hold({ method: 'PATCH' });
    await delivery.change(id, { active: true });
    await delivery.reaches(id, 'queued', 'outcome_unknown');
    await delivery.change(id, { active: false });
    await delivery.reaches(id, 'in_sync');
    reactivation.release();
    await vi.waitFor(() => expect(delivery.inConcur('ada')).toMatchObject({ active: true }), PATIENCE);
    delivery.clock.advance(11 * MINUTE);
    await vi.waitFor(() => expect(delivery.inConcur('ada')).toMatchObject({ active: false }), PATIENCE);
    await delivery.reaches(id, 'in_sync');
  });

  it('does not leave a user who was created for somebody deactivated meanwhile', async () => {
    const [delivery, gateway] = await Delivery.throughGateway({ timeout: TIMEOUT });
    delivery.start();
    const creation = gateway.hold({ method: 'POST', path: /v4\/Users$/ });
    const [id = ''] = await delivery.create(resource('ada'));
    await delivery.reaches(id, 'queued', 'outcome_unknown');
    await delivery.change(id, { active: false });
    await delivery.reaches(id, 'queued', 'outcome_unknown');
    creation.release();
    await delivery.comesTo(id, 'in_sync');
    expect(delivery.inConcur('ada')).toMatchObject({ active: false });
  });

  it('is answered 500 and counts as done or not: a deactivation is sent in any case', async () => {
    const [delivery, gateway] = await Delivery.throughGateway();
    delivery.start();
    const [id = ''] = await delivery.create(resource('ada'));
    await delivery.reaches(id, 'in_sync');
    await delivery.change(id, { active: false });
    await delivery.reaches(id, 'in_sync');
    gateway.alter({ method: 'PATCH' }, () => ({ status: 500, body: '{}' }));
    await delivery.change(id, { active: true });
    await delivery.reaches(id, 'queued', 'outcome_unknown');
    expect(delivery.inConcur('ada')).toMatchObject({ active: true });
    await delivery.change(id, { active: false });
    await delivery.reaches(id, 'in_sync');
    expect(delivery.inConcur('ada')).toMatchObject({ active: false });
  });

  it('of somebody deleted and created again takes nothing from who is there now', async () => {
    const delivery = await Delivery.prepare();
    delivery.simulator.faults.add({ kind: 'drop-after', times: 1, match: { path: /Bulk/ } });
    const [ada = '', ben = ''] = await delivery.create(resource('ada'), resource('ben'));
    delivery.start();
    for (const id of [ada, ben]) await delivery.reaches(id, 'queued', 'outcome_unknown');
    const { lastRequestId } = (await delivery.record(ben)).provisioning;
    for (const id of [ada, ben]) await delivery.comesTo(id, 'in_sync');
    await delivery.decide(ada, () => ({ kind: 'delete' }));
    const [again = ''] = await delivery.create(resource('ada'));
    await delivery.comesTo(again, 'in_sync');
    delivery.clock.advance(121 * MINUTE);
    await vi.waitFor(
      async () =>
        expect((await delivery.store.reports.request(lastRequestId ?? ''))?.completedAt).not.toBeNull(),
      PATIENCE,
    );
    for (const id of [ada, ben, again]) await delivery.rests(id);
    expect(delivery.inConcur('ada')).toMatchObject({ active: true });
  });
});

it('a late deactivation of somebody deleted leaves nobody without access who has taken over their user', async () => {
  const [delivery, gateway] = await Delivery.throughGateway({ timeout: TIMEOUT });
  delivery.start();
  const [former = ''] = await delivery.create(resource('ada'));
  await delivery.reaches(former, 'in_sync');
  const late = gateway.hold({ method: 'PATCH' });
  await delivery.decide(former, () => ({ kind: 'delete' }));
  await delivery.reaches(former, 'queued', 'outcome_unknown');
  const [successor = ''] = await delivery.create(resource('ada'));
  for (const id of [former, successor]) await delivery.comesTo(id, 'in_sync');
  expect(delivery.inConcur('ada')).toMatchObject({ active: true });
  late.release();
  await vi.waitFor(() => expect(delivery.inConcur('ada')).toMatchObject({ active: false }), PATIENCE);
  delivery.clock.advance(11 * MINUTE);
  await vi.waitFor(() => expect(delivery.inConcur('ada')).toMatchObject({ active: true }), PATIENCE);
  await delivery.reaches(successor, 'in_sync');
});

describe('a request about which Concur is asked', () => {
  it('is not forgotten because of one 404: what it sets never wins over what was asked later', async () => {
    const delivery = await Delivery.begin({ sharedClock: true });
    const ids = await delivery.create(resource('ada'), resource('ben'));
    for (const id of ids) await delivery.reaches(id, 'in_sync');
    await delivery.stop();
    const [ada = '', ben = ''] = ids;
    delivery.simulator.faults.add({ kind: 'late', ms: 10 * MINUTE, times: 1, match: { path: /Bulk/ } });
    for (const id of ids) await delivery.change(id, { [SPEND]: spend('EUR') });
    delivery.start();
    for (const id of ids) await delivery.reaches(id, 'processing');
    delivery.simulator.faults.add({ kind: 'status', status: 404, times: 1, match: { path: /provisions/ } });
    const forgotten = () =>
      delivery.simulator.requests.filter(({ path, status }) => status === 404 && /provisions/.test(path));
    await vi.waitFor(() => expect(forgotten()).toHaveLength(1), PATIENCE);
    await delivery.change(ada, { [SPEND]: spend('GBP') });
    const looks = delivery.calls('GET', /provisions/);
    await vi.waitFor(() => expect(delivery.calls('GET', /provisions/)).toBeGreaterThan(looks), PATIENCE);
    delivery.clock.advance(11 * MINUTE);
    await delivery.comesTo(ada, 'in_sync');
    await delivery.comesTo(ben, 'in_sync');
    expect(delivery.inConcur('ada')).toMatchObject({ [SPEND]: { reimbursementCurrency: 'GBP' } });
    expect(delivery.inConcur('ben')).toMatchObject({ [SPEND]: { reimbursementCurrency: 'EUR' } });
    expect(delivery.simulator.violations).toEqual([]);
  });
});

describe('what a lost request had set', () => {
  it('on creation is ours, and taken away when nobody asks for it any more', async () => {
    const delivery = await Delivery.prepare();
    const match = { method: 'POST', path: /v4\/Users$/ };
    delivery.simulator.faults.add({ kind: 'drop-after', times: 1, match });
    const [id = ''] = await delivery.create(resource('ada', { entitlements: ['Expense', 'Invoice'] }));
    delivery.start();
    await delivery.reaches(id, 'queued', 'outcome_unknown');
    await delivery.comesTo(id, 'in_sync');
    await delivery.change(id, { entitlements: ['Expense'] });
    await delivery.reaches(id, 'in_sync');
    expect(delivery.inConcur('ada')).toMatchObject({ entitlements: ['Expense'] });
  });

  it('on update is ours, and taken away when nobody asks for it any more', async () => {
    const delivery = await Delivery.begin();
    const [id = ''] = await delivery.create(resource('ada', { entitlements: ['Expense'] }));
    await delivery.reaches(id, 'in_sync');
    delivery.simulator.faults.add({ kind: 'drop-after', times: 1, match: { method: 'PATCH' } });
    await delivery.change(id, { entitlements: ['Expense', 'Invoice'] });
    await delivery.reaches(id, 'queued', 'outcome_unknown');
    await delivery.comesTo(id, 'in_sync');
    await delivery.change(id, { entitlements: ['Expense'] });
    await delivery.reaches(id, 'in_sync');
    expect(delivery.inConcur('ada')).toMatchObject({ entitlements: ['Expense'] });
  });
});

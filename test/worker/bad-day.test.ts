import { describe, expect, it, vi } from 'vitest';
import { SPEND } from '../../src/domain/extensions.ts';
import { Delivery, resource } from './harness.ts';

const PATIENCE = { timeout: 15_000, interval: 20 };
const MINUTE = 60_000;

function crowd(size: number) {
  return Array.from({ length: size }, (_, index) => resource(`person${index}`));
}

describe('when Concur is slow, down or silent', () => {
  it('a person is queued with the reason and sent again when Concur said', async () => {
    const delivery = await Delivery.prepare();
    delivery.simulator.faults.add({
      kind: 'status',
      status: 429,
      retryAfter: 120,
      times: 1,
      match: { method: 'POST', path: /v4\/Users$/ },
    });
    const [id = ''] = await delivery.create(resource('ada'));
    delivery.start();
    const { provisioning } = await delivery.reaches(id, 'queued', 'concur_unavailable');
    expect(provisioning.due).toBeGreaterThan(delivery.clock.now() + 100_000);
    delivery.clock.advance(2 * MINUTE);
    await delivery.reaches(id, 'in_sync');
    expect(delivery.simulator.state.users.size).toBe(1);
  });

  it('a create whose answer was lost is looked up and adopted, not made twice', async () => {
    const delivery = await Delivery.prepare();
    delivery.simulator.faults.add({
      kind: 'drop-after',
      times: 1,
      match: { method: 'POST', path: /v4\/Users$/ },
    });
    const [id = ''] = await delivery.create(resource('ada'));
    delivery.start();
    await delivery.reaches(id, 'queued', 'outcome_unknown');
    delivery.clock.advance(2 * MINUTE);
    await delivery.reaches(id, 'in_sync');
    expect(delivery.calls('POST', /v4\/Users$/)).toBe(1);
    expect(delivery.inConcur('ada')).toMatchObject({ [SPEND]: { country: 'US' } });
    expect(delivery.simulator.violations).toEqual([]);
  });

  it.each([
    ['a cut connection', { kind: 'drop-before' }, 'outcome_unknown', 3_000],
    ['a 500', { kind: 'status', status: 500 }, 'outcome_unknown', 3_000],
    ['a 502 that says when', { kind: 'status', status: 502, retryAfter: 90 }, 'outcome_unknown', 90_000],
    ['a 503', { kind: 'status', status: 503 }, 'concur_unavailable', 5 * MINUTE],
  ] as const)(
    'a deactivation that met %s is made again as soon as may be',
    async (_, fault, reason, most) => {
      const delivery = await Delivery.begin();
      const [id = ''] = await delivery.create(resource('ada'));
      await delivery.reaches(id, 'in_sync');
      delivery.simulator.faults.add({ ...fault, times: 1, match: { method: 'PATCH' } });
      await delivery.change(id, { active: false });
      const { provisioning } = await delivery.reaches(id, 'queued', reason);
      const wait = (provisioning.due ?? 0) - delivery.clock.now();
      expect(wait).toBeLessThanOrEqual(most);
      expect(wait).toBeGreaterThan(most - 3_000);
      await delivery.comesTo(id, 'in_sync');
      expect(delivery.inConcur('ada')).toMatchObject({ active: false });
    },
  );

  it('a Bulk whose answer was lost leaves everybody there once, and is looked at again at its end', async () => {
    const delivery = await Delivery.prepare();
    delivery.simulator.faults.add({ kind: 'drop-after', times: 1, match: { path: /Bulk/ } });
    const ids = await delivery.create(...crowd(5));
    delivery.start();
    for (const id of ids) await delivery.reaches(id, 'queued', 'outcome_unknown');
    delivery.clock.advance(2 * MINUTE);
    for (const id of ids) await delivery.reaches(id, 'in_sync');
    expect(delivery.simulator.state.users.size).toBe(5);
    const reads = () => delivery.calls('GET', /identity\/v4\.1\/Users\//);
    const before = reads();
    delivery.clock.advance(121 * MINUTE);
    await vi.waitFor(() => expect(reads()).toBe(before + 5), PATIENCE);
    for (const id of ids) await delivery.reaches(id, 'in_sync');
  });

  it('an update whose answer was lost is read back before anything else is sent', async () => {
    const delivery = await Delivery.begin();
    const [id = ''] = await delivery.create(resource('ada'));
    await delivery.reaches(id, 'in_sync');
    delivery.simulator.faults.add({ kind: 'drop-after', times: 1, match: { method: 'PATCH' } });
    await delivery.change(id, { title: 'Analyst' });
    await delivery.reaches(id, 'queued', 'outcome_unknown');
    delivery.clock.advance(2 * MINUTE);
    await delivery.reaches(id, 'in_sync');
    expect(delivery.calls('PATCH', /Users/)).toBe(1);
  });

  it('a Bulk that is refused whole is sent again in halves until what offends stands alone', async () => {
    const delivery = await Delivery.prepare();
    delivery.simulator.faults.add({
      kind: 'status',
      status: 400,
      times: 1,
      match: { path: /Bulk/ },
      body: { status: '400', detail: 'Something in this request is wrong.' },
    });
    const ids = await delivery.create(...crowd(6));
    delivery.start();
    for (const id of ids) await delivery.reaches(id, 'in_sync');
    expect(delivery.calls('POST', /Bulk/)).toBe(3);
    expect(delivery.simulator.state.users.size).toBe(6);
  });

  it('a request that Concur forgot or never ends is settled by reading its people', async () => {
    const delivery = await Delivery.prepare();
    delivery.simulator.faults.add({ kind: 'stuck', times: 1, match: { path: /Bulk/ } });
    const ids = await delivery.create(...crowd(3));
    delivery.start();
    for (const id of ids) await delivery.reaches(id, 'processing');
    delivery.clock.advance(131 * MINUTE);
    for (const id of ids) await delivery.reaches(id, 'in_sync');
    expect(delivery.simulator.state.users.size).toBe(3);
  });

  it('credentials that Concur does not accept are named, and nobody is lost', async () => {
    const delivery = await Delivery.prepare();
    delivery.simulator.faults.add({
      kind: 'status',
      status: 400,
      times: 1,
      match: { path: /oauth2/ },
      body: { code: 108, error: 'invalid_grant', error_description: 'bad or expired refresh token' },
    });
    const [id = ''] = await delivery.create(resource('ada'));
    delivery.start();
    await delivery.reaches(id, 'queued', 'credentials');
    delivery.clock.advance(10 * MINUTE);
    await delivery.reaches(id, 'in_sync');
  });
});

describe('a worker that died', () => {
  it('before its answer was written leaves a request that is known to be lost', async () => {
    const delivery = await Delivery.prepare();
    delivery.simulator.faults.add({ kind: 'hang', times: 1, match: { method: 'POST', path: /v4\/Users$/ } });
    const [id = ''] = await delivery.create(resource('ada'));
    const lease = { token: 'dead-worker', until: delivery.clock.now() + 10_000 };
    await delivery.store.provisioning.claim('others', 10, lease, delivery.clock.now());
    await delivery.store.provisioning.recordRequest(
      { id: 'lost-request', kind: 'user', operations: [createOperation(id)] },
      lease,
      delivery.clock.now(),
    );
    delivery.simulator.faults.clear();
    delivery.start();
    expect((await delivery.record(id)).provisioning.state).toBe('sending');
    delivery.clock.advance(11_000);
    await delivery.reaches(id, 'in_sync');
    expect(await delivery.store.reports.request('lost-request')).toMatchObject({ state: 'unknown' });
    expect(delivery.simulator.state.users.size).toBe(1);
  });

  it('changes nothing when it comes back after its lease lapsed', async () => {
    const delivery = await Delivery.prepare();
    const [id = ''] = await delivery.create(resource('ada'));
    const lease = { token: 'stalled-worker', until: delivery.clock.now() + 10_000 };
    const { provisioning } = delivery.store;
    await provisioning.claim('others', 10, lease, delivery.clock.now());
    delivery.clock.advance(11_000);
    delivery.start();
    const { provisioning: before } = await delivery.reaches(id, 'in_sync');
    const now = delivery.clock.now();
    const operations = [createOperation(id)];
    expect(await provisioning.recordRequest({ id: 'late', kind: 'user', operations }, lease, now)).toEqual([
      id,
    ]);
    await provisioning.commit(
      { lease: lease.token, people: [id], decide: async () => ({ concurId: 'somebody else' }) },
      now,
    );
    expect((await delivery.record(id)).provisioning).toEqual(before);
  });
});

function createOperation(personId: string) {
  return {
    id: `operation-${personId}`,
    method: 'POST',
    personId,
    concurId: null,
    difference: { set: { userName: 'ada@example.com' }, remove: [] },
    base: {},
    initial: [],
    desired: { userName: 'ada@example.com' },
  } as const;
}

import { randomUUID } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { ENTERPRISE } from '../../src/domain/extensions.ts';
import { Delivery, resource } from './harness.ts';

const PATIENCE = { timeout: 15_000, interval: 20 };
const MINUTE = 60_000;

/** Longer than the bridge waits for an answer in these tests is only what a test holds back. */
const TIMEOUT = 1_000;

/** Everything by which Concur tells people apart. */
function keys(name: string) {
  return {
    userName: `${name}@example.com`,
    externalId: `external-${name}`,
    [ENTERPRISE]: { employeeNumber: `number-${name}` },
  };
}

/** Resolves when Concur holds somebody of this name. */
async function appears(delivery: Delivery, name: string): Promise<void> {
  await vi.waitFor(() => expect(delivery.inConcur(name)).toBeDefined(), PATIENCE);
}

function users({ simulator }: Delivery): string[] {
  return [...simulator.state.users.values()].map(
    ({ identity }) => `${identity.userName} ${identity.active ? 'active' : 'inactive'}`,
  );
}

describe('a lost create that Concur carries out after userName and employee number were changed', () => {
  it('is found by the keys that it had, and is the one Concur user of the person', async () => {
    const [delivery, gateway] = await Delivery.throughGateway({ timeout: TIMEOUT });
    delivery.start();
    const creation = gateway.hold({ method: 'POST', path: /v4\/Users$/ });
    const [id = ''] = await delivery.create(resource('ada', { entitlements: ['Expense', 'Invoice'] }));
    const { provisioning } = await delivery.reaches(id, 'queued', 'outcome_unknown');
    const lost = delivery.clock.now();
    await delivery.change(id, { ...keys('eva'), entitlements: ['Expense'] });
    await vi.waitFor(async () => {
      const { state, reason, due, lastError } = (await delivery.record(id)).provisioning;
      expect(`${state} ${reason}`).toBe('queued outcome_unknown');
      expect(due).toBeGreaterThan(lost + 9 * MINUTE);
      expect(lastError).not.toBe(provisioning.lastError);
    }, PATIENCE);
    // Nobody is created while the other may still be: it would be a second user.
    expect(users(delivery)).toEqual([]);
    creation.release();
    await appears(delivery, 'ada');
    await delivery.comesTo(id, 'in_sync');
    expect(users(delivery)).toEqual(['eva@example.com active']);
    expect(delivery.inConcur('eva')).toMatchObject({ ...keys('eva'), entitlements: ['Expense'] });
    expect(delivery.simulator.violations).toEqual([]);
  });

  it('is found for everybody of a Bulk, for which 120 minutes are waited', async () => {
    const [delivery, gateway] = await Delivery.throughGateway({ timeout: TIMEOUT });
    const bulk = gateway.hold({ path: /Bulk/ });
    const [ada = '', ben = ''] = await delivery.create(resource('ada'), resource('ben'));
    delivery.start();
    for (const id of [ada, ben]) await delivery.reaches(id, 'queued', 'outcome_unknown');
    const lost = delivery.clock.now();
    await delivery.change(ada, keys('eva'));
    await delivery.comesTo(ben, 'in_sync');
    await vi.waitFor(async () => {
      const { provisioning } = await delivery.record(ada);
      expect(provisioning).toMatchObject({ state: 'queued', reason: 'outcome_unknown' });
      expect(provisioning.due).toBeGreaterThan(lost + 119 * MINUTE);
    }, PATIENCE);
    expect(users(delivery)).toEqual(['ben@example.com active']);
    bulk.release();
    await appears(delivery, 'ada');
    await delivery.comesTo(ada, 'in_sync');
    await delivery.comesTo(ben, 'in_sync');
    expect(users(delivery).sort()).toEqual(['ben@example.com active', 'eva@example.com active']);
  });

  it('is found for somebody who was deleted meanwhile, and loses access', async () => {
    const [delivery, gateway] = await Delivery.throughGateway({ timeout: TIMEOUT });
    delivery.start();
    const creation = gateway.hold({ method: 'POST', path: /v4\/Users$/ });
    const [id = ''] = await delivery.create(resource('ada'));
    await delivery.reaches(id, 'queued', 'outcome_unknown');
    await delivery.change(id, keys('eva'));
    await delivery.decide(id, () => ({ kind: 'delete' }));
    await delivery.comesTo(id, 'in_sync', 'not_created');
    creation.release();
    await appears(delivery, 'ada');
    delivery.clock.advance(11 * MINUTE);
    await delivery.comesTo(id, 'in_sync');
    expect(users(delivery)).toEqual(['ada@example.com inactive']);
  });

  it.each([
    ['user', 10],
    ['bulk', 120],
  ] as const)(
    'is found when the worker died before the answer to a %s request was written',
    async (kind, minutes) => {
      const delivery = await Delivery.prepare();
      const [id = ''] = await delivery.create(resource('ada'));
      const { provisioning } = delivery.store;
      const lease = { token: 'dead-worker', until: delivery.clock.now() + 10_000 };
      await provisioning.claim('others', 10, lease, delivery.clock.now());
      const desired = {
        userName: 'ada@example.com',
        active: true,
        [`${ENTERPRISE}:employeeNumber`]: 'number-ada',
      };
      const create = {
        id: randomUUID(),
        method: 'POST',
        personId: id,
        concurId: null,
        difference: { set: desired, remove: [] },
        base: {},
        initial: [],
        desired,
      } as const;
      const request = { id: 'lost', kind, operations: [create] } as const;
      const sent = delivery.clock.now();
      await provisioning.recordRequest(request, lease, sent);
      await delivery.change(id, keys('eva'));
      delivery.clock.advance(11_000);
      delivery.start();
      const waiting = await delivery.reaches(id, 'queued', 'outcome_unknown');
      expect(waiting.provisioning.due).toBe(sent + minutes * MINUTE);
      delivery.simulator.state.seed({
        ...resource('ada'),
        [ENTERPRISE]: { companyId: delivery.simulator.company.id, employeeNumber: 'number-ada' },
      });
      await delivery.comesTo(id, 'in_sync');
      expect(users(delivery)).toEqual(['eva@example.com active']);
    },
  );
});

describe('a lost create that Concur never carries out', () => {
  it('holds up its person until its time is over, and no longer', async () => {
    const delivery = await Delivery.prepare();
    const match = { method: 'POST', path: /v4\/Users$/ };
    delivery.simulator.faults.add({ kind: 'drop-before', times: 1, match });
    const [id = ''] = await delivery.create(resource('ada'));
    delivery.start();
    await delivery.reaches(id, 'queued', 'outcome_unknown');
    await delivery.change(id, keys('eva'));
    await delivery.comesTo(id, 'in_sync');
    expect(users(delivery)).toEqual(['eva@example.com active']);
  });

  it.each(['userName', ENTERPRISE] as const)(
    'holds up nobody who changed all but %s, which Concur holds once',
    async (kept) => {
      const delivery = await Delivery.prepare();
      const match = { method: 'POST', path: /v4\/Users$/ };
      delivery.simulator.faults.add({ kind: 'drop-before', times: 1, match });
      const [id = ''] = await delivery.create(resource('ada'));
      delivery.start();
      await delivery.reaches(id, 'queued', 'outcome_unknown');
      await delivery.change(id, { ...keys('eva'), [kept]: keys('ada')[kept] });
      delivery.clock.advance(2 * MINUTE);
      await delivery.reaches(id, 'in_sync');
      expect(delivery.simulator.state.users.size).toBe(1);
    },
  );

  it('does not make a stranger with one of its keys the person', async () => {
    const delivery = await Delivery.prepare();
    const match = { method: 'POST', path: /v4\/Users$/ };
    delivery.simulator.faults.add({ kind: 'drop-before', times: 1, match });
    const [id = ''] = await delivery.create(resource('ada'));
    delivery.start();
    await delivery.reaches(id, 'queued', 'outcome_unknown');
    delivery.simulator.state.seed({
      ...resource('ada', { externalId: 'another' }),
      [ENTERPRISE]: { companyId: delivery.simulator.company.id, employeeNumber: 'another' },
    });
    await delivery.change(id, keys('eva'));
    await delivery.comesTo(id, 'in_sync');
    expect(users(delivery).sort()).toEqual(['ada@example.com active', 'eva@example.com active']);
  });
});

it('somebody whose create was lost, refused when it was made again, and who is inactive now has no access', async () => {
  const [delivery, gateway] = await Delivery.throughGateway({ timeout: TIMEOUT });
  delivery.start();
  const creation = gateway.hold({ method: 'POST', path: /v4\/Users$/ });
  const [id = ''] = await delivery.create(resource('ada'));
  await delivery.reaches(id, 'queued', 'outcome_unknown');
  await delivery.change(id, { userName: 'a%da@example.com' });
  await delivery.comesTo(id, 'failed', 'refused');
  creation.release();
  await appears(delivery, 'ada');
  await delivery.change(id, { active: false });
  await vi.waitFor(() => expect(users(delivery)).toEqual(['ada@example.com inactive']), PATIENCE);
});

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

/** A delivery with somebody whose create was lost, and never carried out. */
async function withLost(name: string): Promise<[Delivery, string]> {
  const delivery = await Delivery.prepare();
  const match = { method: 'POST', path: /v4\/Users$/ };
  delivery.simulator.faults.add({ kind: 'drop-before', times: 1, match });
  const [id = ''] = await delivery.create(resource(name));
  delivery.start();
  await delivery.reaches(id, 'queued', 'outcome_unknown');
  return [delivery, id];
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
    await delivery.reaches(id, 'queued', 'outcome_unknown');
    creation.release();
    await appears(delivery, 'ada');
    await delivery.comesTo(id, 'in_sync');
    expect(users(delivery)).toEqual(['ada@example.com inactive']);
  });

  it.each([
    ['inactive', (delivery: Delivery, id: string) => delivery.change(id, { active: false })],
    ['deleted', (delivery: Delivery, id: string) => delivery.decide(id, () => ({ kind: 'delete' }))],
  ])(
    'is looked for about once a minute while whoever is %s now may yet be given access',
    async (_, leave) => {
      const [delivery, gateway] = await Delivery.throughGateway({ timeout: TIMEOUT });
      const creation = gateway.hold({ path: /Bulk/ });
      const [id = '', other = ''] = await delivery.create(resource('ada'), resource('ben'));
      delivery.start();
      for (const one of [id, other]) await delivery.reaches(one, 'queued', 'outcome_unknown');
      await delivery.change(id, keys('eva'));
      await delivery.comesTo(other, 'in_sync');
      const left = delivery.clock.now();
      await leave(delivery, id);
      const waits: number[] = [];
      for (let looks = 1; looks <= 10; looks += 1) {
        const due = await vi.waitFor(async () => {
          const { state, reason, lane, attempts, due } = (await delivery.record(id)).provisioning;
          expect({ state, reason, lane, attempts }).toEqual({
            state: 'queued',
            reason: 'outcome_unknown',
            lane: 'deactivation',
            attempts: looks,
          });
          return due ?? 0;
        }, PATIENCE);
        waits.push(due - delivery.clock.now());
        delivery.clock.advance(due - delivery.clock.now());
      }
      expect(Math.max(...waits)).toBeLessThan(65_000);
      expect(waits.at(-1)).toBeGreaterThan(30_000);
      // Until it is settled it counts as a deactivation that is owed.
      expect((await delivery.store.reports.summary()).oldestOpenDeactivation).toBeLessThanOrEqual(
        left + 1_000,
      );
      creation.release();
      await appears(delivery, 'ada');
      await delivery.comesTo(id, 'in_sync');
      expect(users(delivery).map((one) => one.split(' ')[1])).toEqual(['active', 'inactive']);
      expect((await delivery.store.reports.summary()).oldestOpenDeactivation).toBeNull();
    },
  );

  it('and is never carried out rests once its time is over', async () => {
    const delivery = await Delivery.prepare();
    const match = { method: 'POST', path: /v4\/Users$/ };
    delivery.simulator.faults.add({ kind: 'drop-before', times: 1, match });
    const [id = ''] = await delivery.create(resource('ada'));
    delivery.start();
    await delivery.reaches(id, 'queued', 'outcome_unknown');
    await delivery.change(id, { active: false });
    const { provisioning } = await delivery.reaches(id, 'queued', 'outcome_unknown');
    expect(provisioning.lane).toBe('deactivation');
    delivery.clock.advance(10 * MINUTE);
    await delivery.reaches(id, 'in_sync', 'not_created');
    expect(users(delivery)).toEqual([]);
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

describe('the keys of a lost create that was never carried out', () => {
  it('lead to nobody once its time is over: whoever has them later is a stranger', async () => {
    const [delivery, id] = await withLost('ada');
    delivery.clock.advance(11 * MINUTE);
    await delivery.change(id, { ...keys('eva'), active: false });
    await delivery.comesTo(id, 'in_sync', 'not_created');
    const stranger = delivery.makeByHand('ada');
    await delivery.change(id, { active: true });
    const { provisioning: after } = await delivery.comesTo(id, 'in_sync');
    expect(after.concurId).not.toBe(stranger);
    expect(users(delivery).sort()).toEqual(['ada@example.com active', 'eva@example.com active']);
  });

  it('lead to nobody whom somebody else here asks for with them', async () => {
    const [delivery, id] = await withLost('ada');
    await delivery.change(id, keys('eva'));
    await delivery.stop();
    const real = delivery.makeByHand('ada');
    delivery.clock.advance(11 * MINUTE);
    const [ada = ''] = await delivery.create(resource('ada'));
    delivery.start();
    const { provisioning } = await delivery.comesTo(ada, 'in_sync');
    await delivery.comesTo(id, 'in_sync');
    expect(provisioning.concurId).toBe(real);
    expect(users(delivery).sort()).toEqual(['ada@example.com active', 'eva@example.com active']);
  });

  it('do not lead to somebody who left, when the user of the person is gone', async () => {
    const [delivery, id] = await withLost('ada');
    await delivery.change(id, keys('eva'));
    await delivery.comesTo(id, 'in_sync');
    const [ada = ''] = await delivery.create(resource('ada'));
    const left = (await delivery.comesTo(ada, 'in_sync')).provisioning.concurId;
    await delivery.decide(ada, () => ({ kind: 'delete' }));
    await delivery.comesTo(ada, 'in_sync');
    const { concurId } = (await delivery.record(id)).provisioning;
    expect(await delivery.deleteByHand(concurId)).toBe(204);
    await delivery.change(id, { title: 'new' });
    await vi.waitFor(() => expect(delivery.inConcur('eva')).toBeUndefined(), PATIENCE);
    await vi.waitFor(async () => {
      const { provisioning } = await delivery.record(id);
      const wait = (provisioning.due ?? 0) - delivery.clock.now();
      if (wait > 0) delivery.clock.advance(wait);
      expect(delivery.inConcur('eva')).toMatchObject({ title: 'new' });
    }, PATIENCE);
    await delivery.comesTo(id, 'in_sync');
    expect((await delivery.record(id)).provisioning.concurId).not.toBe(left);
    expect(users(delivery).sort()).toEqual(['ada@example.com inactive', 'eva@example.com active']);
  });
});

describe('a lost create and an account with the keys that the person has now', () => {
  it('are both shown to an admin where the create was carried out', async () => {
    const [delivery, gateway] = await Delivery.throughGateway({ timeout: TIMEOUT });
    delivery.start();
    const creation = gateway.hold({ method: 'POST', path: /v4\/Users$/ });
    const [id = ''] = await delivery.create(resource('ada'));
    await delivery.reaches(id, 'queued', 'outcome_unknown');
    const own = delivery.makeByHand('eva');
    await delivery.change(id, keys('eva'));
    // Nothing is taken over while the create may still make a second user.
    await vi.waitFor(async () => {
      const { provisioning } = await delivery.record(id);
      expect(provisioning.due).toBeGreaterThan(delivery.clock.now() + 9 * MINUTE);
    }, PATIENCE);
    creation.release();
    await appears(delivery, 'ada');
    const { provisioning } = await delivery.comesTo(id, 'held', 'ambiguous');
    expect(provisioning.candidates.map(({ concurId }) => concurId)).toEqual([
      own,
      delivery.inConcur('ada')?.id,
    ]);
  });

  it('is that account where the create was not', async () => {
    const [delivery, id] = await withLost('ada');
    const own = delivery.makeByHand('eva');
    await delivery.change(id, keys('eva'));
    const { provisioning } = await delivery.comesTo(id, 'in_sync');
    expect(provisioning.concurId).toBe(own);
  });
});

it('somebody whose create was lost, refused when it was made again, and who is inactive now has no access', async () => {
  const company = { timeZones: ['Europe/Berlin'] };
  const [delivery, gateway] = await Delivery.throughGateway({ timeout: TIMEOUT, company });
  delivery.start();
  const creation = gateway.hold({ method: 'POST', path: /v4\/Users$/ });
  const [id = ''] = await delivery.create(resource('ada', { timezone: 'Europe/Berlin' }));
  await delivery.reaches(id, 'queued', 'outcome_unknown');
  await delivery.change(id, { userName: 'eva@example.com', timezone: 'Asia/Tokyo' });
  await delivery.comesTo(id, 'failed', 'refused');
  creation.release();
  await appears(delivery, 'ada');
  await delivery.change(id, { active: false });
  await vi.waitFor(() => expect(users(delivery)).toEqual(['ada@example.com inactive']), PATIENCE);
});

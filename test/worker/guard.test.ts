import { describe, expect, it, vi } from 'vitest';
import type { DeactivationGuard } from '../../src/domain/connection.ts';
import { type Decide, judge } from '../../src/http/admin/decisions.ts';
import { judgeAll } from '../../src/http/admin/held.ts';
import { Delivery, type DeliveryOptions, resource } from './harness.ts';

const HOUR = 3_600_000;
const PATIENCE = { timeout: 15_000, interval: 20 };
const ADMIN = { kind: 'admin', name: 'api' } as const;

function guardOf(people: number | null, percent: number | null = null): DeactivationGuard {
  return { people, percent, within: HOUR };
}

/** So many people in Concur, and a guard. */
async function crowd(
  size: number,
  deactivationGuard: DeactivationGuard | null,
  { settings, ...options }: DeliveryOptions = {},
): Promise<[Delivery, string[]]> {
  const delivery = await Delivery.begin({ settings: { deactivationGuard, ...settings }, ...options });
  const ids = await delivery.create(
    ...Array.from({ length: size }, (_, index) => resource(`person${index}`)),
  );
  for (const id of ids) await delivery.comesTo(id, 'in_sync');
  return [delivery, ids];
}

/** Resolves when these people rest, and returns how many there are of each state and reason. */
async function rest(delivery: Delivery, ids: readonly string[]): Promise<Record<string, number>> {
  const rests: Record<string, number> = {};
  for (const id of ids) {
    const { provisioning } = await delivery.rests(id);
    const name = `${provisioning.state} ${provisioning.reason}`;
    rests[name] = (rests[name] ?? 0) + 1;
  }
  return rests;
}

async function deactivate(delivery: Delivery, ids: readonly string[]): Promise<void> {
  for (const id of ids) await delivery.change(id, { active: false });
}

/** How many people Concur holds active. */
function activeIn({ simulator }: Delivery): number {
  return [...simulator.state.users.values()].filter(({ identity }) => identity.active === true).length;
}

/** As an admin, who may decide about deleted people too. */
async function decide({ store }: Delivery, id: string, decision: Decide): Promise<void> {
  const write = { kind: 'change', actor: ADMIN, id, decide: decision } as const;
  const [result] = await store.directory.accept([write]);
  expect(result).toMatchObject({ kind: 'written', changed: true });
}

const DISCARD = judge('discarded', ADMIN, 'a mistake');

/** Who of these people is held. */
async function heldOf(delivery: Delivery, ids: readonly string[]): Promise<string[]> {
  const records = await Promise.all(ids.map((id) => delivery.rests(id)));
  return records.filter(({ provisioning }) => provisioning.reason === 'guard').map(({ person }) => person.id);
}

describe('the guard', () => {
  it('lets as many people lose access as its limit, and holds the others', async () => {
    const [delivery, ids] = await crowd(6, guardOf(2));
    await deactivate(delivery, ids);
    expect(await rest(delivery, ids)).toEqual({ 'in_sync null': 2, 'held guard': 4 });
    expect(activeIn(delivery)).toBe(4);
    const [id = ''] = await heldOf(delivery, ids);
    expect((await delivery.record(id)).provisioning.lastError).toBe(
      'The deactivation is held by the deactivation guard: 2 people have lost access within 1 h, and no more ' +
        'than 2 may. An admin sends it (hold release --guard) or discards it (hold discard)',
    );
    expect(delivery.alarms).toHaveLength(1);
    const { reasons, oldestOpenDeactivation } = await delivery.store.reports.summary();
    expect(reasons.guard).toBe(4);
    expect(oldestOpenDeactivation).not.toBeNull();
  });

  it('counts a share of the active people where there are more than ten', async () => {
    const [delivery, ids] = await crowd(20, guardOf(null, 20));
    await deactivate(delivery, ids);
    expect(await rest(delivery, ids)).toEqual({ 'in_sync null': 4, 'held guard': 16 });
  });

  it('counts no share of ten people', async () => {
    const [delivery, ids] = await crowd(10, guardOf(null, 20));
    await deactivate(delivery, ids);
    expect(await rest(delivery, ids)).toEqual({ 'in_sync null': 10 });
    expect(delivery.alarms).toEqual([]);
  });

  it('is open again when its time is over, and lets go of nobody by itself', async () => {
    const [delivery, ids] = await crowd(4, guardOf(1));
    await deactivate(delivery, ids.slice(0, 2));
    expect(await rest(delivery, ids.slice(0, 2))).toEqual({ 'in_sync null': 1, 'held guard': 1 });
    const held = await heldOf(delivery, ids.slice(0, 2));
    delivery.clock.advance(HOUR);
    await delivery.change(held[0] ?? '', { title: 'Doctor' });
    await deactivate(delivery, ids.slice(2, 3));
    expect(await rest(delivery, ids)).toEqual({ 'in_sync null': 3, 'held guard': 1 });
    expect(await heldOf(delivery, ids)).toEqual(held);
  });

  it('counts DELETEs, and no decisions of an admin', async () => {
    const [delivery, ids] = await crowd(5, guardOf(2));
    const override = { active: false, reason: 'left', by: 'cli:root', since: 1 } as const;
    for (const id of ids.slice(0, 2)) {
      await delivery.decide(id, () => ({ kind: 'override', override, reason: 'left' }));
    }
    await rest(delivery, ids.slice(0, 2));
    for (const id of ids.slice(2)) await delivery.decide(id, () => ({ kind: 'delete' }));
    expect(await rest(delivery, ids)).toEqual({ 'in_sync null': 4, 'held guard': 1 });
    const [held = ''] = await heldOf(delivery, ids);
    await decide(delivery, held, () => ({ kind: 'retry' }));
    await delivery.reaches(held, 'held', 'guard');
  });

  it('lets an admin deactivate somebody whom it holds', async () => {
    const [delivery, ids] = await crowd(2, guardOf(1));
    await deactivate(delivery, ids);
    const [held = ''] = await heldOf(delivery, ids);
    const override = { active: false, reason: 'left', by: 'cli:root', since: 1 } as const;
    await delivery.decide(held, () => ({ kind: 'override', override, reason: 'left' }));
    await delivery.reaches(held, 'in_sync');
    expect(activeIn(delivery)).toBe(0);
  });

  it('counts nobody twice whose deactivation is repeated, nor whom Concur holds inactive', async () => {
    const [delivery, ids] = await crowd(3, guardOf(2));
    const match = { method: 'PATCH', path: /Users/ };
    delivery.simulator.faults.add({ kind: 'drop-after', times: 1, match });
    delivery.simulator.faults.add({ kind: 'status', status: 400, times: 2, match });
    const [first = '', second = '', third = ''] = ids;
    await delivery.change(first, { active: false });
    await delivery.comesTo(first, 'in_sync');
    await delivery.change(first, { title: 'Doctor' });
    await delivery.decide(first, () => ({ kind: 'delete' }));
    await delivery.comesTo(first, 'in_sync');
    await deactivate(delivery, [second]);
    await delivery.reaches(second, 'in_sync');
    await deactivate(delivery, [third]);
    await delivery.reaches(third, 'held', 'guard');
  });

  it('is off where the settings say so', async () => {
    const [delivery, ids] = await crowd(12, null);
    await deactivate(delivery, ids);
    expect(await rest(delivery, ids)).toEqual({ 'in_sync null': 12 });
  });

  it('lets two workers send no more than one', async () => {
    const [delivery, ids] = await crowd(40, guardOf(7));
    await delivery.stop();
    await deactivate(delivery, ids);
    delivery.start();
    delivery.start();
    expect(await rest(delivery, ids)).toEqual({ 'in_sync null': 7, 'held guard': 33 });
    expect(activeIn(delivery)).toBe(33);
  });

  it('holds whom it held after a restart, and says so', async () => {
    const [delivery, ids] = await crowd(3, guardOf(1));
    await deactivate(delivery, ids);
    expect(await heldOf(delivery, ids)).toHaveLength(2);
    await delivery.stop();
    delivery.alarms.length = 0;
    delivery.start();
    await vi.waitFor(() => expect(delivery.alarms).toHaveLength(1), PATIENCE);
    expect(await rest(delivery, ids)).toEqual({ 'in_sync null': 1, 'held guard': 2 });
  });
});

describe('a hold', () => {
  it('ends by itself when a client writes active again', async () => {
    const [delivery, ids] = await crowd(2, guardOf(1));
    await deactivate(delivery, ids);
    const [held = ''] = await heldOf(delivery, ids);
    await delivery.change(held, { active: true, title: 'Doctor' });
    const { provisioning } = await delivery.reaches(held, 'in_sync');
    expect(provisioning.losses).toEqual({});
    expect(activeIn(delivery)).toBe(1);
    expect((await delivery.store.reports.summary()).oldestOpenDeactivation).toBeNull();
    await deactivate(delivery, [held]);
    await delivery.reaches(held, 'held', 'guard');
  });

  it('keeps the other changes of the person until it is over', async () => {
    const [delivery, ids] = await crowd(2, guardOf(1));
    await deactivate(delivery, ids);
    const [held = ''] = await heldOf(delivery, ids);
    const before = delivery.simulator.requests.length;
    await delivery.change(held, { title: 'Doctor' });
    await delivery.reaches(held, 'held', 'guard');
    expect(delivery.simulator.requests.length).toBe(before);
  });

  it('ends when it is released: the people are deactivated and not counted', async () => {
    const [delivery, ids] = await crowd(5, guardOf(1));
    await deactivate(delivery, ids.slice(0, 4));
    await heldOf(delivery, ids.slice(0, 4));
    const people = await judgeAll(delivery.store, { verdict: 'released', actor: ADMIN, reason: 'moved' });
    expect(people).toBe(3);
    for (const id of ids.slice(0, 4)) await delivery.comesTo(id, 'in_sync');
    expect(activeIn(delivery)).toBe(1);
    const { items } = await delivery.store.reports.changes({ limit: 3 });
    for (const change of items) {
      expect(change).toMatchObject({ action: 'release', actor: 'admin:api', reason: 'moved' });
    }
    delivery.clock.advance(HOUR);
    await deactivate(delivery, ids.slice(4));
    await delivery.reaches(ids[4] ?? '', 'in_sync');
  });

  it('of a leaver who was deleted ends when they come back, and the user stays theirs', async () => {
    const [delivery, ids] = await crowd(2, guardOf(1));
    for (const id of ids) await delivery.decide(id, () => ({ kind: 'delete' }));
    const [held = ''] = await heldOf(delivery, ids);
    const { person, provisioning } = await delivery.record(held);
    const [again = ''] = await delivery.create(person.resource);
    const { provisioning: now } = await delivery.comesTo(again, 'in_sync');
    expect(now.concurId).toBe(provisioning.concurId);
    await delivery.reaches(held, 'in_sync');
    expect(activeIn(delivery)).toBe(1);
  });

  it('of a leaver hands a stranger with the same name nothing', async () => {
    const [delivery, ids] = await crowd(2, guardOf(1));
    for (const id of ids) await delivery.decide(id, () => ({ kind: 'delete' }));
    const [held = ''] = await heldOf(delivery, ids);
    const { person } = await delivery.record(held);
    const { externalId: _, ...stranger } = person.resource;
    const urn = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
    const [other = ''] = await delivery.create({ ...stranger, [urn]: {} });
    await delivery.comesTo(other, 'held', 'ambiguous');
    expect((await delivery.record(held)).provisioning).toMatchObject({ state: 'held', reason: 'guard' });
  });
});

describe('a deactivation that is discarded', () => {
  async function discarded(): Promise<[Delivery, string]> {
    const [delivery, ids] = await crowd(2, guardOf(1));
    await deactivate(delivery, ids);
    const [held = ''] = await heldOf(delivery, ids);
    await decide(delivery, held, DISCARD);
    await delivery.reaches(held, 'partial', 'discarded');
    return [delivery, held];
  }

  it('is not carried out, whatever happens but a write of active', async () => {
    const [delivery, id] = await discarded();
    const { provisioning } = await delivery.record(id);
    expect(provisioning.lastError).toMatch(
      /^admin:api discarded the deactivation on \d{4}-\d\d-\d\d \d\d:\d\d UTC \(a mistake\): Concur keeps the access until a client writes active again$/,
    );
    expect((await delivery.store.reports.summary()).oldestOpenDeactivation).toBeNull();
    await delivery.decide(id, () => ({ kind: 'retry' }));
    await delivery.reaches(id, 'partial', 'discarded');
    await delivery.stop();
    delivery.clock.advance(2 * HOUR);
    delivery.start();
    await delivery.change(id, { title: 'Doctor' });
    await delivery.reaches(id, 'partial', 'discarded');
    expect(activeIn(delivery)).toBe(1);
    const { items } = await delivery.store.reports.changes({ personId: id, limit: 9 });
    const expected = { actor: 'admin:api', reason: 'a mistake' };
    expect(items.find(({ action }) => action === 'discard')).toMatchObject(expected);
  });

  it('is judged anew when a client writes active', async () => {
    const [delivery, id] = await discarded();
    await delivery.change(id, { active: true });
    await delivery.reaches(id, 'in_sync');
    await delivery.change(id, { active: false });
    await delivery.reaches(id, 'held', 'guard');
    await decide(delivery, id, DISCARD);
    await delivery.reaches(id, 'partial', 'discarded');
    delivery.clock.advance(HOUR);
    await delivery.decide(id, () => ({ kind: 'delete' }));
    await delivery.reaches(id, 'in_sync');
    expect(activeIn(delivery)).toBe(0);
  });

  it('of somebody deleted leaves the user to whoever comes back', async () => {
    const [delivery, ids] = await crowd(2, guardOf(1));
    for (const id of ids) await delivery.decide(id, () => ({ kind: 'delete' }));
    const [held = ''] = await heldOf(delivery, ids);
    await decide(delivery, held, DISCARD);
    const { person, provisioning } = await delivery.reaches(held, 'in_sync', 'discarded');
    expect(activeIn(delivery)).toBe(1);
    const [again = ''] = await delivery.create(person.resource);
    const { provisioning: now } = await delivery.comesTo(again, 'in_sync');
    expect(now.concurId).toBe(provisioning.concurId);
  });
});

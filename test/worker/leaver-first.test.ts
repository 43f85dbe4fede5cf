import { describe, expect, it, vi } from 'vitest';
import { PROVISION_WRITE } from '../../src/domain/granted.ts';
import { ALL_SCOPES } from '../../src/simulator/company.ts';
import type { Gateway } from './gateway.ts';
import { Delivery, type DeliveryOptions, resource } from './harness.ts';

const PATIENCE = { timeout: 15_000, interval: 5 };
const WRITES = /v4(\.1)?\/(Bulk|Users)/;

/** So many people with a delivery that is not started yet. */
async function crowd(size: number, options: DeliveryOptions = {}): Promise<[Delivery, Gateway, string[]]> {
  const [delivery, gateway] = await Delivery.throughGateway(options);
  const people = Array.from({ length: size }, (_, index) => resource(`person${index}`));
  return [delivery, gateway, await delivery.create(...people)];
}

/** The writes that reached Concur. */
function writes({ simulator }: Delivery): readonly unknown[] {
  return simulator.requests.filter(
    ({ method, path }) => method !== 'GET' && WRITES.test(path) && !/search/.test(path),
  );
}

/** Concur refuses every Bulk. */
function refuseBulks({ simulator }: Delivery): void {
  simulator.faults.add({ kind: 'status', status: 400, match: { path: /Bulk/ } });
}

describe('a leaver among a hundred whose Bulk is refused', () => {
  it('is deactivated by the very next request, though none of the others is through', async () => {
    const [delivery, gateway, ids] = await crowd(100);
    delivery.start();
    for (const id of ids) await delivery.comesTo(id, 'in_sync');
    await delivery.stop();
    for (const id of ids) await delivery.change(id, { title: 'Doctor' });
    refuseBulks(delivery);
    const before = writes(delivery).length;
    delivery.start();
    // Bulks of 100, 50, 25, 13, 7, 4 and 2: the eighth request is the first that stands alone.
    const eighth = gateway.hold({ method: 'PATCH', path: /Users/ });
    await eighth.here;
    expect(writes(delivery).length - before).toBe(7);
    const leaver = ids.at(-1) ?? '';
    await delivery.change(leaver, { active: false });
    await vi.waitFor(() => expect(delivery.inConcur('person99')).toMatchObject({ active: false }), PATIENCE);
    expect(writes(delivery).length - before).toBe(8);
    eighth.release();
    for (const id of ids) await delivery.comesTo(id, 'in_sync');
    expect(delivery.inConcur('person99')).toMatchObject({ active: false, title: 'Doctor' });
  });

  it('is released though the leaver is in the very request that is refused, and overtakes the rest', async () => {
    const rest = Promise.withResolvers<void>();
    const [delivery, gateway, ids] = await crowd(2, {
      watch: (store) => ({
        ...store,
        recordRequest: async (request, ...more) => {
          const [one] = request.operations;
          if (one?.difference.set.title !== undefined && request.kind === 'user') await rest.promise;
          return store.recordRequest(request, ...more);
        },
      }),
    });
    delivery.start();
    for (const id of ids) await delivery.comesTo(id, 'in_sync');
    await delivery.stop();
    for (const id of ids) await delivery.change(id, { title: 'Doctor' });
    refuseBulks(delivery);
    const bulk = gateway.hold({ path: /Bulk/ });
    delivery.start();
    await bulk.here;
    await delivery.change(ids[1] ?? '', { active: false });
    expect((await delivery.record(ids[1] ?? '')).provisioning.state).toBe('sending');
    bulk.release();
    await vi.waitFor(() => expect(delivery.inConcur('person1')).toMatchObject({ active: false }), PATIENCE);
    rest.resolve();
    for (const id of ids) await delivery.comesTo(id, 'in_sync');
  });
});

describe('a newcomer who leaves while the others of the claim are sent', () => {
  it('is never created after a refused Bulk', async () => {
    const [delivery, gateway, ids] = await crowd(4);
    refuseBulks(delivery);
    const single = gateway.hold({ method: 'POST', path: /v4\/Users$/ });
    delivery.start();
    await single.here;
    const leaver = ids.find((_, index) => index === 3) ?? '';
    const others = ids.filter((id) => id !== leaver);
    const first = (await delivery.store.reports.requests({ limit: 1 })).items[0]?.operations[0]?.personId;
    const gone = first === leaver ? (others[0] ?? '') : leaver;
    await delivery.decide(gone, () => ({ kind: 'delete' }));
    await delivery.comesTo(gone, 'in_sync', 'not_created');
    single.release();
    for (const id of ids.filter((one) => one !== gone)) await delivery.comesTo(id, 'in_sync');
    expect(delivery.simulator.state.users.size).toBe(3);
    const names = [...delivery.simulator.state.users.values()].map(({ identity }) => identity.userName);
    expect(names).not.toContain(`person${ids.indexOf(gone)}@example.com`);
  });

  it('is never created through Identity, where everybody travels alone', async () => {
    const scopes = ALL_SCOPES.filter((scope) => scope !== PROVISION_WRITE);
    const [delivery, gateway, ids] = await crowd(60, { company: { scopes } });
    const all = gateway.hold({ method: 'POST', path: /v4\.1\/Users$/ }, 'all');
    delivery.start();
    await all.here;
    await vi.waitFor(async () => {
      const { items } = await delivery.store.reports.requests({ limit: 100 });
      expect(items.length).toBe(20);
    }, PATIENCE);
    const { items } = await delivery.store.reports.requests({ limit: 100 });
    const sent = new Set(items.flatMap(({ operations }) => operations.map(({ personId }) => personId)));
    const gone = ids.filter((id) => !sent.has(id));
    expect(gone.length).toBe(40);
    for (const id of gone) await delivery.decide(id, () => ({ kind: 'delete' }));
    for (const id of gone) await delivery.comesTo(id, 'in_sync', 'not_created');
    all.release();
    for (const id of sent) await delivery.rests(id);
    expect(delivery.simulator.state.users.size).toBe(20);
  });
});

describe('a refusal', () => {
  it('is settled as soon as Concur took something else of the batch', async () => {
    const last = Promise.withResolvers<void>();
    let singles = 0;
    const [delivery, , ids] = await crowd(3, {
      watch: (store) => ({
        ...store,
        recordRequest: async (request, ...rest) => {
          singles += request.kind === 'user' ? 1 : 0;
          if (singles === 3) await last.promise;
          return store.recordRequest(request, ...rest);
        },
      }),
    });
    refuseBulks(delivery);
    delivery.simulator.faults.add({
      kind: 'status',
      status: 400,
      times: 1,
      match: { method: 'POST', path: /v4\/Users$/ },
    });
    delivery.start();
    const states = async () => {
      const records = await Promise.all(ids.map((id) => delivery.record(id)));
      return records.map(({ provisioning }) => provisioning.state).sort();
    };
    await vi.waitFor(async () => expect(await states()).toEqual(['failed', 'in_sync', 'sending']), PATIENCE);
    last.resolve();
    for (const id of ids) await delivery.rests(id);
    expect(await states()).toEqual(['failed', 'in_sync', 'in_sync']);
  });
});

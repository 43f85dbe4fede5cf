import { describe, expect, it } from 'vitest';
import { SPEND } from '../../src/domain/extensions.ts';
import { Delivery, resource } from './harness.ts';

/** Every write of people. */
const WRITES = { path: /v4\/(Bulk|Users)/, method: 'POST' };
const CONCUR_ERROR = 'urn:ietf:params:scim:api:messages:concur:2.0:Error';

function refuses(delivery: Delivery, times?: number, schemaPath?: string): void {
  delivery.simulator.faults.add({
    kind: 'status',
    status: 400,
    match: WRITES,
    ...(times === undefined ? {} : { times }),
    body: {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: '400',
      [CONCUR_ERROR]: {
        messages: [{ code: 'X', message: 'Cannot be processed', schemaPath: schemaPath ?? null }],
      },
    },
  });
}

async function crowd(delivery: Delivery, size: number): Promise<string[]> {
  return delivery.create(...Array.from({ length: size }, (_, index) => resource(`person${index}`)));
}

describe('a batch of which Concur refuses everybody', () => {
  it('says nothing about the people: they are sent again, and together', async () => {
    const delivery = await Delivery.prepare({ random: Math.random });
    // The Bulk of three, the Bulk of two, and each of the three alone.
    refuses(delivery, 5);
    const ids = await crowd(delivery, 3);
    delivery.start();
    const due = new Set<number | null>();
    for (const id of ids) {
      const { provisioning } = await delivery.reaches(id, 'queued', 'concur_unavailable');
      expect(provisioning).toMatchObject({ attempts: 1, refused: {}, lastError: 'Cannot be processed' });
      due.add(provisioning.due);
    }
    expect(due.size).toBe(1);
    const { items } = await delivery.store.reports.requests({ limit: 10 });
    expect(items.map(({ kind, state }) => `${kind} ${state}`).sort()).toEqual([
      'bulk refused',
      'bulk refused',
      'user refused',
      'user refused',
      'user refused',
    ]);
    for (const id of ids) await delivery.comesTo(id, 'in_sync');
    expect(delivery.calls('POST', /Bulk/)).toBe(3);
    expect(delivery.calls('POST', /v4\/Users$/)).toBe(3);
  });

  it('is sent again three times, and then the refusals stand', async () => {
    const delivery = await Delivery.prepare();
    refuses(delivery);
    const ids = await crowd(delivery, 2);
    delivery.start();
    for (const id of ids) await delivery.comesTo(id, 'failed', 'refused');
    expect(delivery.calls('POST', /Bulk/)).toBe(4);
    expect(delivery.calls('POST', /v4\/Users$/)).toBe(8);
    delivery.simulator.faults.clear();
    for (const id of ids) await delivery.decide(id, () => ({ kind: 'retry' }));
    for (const id of ids) await delivery.reaches(id, 'in_sync');
  });

  it('for an attribute that was sent is refused for its data', async () => {
    const delivery = await Delivery.prepare();
    refuses(delivery, undefined, 'userName');
    const ids = await crowd(delivery, 2);
    delivery.start();
    for (const id of ids) await delivery.reaches(id, 'failed', 'refused');
    expect(delivery.calls('POST', /Bulk/)).toBe(1);
  });

  it('but one is refused for the data of the others', async () => {
    const delivery = await Delivery.prepare();
    // The Bulk of three, the Bulk of two, and two alone: the last one is taken.
    refuses(delivery, 4);
    const ids = await crowd(delivery, 3);
    delivery.start();
    const records = await Promise.all(ids.map((id) => delivery.rests(id)));
    expect(records.map(({ provisioning }) => provisioning.state).sort()).toEqual([
      'failed',
      'failed',
      'in_sync',
    ]);
  });

  it('of one person is refused for the data', async () => {
    const delivery = await Delivery.prepare();
    refuses(delivery);
    const [id = ''] = await crowd(delivery, 1);
    delivery.start();
    await delivery.reaches(id, 'failed', 'refused');
    expect(delivery.calls('POST', /v4\/Users$/)).toBe(1);
  });

  it('and that is cut off before the refusals are settled is sent again', async () => {
    let isCut = false;
    const delivery = await Delivery.prepare({
      watch: (store) => ({
        ...store,
        commit: async (step, now) => {
          // The last step of a batch writes about people only.
          const settles = step.request === undefined && step.people.length === 2;
          if (settles && !isCut) {
            isCut = true;
            return;
          }
          await store.commit(step, now);
        },
      }),
    });
    refuses(delivery, 3);
    const ids = await crowd(delivery, 2);
    delivery.start();
    const { promise, resolve } = Promise.withResolvers<void>();
    const watching = setInterval(() => isCut && resolve(), 10);
    await promise;
    clearInterval(watching);
    await delivery.stop();
    delivery.clock.advance(11_000);
    delivery.start();
    for (const id of ids) await delivery.comesTo(id, 'in_sync');
    expect(delivery.simulator.state.users.size).toBe(2);
    expect(delivery.inConcur('person0')).toMatchObject({ [SPEND]: { country: 'US' } });
  });
});

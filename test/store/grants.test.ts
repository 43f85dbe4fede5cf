import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProvisioningUpdate } from '../../src/domain/ports.ts';
import { type Bench, create, ENGINES, openBench, settle } from './engines.ts';

describe.each(ENGINES)('queueing for a grant on $name', (engine) => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench(engine);
  });
  afterEach(() => bench.close());

  const states: Record<string, ProvisioningUpdate> = {
    partial: { state: 'partial', reason: 'not_granted', due: null, pendingSince: 7 },
    failed: { state: 'failed', reason: 'not_granted', due: null },
    unread: { state: 'partial', reason: 'not_readable', due: null },
    refused: { state: 'partial', reason: 'refused', due: null },
    synced: { state: 'in_sync', reason: null, due: null },
    absent: { state: 'in_sync', reason: 'not_created', due: null },
    held: { state: 'held', reason: 'ambiguous', due: null },
  };

  it.each([
    ['who rests for lack of a scope', false, ['failed', 'partial']],
    ['also who is in sync in Concur, or could not be read', true, ['failed', 'partial', 'synced', 'unread']],
  ])('queues %s', async (_, alsoInSync, expected) => {
    const names = Object.keys(states);
    const people = await create(bench.connection, ...names.map((userName) => ({ userName })));
    for (const [index, { person }] of people.entries()) {
      await settle(bench, person.id, states[names[index] ?? ''] ?? {});
    }
    bench.now += 5;
    await bench.connection.provisioning.queueForGrant(alsoInSync, bench.now);
    const { items } = await bench.connection.reports.people({ state: 'queued', limit: 10 });
    expect(items.map(({ person }) => person.resource.userName)).toEqual(expected);
    for (const { provisioning } of items) {
      expect(provisioning).toMatchObject({ reason: null, lane: 'import', due: bench.now, attempts: 0 });
    }
    const partial = items.find(({ person }) => person.resource.userName === 'partial');
    expect(partial?.provisioning.pendingSince).toBe(7);
    const synced = items.find(({ person }) => person.resource.userName === 'synced');
    if (synced !== undefined) expect(synced.provisioning.pendingSince).toBe(bench.now);
  });

  it('queues thousands, in several transactions, each once', async () => {
    const names = Array.from({ length: 2_100 }, (_, index) => `person-${index}`);
    await create(bench.connection, ...names.map((userName) => ({ userName })));
    await bench.store.db
      .updateTable('provisionings')
      .set({ state: 'partial', reason: 'not_granted', due: null })
      .execute();
    await bench.connection.provisioning.queueForGrant(false, bench.now);
    expect((await bench.connection.reports.summary()).states).toMatchObject({ queued: 2_100, partial: 0 });
  });

  it('leaves people of other connections alone', async () => {
    const [one] = await create(bench.connection, { userName: 'ann' });
    if (one === undefined) throw new Error('nobody was written');
    await settle(bench, one.person.id, states.partial ?? {});
    await bench.store.connection('emea').provisioning.queueForGrant(true, bench.now);
    expect((await bench.connection.reports.person(one.person.id))?.provisioning.state).toBe('partial');
  });
});

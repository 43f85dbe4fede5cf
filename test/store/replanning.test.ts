import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { State } from '../../src/domain/provisioning.ts';
import { type Bench, change, create, ENGINES, load, openBench } from './engines.ts';

describe.each(ENGINES)('planning everybody anew on $name', (engine) => {
  let bench: Bench;
  let made = 0;
  beforeEach(async () => {
    bench = await openBench(engine);
  });
  afterEach(() => bench.close());

  async function people(count: number, state: State = 'in_sync'): Promise<string[]> {
    made += 1;
    const names = Array.from({ length: count }, (_, index) => `${made}-${index}`);
    const records = await create(bench.connection, ...names.map((userName) => ({ userName })));
    const ids = records.map(({ person }) => person.id);
    await set(ids, { state, due: null, lane: 'update', attempts: 3, pending_since: null });
    return ids;
  }

  async function set(ids: readonly string[], columns: object): Promise<void> {
    await bench.store.db.updateTable('provisionings').set(columns).where('person_id', 'in', ids).execute();
  }

  it('walks through everybody once, a page at a time, those who rest with their records', async () => {
    const resting = [
      ...(await people(5)),
      ...(await people(3, 'partial')),
      ...(await people(2, 'failed')),
      ...(await people(2, 'held')),
      ...(await people(1, 'unmanaged')),
    ];
    const moving = [...(await people(2, 'queued')), ...(await people(1, 'processing'))];
    const [gone = ''] = await people(1);
    await change(bench.connection, gone, { kind: 'delete' });
    await set([gone], { state: 'in_sync' });

    const { replanning } = bench.connection;
    const [seen, underWay, sizes]: [string[], string[], number[]] = [[], [], []];
    for (let last: string | null = null; ; ) {
      const page = await replanning.page(last, 4);
      if (page.last === null) break;
      last = page.last;
      sizes.push(page.resting.length + page.underWay.length);
      seen.push(...page.resting.map(({ person }) => person.id));
      underWay.push(...page.underWay);
    }
    expect(seen).toEqual([...resting].sort());
    expect(underWay).toEqual([...moving].sort());
    expect(Math.max(...sizes)).toBeLessThanOrEqual(4);
    expect(sizes.length).toBeGreaterThan(3);
  });

  it('queues exactly those who still rest, in their lanes', async () => {
    const [ann = '', bob = '', eve = ''] = await people(3);
    const [moving = ''] = await people(1, 'processing');
    await bench.connection.replanning.rouse(
      [
        { personId: ann, lane: 'import' },
        { personId: bob, lane: 'deactivation' },
        { personId: moving, lane: 'import' },
      ],
      [],
      bench.now + 5,
    );
    const queued = {
      state: 'queued',
      reason: null,
      due: bench.now + 5,
      attempts: 0,
      pendingSince: bench.now + 5,
    };
    expect((await load(bench, ann)).provisioning).toMatchObject({ ...queued, lane: 'import' });
    expect((await load(bench, bob)).provisioning).toMatchObject({ ...queued, lane: 'deactivation' });
    expect((await load(bench, eve)).provisioning).toMatchObject({ state: 'in_sync', due: null });
    expect((await load(bench, moving)).provisioning).toMatchObject({ state: 'processing', due: null });
    // Since when access is to be taken away is what is watched.
    const { oldestOpenDeactivation } = await bench.connection.reports.summary();
    expect(oldestOpenDeactivation).toBe(bench.now + 5);
  });

  it('makes due who is under way, but leaves them their place and their state', async () => {
    const [early = '', late = ''] = await people(2, 'queued');
    const [open = '', leaver = ''] = await people(2, 'processing');
    await set([leaver], { lane: 'deactivation' });
    const [rests = ''] = await people(1);
    await set([early], { due: 7 });
    await set([late], { due: bench.now + 1_000_000 });
    await bench.connection.replanning.rouse([], [early, late, open, leaver, rests], bench.now);
    const provisioningOf = async (id: string) => (await load(bench, id)).provisioning;
    expect(await provisioningOf(early)).toMatchObject({
      state: 'queued',
      due: 7,
      lane: 'update',
      attempts: 3,
    });
    expect(await provisioningOf(late)).toMatchObject({ state: 'queued', due: bench.now });
    expect(await provisioningOf(open)).toMatchObject({ state: 'processing', due: bench.now });
    expect(await provisioningOf(leaver)).toMatchObject({ state: 'processing', due: null });
    expect(await provisioningOf(rests)).toMatchObject({ state: 'in_sync', due: null });
  });

  it('is owed until it is finished, and again under other settings', async () => {
    const { replanning } = bench.connection;
    expect(await replanning.begin('one')).toBe(true);
    expect(await replanning.begin('one')).toBe(true);
    await replanning.finish('one');
    expect(await replanning.begin('one')).toBe(false);
    // Begun under others and cut, it is owed under the former ones too.
    expect(await replanning.begin('two')).toBe(true);
    expect(await replanning.begin('one')).toBe(true);
    await replanning.finish('one');
    const again = (await bench.reopen()).connection('default');
    expect(await again.replanning.begin('one')).toBe(false);
  });

  it('is owed again where a process with other settings worked on', async () => {
    const { replanning } = bench.connection;
    await replanning.finish('new');
    expect(await replanning.dispute('new')).toBe(false);
    expect(await replanning.begin('new')).toBe(false);
    expect(await replanning.dispute('old')).toBe(true);
    expect(await replanning.dispute('old')).toBe(false);
    expect(await replanning.begin('new')).toBe(true);
  });
});

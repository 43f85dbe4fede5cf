import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ADMIN,
  type Bench,
  change,
  createOne,
  ENGINES,
  lease,
  openBench,
  operation,
  replace,
  settle,
  written,
} from './engines.ts';

describe.each(ENGINES)('queueing after a write on $name', (engine) => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench(engine);
  });
  afterEach(() => bench.close());

  async function actions(id: string) {
    const { items } = await bench.connection.reports.changes({ personId: id, limit: 100 });
    return items.map(({ action }) => action);
  }

  it.each([
    ['an update', { active: true }, { active: true }, { userName: 'ann', title: 'x' }, 'update'],
    [
      'a deactivation',
      { active: true },
      { active: true },
      { userName: 'ann', active: false },
      'deactivation',
    ],
    ['a reactivation', { active: false }, { active: false }, { userName: 'ann', active: true }, 'creation'],
    [
      'a return before the deactivation was sent',
      { active: false },
      { active: true },
      { userName: 'ann' },
      'creation',
    ],
  ])('puts %s into its lane', async (_, before, applied, after, lane) => {
    const { person } = await createOne(bench.connection, { userName: 'ann', ...before });
    await settle(bench, person.id, {
      state: 'in_sync',
      concurId: 'c1',
      due: null,
      applied: { profile: applied, unknown: [] },
    });
    const record = written(await change(bench.connection, person.id, replace(after, 'active')));
    expect(record.provisioning).toMatchObject({ state: 'queued', lane });
  });

  it('keeps a person in the lane of creations until Concur holds them', async () => {
    const { person } = await createOne(bench.connection, { userName: 'ann' });
    const record = written(
      await change(bench.connection, person.id, replace({ userName: 'ann', title: 'x' }, 'title')),
    );
    expect(record.provisioning.lane).toBe('creation');
  });

  it('keeps a reactivation in its lane when another write follows', async () => {
    const { person } = await createOne(bench.connection, { userName: 'ann', active: false });
    const applied = { profile: { active: true }, unknown: [] };
    await settle(bench, person.id, { state: 'in_sync', concurId: 'c1', due: null, applied });
    await change(bench.connection, person.id, replace({ userName: 'ann' }, 'active'));
    const record = written(
      await change(bench.connection, person.id, replace({ userName: 'ann', title: 'x' }, 'title')),
    );
    expect(record.provisioning.lane).toBe('creation');
  });

  it('resets attempts and keeps since when a difference exists', async () => {
    const { person } = await createOne(bench.connection, { userName: 'ann' });
    const since = bench.now;
    await settle(bench, person.id, {
      state: 'queued',
      reason: 'concur_unavailable',
      attempts: 3,
      due: bench.now + 60_000,
    });
    bench.now += 100;
    const record = written(
      await change(bench.connection, person.id, replace({ userName: 'ann', title: 'x' }, 'title')),
    );
    expect(record.provisioning).toMatchObject({
      state: 'queued',
      reason: null,
      attempts: 0,
      due: bench.now,
      pendingSince: since,
    });
  });

  it('leaves who is being sent or processed in their state', async () => {
    const record = await createOne(bench.connection, { userName: 'ann' });
    const { id } = record.person;
    const held = lease('l', bench.now + 1000);
    await bench.connection.provisioning.claim('others', 1, held, bench.now);
    const sending = written(
      await change(bench.connection, id, replace({ userName: 'ann', title: '1' }, 'title')),
    );
    expect(sending).toMatchObject({ person: { version: 2 }, provisioning: { state: 'sending' } });
    await bench.connection.provisioning.recordRequest(
      { id: 'r', kind: 'user', operations: [operation(record, 'o')] },
      held,
      bench.now,
    );
    await bench.connection.provisioning.commit(
      { lease: 'l', people: [id], decide: () => Promise.resolve({ state: 'processing', due: null }) },
      bench.now,
    );
    bench.now += 5;
    const processing = written(
      await change(bench.connection, id, replace({ userName: 'ann', title: '2' }, 'title')),
    );
    expect(processing.provisioning).toMatchObject({ state: 'processing', due: bench.now, openOperations: 1 });
  });

  it('forgets refusals and candidates on a retry and keeps the waits', async () => {
    const { person } = await createOne(bench.connection, { userName: 'ann' });
    const candidate = {
      concurId: 'c',
      active: true,
      userName: 'ann',
      externalId: null,
      employeeNumber: null,
    };
    const refusal = { desired: { title: 'x' }, messages: [], uniqueness: false, searched: false, at: 1 };
    await settle(bench, person.id, {
      state: 'held',
      reason: 'ambiguous',
      due: null,
      candidates: [candidate],
      refused: { part: refusal },
      waitingFor: ['Boss'],
    });
    const retried = written(await change(bench.connection, person.id, { kind: 'retry' }, ADMIN));
    expect(retried.provisioning).toMatchObject({
      state: 'queued',
      reason: null,
      due: bench.now,
      refused: {},
      candidates: [],
      waitingFor: ['boss'],
    });
    expect(retried.person).toEqual(person);
    expect(await actions(person.id)).toEqual(['retry', 'create']);
  });

  it('asks anew about a held person only when what identifies them changed', async () => {
    const { person } = await createOne(bench.connection, { userName: 'ann' });
    const candidate = {
      concurId: 'c',
      active: true,
      userName: 'ann',
      externalId: null,
      employeeNumber: null,
    };
    await settle(bench, person.id, {
      state: 'held',
      reason: 'ambiguous',
      due: null,
      candidates: [candidate],
    });
    const title = written(
      await change(bench.connection, person.id, replace({ userName: 'ann', title: 'x' }, 'title')),
    );
    expect(title.provisioning.candidates).toEqual([candidate]);
    const key = written(
      await change(bench.connection, person.id, replace({ userName: 'ann', externalId: 'e' }, 'externalId')),
    );
    expect(key.provisioning.candidates).toEqual([]);
  });
});

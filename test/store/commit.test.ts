import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PersonRecord } from '../../src/domain/person.ts';
import type { ProvisioningUpdate, Referenced } from '../../src/domain/ports.ts';
import { STATES } from '../../src/domain/provisioning.ts';
import {
  type Bench,
  becomes,
  change,
  create,
  createOne,
  ENGINES,
  lease,
  load,
  openBench,
  replace,
  send,
  settle,
} from './engines.ts';

describe.each(ENGINES)('commits on $name', (engine) => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench(engine);
  });
  afterEach(() => bench.close());

  it('writes request, operations, results and people together', async () => {
    const { person } = await send(bench);
    const messages = [{ code: '1', message: 'bad', schemaPath: null, type: 'error' }];
    const results = [
      { extension: 'a', completed: true, success: true, result: 'success', code: '200', messages: [] },
      { extension: 'b', completed: true, success: null, result: 'error', code: null, messages },
    ];
    const update: ProvisioningUpdate = {
      state: 'partial',
      reason: 'refused',
      concurId: 'c1',
      applied: { profile: { userName: 'ann' }, unknown: [] },
      owned: ['userName'],
      refused: { b: { desired: {}, messages, uniqueness: false, searched: true, at: 3 } },
      confirmed: { title: { value: 'x', times: 2 } },
      losses: { active: { state: 'counted', at: 5 } },
      candidates: [],
      waitingFor: ['x', 'Boss', 'boss'],
      lane: 'update',
      due: null,
      attempts: 2,
      lastConfirmed: 7,
      lastError: 'bad',
    };
    await bench.connection.provisioning.commit(
      {
        lease: 'l',
        request: {
          id: 'r',
          state: 'completed',
          provisionId: 'p',
          correlationId: 'corr',
          httpStatus: 201,
          message: 'm',
          polls: 2,
          nextPoll: null,
          completedAt: 9,
        },
        operations: [{ id: 'o', state: 'partial', results }],
        people: [person.id],
        decide: (record) => {
          expect(record.provisioning.openOperations).toBe(0);
          return Promise.resolve(update);
        },
      },
      bench.now,
    );
    expect((await load(bench, person.id)).provisioning).toEqual({
      ...update,
      waitingFor: ['boss', 'x'],
      manager: null,
      pendingSince: bench.now,
      lastRequestId: 'r',
      verdictUntil: null,
      openOperations: 0,
    });
    expect(await bench.connection.reports.request('r')).toMatchObject({
      state: 'completed',
      provisionId: 'p',
      correlationId: 'corr',
      httpStatus: 201,
      message: 'm',
      polls: 2,
      completedAt: 9,
      operations: [{ id: 'o', state: 'partial', results }],
    });
  });

  it('writes nothing under a lease that lapsed or was taken over', async () => {
    const { person } = await send(bench);
    const { provisioning } = bench.connection;
    const decide = becomes({ state: 'in_sync', due: null });
    const step = {
      lease: 'l',
      request: { id: 'r', state: 'completed' },
      operations: [{ id: 'o', state: 'applied', results: [] }],
      people: [person.id],
      decide,
    } as const;
    const before = [await load(bench, person.id), await bench.connection.reports.request('r')];
    await provisioning.commit(step, bench.now + 1_000);
    await provisioning.commit({ lease: 'l', people: [person.id], decide }, bench.now + 1_000);
    await provisioning.commit({ lease: 'other', people: [person.id], decide }, bench.now);
    await provisioning.recover(lease('new', bench.now + 9_000), bench.now + 1_000);
    await provisioning.commit(step, bench.now + 1_001);
    await provisioning.commit({ lease: 'l', people: [person.id], decide }, bench.now + 1_001);
    expect([await load(bench, person.id), await bench.connection.reports.request('r')]).toEqual(before);
    await provisioning.commit({ ...step, lease: 'new' }, bench.now + 1_002);
    expect((await load(bench, person.id)).provisioning.state).toBe('in_sync');
  });

  it('writes the outcome of a request once', async () => {
    const { person } = await send(bench);
    const { provisioning } = bench.connection;
    const request = { id: 'r', state: 'completed', nextPoll: null } as const;
    const operations = [{ id: 'o', state: 'applied', results: [] }] as const;
    await provisioning.commit(
      { request, operations, people: [person.id], decide: becomes({ state: 'in_sync' }) },
      bench.now,
    );
    await provisioning.commit(
      {
        request,
        operations: [{ id: 'o', state: 'refused', results: [] }],
        people: [person.id],
        decide: becomes({ state: 'failed' }),
      },
      bench.now,
    );
    expect((await load(bench, person.id)).provisioning.state).toBe('in_sync');
    expect((await bench.connection.reports.request('r'))?.operations[0]?.state).toBe('applied');
  });

  it('keeps the lease of who stays in sending, and shows what a client wrote meanwhile', async () => {
    const { person } = await send(bench);
    const { provisioning } = bench.connection;
    await provisioning.commit(
      { lease: 'l', people: [person.id], decide: becomes({ state: 'sending' }) },
      bench.now,
    );
    await change(bench.connection, person.id, replace({ userName: 'ann', title: 'new' }, 'title'));
    let seen: unknown;
    const decide = (record: PersonRecord) => {
      seen = record.person.resource.title;
      return Promise.resolve<ProvisioningUpdate>({ state: 'queued' });
    };
    await provisioning.commit({ lease: 'l', people: [person.id], decide }, bench.now);
    expect(seen).toBe('new');
    seen = 'not asked again';
    await provisioning.commit({ lease: 'l', people: [person.id], decide }, bench.now);
    expect(seen).toBe('not asked again');
  });

  it.each(STATES.filter((state) => state !== 'sending'))('keeps pendingSince true in %s', async (state) => {
    const { person } = await createOne(bench.connection, { userName: 'ann' });
    const since = bench.now;
    bench.now += 10;
    const rests = state === 'in_sync' || state === 'unmanaged';
    expect((await settle(bench, person.id, { state, due: 1 })).provisioning.pendingSince).toBe(
      rests ? null : since,
    );
    bench.now += 10;
    await bench.connection.provisioning.commit(
      { people: [person.id], decide: becomes({ state: 'in_sync' }) },
      bench.now,
    );
    await bench.connection.provisioning.commit(
      { people: [person.id], decide: becomes({ state }) },
      bench.now,
    );
    expect((await load(bench, person.id)).provisioning.pendingSince).toBe(rests ? null : bench.now);
  });

  it('undoes everything when a decision fails', async () => {
    const { person } = await send(bench);
    const broken = bench.connection.provisioning.commit(
      {
        lease: 'l',
        request: { id: 'r', state: 'completed' },
        people: [person.id],
        decide: () => Promise.reject(new Error('bug')),
      },
      bench.now,
    );
    await expect(broken).rejects.toThrow('bug');
    expect((await bench.connection.reports.request('r'))?.state).toBe('sending');
  });

  it('wakes who waits for a person whom Concur now holds, by any of their keys', async () => {
    const boss = { userName: 'Boss@x.com', externalId: 'EXT-1' };
    const [manager, ann, bob, eve, joe] = await create(
      bench.connection,
      boss,
      ...['ann', 'bob', 'eve', 'joe'].map((userName) => ({ userName })),
    );
    if (!manager || !ann || !bob || !eve || !joe) throw new Error('not created');
    const waiting = { state: 'partial', reason: 'waiting_for_person', due: null } as const;
    await settle(bench, ann.person.id, { ...waiting, concurId: 'c1', waitingFor: ['boss@x.com'] });
    await settle(bench, bob.person.id, { ...waiting, concurId: 'c2', waitingFor: ['Ext-1'] });
    await settle(bench, eve.person.id, { ...waiting, concurId: 'c3', waitingFor: [manager.person.id] });
    await settle(bench, joe.person.id, { ...waiting, concurId: 'c4', waitingFor: ['somebody else'] });
    bench.now += 50;
    const decide = becomes({ state: 'in_sync', concurId: 'c-boss', due: null });
    await bench.connection.provisioning.commit({ people: [manager.person.id], decide }, bench.now);
    for (const woken of [ann, bob, eve]) {
      expect((await load(bench, woken.person.id)).provisioning).toMatchObject({
        state: 'queued',
        reason: null,
        lane: 'update',
        due: bench.now,
      });
    }
    expect((await load(bench, joe.person.id)).provisioning).toMatchObject({ ...waiting });
  });

  it('makes due, and otherwise leaves, who waits and is under way', async () => {
    const names = ['boss', 'queued', 'processing'].map((userName) => ({ userName }));
    const [boss, queued, processing] = await create(bench.connection, ...names);
    if (!boss || !queued || !processing) throw new Error('not created');
    const waiting = { waitingFor: ['boss'], lane: 'creation', due: bench.now + 60_000 } as const;
    for (const { person } of [queued, processing]) {
      const state = person.resource.userName as 'queued' | 'processing';
      await settle(bench, person.id, { ...waiting, state });
    }
    const decide = becomes({ state: 'in_sync', concurId: 'c-boss', due: null });
    await bench.connection.provisioning.commit({ people: [boss.person.id], decide }, bench.now);
    const outcome = async ({ person: { id } }: PersonRecord) => {
      const { state, lane, due } = (await load(bench, id)).provisioning;
      return { state, lane, due };
    };
    expect(await outcome(queued)).toEqual({ state: 'queued', lane: 'creation', due: bench.now });
    expect(await outcome(processing)).toEqual({ state: 'processing', lane: 'creation', due: bench.now });
  });

  it('wakes who waits for a name that somebody takes whom Concur holds already', async () => {
    const [boss, ann] = await create(bench.connection, { userName: 'old' }, { userName: 'ann' });
    if (!boss || !ann) throw new Error('not created');
    await settle(bench, boss.person.id, { state: 'in_sync', concurId: 'c1', due: null });
    await settle(bench, ann.person.id, { state: 'partial', due: null, waitingFor: ['new'] });
    await change(bench.connection, boss.person.id, replace({ userName: 'New' }, 'userName'));
    expect((await load(bench, ann.person.id)).provisioning).toMatchObject({
      state: 'queued',
      due: bench.now,
    });
  });

  it('tells whoever is under way to a name that somebody now gives up', async () => {
    const names = ['ada2', 'ada', 'ada3'];
    const [ada, taker, other] = await create(bench.connection, ...names.map((userName) => ({ userName })));
    if (!ada || !taker || !other) throw new Error('not created');
    const held = (userName: string) => ({ applied: { profile: { userName }, unknown: [] } });
    await settle(bench, ada.person.id, { state: 'in_sync', concurId: 'c1', due: null, ...held('ada') });
    await settle(bench, taker.person.id, { state: 'processing', concurId: 'c2', due: null });
    await settle(bench, other.person.id, { state: 'processing', concurId: 'c3', due: null });
    const gives = becomes(held('ada2'));
    await bench.connection.provisioning.commit({ people: [ada.person.id], decide: gives }, bench.now);
    expect((await load(bench, taker.person.id)).provisioning.due).toBe(bench.now);
    expect((await load(bench, other.person.id)).provisioning.due).toBeNull();
  });

  it('decides about the holders of Concur users too, under whatever lease', async () => {
    const [ada, ben] = await create(bench.connection, { userName: 'ada' }, { userName: 'ben' });
    if (!ada || !ben) throw new Error('not created');
    await settle(bench, ben.person.id, { state: 'in_sync', concurId: 'c1', due: null });
    const seen: string[] = [];
    const decide = ({ person }: PersonRecord) => {
      seen.push(person.id);
      return Promise.resolve({});
    };
    const step = { lease: 'nobody has it', people: [ada.person.id], holdersOf: ['c1', 'c2'], decide };
    await bench.connection.provisioning.commit(step, bench.now);
    expect(seen).toEqual([ben.person.id]);
  });

  it('lets a decision look up others inside the transaction', async () => {
    const [boss, ann] = await create(bench.connection, { userName: 'boss' }, { userName: 'ann' });
    if (!boss || !ann) throw new Error('not created');
    let found: ReadonlyMap<string, Referenced> = new Map();
    await bench.connection.provisioning.commit(
      {
        people: [boss.person.id, ann.person.id],
        decide: async (record, resolve) => {
          if (record.person.id === boss.person.id) return { state: 'in_sync', concurId: 'c-boss' };
          found = await resolve(['boss']);
          return { state: 'in_sync' };
        },
      },
      bench.now,
    );
    expect(found.get('boss')).toMatchObject({
      personId: boss.person.id,
      concurId: 'c-boss',
      hasAccess: true,
    });
  });
});

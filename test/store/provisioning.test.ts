import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PersonRecord } from '../../src/domain/person.ts';
import { OPERATION_STATES, type ProvisioningUpdate, REQUEST_STATES } from '../../src/domain/ports.ts';
import { LANES, REASONS, STATES } from '../../src/domain/provisioning.ts';
import {
  type Bench,
  change,
  create,
  createOne,
  ENGINES,
  lease,
  load,
  openBench,
  operation,
  replace,
  settle,
} from './engines.ts';

const becomes = (update: ProvisioningUpdate) => () => Promise.resolve(update);

describe.each(ENGINES)('provisioning on $name', (engine) => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench(engine);
  });
  afterEach(() => bench.close());

  const claimed = (records: readonly PersonRecord[]) => records.map(({ person }) => person.resource.userName);

  /** Creates a person, claims them under `l` and records the request `r` with their operation `o`. */
  async function send(resource = { userName: 'ann' }, set = {}): Promise<PersonRecord> {
    const record = await createOne(bench.connection, resource);
    const held = lease('l', bench.now + 1_000);
    await bench.connection.provisioning.claim('others', 10, held, bench.now);
    const request = { id: 'r', kind: 'user', operations: [operation(record, 'o', set)] } as const;
    expect(await bench.connection.provisioning.recordRequest(request, held, bench.now)).toEqual([]);
    return record;
  }

  describe('claim', () => {
    it('takes due people by lane, then by time, up to the limit, under the lease', async () => {
      const resources = ['update', 'late', 'import', 'early', 'gone'].map((userName) => ({ userName }));
      const [update, late, imported, early, gone] = (await create(bench.connection, ...resources)).map(
        ({ person }) => person.id,
      );
      await settle(bench, update ?? '', { state: 'queued', lane: 'update', due: 1 });
      await settle(bench, imported ?? '', { state: 'queued', lane: 'import', due: 1 });
      await settle(bench, late ?? '', { state: 'queued', due: 20 });
      await settle(bench, early ?? '', { state: 'queued', due: 10 });
      await settle(bench, gone ?? '', { state: 'queued', lane: 'deactivation', due: 1 });
      const { provisioning } = bench.connection;
      const first = await provisioning.claim('others', 3, lease('a', bench.now + 1), bench.now);
      expect(claimed(first)).toEqual(['early', 'late', 'update']);
      expect(first.every((record) => record.provisioning.state === 'sending')).toBe(true);
      expect(claimed(await provisioning.claim('others', 3, lease('b', bench.now + 1), bench.now))).toEqual([
        'import',
      ]);
      expect(
        claimed(await provisioning.claim('deactivation', 3, lease('b', bench.now + 1), bench.now)),
      ).toEqual(['gone']);
    });

    it('leaves who is not due yet, and who rests', async () => {
      const [ann, bob] = await create(bench.connection, { userName: 'ann' }, { userName: 'bob' });
      await settle(bench, ann?.person.id ?? '', { state: 'queued', due: bench.now + 1 });
      await settle(bench, bob?.person.id ?? '', { state: 'failed', due: 1 });
      const { provisioning } = bench.connection;
      expect(await provisioning.claim('others', 9, lease('a', bench.now + 9), bench.now)).toEqual([]);
      expect(
        claimed(await provisioning.claim('others', 9, lease('a', bench.now + 9), bench.now + 1)),
      ).toEqual(['ann']);
    });

    it('lets a deactivation overtake what is processing, once Concur holds the person', async () => {
      const { person } = await send();
      const { provisioning } = bench.connection;
      await provisioning.commit(
        { lease: 'l', people: [person.id], decide: becomes({ state: 'processing', due: null }) },
        bench.now,
      );
      await change(bench.connection, person.id, replace({ userName: 'ann', active: false }, 'active'));
      expect(await provisioning.claim('deactivation', 9, lease('a', bench.now + 9), bench.now)).toEqual([]);
      await provisioning.commit({ people: [person.id], decide: becomes({ concurId: 'c1' }) }, bench.now);
      const [record] = await provisioning.claim('deactivation', 9, lease('a', bench.now + 9), bench.now);
      expect(record?.provisioning).toMatchObject({ state: 'sending', openOperations: 1, concurId: 'c1' });
    });
  });

  describe('recordRequest', () => {
    it('writes the request and its operations before they are sent', async () => {
      const { person } = await send({ userName: 'ann' }, { title: 'x' });
      expect(await load(bench, person.id)).toMatchObject({
        provisioning: { state: 'sending', lastRequestId: 'r', openOperations: 1 },
      });
      expect(await bench.connection.reports.request('r')).toEqual({
        id: 'r',
        kind: 'user',
        state: 'sending',
        provisionId: null,
        correlationId: null,
        httpStatus: null,
        message: null,
        sentAt: bench.now,
        completedAt: null,
        polls: 0,
        operations: [
          {
            id: 'o',
            personId: person.id,
            userName: 'ann',
            method: 'POST',
            state: 'open',
            difference: { set: { title: 'x' }, remove: [] },
            results: [],
          },
        ],
      });
    });

    it('leaves out who is no longer under the lease, and writes nothing when nobody is left', async () => {
      const [ann, bob] = await create(bench.connection, { userName: 'ann' }, { userName: 'bob' });
      if (ann === undefined || bob === undefined) throw new Error('not created');
      const { provisioning, reports } = bench.connection;
      const held = lease('l', bench.now + 10);
      await provisioning.claim('others', 1, held, bench.now);
      const both = {
        id: 'r',
        kind: 'bulk',
        operations: [operation(ann, 'o1'), operation(bob, 'o2')],
      } as const;
      expect(await provisioning.recordRequest(both, held, bench.now)).toEqual([bob.person.id]);
      expect((await reports.request('r'))?.operations.map(({ id }) => id)).toEqual(['o1']);
      const late = { id: 'late', kind: 'user', operations: [operation(ann, 'o3')] } as const;
      expect(await provisioning.recordRequest(late, held, bench.now + 10)).toEqual([ann.person.id]);
      expect(await reports.request('late')).toBeNull();
    });

    it('marks what a deactivation overtakes', async () => {
      const { person } = await send();
      const { provisioning } = bench.connection;
      await provisioning.commit(
        {
          lease: 'l',
          request: { id: 'r', state: 'open', provisionId: 'p', nextPoll: bench.now },
          people: [person.id],
          decide: becomes({ state: 'processing', concurId: 'c1' }),
        },
        bench.now,
      );
      await change(bench.connection, person.id, replace({ userName: 'ann', active: false }, 'active'));
      const held = lease('d', bench.now + 10);
      const [record] = await provisioning.claim('deactivation', 1, held, bench.now);
      if (record === undefined) throw new Error('not claimed');
      const request = {
        id: 'r2',
        kind: 'user',
        operations: [operation(record, 'o2', { active: false })],
      } as const;
      await provisioning.recordRequest(request, held, bench.now);
      const [open] = await provisioning.claimPolls(1, lease('p', bench.now + 1), bench.now);
      expect(open?.operations).toEqual([
        {
          ...operation({ ...record, provisioning: { ...record.provisioning, concurId: null } }, 'o', {}),
          overtaken: true,
        },
      ]);
      expect((await load(bench, person.id)).provisioning.openOperations).toBe(2);
    });
  });

  describe('commit', () => {
    it('writes request, operations, results and people together', async () => {
      const { person } = await send();
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
        pendingSince: bench.now,
        lastRequestId: 'r',
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
      const { person } = await send();
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
      const { person } = await send();
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
      const { person } = await send();
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
      const { person } = await send();
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
      await settle(bench, ann.person.id, { ...waiting, waitingFor: ['boss@x.com'] });
      await settle(bench, bob.person.id, { ...waiting, waitingFor: ['Ext-1'] });
      await settle(bench, eve.person.id, { ...waiting, waitingFor: [manager.person.id] });
      await settle(bench, joe.person.id, { ...waiting, waitingFor: ['somebody else'] });
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

    it('lets a decision look up others inside the transaction', async () => {
      const [boss, ann] = await create(bench.connection, { userName: 'boss' }, { userName: 'ann' });
      if (!boss || !ann) throw new Error('not created');
      let found: ReadonlyMap<string, string | null> = new Map();
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
      expect(found).toEqual(new Map([['boss', 'c-boss']]));
    });
  });

  describe('claimPolls', () => {
    async function openRequest(nextPoll: number): Promise<void> {
      const { person } = await send();
      const request = { id: 'r', state: 'open', provisionId: 'p', nextPoll } as const;
      await bench.connection.provisioning.commit(
        { lease: 'l', request, people: [person.id], decide: becomes({ state: 'processing' }) },
        bench.now,
      );
    }

    it('gives a request that is due to one poller at a time', async () => {
      await openRequest(bench.now + 5);
      const { provisioning } = bench.connection;
      expect(await provisioning.claimPolls(9, lease('a', bench.now + 9), bench.now)).toEqual([]);
      const [request] = await provisioning.claimPolls(9, lease('a', bench.now + 20), bench.now + 5);
      expect(request).toMatchObject({
        id: 'r',
        provisionId: 'p',
        state: 'open',
        polls: 0,
        sentAt: bench.now,
      });
      expect(request?.operations.map(({ id, overtaken }) => [id, overtaken])).toEqual([['o', false]]);
      expect(await provisioning.claimPolls(9, lease('b', bench.now + 30), bench.now + 5)).toEqual([]);
      expect(await provisioning.claimPolls(9, lease('b', bench.now + 30), bench.now + 20)).toHaveLength(1);
    });

    it('comes back at the next time that a poll asks for', async () => {
      await openRequest(bench.now);
      const { provisioning } = bench.connection;
      await provisioning.claimPolls(9, lease('a', bench.now + 9), bench.now);
      const request = { id: 'r', polls: 1, nextPoll: bench.now + 3 };
      await provisioning.commit({ request, people: [], decide: becomes({}) }, bench.now);
      expect(await provisioning.claimPolls(9, lease('b', bench.now + 9), bench.now + 2)).toEqual([]);
      expect(await provisioning.claimPolls(9, lease('b', bench.now + 9), bench.now + 3)).toMatchObject([
        { polls: 1 },
      ]);
    });
  });

  describe('leases', () => {
    it('last longer once renewed', async () => {
      const { person } = await send();
      const { provisioning } = bench.connection;
      await provisioning.renew(lease('l', bench.now + 5_000));
      expect(await provisioning.recover(lease('x', bench.now + 9_000), bench.now + 4_999)).toEqual([]);
      const request = { id: 'r', state: 'open', nextPoll: 1 } as const;
      await provisioning.commit(
        { lease: 'l', request, people: [person.id], decide: becomes({ state: 'processing' }) },
        bench.now + 4_999,
      );
      expect((await load(bench, person.id)).provisioning.state).toBe('processing');
    });

    it('that lapse give back people who were in no request, and hand on requests that were being sent', async () => {
      const sent = await send();
      const claimedOnly = await createOne(bench.connection, { userName: 'bob' });
      const { provisioning } = bench.connection;
      await provisioning.claim('others', 10, lease('l', bench.now + 1_000), bench.now);
      expect(await provisioning.recover(lease('early', bench.now + 9_000), bench.now + 999)).toEqual([]);
      const recovered = await provisioning.recover(lease('new', bench.now + 9_000), bench.now + 1_000);
      expect(recovered).toMatchObject([{ id: 'r', state: 'sending', operations: [{ id: 'o' }] }]);
      expect((await load(bench, claimedOnly.person.id)).provisioning).toMatchObject({
        state: 'queued',
        due: bench.now + 1_000,
      });
      expect((await load(bench, sent.person.id)).provisioning.state).toBe('sending');
      expect(await provisioning.recover(lease('again', bench.now + 9_000), bench.now + 1_001)).toEqual([]);
      await provisioning.commit(
        {
          lease: 'new',
          request: { id: 'r', state: 'unknown', nextPoll: null },
          operations: [{ id: 'o', state: 'unknown', results: [] }],
          people: [sent.person.id],
          decide: becomes({ state: 'queued', reason: 'outcome_unknown' }),
        },
        bench.now + 1_001,
      );
      expect((await load(bench, sent.person.id)).provisioning).toMatchObject({
        state: 'queued',
        reason: 'outcome_unknown',
        openOperations: 0,
      });
    });
  });

  describe('closed lists', () => {
    it('of the domain and of the database are the same', async () => {
      const { person } = await send();
      const { provisioning } = bench.connection;
      for (const state of STATES.filter((one) => one !== 'sending')) {
        await provisioning.commit({ people: [person.id], decide: becomes({ state }) }, bench.now);
      }
      for (const reason of Object.keys(REASONS) as (keyof typeof REASONS)[]) {
        await provisioning.commit({ people: [person.id], decide: becomes({ reason }) }, bench.now);
      }
      for (const lane of LANES) {
        await provisioning.commit({ people: [person.id], decide: becomes({ lane }) }, bench.now);
      }
      for (const state of OPERATION_STATES) {
        await bench.store.db.updateTable('operations').set({ state }).execute();
      }
      for (const state of REQUEST_STATES) {
        await bench.store.db.updateTable('provisioning_requests').set({ state }).execute();
      }
      const wrong = bench.store.db.updateTable('provisionings').set({ lease_until: 3 }).execute();
      await expect(wrong).rejects.toThrow();
    });
  });

  describe('references', () => {
    it('resolve by id, externalId, userName and employee number, in any case', async () => {
      const [ann, bob, cid] = await create(
        bench.connection,
        {
          userName: 'Ann',
          externalId: 'E-1',
          'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { employeeNumber: 'N7' },
        },
        { userName: 'bob' },
        { userName: 'cid' },
      );
      if (!ann || !bob || !cid) throw new Error('not created');
      await settle(bench, ann.person.id, { state: 'in_sync', concurId: 'c1' });
      await settle(bench, cid.person.id, { state: 'in_sync', concurId: 'c3' });
      await change(bench.connection, cid.person.id, { kind: 'delete' });
      const references = [ann.person.id, 'e-1', 'ANN', 'n7', 'bob', 'cid', 'nobody'];
      expect(await bench.connection.provisioning.resolve(references)).toEqual(
        new Map([
          [ann.person.id, 'c1'],
          ['e-1', 'c1'],
          ['ANN', 'c1'],
          ['n7', 'c1'],
          ['bob', null],
          ['cid', null],
          ['nobody', null],
        ]),
      );
      expect(await bench.connection.provisioning.resolve([])).toEqual(new Map());
    });

    it('to Concur users are claimed by people, and by leavers until they are settled', async () => {
      const records = await create(
        bench.connection,
        ...['ann', 'leaving', 'left'].map((userName) => ({ userName })),
      );
      const [ann, leaving, left] = records.map(({ person }) => person.id);
      for (const [index, { person }] of records.entries()) {
        await settle(bench, person.id, { state: 'in_sync', concurId: `c${index}`, due: null });
      }
      await change(bench.connection, leaving ?? '', { kind: 'delete' });
      await change(bench.connection, left ?? '', { kind: 'delete' });
      await settle(bench, left ?? '', { state: 'in_sync', due: null });
      const claims = await bench.connection.provisioning.claims(['c0', 'c1', 'c2', 'c3']);
      expect(claims).toEqual(
        new Map([
          ['c0', 'person'],
          ['c1', 'leaving'],
        ]),
      );
      expect(ann).toBeDefined();
      expect(await bench.connection.provisioning.claims([])).toEqual(new Map());
    });
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ENTERPRISE } from '../../src/domain/extensions.ts';
import { OPERATION_STATES, type ProvisioningUpdate, REQUEST_STATES } from '../../src/domain/ports.ts';
import { LANES, REASONS, STATES } from '../../src/domain/provisioning.ts';
import {
  type Bench,
  becomes,
  change,
  create,
  ENGINES,
  lease,
  load,
  openBench,
  operation,
  replace,
  send,
} from './engines.ts';

describe.each(ENGINES)('requests on $name', (engine) => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench(engine);
  });
  afterEach(() => bench.close());

  describe('recordRequest', () => {
    it('writes the request and its operations before they are sent', async () => {
      const { person } = await send(bench, { userName: 'ann' }, { title: 'x' });
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

    it('leaves out, and queues again, whoever was to be created and has changed since', async () => {
      const [ann, bob] = await create(bench.connection, { userName: 'ann' }, { userName: 'bob' });
      if (ann === undefined || bob === undefined) throw new Error('not created');
      const { provisioning, reports } = bench.connection;
      const held = lease('l', bench.now + 10);
      await provisioning.claim('others', 2, held, bench.now);
      await change(bench.connection, bob.person.id, replace({ userName: 'bill' }, 'userName'));
      const { version } = ann.person;
      const operations = [
        { ...operation(ann, 'o1'), version },
        { ...operation(bob, 'o2'), version },
      ];
      bench.now += 1;
      const both = { id: 'r', kind: 'bulk', operations } as const;
      expect(await provisioning.recordRequest(both, held, bench.now)).toEqual([bob.person.id]);
      expect((await reports.request('r'))?.operations.map(({ id }) => id)).toEqual(['o1']);
      const { state, due } = (await load(bench, bob.person.id)).provisioning;
      expect({ state, due }).toEqual({ state: 'queued', due: bench.now });
    });

    it('writes a deactivation beside what it overtakes', async () => {
      const { person } = await send(bench);
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
        operation({ ...record, provisioning: { ...record.provisioning, concurId: null } }, 'o', {}),
      ]);
      const { openOperations, lastRequestId } = (await load(bench, person.id)).provisioning;
      expect([open?.id, lastRequestId, openOperations]).toEqual(['r', 'r2', 2]);
    });
  });

  describe('lostCreates', () => {
    const unknown = (id: string) => [{ id, state: 'unknown', results: [] }] as const;

    it('are the creates whose outcome is not known, with the time until which Concur may carry them out', async () => {
      const { person } = await send(bench, { userName: 'ann' }, { title: 'x' });
      const { provisioning } = bench.connection;
      expect(await provisioning.lostCreates([person.id])).toEqual([]);
      const request = { id: 'r', state: 'unknown', nextPoll: bench.now + 7 } as const;
      const step = { operations: unknown('o'), people: [], decide: becomes({}) };
      await provisioning.commit({ ...step, request }, bench.now);
      const lost = {
        id: 'o',
        personId: person.id,
        desired: { title: 'x', timezone: 'UTC' },
        isContested: false,
      };
      expect(await provisioning.lostCreates([person.id, 'somebody else'])).toEqual([
        { ...lost, mayRunUntil: bench.now + 7 },
      ]);
      expect(await provisioning.lostCreates(['somebody else'])).toEqual([]);
      expect(await provisioning.lostCreates([])).toEqual([]);
      await provisioning.commit({ ...step, request: { ...request, nextPoll: null } }, bench.now);
      expect(await provisioning.lostCreates([person.id])).toEqual([{ ...lost, mayRunUntil: null }]);
    });

    it.each([
      ['the userName, and no number', { userName: 'ADA' }, true],
      ['the number', { userName: 'eva', [ENTERPRISE]: { employeeNumber: '7' } }, true],
      ['the userName, and another number', { userName: 'ada', [ENTERPRISE]: { employeeNumber: '8' } }, false],
      ['neither', { userName: 'eva' }, false],
    ])('are contested where somebody else living has %s', async (_name, other, isContested) => {
      const desired = { userName: 'ada', [`${ENTERPRISE}:employeeNumber`]: '7' };
      const { person } = await send(bench, { userName: 'renamed' });
      const { provisioning } = bench.connection;
      await bench.store.db
        .updateTable('operations')
        .set({ desired: JSON.stringify(desired) })
        .execute();
      await provisioning.commit({ operations: unknown('o'), people: [], decide: becomes({}) }, bench.now);
      expect(await provisioning.lostCreates([person.id])).toMatchObject([{ isContested: false }]);
      const [rival] = await create(bench.connection, other);
      expect(await provisioning.lostCreates([person.id])).toMatchObject([{ isContested }]);
      await change(bench.connection, rival?.person.id ?? '', { kind: 'delete' });
      expect(await provisioning.lostCreates([person.id])).toMatchObject([{ isContested: false }]);
    });

    it('are over, and made nobody, once Concur no longer holds the person; but not while they may run', async () => {
      const { person } = await send(bench);
      const { provisioning } = bench.connection;
      const request = { id: 'r', state: 'unknown', nextPoll: bench.now + 7 } as const;
      const commit = (update: ProvisioningUpdate, now: number) =>
        provisioning.commit({ people: [person.id], decide: becomes(update) }, now);
      await provisioning.commit(
        {
          request,
          operations: unknown('o'),
          people: [person.id],
          decide: becomes({ state: 'queued', concurId: 'c' }),
        },
        bench.now,
      );
      await commit({ concurId: null }, bench.now + 6);
      expect(await provisioning.lostCreates([person.id])).toHaveLength(1);
      await commit({ concurId: 'c' }, bench.now + 7);
      expect(await provisioning.lostCreates([person.id])).toHaveLength(1);
      await commit({ concurId: null }, bench.now + 7);
      expect(await provisioning.lostCreates([person.id])).toEqual([]);
    });

    it('are no updates, and nothing whose outcome came to be known', async () => {
      const { person } = await send(bench);
      const { provisioning } = bench.connection;
      const step = { people: [], decide: becomes({}) };
      await provisioning.commit({ ...step, operations: unknown('o') }, bench.now);
      await bench.store.db.updateTable('operations').set({ method: 'PATCH' }).execute();
      expect(await provisioning.lostCreates([person.id])).toEqual([]);
      await bench.store.db.updateTable('operations').set({ method: 'POST' }).execute();
      expect(await provisioning.lostCreates([person.id])).toHaveLength(1);
      await provisioning.commit(
        { ...step, operations: [{ id: 'o', state: 'applied', results: [] }] },
        bench.now,
      );
      expect(await provisioning.lostCreates([person.id])).toEqual([]);
    });
  });

  describe('closed lists', () => {
    it('of the domain and of the database are the same', async () => {
      const { person } = await send(bench);
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
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ENTERPRISE } from '../../src/domain/extensions.ts';
import type { PersonRecord } from '../../src/domain/person.ts';
import type { Claimable } from '../../src/domain/provisioning.ts';
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
  operation,
  replace,
  send,
  settle,
} from './engines.ts';

describe.each(ENGINES)('leases on $name', (engine) => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench(engine);
  });
  afterEach(() => bench.close());

  const claimed = (records: readonly PersonRecord[]) => records.map(({ person }) => person.resource.userName);

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
      await settle(bench, gone ?? '', { state: 'queued', lane: 'deactivation', concurId: 'c1', due: 1 });
      const { provisioning } = bench.connection;
      const first = await provisioning.claim('others', 3, lease('a', bench.now + 1), bench.now);
      expect(claimed(first)).toEqual(['early', 'late', 'update']);
      expect(first.map(({ provisioning: { state, due } }) => `${state} ${due}`)).toEqual(
        first.map(() => 'sending null'),
      );
      expect(claimed(await provisioning.claim('others', 3, lease('b', bench.now + 1), bench.now))).toEqual([
        'import',
      ]);
      expect(
        claimed(await provisioning.claim('deactivation', 3, lease('b', bench.now + 1), bench.now)),
      ).toEqual(['gone']);
    });

    it('keeps leavers who are to be searched for apart from those whom Concur is known to hold', async () => {
      const [known, unknown] = await create(bench.connection, { userName: 'known' }, { userName: 'unknown' });
      const leaves = { state: 'queued', lane: 'deactivation', due: 1 } as const;
      await settle(bench, unknown?.person.id ?? '', leaves);
      await settle(bench, known?.person.id ?? '', { ...leaves, concurId: 'c1' });
      const claim = async (wanted: Claimable) =>
        claimed(await bench.connection.provisioning.claim(wanted, 9, lease('a', bench.now + 9), bench.now));
      expect(await claim('others')).toEqual([]);
      expect(await claim('deactivation')).toEqual(['known']);
      expect(await claim('lookup')).toEqual(['unknown']);
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
      const { person } = await send(bench);
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

  describe('claimPolls', () => {
    it('takes a request sooner, and says why, when it creates somebody who is to have no access by now', async () => {
      const { person } = await send(bench);
      const { provisioning } = bench.connection;
      await provisioning.commit(
        {
          lease: 'l',
          request: { id: 'r', state: 'open', provisionId: 'p', polls: 1, nextPoll: bench.now + 60_000 },
          people: [person.id],
          decide: becomes({ state: 'processing', due: null }),
        },
        bench.now,
      );
      const looks = async (now: number) =>
        (await provisioning.claimPolls(9, lease('p', now + 1), now)).map(({ id, createsLeaver }) => ({
          id,
          createsLeaver,
        }));
      await change(bench.connection, person.id, replace({ userName: 'ann', title: 'x' }, 'title'));
      expect(await looks(bench.now + 5_000)).toEqual([]);
      await change(bench.connection, person.id, replace({ userName: 'ann', active: false }, 'active'));
      expect(await looks(bench.now + 4_999)).toEqual([]);
      expect(await looks(bench.now + 5_000)).toEqual([{ id: 'r', createsLeaver: true }]);
      await provisioning.commit({ people: [person.id], decide: becomes({ concurId: 'c1' }) }, bench.now);
      expect(await looks(bench.now + 60_000)).toEqual([{ id: 'r', createsLeaver: false }]);
    });
  });

  describe('newcomers', () => {
    const names = ['late', 'early', 'future', 'update', 'known', 'retried', 'leaver', 'sent', 'last'];

    async function everyKind(): Promise<void> {
      const { provisioning } = bench.connection;
      await send(bench, { userName: 'sent' });
      const sent = { lease: 'l', request: { id: 'r', state: 'unknown', nextPoll: null } } as const;
      const others = names.filter((name) => name !== 'sent');
      const people = await create(bench.connection, ...others.map((userName) => ({ userName })));
      const [late, early, future, update, known, retried, leaver] = people.map(({ person }) => person.id);
      await settle(bench, late ?? '', { state: 'queued', due: 20 });
      await settle(bench, early ?? '', { state: 'queued', due: 10 });
      await settle(bench, future ?? '', { state: 'queued', due: bench.now + 1 });
      await settle(bench, update ?? '', { state: 'queued', lane: 'update', due: 1 });
      await settle(bench, known ?? '', { state: 'queued', concurId: 'c-1', due: 1 });
      await settle(bench, retried ?? '', { state: 'queued', attempts: 1, due: 1 });
      await settle(bench, leaver ?? '', { state: 'queued', lane: 'deactivation', due: 1 });
      const [record] = (await bench.connection.reports.people({ state: 'sending', limit: 9 })).items;
      const back = becomes({ state: 'queued', due: 1 });
      await provisioning.commit({ ...sent, people: [record?.person.id ?? ''], decide: back }, bench.now);
    }

    it('are those due to be created who were never in a request, in the order of a claim', async () => {
      await everyKind();
      const { provisioning } = bench.connection;
      const newcomers = await provisioning.newcomers(9, bench.now);
      expect(newcomers.map(({ keys }) => keys.userName)).toEqual(['early', 'late', 'last']);
      expect(await provisioning.newcomers(1, bench.now)).toEqual(newcomers.slice(0, 1));
      const claim = await provisioning.claim('others', 99, lease('a', bench.now + 1), bench.now);
      const ids = new Set(newcomers.map(({ personId }) => personId));
      const order = claim.map(({ person }) => person.id).filter((id) => ids.has(id));
      expect(order).toEqual(newcomers.map(({ personId }) => personId));
      expect(await provisioning.newcomers(9, bench.now)).toEqual([]);
    });

    it('have the version and the keys that they have now', async () => {
      const { person } = await createOne(bench.connection, { userName: 'ann' });
      const resource = { userName: 'Bea', externalId: 'e', [ENTERPRISE]: { employeeNumber: 'N7' } };
      await change(bench.connection, person.id, replace(resource, 'userName'));
      expect(await bench.connection.provisioning.newcomers(9, bench.now)).toEqual([
        { personId: person.id, version: 2, keys: { userName: 'Bea', externalId: 'e', employeeNumber: 'N7' } },
      ]);
    });
  });

  describe('claimPolls', () => {
    async function openRequest(nextPoll: number): Promise<void> {
      const { person } = await send(bench);
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
      expect(request?.operations.map(({ id }) => id)).toEqual(['o']);
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
      const { person } = await send(bench);
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

    it('of a request that last longer than those of its people keep these out of any other claim', async () => {
      const { person } = await createOne(bench.connection, { userName: 'ann' });
      const { provisioning } = bench.connection;
      const [record] = await provisioning.claim('others', 1, lease('l', bench.now + 1_000), bench.now);
      if (record === undefined) throw new Error('nobody was claimed');
      const request = { id: 'r', kind: 'user', operations: [operation(record, 'o')] } as const;
      await provisioning.recordRequest(request, lease('l', bench.now + 1_500), bench.now + 500);
      expect(await provisioning.recover(lease('x', bench.now + 9_000), bench.now + 1_000)).toEqual([]);
      expect((await load(bench, person.id)).provisioning.state).toBe('sending');
      expect(await provisioning.recover(lease('x', bench.now + 9_000), bench.now + 1_500)).toHaveLength(1);
      const step = { lease: 'x', people: [person.id], decide: becomes({ state: 'queued' }) };
      await provisioning.commit(step, bench.now + 1_500);
      expect((await load(bench, person.id)).provisioning.state).toBe('queued');
    });

    it('that lapse give back people who were in no request, and hand on requests that were being sent', async () => {
      const sent = await send(bench);
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
});

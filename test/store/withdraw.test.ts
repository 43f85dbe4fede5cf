import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PersonRecord } from '../../src/domain/person.ts';
import type { Claimable } from '../../src/domain/provisioning.ts';
import type { Decision } from '../../src/scim/directory.ts';
import {
  type Bench,
  becomes,
  change,
  create,
  createOne,
  ENGINES,
  lease,
  load,
  OKTA,
  openBench,
  replace,
  send,
  settle,
  written,
} from './engines.ts';

const UNDONE: Decision = { kind: 'withdraw', to: null, changed: ['userName'], reason: 'no such thing' };

describe.each(ENGINES)('writes on which clients wait, on $name', (engine) => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench(engine);
  });
  afterEach(() => bench.close());

  async function createWaiting(userName: string, active = true): Promise<PersonRecord> {
    const [result] = await bench.connection.directory.accept([
      { kind: 'create', actor: OKTA, resource: { userName, active }, waitUntil: bench.now + 2_000 },
    ]);
    if (result === undefined) throw new Error('no result');
    return written(result);
  }

  async function claim(wanted: Claimable): Promise<unknown[]> {
    const held = lease(`claim-${wanted}`, bench.now + 1);
    const records = await bench.connection.provisioning.claim(wanted, 10, held, bench.now);
    return records.map(({ person }) => person.resource.userName);
  }

  it('are claimed apart from everybody else, until the time is over', async () => {
    await createWaiting('waits');
    await create(bench.connection, { userName: 'other' });
    expect(await bench.connection.provisioning.backlog(10, bench.now)).toBe(1);
    expect(await claim('others')).toEqual(['other']);
    expect(await bench.connection.provisioning.backlog(10, bench.now)).toBe(1);
    expect(await claim('awaited')).toEqual(['waits']);
    expect(await bench.connection.provisioning.backlog(10, bench.now)).toBe(1);
  });

  it('are like all others once the time is over', async () => {
    await createWaiting('waits');
    bench.now += 2_000;
    expect(await bench.connection.provisioning.backlog(10, bench.now)).toBe(1);
    expect(await claim('awaited')).toEqual([]);
    expect(await claim('others')).toEqual(['waits']);
  });

  it('are counted no further than asked', async () => {
    await create(bench.connection, { userName: 'a' }, { userName: 'b' }, { userName: 'c' });
    expect(await bench.connection.provisioning.backlog(2, bench.now)).toBe(2);
  });

  it('are none where somebody has no access, is under way, or nobody waits any more', async () => {
    expect((await createWaiting('leaver', false)).provisioning.verdictUntil).toBeNull();
    const { id } = (await send(bench)).person;
    const until = async () => (await load(bench, id)).provisioning.verdictUntil;
    const write = (active: boolean) =>
      bench.connection.directory.accept([
        {
          kind: 'change',
          actor: OKTA,
          id,
          decide: () => replace({ userName: 'ann', active, title: String(bench.now) }, 'title'),
          waitUntil: bench.now + 2_000,
        },
      ]);
    await write(true);
    expect(await until()).toBeNull();
    await bench.connection.provisioning.commit(
      {
        lease: 'l',
        request: { id: 'r', state: 'refused' },
        operations: [{ id: 'o', state: 'refused', results: [] }],
        people: [id],
        decide: becomes({ state: 'failed', reason: 'refused', due: null }),
      },
      bench.now,
    );
    await write(true);
    expect(await until()).toBe(bench.now + 2_000);
    await change(bench.connection, id, replace({ userName: 'ann', active: true, title: 'x' }, 'title'));
    expect(await until()).toBeNull();
    await write(true);
    await settle({ ...bench, now: bench.now + 2_000 }, id, {
      state: 'partial',
      reason: 'refused',
      due: null,
    });
    expect(await until()).toBeNull();
    await write(false);
    expect(await until()).toBeNull();
  });

  it('of a create are withdrawn as if they had never been', async () => {
    const record = await send(bench);
    const { id } = record.person;
    await bench.connection.provisioning.commit(
      {
        lease: 'l',
        request: { id: 'r', state: 'refused' },
        operations: [{ id: 'o', state: 'refused', results: [] }],
        people: [id],
        decide: becomes({
          state: 'failed',
          reason: 'refused',
          due: null,
          waitingFor: ['boss'],
          manager: 'boss',
        }),
      },
      bench.now,
    );
    expect(await change(bench.connection, id, UNDONE)).toMatchObject({ kind: 'written', changed: true });
    const { person, provisioning } = await load(bench, id);
    expect(person).toMatchObject({ version: 2, deleted: bench.now });
    expect(provisioning).toMatchObject({
      state: 'in_sync',
      reason: 'not_created',
      due: null,
      lastRequestId: null,
      pendingSince: null,
      waitingFor: [],
      manager: null,
    });
    expect(await bench.connection.directory.get(id)).toBeNull();
    for (const wanted of ['deactivation', 'lookup', 'awaited', 'others'] as const) {
      expect(await claim(wanted)).toEqual([]);
    }
    expect((await bench.connection.reports.summary()).oldestOpenDeactivation).toBeNull();
    const { items } = await bench.connection.reports.changes({ limit: 1 });
    expect(items[0]).toMatchObject({ action: 'withdraw', version: 2, reason: 'no such thing' });
    expect(await createOne(bench.connection, { userName: 'ann' })).toMatchObject({ person: { version: 1 } });
  });

  it.each(['open', 'unknown', 'applied'] as const)(
    'of a create stand where an operation is %s',
    async (state) => {
      const { id } = (await send(bench)).person;
      await bench.connection.provisioning.commit(
        {
          lease: 'l',
          operations: [{ id: 'o', state, results: [] }],
          people: [id],
          decide: becomes({ state: 'failed', reason: 'refused', due: null }),
        },
        bench.now,
      );
      expect(await change(bench.connection, id, UNDONE)).toMatchObject({ kind: 'written', changed: false });
      expect((await load(bench, id)).person).toMatchObject({ version: 1, deleted: null });
    },
  );

  it('of an update are withdrawn as a new version, and the person is due', async () => {
    const { person } = await createOne(bench.connection, { userName: 'ann', title: 'a' });
    await change(bench.connection, person.id, replace({ userName: 'anna', title: 'b' }, 'userName', 'title'));
    await settle(bench, person.id, { state: 'failed', concurId: 'c1', due: null });
    const to = { userName: 'ann', title: 'a' };
    const withdrawn = { kind: 'withdraw', to, changed: ['userName', 'title'], reason: 'no' } as const;
    expect(await change(bench.connection, person.id, withdrawn)).toMatchObject({ changed: true });
    expect(await load(bench, person.id)).toMatchObject({
      person: { version: 3, resource: to, deleted: null },
      provisioning: { state: 'queued', due: bench.now, concurId: 'c1' },
    });
  });

  it('of an update stand where somebody else has taken the former name', async () => {
    const { person } = await createOne(bench.connection, { userName: 'ann' });
    await change(bench.connection, person.id, replace({ userName: 'anna' }, 'userName'));
    await createOne(bench.connection, { userName: 'Ann' });
    const withdrawn = {
      kind: 'withdraw',
      to: { userName: 'ann' },
      changed: ['userName'],
      reason: 'no',
    } as const;
    expect(await change(bench.connection, person.id, withdrawn)).toMatchObject({ kind: 'conflict' });
    expect((await load(bench, person.id)).person.version).toBe(2);
  });

  it('are over for the clients of a process that died', async () => {
    await createWaiting('waits');
    expect(await claim('awaited')).toEqual(['waits']);
    bench.now += 10;
    await bench.connection.provisioning.recover(lease('r', bench.now + 1_000), bench.now);
    expect(await claim('others')).toEqual(['waits']);
  });
});

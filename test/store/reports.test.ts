import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PersonRecord } from '../../src/domain/person.ts';
import { CursorError } from '../../src/domain/reports.ts';
import {
  type Bench,
  change,
  create,
  createOne,
  ENGINES,
  lease,
  openBench,
  operation,
  replace,
  settle,
} from './engines.ts';

describe.each(ENGINES)('reports on $name', (engine) => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench(engine);
  });
  afterEach(() => bench.close());

  const names = (records: readonly PersonRecord[]) => records.map(({ person }) => person.resource.userName);

  /** Reads a list to its end, page by page. */
  async function all<Item>(
    read: (cursor: string | undefined) => Promise<{ items: readonly Item[]; nextCursor: string | null }>,
  ): Promise<readonly Item[]> {
    const items: Item[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await read(cursor);
      items.push(...page.items);
      if (page.nextCursor === null) return items;
      cursor = page.nextCursor;
    }
  }

  it('list people by name, whole across pages', async () => {
    const people = await create(
      bench.connection,
      ...['b', 'D', 'a', 'c', 'e'].map((userName) => ({ userName })),
    );
    await settle(bench, people[1]?.person.id ?? '', { state: 'failed' });
    const read = (state?: 'failed' | 'queued') =>
      all((cursor) =>
        bench.connection.reports.people({
          limit: 2,
          ...(state && { state }),
          ...(cursor !== undefined && { cursor }),
        }),
      );
    expect(names(await read())).toEqual(['a', 'b', 'c', 'D', 'e']);
    expect(names(await read('failed'))).toEqual(['D']);
    expect(names(await read('queued'))).toEqual(['a', 'b', 'c', 'e']);
  });

  it('show a deleted person until the deactivation is confirmed', async () => {
    const { person } = await createOne(bench.connection, { userName: 'ann' });
    await settle(bench, person.id, { state: 'in_sync', concurId: 'c1', due: null });
    await change(bench.connection, person.id, { kind: 'delete' });
    const shown = async () => names((await bench.connection.reports.people({ limit: 9 })).items);
    expect(await shown()).toEqual(['ann']);
    expect((await bench.connection.reports.summary()).states.queued).toBe(1);
    await settle(bench, person.id, { state: 'in_sync', due: null });
    expect(await shown()).toEqual([]);
    expect(await bench.connection.reports.summary()).toMatchObject({ people: 0, states: { in_sync: 0 } });
    expect((await bench.connection.reports.person(person.id))?.person.deleted).not.toBeNull();
  });

  it('count states, open requests and the oldest deactivation that is not confirmed', async () => {
    const [ann, bob] = await create(bench.connection, { userName: 'ann' }, { userName: 'bob' });
    if (!ann || !bob) throw new Error('not created');
    const active = { profile: { active: true }, unknown: [] };
    await settle(bench, ann.person.id, { state: 'partial', concurId: 'c1', due: null, applied: active });
    bench.now += 100;
    const since = bench.now;
    await change(bench.connection, ann.person.id, replace({ userName: 'ann', active: false }, 'active'));
    bench.now += 100;
    await change(
      bench.connection,
      ann.person.id,
      replace({ userName: 'ann', active: false, title: 'x' }, 'title'),
    );
    const held = lease('l', bench.now + 1);
    const [claimed] = await bench.connection.provisioning.claim('deactivation', 1, held, bench.now);
    if (!claimed) throw new Error('not claimed');
    const request = {
      id: 'r',
      kind: 'user',
      operations: [operation(claimed, 'o', { active: false })],
    } as const;
    await bench.connection.provisioning.recordRequest(request, held, bench.now);
    expect(await bench.connection.reports.summary()).toEqual({
      connection: 'default',
      people: 2,
      states: {
        queued: 1,
        sending: 1,
        processing: 0,
        in_sync: 0,
        partial: 0,
        failed: 0,
        held: 0,
        unmanaged: 0,
      },
      reasons: {},
      openRequests: 1,
      openDeactivations: 1,
      oldestOpenDeactivation: since,
      deactivations: { confirmed: 0, p50: null, p99: null },
    });
    await bench.connection.provisioning.commit(
      {
        lease: 'l',
        request: { id: 'r', state: 'completed' },
        people: [ann.person.id],
        decide: () =>
          Promise.resolve({
            state: 'partial',
            applied: { profile: { active: false }, unknown: [] },
            due: null,
          }),
      },
      bench.now,
    );
    expect(await bench.connection.reports.summary()).toMatchObject({
      openRequests: 0,
      openDeactivations: 0,
      oldestOpenDeactivation: null,
      deactivations: { confirmed: 1, p50: 100, p99: 100 },
    });
  });

  it('tell how long deactivations took, by the nearest rank, of the last 24 hours', async () => {
    const names = Array.from({ length: 100 }, (_, index) => `person${index}`);
    const people = await create(bench.connection, ...names.map((userName) => ({ userName })));
    const ids = people.map(({ person }) => person.id);
    const commit = async (active: boolean) => {
      const held = lease(`l-${active}`, bench.now + 1);
      await bench.connection.provisioning.claim(active ? 'others' : 'deactivation', 100, held, bench.now);
      const applied = { profile: { active }, unknown: [] };
      const decide = () => Promise.resolve({ state: 'in_sync', concurId: null, applied, due: null } as const);
      for (const [index, id] of ids.entries()) {
        const update = async () => ({ ...(await decide()), concurId: `c${index}` });
        const at = active ? bench.now : bench.now + 1 + index;
        await bench.connection.provisioning.commit({ people: [id], decide: update }, at);
      }
    };
    await commit(true);
    for (const id of ids) {
      await change(bench.connection, id, ({ person: { resource } }) =>
        replace({ ...resource, active: false }, 'active'),
      );
    }
    await commit(false);
    const deactivations = async () => (await bench.connection.reports.summary()).deactivations;
    expect(await deactivations()).toEqual({ confirmed: 100, p50: 50, p99: 99 });
    bench.now += 24 * 3_600_000 + 50;
    expect(await deactivations()).toEqual({ confirmed: 50, p50: 75, p99: 100 });
    bench.now += 50;
    expect(await deactivations()).toEqual({ confirmed: 0, p50: null, p99: null });
  });

  it('count reasons, and list who has one', async () => {
    const people = await create(
      bench.connection,
      ...['a', 'b', 'c', 'd'].map((userName) => ({ userName, active: userName !== 'd' })),
    );
    const [a = '', b = '', c = '', d = ''] = people.map(({ person }) => person.id);
    const later = { state: 'queued', due: bench.now + 60_000 } as const;
    await settle(bench, a, { ...later, reason: 'credentials', lastError: 'invalid_grant' });
    await settle(bench, b, { ...later, reason: 'credentials' });
    await settle(bench, c, { state: 'failed', reason: 'refused', due: null });
    await settle(bench, d, { state: 'in_sync', reason: 'not_created', due: null });
    const { reports } = bench.connection;
    const reasons = async () => (await reports.summary()).reasons;
    expect(await reasons()).toEqual({ credentials: 2, refused: 1, not_created: 1 });
    const waiting = await reports.people({ reason: 'credentials', limit: 9 });
    expect(names(waiting.items)).toEqual(['a', 'b']);
    await change(bench.connection, d, { kind: 'delete' });
    await settle(bench, d, { state: 'in_sync', reason: 'not_created', due: null });
    expect(await reasons()).toEqual({ credentials: 2, refused: 1 });
  });

  it('find a request by the beginning of its id, unless several begin so', async () => {
    const record = await createOne(bench.connection, { userName: 'ann' });
    for (const id of ['5f0c11aa-1', '5f0c22bb-2']) {
      const held = lease(`l${id}`, bench.now + 1);
      await bench.connection.provisioning.claim('others', 9, held, bench.now);
      const request = { id, kind: 'user', operations: [operation(record, `o${id}`)] } as const;
      await bench.connection.provisioning.recordRequest(request, held, bench.now);
      await bench.connection.provisioning.commit(
        {
          lease: held.token,
          request: { id, state: 'completed' },
          people: [record.person.id],
          decide: () => Promise.resolve({ state: 'queued', due: bench.now }),
        },
        bench.now,
      );
    }
    const found = async (id: string) => (await bench.connection.reports.request(id))?.id ?? null;
    expect(await found('5f0c1')).toBe('5f0c11aa-1');
    expect(await found('5F0C2')).toBe('5f0c22bb-2');
    expect(await found('5f0c22bb-2')).toBe('5f0c22bb-2');
    expect(await found('5f0c')).toBeNull();
    expect(await found('5f0c3')).toBeNull();
    expect(await found('5f')).toBeNull();
  });

  it('forget an open deactivation when the person comes back', async () => {
    const { person } = await createOne(bench.connection, { userName: 'ann' });
    await settle(bench, person.id, { state: 'in_sync', concurId: 'c1', due: null });
    await change(bench.connection, person.id, replace({ userName: 'ann', active: false }, 'active'));
    expect((await bench.connection.reports.summary()).oldestOpenDeactivation).toBe(bench.now);
    await change(bench.connection, person.id, replace({ userName: 'ann' }, 'active'));
    expect((await bench.connection.reports.summary()).oldestOpenDeactivation).toBeNull();
  });

  it('list requests, newest first, of everybody, of one person or of one state', async () => {
    const people = await create(bench.connection, { userName: 'ann' }, { userName: 'bob' });
    for (const [index, record] of [...people, ...people].entries()) {
      const held = lease(`l${index}`, bench.now + 1);
      await bench.connection.provisioning.claim('others', 9, held, bench.now);
      const id = `r${index}`;
      const request = { id, kind: 'user', operations: [operation(record, `o${index}`)] } as const;
      await bench.connection.provisioning.recordRequest(request, held, bench.now);
      await bench.connection.provisioning.commit(
        {
          lease: held.token,
          request: { id, state: index === 0 ? 'open' : 'completed' },
          people: people.map(({ person }) => person.id),
          decide: () => Promise.resolve({ state: 'queued', due: bench.now }),
        },
        bench.now,
      );
      if (index < 2) bench.now += 10;
    }
    const read = async (query: { personId?: string; state?: 'open' }) => {
      const items = await all((cursor) =>
        bench.connection.reports.requests({ limit: 1, ...query, ...(cursor !== undefined && { cursor }) }),
      );
      return items.map(({ id }) => id);
    };
    expect(await read({})).toEqual(['r3', 'r2', 'r1', 'r0']);
    expect(await read({ personId: people[0]?.person.id ?? '' })).toEqual(['r2', 'r0']);
    expect(await read({ state: 'open' })).toEqual(['r0']);
    expect(await bench.connection.reports.request('none')).toBeNull();
  });

  it('list changes, newest first, whole across pages', async () => {
    const { person } = await createOne(bench.connection, { userName: 'ann' });
    await create(bench.connection, { userName: 'bob' });
    for (const title of ['1', '2']) {
      await change(bench.connection, person.id, replace({ userName: 'ann', title }, 'title'));
    }
    const read = (query: { personId?: string }) =>
      all((cursor) =>
        bench.connection.reports.changes({ limit: 1, ...query, ...(cursor !== undefined && { cursor }) }),
      );
    expect((await read({})).map(({ action, version }) => [action, version])).toEqual([
      ['update', 3],
      ['update', 2],
      ['create', 1],
      ['create', 1],
    ]);
    expect((await read({ personId: person.id })).map(({ attributes }) => attributes)).toEqual([
      ['title'],
      ['title'],
      ['userName'],
    ]);
  });

  it('refuse a cursor that is none of theirs', async () => {
    await create(bench.connection, { userName: 'a' }, { userName: 'b' });
    const { nextCursor } = await bench.connection.reports.people({ limit: 1 });
    const { reports } = bench.connection;
    await expect(reports.people({ limit: 1, cursor: 'nonsense' })).rejects.toThrow(CursorError);
    await expect(reports.changes({ limit: 1, cursor: nextCursor ?? '' })).rejects.toThrow(CursorError);
    const { nextCursor: number } = await reports.changes({ limit: 1 });
    await expect(reports.people({ limit: 1, cursor: number ?? '' })).rejects.toThrow(CursorError);
  });
});

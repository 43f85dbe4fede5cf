import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ENTERPRISE } from '../../src/domain/extensions.ts';
import type { PersonRecord } from '../../src/domain/person.ts';
import { type Bench, change, create, createOne, ENGINES, openBench, settle } from './engines.ts';

describe.each(ENGINES)('search on $name', (engine) => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench(engine);
  });
  afterEach(() => bench.close());

  const search = (key: string, limit = 9) => bench.connection.reports.search({ key, limit });
  const names = (records: readonly PersonRecord[]) => records.map(({ person }) => person.resource.userName);
  const ids = (records: readonly PersonRecord[]) => records.map(({ person }) => person.id);

  const ANN = {
    userName: 'Ann',
    externalId: 'E1',
    emails: [{ value: 'a@x.com' }],
    [ENTERPRISE]: { employeeNumber: 'N1' },
  };

  it.each(['ANN', 'E1', 'A@x.com', 'n1'])('finds a person by %s, living and deleted', async (key) => {
    const { person } = await createOne(bench.connection, ANN);
    expect(ids(await search(key))).toEqual([person.id]);
    await change(bench.connection, person.id, { kind: 'delete' });
    expect(ids(await search(key))).toEqual([person.id]);
    expect(await search(`${key}x`)).toEqual([]);
  });

  it('compares an externalId with its case', async () => {
    await createOne(bench.connection, ANN);
    expect(await search('e1')).toEqual([]);
  });

  it('finds deleted people only where nobody living matches, the latest deletion first', async () => {
    const gone: string[] = [];
    for (const userName of ['ann', 'ann', 'ann']) {
      const { person } = await createOne(bench.connection, { userName });
      gone.unshift(person.id);
      bench.now += 10;
      await change(bench.connection, person.id, { kind: 'delete' });
    }
    expect(ids(await search('ann'))).toEqual(gone);
    expect(ids(await search('ann', 1))).toEqual(gone.slice(0, 1));
    const { person } = await createOne(bench.connection, { userName: 'Ann' });
    expect(ids(await search('ann'))).toEqual([person.id]);
  });

  it('narrows by state before it cuts off', async () => {
    const people = await create(
      bench.connection,
      ...['a', 'b', 'c'].map((userName) => ({ userName, externalId: 'same' })),
    );
    await settle(bench, people[2]?.person.id ?? '', { state: 'failed', due: null });
    const failed = bench.connection.reports.search({ key: 'same', state: 'failed', limit: 1 });
    expect(names(await failed)).toEqual(['c']);
    expect(await search('same', 2)).toHaveLength(2);
  });

  it('knows who had the keys of a person before them', async () => {
    const first = await createOne(bench.connection, ANN);
    await change(bench.connection, first.person.id, { kind: 'delete' });
    bench.now += 10;
    const second = await createOne(bench.connection, { userName: 'other', externalId: 'E1' });
    await change(bench.connection, second.person.id, { kind: 'delete' });
    bench.now += 10;
    const stranger = await createOne(bench.connection, { userName: 'stranger' });
    const { person } = await createOne(bench.connection, { ...ANN, userName: 'ann' });
    const { reports } = bench.connection;
    expect(ids(await reports.earlier(person))).toEqual([second.person.id, first.person.id]);
    expect(await reports.earlier(stranger.person)).toEqual([]);
    const [gone] = await search('other');
    expect(ids(await reports.earlier(gone?.person ?? person))).toEqual([first.person.id]);
  });

  it('walks through nobody else to find the deleted', async () => {
    if (engine.name !== 'SQLite') return;
    const statement = `select id from people where connection = 'c' and deleted is not null and user_name_key in ('a', 'b')`;
    const { rows } = await sql<{ detail: string }>`explain query plan ${sql.raw(statement)}`.execute(
      bench.store.db,
    );
    expect(rows.map(({ detail }) => detail).join('\n')).toContain('people_deleted_user_name_key');
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bindConnection } from '../../src/store/store.ts';
import { type Bench, change, createOne, ENGINES, firstPage, OKTA, openBench } from './engines.ts';

/** Long enough for tallies of every length to differ, and for time to go backwards. */
const steps = fc.constantFrom(
  0,
  1,
  1_999,
  2_000,
  60_000,
  3_600_000,
  86_400_000,
  33 * 86_400_000,
  -1,
  -2_000,
  -86_400_000,
);

const acts = fc.array(
  fc.record({
    kind: fc.constantFrom('create', 'create', 'delete', 'group', 'deleteGroup'),
    step: steps,
    which: fc.nat(),
  }),
  { maxLength: 30 },
);

describe.each(ENGINES)('tallies on $name', (engine) => {
  it('find every page by its number, and how many there are, whoever came and went', async () => {
    await fc.assert(
      fc.asyncProperty(acts, fc.integer({ min: 1, max: 4 }), async (series, count) => {
        const bench = await openBench(engine);
        try {
          bench.now = 100 * 86_400_000 - 3;
          // Somebody of another connection is not counted.
          await bindConnection(bench.store, 'other', 'company-2');
          await createOne(bench.store.connection('other'), { userName: 'other' });
          const shadow = { people: new Map<string, number>(), groups: new Map<string, number>() };
          for (const [index, { kind, step, which }] of series.entries()) {
            bench.now += step;
            await act(bench, kind, which, String(index), shadow);
          }
          const { directory } = bench.connection;
          const people = (startIndex: number) =>
            directory
              .list({ filter: null, sort: null, paging: { kind: 'index', startIndex, count } })
              .then(({ total, items }) => ({ total, ids: items.map(({ person }) => person.id) }));
          const groups = (startIndex: number) =>
            directory.groups
              .list({ filter: null, sort: null, paging: { kind: 'index', startIndex, count } }, false)
              .then(({ total, items }) => ({ total, ids: items.map(({ group }) => group.id) }));
          await expectPages(people, shadow.people, count);
          await expectPages(groups, shadow.groups, count);
        } finally {
          await bench.close();
        }
      }),
      { numRuns: 40 },
    );
  }, 60_000);

  it('count whoever is written or taken away by hand, too', async () => {
    const bench = await openBench(engine);
    const { db } = bench.store;
    const total = async () => (await bench.connection.directory.list(firstPage(null, 0))).total;
    const row = { connection: 'default', id: 'x', resource: '{}', version: 1, user_name: 'x', active: 1 };
    const times = { created: 5, last_modified: 5, user_name_key: 'x' };
    await db
      .insertInto('people')
      .values({ ...row, ...times })
      .execute();
    expect(await total()).toBe(1);
    await db.updateTable('people').set({ deleted: 6 }).execute();
    expect(await total()).toBe(0);
    await db.updateTable('people').set({ deleted: null }).execute();
    expect(await total()).toBe(1);
    await db.deleteFrom('people').execute();
    expect(await total()).toBe(0);
    await bench.close();
  });
});

type ListPage = (startIndex: number) => Promise<{ total: number; ids: readonly string[] }>;

async function expectPages(page: ListPage, made: ReadonlyMap<string, number>, count: number): Promise<void> {
  const expected = [...made].toSorted(([a, at], [b, bt]) => at - bt || (a < b ? -1 : 1)).map(([id]) => id);
  for (let start = 0; start <= expected.length + 1; start++) {
    expect(await page(start + 1)).toEqual({
      total: expected.length,
      ids: expected.slice(start, start + count),
    });
  }
  expect(await page(Number.MAX_SAFE_INTEGER)).toEqual({ total: expected.length, ids: [] });
}

async function act(
  { connection, now }: Bench,
  kind: string,
  which: number,
  name: string,
  { people, groups }: Readonly<Record<'people' | 'groups', Map<string, number>>>,
): Promise<void> {
  const { directory } = connection;
  if (kind === 'create') people.set((await createOne(connection, { userName: name })).person.id, now);
  if (kind === 'group') {
    const [result] = await directory.groups.accept([
      { kind: 'create', actor: OKTA, resource: { displayName: name }, members: [], unknownMembers: 'accept' },
    ]);
    if (result?.kind !== 'written') throw new Error('no group was written');
    groups.set(result.group.id, now);
  }
  if (kind === 'delete') {
    const id = [...people.keys()][which % people.size];
    if (id === undefined) return;
    await change(connection, id, { kind: 'delete' });
    people.delete(id);
  }
  if (kind === 'deleteGroup') {
    const id = [...groups.keys()][which % groups.size];
    if (id === undefined) return;
    await directory.groups.accept([
      {
        kind: 'change',
        actor: OKTA,
        id,
        decide: () => ({ kind: 'delete' }),
        unknownMembers: 'accept',
      },
    ]);
    groups.delete(id);
  }
}

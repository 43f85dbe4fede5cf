import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ENTERPRISE } from '../../src/domain/extensions.ts';
import type { ListQuery, Paging, Sort } from '../../src/scim/directory.ts';
import type { Filter } from '../../src/scim/filter/filter.ts';
import { parseFilter } from '../../src/scim/filter/parse.ts';
import {
  findAttribute,
  groupResourceType,
  type ResourceType,
  userResourceType,
} from '../../src/scim/registry.ts';
import { groupsHome } from '../../src/store/filter/groups.ts';
import { peopleHome } from '../../src/store/filter/people.ts';
import { shapeOf } from '../../src/store/filter/shape.ts';
import { SQLITE_FILTERS } from '../../src/store/filter/sqlite.ts';
import { listIdsOf, type Read, readHere } from '../../src/store/list.ts';
import { listCursors } from '../../src/store/list-cursor.ts';
import { keptStatements, type ListStatements, listStatements } from '../../src/store/list-statements.ts';
import { type Bench, create, ENGINES, firstPage, openBench, SECRET_KEY } from './engines.ts';
import { randomFilters, sortablePaths } from './random-resources.ts';

const VALUES = [
  'a',
  ' A b ',
  'Ä',
  'A\u0308',
  'ς',
  '😀',
  '1970-01-01T00:16:40Z',
  '',
  0,
  -1.5,
  1e12,
  true,
  false,
];

function sortsOf(type: ResourceType): fc.Arbitrary<Sort | null> {
  const references = sortablePaths(type).map((path) => findAttribute(type, path));
  const sorts = references
    .filter((reference) => reference !== undefined)
    .flatMap((reference): Sort[] => [
      { reference, order: 'ascending' },
      { reference, order: 'descending' },
    ]);
  return fc.option(fc.constantFrom(...sorts));
}

const pagings: fc.Arbitrary<Paging> = fc.oneof(
  fc.record({
    kind: fc.constant('index' as const),
    startIndex: fc.integer({ min: -1, max: 9 }),
    count: fc.nat(9),
  }),
  fc.record({ kind: fc.constant('cursor' as const), cursor: fc.constant(null), count: fc.nat(9) }),
);

/** The filter with `eq` for whatever compares with a value, which is the next one of `values`. */
function equalities(filter: Filter, values: () => string | number | boolean): Filter {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return { ...filter, filters: filter.filters.map((part) => equalities(part, values)) };
    case 'not':
    case 'valuePath':
      return { ...filter, filter: equalities(filter.filter, values) };
    case 'compare':
      return { ...filter, operator: 'eq', value: values() };
    case 'present':
      return filter;
  }
}

describe('the statements of lists', () => {
  let bench: Bench;
  beforeAll(async () => {
    const [engine] = ENGINES;
    if (engine === undefined) throw new Error('no engine');
    bench = await openBench(engine);
  });
  afterAll(() => bench.close());

  const kept = (type: ResourceType) => {
    const home = (type === userResourceType ? peopleHome : groupsHome)(SQLITE_FILTERS, 'default');
    const sources = { db: bench.store.db, engine: SQLITE_FILTERS };
    const statementsOf = keptStatements(sources, 'default', home);
    return {
      statementsOf: (query: ListQuery) => statementsOf(query, null),
      anew: (query: ListQuery) => listStatements(sources, 'default', home, query, null),
    };
  };
  const what = ({ total, page, effort }: ListStatements) =>
    [total, page].map(({ sql, parameters }) => ({ sql, parameters, effort }));

  it.each([userResourceType, groupResourceType])(
    'are the same as those made anew, whatever was compared with before: $name',
    (type) => {
      const { statementsOf, anew } = kept(type);
      const values = fc.array(fc.constantFrom(...VALUES), { minLength: 1, maxLength: 9 });
      const asked = fc.record({ text: randomFilters(type), sort: sortsOf(type), paging: pagings });
      fc.assert(
        fc.property(asked, fc.array(values, { minLength: 2, maxLength: 3 }), ({ text, ...rest }, series) => {
          const parsed = parseFilter(text, type);
          expect(what(statementsOf({ filter: parsed, ...rest }))).toEqual(
            what(anew({ filter: parsed, ...rest })),
          );
          for (const some of series) {
            let next = 0;
            const filter = equalities(parsed, () => {
              next += 1;
              return some[next % some.length] ?? '';
            });
            expect(shapeOf(filter)).not.toBeNull();
            const query = { filter, ...rest };
            expect(what(statementsOf(query))).toEqual(what(anew(query)));
          }
        }),
        { numRuns: 400 },
      );
    },
    60_000,
  );

  it('tell filters of different trees apart, that of one comparison among others', () => {
    const trees = [
      'id eq "x"',
      'not (id eq "x")',
      'id pr',
      'userName eq "x"',
      'id eq "x" and userName eq "x"',
      'id eq "x" or userName eq "x"',
      'userName eq "x" or id eq "x"',
      'not (id eq "x" or userName eq "x")',
      'not (id eq "x") or userName eq "x"',
      'id eq "x" and (userName eq "x" or title eq "x")',
      '(id eq "x" and userName eq "x") or title eq "x"',
      'id eq "x" or userName eq "x" or title eq "x"',
      'emails.type eq "x" and emails.value eq "x"',
      'emails[type eq "x" and value eq "x"]',
      'emails[type eq "x"] and emails.value eq "x"',
      'emails[type eq "x"] and emails[value eq "x"]',
    ];
    const shapes = trees.map((text) => shapeOf(parseFilter(text, userResourceType))?.text);
    expect(new Set(shapes).size).toBe(trees.length);
  });

  it('are kept for the filters of a shape', () => {
    const { statementsOf } = kept(userResourceType);
    const node = (text: string, rest: Partial<ListQuery> = {}) =>
      statementsOf({ ...firstPage(parseFilter(text, userResourceType), 9), ...rest }).page.query;
    const known = node('userName eq "x"');
    expect(node('USERNAME EQ "y"')).toBe(known);
    expect(node('userName eq "x"', { paging: { kind: 'index', startIndex: 5, count: 1 } })).toBe(known);
    expect(node('userName eq "x"', { paging: { kind: 'cursor', cursor: null, count: 9 } })).not.toBe(known);
    expect(node('userName co "x"')).not.toBe(node('userName co "x"'));
    expect(node('userName eq null')).not.toBe(node('userName eq null'));
  });

  it('are kept of few shapes, however many a client makes up', () => {
    const { statementsOf } = kept(userResourceType);
    const node = (text: string) => statementsOf(firstPage(parseFilter(text, userResourceType), 9)).page.query;
    const pairs = sortablePaths(userResourceType)
      .slice(0, 15)
      .flatMap((one, _, paths) => paths.map((other) => `${one} pr and ${other} pr`));
    const known = node('userName eq "x"');
    for (const pair of pairs.slice(0, 199)) node(pair);
    expect(node('userName eq "x"')).toBe(known);
    node(pairs[199] ?? '');
    expect(node('userName eq "x"')).not.toBe(known);
    const long = Array.from({ length: 50 }, () => 'userName eq "x"').join(' or ');
    expect(node(long)).not.toBe(node(long));
  });

  it('are refused for every comparison of an address', () => {
    const { statementsOf } = kept(userResourceType);
    for (const text of ['meta.location eq "x"', 'meta.location eq "y"', 'groups.$ref eq "x"']) {
      const query = firstPage(parseFilter(text, userResourceType), 9);
      expect(() => statementsOf(query), text).toThrow('id can');
    }
  });
});

describe.each(ENGINES)('lookups on $name', (engine) => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench(engine);
  });
  afterEach(() => bench.close());

  it('find by the values at hand, in the form of each attribute', async () => {
    await create(
      bench.connection,
      { userName: 'ann', title: ' T ', externalId: 'X', active: true, [ENTERPRISE]: { employeeNumber: '1' } },
      {
        userName: ' Am\u00e9lie ',
        title: 'ς',
        externalId: 'x',
        active: false,
        emails: [{ value: 'E@x', type: 'Work' }],
      },
    );
    const find = async (text: string) => {
      const query = firstPage(parseFilter(text, userResourceType), 9);
      const { total, items } = await bench.connection.directory.list(query);
      expect(total).toBe(items.length);
      return items.map(({ person }) => person.resource.userName);
    };
    const [ann, amelie] = ['ann', ' Am\u00e9lie '];
    const asked: readonly (readonly [string, readonly string[]])[] = [
      ['userName eq "nobody"', []],
      ['userName eq " ANN "', [ann]],
      ['userName eq "AME\u0301LIE"', [amelie]],
      ['userName eq ""', []],
      ['title eq " t "', [ann]],
      ['title eq "t"', []],
      ['title eq "Σ"', [amelie]],
      ['externalId eq "X"', [ann]],
      ['externalId eq "x"', [amelie]],
      ['externalId eq " x "', []],
      ['active eq true', [ann]],
      ['active eq "False"', [amelie]],
      ['employeeNumber eq "2"', []],
      ['employeeNumber eq " 1"', [ann]],
      ['emails[type eq "work"].value eq "e@X "', [amelie]],
      ['emails[type eq "home"].value eq "e@X "', []],
      ['emails[type eq "WORK"].value eq "e@y"', []],
      ['meta.created eq "1970-01-01T01:16:40+01:00"', [ann, amelie]],
      ['meta.created eq "1970-01-01T01:16:40Z"', []],
      ['userName eq "ann" and active eq false', []],
      ['userName eq "ann" and active eq true', [ann]],
      ['userName eq "x" or userName eq "ann"', [ann]],
      ['userName eq "am\u00e9lie" or userName eq "ann"', [ann, amelie]],
    ];
    for (const [text, expected] of [...asked, ...asked.toReversed()]) {
      expect((await find(text)).toSorted(), text).toEqual(expected.toSorted());
    }
  });

  it('tell how many there are, on whatever page', async () => {
    await create(bench.connection, ...['a', 'b', 'c'].map((userName) => ({ userName })));
    const here = readHere(bench.store.db);
    const counted: string[] = [];
    const watched: Read = async (queries, fewest) => {
      const read = await here(queries, fewest);
      const run = queries.slice(0, read.length).map(({ sql }) => sql);
      counted.push(...run.filter((sql) => sql.includes('count(*)')));
      return read;
    };
    const list = listIdsOf(
      {
        db: bench.store.db,
        engine: SQLITE_FILTERS,
        cursors: listCursors(SECRET_KEY, () => bench.now),
        read: { nothing: watched, moments: here, search: watched },
      },
      'default',
      'people',
    );
    const three = parseFilter('userName eq "a" or userName eq "b" or userName eq "c"', userResourceType);
    const byIndex = async (startIndex: number, count: number, filter = three) => {
      counted.length = 0;
      const paging = { kind: 'index', startIndex, count } as const;
      const { total, items } = await list({ filter, sort: null, paging });
      return { total, items: items.length, isCounted: counted.length > 0 };
    };
    expect(await byIndex(1, 4)).toEqual({ total: 3, items: 3, isCounted: false });
    expect(await byIndex(0, 3)).toEqual({ total: 3, items: 3, isCounted: false });
    expect(await byIndex(1, 2)).toEqual({ total: 3, items: 2, isCounted: true });
    expect(await byIndex(2, 9)).toEqual({ total: 3, items: 2, isCounted: true });
    expect(await byIndex(4, 9)).toEqual({ total: 3, items: 0, isCounted: true });
    expect(await byIndex(1, 0)).toEqual({ total: 3, items: 0, isCounted: true });
    const titled = parseFilter('not (title pr)', userResourceType);
    expect(await byIndex(1, 4, titled)).toEqual({ total: 3, items: 3, isCounted: false });
    expect(await byIndex(1, 2, titled)).toEqual({ total: 3, items: 2, isCounted: true });
    const nobody = parseFilter('userName eq "nobody"', userResourceType);
    expect(await byIndex(1, 9, nobody)).toEqual({ total: 0, items: 0, isCounted: false });
    const byCursor = (cursor: string | null, count: number) =>
      list({ filter: three, sort: null, paging: { kind: 'cursor', cursor, count } });
    expect(await byCursor(null, 3)).toMatchObject({ total: 3, nextCursor: null });
    const first = await byCursor(null, 2);
    expect(first).toMatchObject({ total: 3, nextCursor: expect.any(String) });
    const rest = await byCursor(first.nextCursor, 2);
    expect(rest).toMatchObject({ total: 3, nextCursor: null });
    expect(new Set([...first.items, ...rest.items]).size).toBe(3);
  });
});

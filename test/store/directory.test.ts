import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ENTERPRISE } from '../../src/domain/extensions.ts';
import type { SeenPerson } from '../../src/domain/person.ts';
import { parseFilter } from '../../src/scim/filter/parse.ts';
import { userResourceType } from '../../src/scim/registry.ts';
import { directory } from '../../src/store/directory.ts';
import { SQLITE_FILTERS } from '../../src/store/filter/sqlite.ts';
import { type Read, readHere } from '../../src/store/list.ts';
import { listCursors } from '../../src/store/list-cursor.ts';
import {
  type Bench,
  change,
  create,
  createOne,
  ENGINES,
  firstPage,
  openBench,
  SECRET_KEY,
} from './engines.ts';

describe.each(ENGINES)('the directory on $name', (engine) => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench(engine);
  });
  afterEach(() => bench.close());

  const names = (records: readonly SeenPerson[]) => records.map(({ person }) => person.resource.userName);

  async function find(filter: string) {
    const parsed = parseFilter(filter, userResourceType);
    const { items: records, total } = await bench.connection.directory.list(firstPage(parsed, 100));
    expect(total).toBe(records.length);
    return names(records);
  }

  describe('filters', () => {
    beforeEach(async () => {
      const emails = [
        { type: 'Work', value: 'Ann@x.com' },
        { type: 'home', value: 'ann@home.com' },
      ];
      const enterprise = { employeeNumber: 'N1', manager: { value: 'M-1' } };
      const bob = { userName: 'bob', externalId: 'e1', active: false, emails: [{ value: 'bob@x.com' }] };
      await create(
        bench.connection,
        { userName: 'Ann', externalId: 'E1', emails, [ENTERPRISE]: enterprise },
        bob,
      );
    });

    it.each([
      ['userName eq "aNN"', ['Ann']],
      ['userName eq "nobody"', []],
      ['externalId eq "E1"', ['Ann']],
      ['externalId eq "e1"', ['bob']],
      ['emails eq "ANN@x.com"', ['Ann']],
      ['emails.value eq "bob@x.com"', ['bob']],
      ['emails[type eq "work"].value eq "ann@X.com"', ['Ann']],
      ['emails[type eq "work" and value eq "ann@home.com"]', []],
      ['emails[type eq "home" and value eq "ann@home.com"]', ['Ann']],
      ['emails.type eq "work"', ['Ann']],
      [`${ENTERPRISE}:employeeNumber eq "n1"`, ['Ann']],
      [`${ENTERPRISE}:manager eq "M-1"`, ['Ann']],
      [`${ENTERPRISE}:manager.value eq "m-1"`, []],
      ['active eq true', ['Ann']],
      ['active eq false', ['bob']],
      ['userName eq "ann" and active eq true', ['Ann']],
      ['userName eq "ann" and active eq false', []],
    ])('%s', async (filter, expected) => {
      expect(await find(filter)).toEqual(expected);
    });

    it('by id', async () => {
      const [ann] = await bench.connection.reports.search({ key: 'ann', limit: 9 });
      expect(await find(`id eq "${ann?.person.id}" and ${ENTERPRISE}:manager eq "M-1"`)).toEqual(['Ann']);
    });
  });

  it('pages in a stable order, oldest first, without the deleted', async () => {
    for (const userName of ['d', 'c', 'b', 'a', 'x']) {
      await create(bench.connection, { userName });
      bench.now += 1;
    }
    const [gone] = await bench.connection.reports.search({ key: 'b', limit: 9 });
    await change(bench.connection, gone?.person.id ?? '', { kind: 'delete' });
    const page = (startIndex: number, count: number) =>
      bench.connection.directory.list({
        filter: null,
        sort: null,
        paging: { kind: 'index', startIndex, count },
      });
    const first = await page(1, 2);
    expect([first.total, names(first.items)]).toEqual([4, ['d', 'c']]);
    expect(names((await page(3, 2)).items)).toEqual(['a', 'x']);
    expect(names((await page(0, 1)).items)).toEqual(['d']);
    expect(await page(1, 0)).toEqual({ total: 4, items: [], nextCursor: null });
    expect(await page(9, 5)).toEqual({ total: 4, items: [], nextCursor: null });
  });

  it('shows nobody who was deleted after their id was read', async () => {
    const [ann] = await create(bench.connection, { userName: 'ann' }, { userName: 'bob' });
    const here = readHere(bench.store.db);
    const thenDelete: Read = async (queries) => {
      const rows = await here(queries);
      await change(bench.connection, ann?.person.id ?? '', { kind: 'delete' });
      return rows;
    };
    const sources = {
      db: bench.store.db,
      engine: SQLITE_FILTERS,
      cursors: listCursors(SECRET_KEY, () => bench.now),
      read: { nothing: here, moments: thenDelete, search: here },
    };
    const { store, now } = bench;
    const torn = directory(
      store.db,
      'default',
      () => now,
      () => '',
      sources,
    );
    expect(names((await torn.list(firstPage(null, 9))).items)).toEqual(['bob']);
  });

  it('follows what a person is found by', async () => {
    const { person } = await createOne(bench.connection, {
      userName: 'ann',
      emails: [{ value: 'old@x.com' }],
    });
    const resource = { userName: 'anna', emails: [{ value: 'new@x.com' }] };
    await change(bench.connection, person.id, { kind: 'replace', resource, changed: ['userName', 'emails'] });
    expect(await find('userName eq "ann"')).toEqual([]);
    expect(await find('emails eq "old@x.com"')).toEqual([]);
    expect(await find('emails eq "new@x.com"')).toEqual(['anna']);
  });
});

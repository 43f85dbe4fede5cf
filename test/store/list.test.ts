import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/domain/json.ts';
import type { ListQuery, Sort } from '../../src/scim/directory.ts';
import { parseFilter } from '../../src/scim/filter/parse.ts';
import {
  type AttributeReference,
  findAttribute,
  groupResourceType,
  type ResourceType,
  userResourceType,
} from '../../src/scim/registry.ts';
import { bindConnection } from '../../src/store/store.ts';
import { type Bench, change, create, ENGINES, openBench } from './engines.ts';
import { fill, randomContent, type Shown } from './random-directory.ts';
import { sortablePaths } from './random-resources.ts';

const HOUR = 3_600_000;

describe.each(ENGINES)('lists on $name', (engine) => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench(engine);
  });
  afterEach(() => bench.close());

  const by = (path: string, order: Sort['order'] = 'ascending', type = userResourceType): Sort => {
    const reference = findAttribute(type, path);
    if (reference === undefined) throw new Error(`no attribute ${path}`);
    return { reference, order };
  };
  const byCursor = (cursor: string | null, count: number, rest: Partial<ListQuery> = {}): ListQuery => ({
    filter: null,
    sort: null,
    ...rest,
    paging: { kind: 'cursor', cursor, count },
  });
  const byIndex = (startIndex: number, count: number, rest: Partial<ListQuery> = {}): ListQuery => ({
    filter: null,
    sort: null,
    ...rest,
    paging: { kind: 'index', startIndex, count },
  });

  async function page(query: ListQuery, connection = bench.connection) {
    const { total, items, nextCursor } = await connection.directory.list(query);
    return { total, names: items.map(({ person }) => person.resource.userName), nextCursor };
  }

  /** Ann, Bob, Cid, Dan, Eve: each made a ms after the one before. */
  async function createFive(): Promise<void> {
    for (const [index, userName] of ['Ann', 'bob', 'Cid', 'dan', 'Eve'].entries()) {
      await create(bench.connection, { userName, ...(index % 2 === 0 ? { title: 'even' } : {}) });
      bench.now += 1;
    }
  }

  it('sorts by any attribute as the values compare, and by cursor finds the same as by index', async () => {
    const orders = fc.constantFrom<Sort['order'][]>('ascending', 'descending');
    const sorts = (type: ResourceType) =>
      fc.tuple(fc.constantFrom(...sortablePaths(type)), orders).map(([path, order]) => by(path, order, type));
    const asked = fc.array(fc.tuple(sorts(userResourceType), sorts(groupResourceType)), {
      minLength: 1,
      maxLength: 4,
    });
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(
        randomContent(6),
        asked,
        fc.integer({ min: 1, max: 3 }),
        async (content, list, count) => {
          runs += 1;
          const { store, people, groups } = await fill(bench, `c${runs}`, content);
          for (const [ofPeople, ofGroups] of list) {
            const { directory } = store;
            const wanted = sorted(people, ofPeople, userResourceType);
            const found = await directory.list(byIndex(1, 100, { sort: ofPeople }));
            expect(
              found.items.map(({ person }) => person.id),
              ofPeople.reference.path,
            ).toEqual(wanted);
            const walked: string[] = [];
            for (let cursor: string | null = null, more = true; more; more = cursor !== null) {
              const { items, total, nextCursor } = await directory.list(
                byCursor(cursor, count, { sort: ofPeople }),
              );
              expect(total).toBe(people.length);
              walked.push(...items.map(({ person }) => person.id));
              cursor = nextCursor;
            }
            expect(walked).toEqual(wanted);
            const some = await directory.groups.list(byIndex(1, 100, { sort: ofGroups }), false);
            expect(some.items.map(({ group }) => group.id)).toEqual(
              sorted(groups, ofGroups, groupResourceType),
            );
          }
        },
      ),
      { numRuns: 60 },
    );
  }, 60_000);

  it('pages by number, from 1, and past the end', async () => {
    await createFive();
    const title = { filter: parseFilter('title pr', userResourceType) };
    expect(await page(byIndex(2, 2))).toEqual({ total: 5, names: ['bob', 'Cid'], nextCursor: null });
    expect(await page(byIndex(-3, 1))).toEqual({ total: 5, names: ['Ann'], nextCursor: null });
    expect(await page(byIndex(1, 0))).toEqual({ total: 5, names: [], nextCursor: null });
    expect(await page(byIndex(6, 2))).toEqual({ total: 5, names: [], nextCursor: null });
    expect(await page(byIndex(3, 2, title))).toEqual({ total: 3, names: ['Eve'], nextCursor: null });
    expect(await page(byIndex(Number.MAX_SAFE_INTEGER, 2, title))).toMatchObject({ total: 3, names: [] });
  });

  it('sorts by the primary element of a list, or else by the first', async () => {
    await create(
      bench.connection,
      { userName: 'none' },
      { userName: 'first', emails: [{ value: 'b@x' }, { value: 'a@x' }] },
      { userName: 'primary', emails: [{ value: 'c@x' }, { value: 'A@x', primary: true }] },
    );
    const names = async (order: Sort['order']) =>
      (await page(byIndex(1, 9, { sort: by('emails.value', order) }))).names;
    expect(await names('ascending')).toEqual(['primary', 'first', 'none']);
    expect(await names('descending')).toEqual(['none', 'first', 'primary']);
  });

  it('goes on by cursor where it stood, whoever comes and goes meanwhile', async () => {
    await createFive();
    const sort = by('userName');
    const first = await page(byCursor(null, 2, { sort }));
    expect(first).toMatchObject({ total: 5, names: ['Ann', 'bob'] });
    const [bob] = await bench.connection.reports.search({ key: 'bob', limit: 1 });
    await change(bench.connection, bob?.person.id ?? '', { kind: 'delete' });
    await create(bench.connection, { userName: 'Abe' }, { userName: 'bobby' });
    const second = await page(byCursor(first.nextCursor, 2, { sort }));
    expect(second).toMatchObject({ total: 5, names: ['bobby', 'Cid'] });
    const third = await page(byCursor(second.nextCursor, 2, { sort }));
    expect(third).toEqual({ total: 5, names: ['dan', 'Eve'], nextCursor: null });
  });

  it('counts for the first page by cursor, and tells that number on the later ones', async () => {
    await createFive();
    const first = await page(byCursor(null, 2));
    await create(bench.connection, { userName: 'fay' });
    const second = await page(byCursor(first.nextCursor, 2));
    const third = await page(byCursor(second.nextCursor, 9));
    expect([first, second, third].map(({ total }) => total)).toEqual([5, 5, 5]);
    expect(third.names).toEqual(['Eve', 'fay']);
    expect(await page(byCursor(first.nextCursor, 0))).toEqual({ total: 5, names: [], nextCursor: null });
    expect((await page(byCursor(null, 1))).total).toBe(6);
  });

  it('takes a cursor after a restart and in another process', async () => {
    await createFive();
    const { nextCursor } = await page(byCursor(null, 2));
    const other = await bench.reopen();
    expect((await page(byCursor(nextCursor, 2), other.connection('default'))).names).toEqual(['Cid', 'dan']);
  });

  it('takes a cursor for an hour', async () => {
    await createFive();
    const { nextCursor } = await page(byCursor(null, 2));
    bench.now += HOUR - 1;
    expect((await page(byCursor(nextCursor, 9))).names).toEqual(['Cid', 'dan', 'Eve']);
    bench.now += 1;
    await expect(page(byCursor(nextCursor, 9))).rejects.toMatchObject({
      status: 400,
      scimType: 'expiredCursor',
    });
  });

  it('shows nothing of whom it stands at', async () => {
    await createFive();
    const { nextCursor } = await page(byCursor(null, 2, { sort: by('userName') }));
    expect(nextCursor).toMatch(/^[\w-]+$/);
    expect(Buffer.from(nextCursor ?? '', 'base64url').toString('latin1')).not.toContain('bob');
  });

  describe('refuses a cursor', () => {
    let cursor: string;
    const filter = parseFilter('title pr', userResourceType);
    const sort = by('userName');
    beforeEach(async () => {
      await createFive();
      cursor = (await page(byCursor(null, 1, { filter, sort }))).nextCursor ?? '';
    });
    const refusal = { status: 400, scimType: 'invalidCursor' };

    it('that is none', async () => {
      for (const text of [
        '',
        'x',
        'AAAA',
        'ä',
        '"',
        cursor.slice(0, -4),
        `${cursor}AAAA`,
        cursor.toLowerCase(),
      ]) {
        await expect(page(byCursor(text, 1, { filter, sort })), text).rejects.toMatchObject(refusal);
      }
    });

    it('of which any part was changed', async () => {
      for (let place = 0; place < cursor.length; place += 7) {
        const other = cursor[place] === 'A' ? 'B' : 'A';
        const changed = `${cursor.slice(0, place)}${other}${cursor.slice(place + 1)}`;
        await expect(page(byCursor(changed, 1, { filter, sort }))).rejects.toMatchObject(refusal);
      }
    });

    it.each<[string, Partial<ListQuery>]>([
      ['of no filter', { sort }],
      ['of another filter', { filter: parseFilter('title pr or title pr', userResourceType), sort }],
      ['of no order', { filter }],
      ['of another attribute', { filter, sort: by('title') }],
      ['of the other direction', { filter, sort: by('userName', 'descending') }],
    ])('for a list %s', async (_, query) => {
      await expect(page(byCursor(cursor, 1, query))).rejects.toMatchObject(refusal);
    });

    it('for another kind of resource, and for another connection', async () => {
      const { directory } = bench.connection;
      const { nextCursor } = await page(byCursor(null, 1));
      await expect(directory.groups.list(byCursor(nextCursor, 1), false)).rejects.toMatchObject(refusal);
      await bindConnection(bench.store, 'other', 'company-2');
      const other = bench.store.connection('other');
      await expect(page(byCursor(nextCursor, 1), other)).rejects.toMatchObject(refusal);
    });

    it('that was made with another secret key', async () => {
      const other = await bench.reopen(Buffer.alloc(32, 8));
      const list = page(byCursor(cursor, 1, { filter, sort }), other.connection('default'));
      await expect(list).rejects.toMatchObject(refusal);
    });
  });
});

/** The ids in the order of RFC 7644 §3.4.2.3; the sort is stable, and `resources` are oldest first. */
function sorted(
  resources: readonly Shown[],
  { reference, order }: Sort,
  type: ResourceType,
): readonly string[] {
  const keyed = resources.map(({ id, shown }) => {
    const prefix = reference.schema === type.schema ? shown : shown[reference.schema.id];
    return { id, key: sortKey(prefix, reference) };
  });
  const sign = order === 'ascending' ? 1 : -1;
  return keyed.toSorted((one, other) => sign * compareKeys(one.key, other.key)).map(({ id }) => id);
}

function sortKey(
  source: JsonValue | undefined,
  { chain, attribute }: AttributeReference,
): string | number | null {
  const value = chain.reduce<JsonValue | undefined>(
    (parent, { name }) => preferred(isJsonObject(parent) ? parent[name] : undefined),
    source,
  );
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string') return Number(value);
  if (attribute.type === 'dateTime') return Date.parse(value);
  return attribute.caseExact ? value : value.toLowerCase();
}

function preferred(value: JsonValue | undefined): JsonValue | undefined {
  if (!Array.isArray(value)) return value;
  return (
    value.find((element) => (isJsonObject(element) ? (element as JsonObject).primary === true : false)) ??
    value[0]
  );
}

function compareKeys(one: string | number | null, other: string | number | null): number {
  if (one === null || other === null) return Number(one === null) - Number(other === null);
  if (typeof one === 'number' || typeof other === 'number') return Number(one) - Number(other);
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

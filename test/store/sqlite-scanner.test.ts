import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { CompiledQuery, sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoreUnavailable } from '../../src/domain/store-unavailable.ts';
import { parseFilter } from '../../src/scim/filter/parse.ts';
import { userResourceType } from '../../src/scim/registry.ts';
import { openScanner, type Scanner, SEARCH_LIMITS } from '../../src/store/sqlite-scanner.ts';
import { bindConnection, openStore } from '../../src/store/store.ts';
import { type Bench, create, createOne, ENGINES, firstPage, openBench, SECRET_KEY } from './engines.ts';

/** Looks at a million rows, one by one. */
const LONG = CompiledQuery.raw(
  `with recursive n(v) as (select 1 union all select v + 1 from n where v < 1000000)
    select count(*) as counted from n where scim_within_time()`,
);
const SHORT = CompiledQuery.raw('select ? as value', ['x']);

describe('the scanner', () => {
  let folder: string;
  let path: string;
  const scanners: Scanner[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bridge-scan-'));
    path = join(folder, 'some.db');
  });
  afterEach(async () => {
    for (const scanner of scanners.splice(0)) await scanner.close();
    rmSync(folder, { recursive: true });
  });

  function open(limits: Partial<typeof SEARCH_LIMITS> = {}, made = true): Scanner {
    if (made) new BetterSqlite(path).exec('create table if not exists empty (id integer)').close();
    const scanner = openScanner(path, { ...SEARCH_LIMITS, ...limits });
    scanners.push(scanner);
    return scanner;
  }

  it('reads queries up to the first that finds nothing', async () => {
    const none = CompiledQuery.raw('select id from empty');
    const scanner = open();
    expect(await scanner.read([SHORT, SHORT])).toEqual([[{ value: 'x' }], [{ value: 'x' }]]);
    expect(await scanner.read([SHORT, none, SHORT])).toEqual([[{ value: 'x' }], []]);
  });

  it('ends what takes too long, and then goes on', async () => {
    const scanner = open({ time: 5, threads: 1 });
    await expect(scanner.read([LONG])).rejects.toMatchObject({
      status: 400,
      scimType: 'tooMany',
      detail: expect.stringContaining('0.005 seconds'),
    });
    expect(await scanner.read([SHORT])).toEqual([[{ value: 'x' }]]);
  });

  it('lets a short read by while a long one runs', async () => {
    const scanner = open({ threads: 2 });
    const order: string[] = [];
    const long = scanner.read([LONG]).then(() => order.push('long'));
    await scanner.read([SHORT]).then(() => order.push('short'));
    await long;
    expect(order).toEqual(['short', 'long']);
  });

  it('lets only so many wait', async () => {
    const scanner = open({ threads: 1, waiting: 1 });
    const running = scanner.read([LONG]);
    const waiting = scanner.read([SHORT]);
    await expect(scanner.read([SHORT])).rejects.toThrow(
      expect.objectContaining({ name: 'StoreUnavailable', code: 'SCAN_QUEUE_FULL' }),
    );
    expect(await running).toEqual([[{ counted: 1_000_000 }]]);
    expect(await waiting).toEqual([[{ value: 'x' }]]);
  });

  it('replaces a thread that dies', async () => {
    const scanner = open({ threads: 1 }, false);
    // There is no file yet: the thread cannot begin.
    await expect(scanner.read([SHORT])).rejects.toThrow(StoreUnavailable);
    new BetterSqlite(path).exec('create table some (id integer)').close();
    expect(await scanner.read([SHORT])).toEqual([[{ value: 'x' }]]);
  });

  it('gives the error of a query, and goes on', async () => {
    const scanner = open({ threads: 1 });
    await expect(scanner.read([CompiledQuery.raw('select missing')])).rejects.toThrow(
      'no such column: missing',
    );
    expect(await scanner.read([SHORT])).toEqual([[{ value: 'x' }]]);
  });

  it('ends with the store what runs and what waits', async () => {
    const scanner = open({ threads: 1 });
    const reads = [scanner.read([LONG]), scanner.read([SHORT])];
    const outcomes = Promise.allSettled(reads);
    await scanner.close();
    for (const outcome of await outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'SCAN_ENDED' } });
    }
    await expect(scanner.read([SHORT])).rejects.toThrow(StoreUnavailable);
  });
});

describe('a list that no index serves', () => {
  const filter = parseFilter('name.familyName co "nobody" or title co "nobody"', userResourceType);

  it('leaves everything else answering meanwhile', async () => {
    const engine = ENGINES.find(({ name }) => name === 'SQLite');
    if (engine === undefined) throw new Error('no engine');
    const bench: Bench = await openBench(engine);
    try {
      const { person } = await createOne(bench.connection, { userName: 'ann' });
      await sql`insert into people (connection, id, resource, version, created, last_modified, user_name, user_name_key, active)
        with recursive n(v) as (select 1 union all select v + 1 from n where v < 50000)
        select 'default', 'p' || v, json_object('userName', 'u' || v, 'title', 'Title ' || v, 'name', json_object('familyName', 'F' || v)),
          1, 1, 1, 'u' || v, 'u' || v, 1 from n`.execute(bench.store.db);
      const { directory } = bench.connection;
      // The thread has begun.
      await directory.list(firstPage(null, 1));
      let done = false;
      const list = directory.list(firstPage(filter, 10)).finally(() => {
        done = true;
      });
      let answered = 0;
      while (!done) {
        expect((await directory.get(person.id))?.person.id).toBe(person.id);
        if (!done) answered += 1;
        await new Promise(setImmediate);
      }
      expect((await list).total).toBe(0);
      expect(answered).toBeGreaterThan(10);
    } finally {
      await bench.close();
    }
  });

  it('is read in place where there is no file', async () => {
    const newId = () => crypto.randomUUID();
    const store = await openStore({ url: 'sqlite::memory:', secretKey: SECRET_KEY, clock: () => 1, newId });
    await bindConnection(store, 'default', 'company-1');
    const connection = store.connection('default');
    await create(connection, { userName: 'ann', title: 'Nobody' }, { userName: 'bob' });
    const { total, items } = await connection.directory.list(firstPage(filter, 10));
    expect([total, items[0]?.person.resource.userName]).toEqual([1, 'ann']);
    await store.close();
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import BetterSqlite from 'better-sqlite3';
import { CompiledQuery, sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { StoreUnavailable } from '../../src/domain/store-unavailable.ts';
import { parseFilter } from '../../src/scim/filter/parse.ts';
import { userResourceType } from '../../src/scim/registry.ts';
import { peopleHome } from '../../src/store/filter/people.ts';
import { SQLITE_FILTERS } from '../../src/store/filter/sqlite.ts';
import { listStatements } from '../../src/store/list-statements.ts';
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

  it('reads queries up to the first that finds too few', async () => {
    const two = CompiledQuery.raw('select ? as value union all select ?', ['x', 'y']);
    const scanner = open();
    expect(await scanner.read([two, SHORT, two], 2)).toEqual([
      [{ value: 'x' }, { value: 'y' }],
      [{ value: 'x' }],
    ]);
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

  it('lets go of a thread that has had nothing to read for long, and begins another when there is', async () => {
    const terminate = vi.spyOn(Worker.prototype, 'terminate');
    onTestFinished(() => terminate.mockRestore());
    const scanner = open({ threads: 1, rest: 20 });
    expect(await scanner.read([SHORT])).toEqual([[{ value: 'x' }]]);
    await vi.waitFor(() => expect(terminate).toHaveBeenCalledTimes(1));
    expect(await scanner.read([SHORT])).toEqual([[{ value: 'x' }]]);
    await vi.waitFor(() => expect(terminate).toHaveBeenCalledTimes(2));
    await scanner.close();
    expect(terminate).toHaveBeenCalledTimes(2);
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

  it('counts the time from when it is asked, and refuses who waited in vain', async () => {
    const scanner = open({ threads: 1, time: 40 });
    // The thread has begun.
    await vi.waitFor(() => scanner.read([SHORT]));
    const outcomes = await Promise.allSettled(
      [LONG, LONG, LONG, SHORT].map((query) => scanner.read([query])),
    );
    expect(outcomes.map((outcome) => outcome.status === 'rejected' && String(outcome.reason))).toEqual([
      expect.stringContaining('longer than 0.04 seconds'),
      ...Array.from({ length: 3 }, () => 'StoreUnavailable: The store is not available: SCAN_QUEUE_SLOW'),
    ]);
    expect(await scanner.read([SHORT])).toEqual([[{ value: 'x' }]]);
  });

  it('hands many rows over in parts, so that others are served in between', async () => {
    const rows = CompiledQuery.raw(
      `with recursive n(v) as (select 1 union all select v + 1 from n where v < 200000)
        select v, printf('%040d', v) as text from n`,
    );
    const scanner = open();
    let turns = 0;
    let done = false;
    await scanner.read([SHORT]);
    const reading = scanner.read([rows, SHORT]).finally(() => {
      done = true;
    });
    while (!done) {
      await new Promise(setImmediate);
      turns += 1;
    }
    const [read = [], last] = await reading;
    expect(read).toHaveLength(200_000);
    expect([read[0], read.at(-1), last]).toMatchObject([{ v: 1 }, { v: 200_000 }, [{ value: 'x' }]]);
    expect(turns).toBeGreaterThan(20);
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

  let bench: Bench;
  beforeEach(async () => {
    const engine = ENGINES.find(({ name }) => name === 'SQLite');
    if (engine === undefined) throw new Error('no engine');
    bench = await openBench(engine);
    await sql`insert into people (connection, id, resource, version, created, last_modified, user_name, user_name_key, active)
      with recursive n(v) as (select 1 union all select v + 1 from n where v < 50000)
      select 'default', 'p' || v, json_object('userName', 'u' || v, 'title', 'Title ' || v, 'name', json_object('familyName', 'F' || v)),
        1, 1, 1, 'u' || v, 'u' || v, 1 from n`.execute(bench.store.db);
  });
  afterEach(() => bench.close());

  it('ends when its time is over, also when it matches nobody', async () => {
    const home = peopleHome(SQLITE_FILTERS, 'default');
    const scanner = openScanner(bench.url.slice('sqlite:'.length), { ...SEARCH_LIMITS, time: 5 });
    const sources = { db: bench.store.db, engine: SQLITE_FILTERS };
    const asked = [
      'name.familyName co "nobody" or title co "nobody"',
      'not (title pr)',
      'meta.lastModified ge "1970-01-01T00:00:00Z" and title eq "nobody"',
      'emails.type eq "nobody"',
      'name.familyName eq "nobody" or userName sw "nobody"',
    ];
    try {
      // The thread has begun.
      await vi.waitFor(() => scanner.read([SHORT]));
      for (const text of asked) {
        const query = firstPage(parseFilter(text, userResourceType), 10);
        const { total } = listStatements(sources, 'default', home, query, null);
        await expect(scanner.read([total]), text).rejects.toMatchObject({ scimType: 'tooMany' });
      }
    } finally {
      await scanner.close();
    }
  });

  it('holds up neither a page of everybody nor who is looked up by an address', async () => {
    const { directory } = bench.connection;
    const byAddress = parseFilter('emails.value eq "a@example.com"', userResourceType);
    // The threads have begun.
    expect((await directory.list(firstPage(null, 1))).total).toBe(50_000);
    await directory.list(firstPage(filter, 1));
    let ended = 0;
    const searches = Array.from({ length: 10 }, () =>
      directory.list(firstPage(filter, 10)).finally(() => {
        ended += 1;
      }),
    );
    await directory.list(firstPage(null, 100));
    await directory.list(firstPage(byAddress, 1));
    expect(ended).toBeLessThan(8);
    await Promise.all(searches);
  });

  it('leaves everything else answering meanwhile', async () => {
    const { person } = await createOne(bench.connection, { userName: 'ann' });
    const { directory } = bench.connection;
    // The thread has begun.
    await directory.list(firstPage(filter, 1));
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
  });

  it('is not what looks through all that a few have, and ends in time too', async () => {
    const users = Array.from({ length: 5 }, (_, user) => `heavy${user}`);
    const emails = Array.from({ length: 1_000 }, (_, index) => ({
      value: `e${index}@x`,
      display: `d${index}`,
    }));
    await create(bench.connection, ...users.map((userName) => ({ userName, emails })));
    const named = users.map((userName) => `userName eq "${userName}"`).join(' or ');
    const heavy = Array.from({ length: 150 }, (_, index) => `display co "q${index}"`).join(' or ');
    const query = firstPage(parseFilter(`(${named}) and emails[${heavy}]`, userResourceType), 10);
    const { directory } = bench.connection;
    let done = false;
    const list = directory.list(query).finally(() => {
      done = true;
    });
    let turns = 0;
    while (!done) {
      await new Promise(setImmediate);
      turns += 1;
    }
    expect((await list).total).toBe(0);
    expect(turns).toBeGreaterThan(50);

    const scanner = openScanner(bench.url.slice('sqlite:'.length), { ...SEARCH_LIMITS, time: 40 });
    const sources = { db: bench.store.db, engine: SQLITE_FILTERS };
    const { total } = listStatements(sources, 'default', peopleHome(SQLITE_FILTERS, 'default'), query, null);
    try {
      await vi.waitFor(() => scanner.read([SHORT]));
      await expect(scanner.read([total])).rejects.toMatchObject({ scimType: 'tooMany' });
    } finally {
      await scanner.close();
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

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseFilter } from '../../src/scim/filter/parse.ts';
import { userResourceType } from '../../src/scim/registry.ts';
import { ForeignDatabaseError } from '../../src/store/sqlite.ts';
import { openStore } from '../../src/store/store.ts';
import { type Bench, create, createOne, ENGINES, firstPage, openBench, SECRET_KEY } from './engines.ts';

describe('SQLite', () => {
  let bench: Bench;
  beforeEach(async () => {
    const engine = ENGINES.find(({ name }) => name === 'SQLite');
    if (engine === undefined) throw new Error('no engine');
    bench = await openBench(engine);
  });
  afterEach(() => bench.close());

  const file = () => bench.url.slice('sqlite:'.length);

  const pragma = async (name: string) => {
    const { rows } = await sql<Record<string, unknown>>`select * from ${sql.raw(`pragma_${name}`)}`.execute(
      bench.store.db,
    );
    return Object.values(rows[0] ?? {})[0];
  };

  it('is set up so that what was accepted survives a power cut', async () => {
    expect(await pragma('journal_mode')).toBe('wal');
    expect(await pragma('synchronous')).toBe(2);
    expect(await pragma('foreign_keys')).toBe(1);
  });

  it('keeps 8 MB of the file in memory where it is written', async () => {
    expect(await pragma('cache_size')).toBe(-8_000);
  });

  it.for([
    ['a transaction', () => create(bench.connection, { userName: 'ann' })],
    ['a statement', () => bench.store.db.updateTable('people').set({ version: 2 }).execute()],
  ] as const)(
    'waits for the lock that another process holds, and leaves the event loop free: %s',
    async ([, write]) => {
      const other = new BetterSqlite(file());
      other.exec('begin immediate');
      let written = false;
      const writing = write().then(() => {
        written = true;
      });
      for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
      expect(written).toBe(false);
      other.exec('commit');
      other.close();
      await writing;
      expect(written).toBe(true);
    },
  );

  it('reads while a write waits for the lock that another process holds', async () => {
    const { person } = await createOne(bench.connection, { userName: 'ann' });
    const other = new BetterSqlite(file());
    other.exec('begin immediate');
    const writing = create(bench.connection, { userName: 'bob' });
    expect((await bench.connection.directory.get(person.id))?.person.id).toBe(person.id);
    expect((await bench.connection.directory.list(firstPage(null, 9))).total).toBe(1);
    other.exec('commit');
    other.close();
    await writing;
    expect((await bench.connection.directory.list(firstPage(null, 9))).total).toBe(2);
  });

  it('is not available while the disk is full, and goes on when there is room', async () => {
    const pages = async (most: number) => {
      await sql.raw(`pragma max_page_count = ${most}`).execute(bench.store.db);
    };
    await pages(1);
    const large = { userName: 'ann', title: 'x'.repeat(100_000) };
    await expect(create(bench.connection, large)).rejects.toThrow(
      expect.objectContaining({ name: 'StoreUnavailable', code: 'SQLITE_FULL' }),
    );
    await pages(1_000_000);
    await createOne(bench.connection, large);
  });

  it('tells the real error when SQLite has rolled back by itself', async () => {
    await sql
      .raw(`create trigger full before insert on people begin select raise(rollback, 'the real error'); end`)
      .execute(bench.store.db);
    await expect(create(bench.connection, { userName: 'ann' })).rejects.toThrow('the real error');
    await sql.raw('drop trigger full').execute(bench.store.db);
    await createOne(bench.connection, { userName: 'ann' });
  });

  it('leaves the database of another program alone', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bridge-foreign-'));
    const path = join(folder, 'other.db');
    const other = new BetterSqlite(path);
    other.exec('create table accounts (id integer)');
    const opening = openStore({
      url: `sqlite:${path}`,
      secretKey: SECRET_KEY,
      clock: () => 1,
      newId: () => 'x',
    });
    await expect(opening).rejects.toThrow(ForeignDatabaseError);
    expect(other.pragma('journal_mode', { simple: true })).toBe('delete');
    expect(other.prepare('select name from sqlite_master').pluck().all()).toEqual(['accounts']);
    other.close();
    rmSync(folder, { recursive: true });
  });

  it('holds more e-mail addresses of a person than a statement has variables', async () => {
    const emails = Array.from({ length: 8_200 }, (_, index) => ({ value: `${index}@x.org` }));
    const { person } = await createOne(bench.connection, { userName: 'ann', emails });
    const filter = parseFilter('emails.value eq "8199@X.org"', userResourceType);
    const { items: records } = await bench.connection.directory.list(firstPage(filter, 1));
    expect(records[0]?.person.id).toBe(person.id);
  });

  it.each([
    [
      'a filter by externalId',
      `select id from people where connection = 'c' and deleted is null and external_id = 'e' order by created, id limit 2`,
      'people_external_id',
    ],
    [
      'a look for who waits',
      `update provisionings set due = 1 where connection = 'c' and state = 'queued' and person_id in (select person_id from relations where connection = 'c' and kind = 'waits' and target in ('a', 'b'))`,
      'relations_target',
    ],
    [
      'a claim',
      `select person_id from provisionings where connection = 'c' and lane = 'update' and state in ('queued') and due <= 1 order by due limit 2`,
      'provisionings_claim',
    ],
  ])('answers %s from the index that narrows most', async (_, statement, index) => {
    const { rows } = await sql<{ detail: string }>`explain query plan ${sql.raw(statement)}`.execute(
      bench.store.db,
    );
    expect(rows.map(({ detail }) => detail).join('\n')).toContain(index);
  });
});

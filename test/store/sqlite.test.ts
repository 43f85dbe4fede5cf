import BetterSqlite from 'better-sqlite3';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bench, create, ENGINES, openBench } from './engines.ts';

describe('SQLite', () => {
  let bench: Bench;
  beforeEach(async () => {
    const engine = ENGINES.find(({ name }) => name === 'SQLite');
    if (engine === undefined) throw new Error('no engine');
    bench = await openBench(engine);
  });
  afterEach(() => bench.close());

  const file = () => bench.url.slice('sqlite:'.length);

  it('is set up so that what was accepted survives a power cut', async () => {
    const pragma = async (name: string) => {
      const { rows } = await sql<Record<string, unknown>>`select * from ${sql.raw(`pragma_${name}`)}`.execute(
        bench.store.db,
      );
      return Object.values(rows[0] ?? {})[0];
    };
    expect(await pragma('journal_mode')).toBe('wal');
    expect(await pragma('synchronous')).toBe(2);
    expect(await pragma('foreign_keys')).toBe(1);
  });

  it('waits for the lock that another process holds, and leaves the event loop free meanwhile', async () => {
    const other = new BetterSqlite(file());
    other.exec('begin immediate');
    let written = false;
    const writing = create(bench.connection, { userName: 'ann' }).then(() => {
      written = true;
    });
    for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
    expect(written).toBe(false);
    other.exec('commit');
    other.close();
    await writing;
    expect(written).toBe(true);
  });

  it.each([
    [
      'a filter by externalId',
      `select id from people where connection = 'c' and deleted is null and external_id = 'e' order by created, id limit 2`,
      'people_external_id',
    ],
    [
      'a look for who waits',
      `update provisionings set due = 1 where connection = 'c' and state = 'queued' and person_id in (select person_id from waits where connection = 'c' and reference in ('a', 'b'))`,
      'waits_reference',
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

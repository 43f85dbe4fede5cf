import type { Kysely } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Places, statement } from '../../src/store/statement.ts';
import type { Database } from '../../src/store/tables.ts';
import { type Bench, ENGINES, openBench } from './engines.ts';

const RENAME = statement((db, place: Places<{ company: string }>) =>
  db.updateTable('connections').set({ company_id: place('company') }),
);
const COMPANY = statement((db, place: Places<{ name: string }>) =>
  db.selectFrom('connections').select('company_id').where('name', '=', place('name')),
);

describe.each(ENGINES)('a statement on $name', (engine) => {
  let bench: Bench;
  let db: Kysely<Database>;
  beforeEach(async () => {
    bench = await openBench(engine);
    db = bench.store.db;
  });
  afterEach(() => bench.close());

  const company = async (from: Kysely<Database>) =>
    (await COMPANY(from, { name: 'default' })).map(({ company_id }) => company_id);

  it('sees what its transaction wrote, which nobody else does before that is committed', async () => {
    const [before] = await company(db);
    await db.transaction().execute(async (transaction) => {
      await RENAME(transaction, { company: 'another' });
      expect(await company(transaction)).toEqual(['another']);
      expect(await company(db)).toEqual([before]);
    });
    expect(await company(db)).toEqual(['another']);
  });

  it('is undone with its transaction', async () => {
    const before = await company(db);
    const failed = db.transaction().execute(async (transaction) => {
      await company(transaction);
      await RENAME(transaction, { company: 'another' });
      throw new Error('undone');
    });
    await expect(failed).rejects.toThrow('undone');
    expect(await company(db)).toEqual(before);
  });

  it('of a transaction that is over fails, also while another has its turn', async () => {
    const before = await company(db);
    let over: Kysely<Database> = db;
    await db.transaction().execute(async (transaction) => {
      over = transaction;
      await company(transaction);
    });
    await expect(RENAME(over, { company: 'another' })).rejects.toThrow('already committed');
    await db.transaction().execute(async (transaction) => {
      await company(transaction);
      await expect(RENAME(over, { company: 'another' })).rejects.toThrow('already committed');
      await expect(company(over)).rejects.toThrow('already committed');
    });
    expect(await company(db)).toEqual(before);
  });

  it('waits for its turn when it writes outside a transaction', async () => {
    const order: string[] = [];
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const transaction = db.transaction().execute(async (first) => {
      await RENAME(first, { company: 'first' });
      begin();
      await company(first);
      order.push('transaction');
    });
    await begun;
    await Promise.all([RENAME(db, { company: 'second' }).then(() => order.push('statement')), transaction]);
    expect(order).toEqual(['transaction', 'statement']);
    expect(await company(db)).toEqual(['second']);
  });
});

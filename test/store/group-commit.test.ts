import BetterSqlite from 'better-sqlite3';
import { type Kysely, sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { groupCommit } from '../../src/store/group-commit.ts';
import type { Database } from '../../src/store/tables.ts';
import { type Bench, change, create, createOne, ENGINES, openBench, replace } from './engines.ts';

describe.each(ENGINES)('group commit on $name', (engine) => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench(engine);
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await bench.close();
  });

  const insert = (name: string) => async (transaction: Kysely<Database>) => {
    await transaction.insertInto('connections').values({ name, company_id: name, created: 0 }).execute();
    return name;
  };
  const names = async () => {
    const rows = await bench.store.db.selectFrom('connections').select('name').orderBy('name').execute();
    return rows.map(({ name }) => name).filter((name) => name !== 'default');
  };

  /** As if no time passed. */
  const groups = () => groupCommit(bench.store.db, () => 0);

  it('writes what is asked for at once in one transaction, and answers each with its own', async () => {
    const commit = groups();
    const transaction = vi.spyOn(bench.store.db, 'transaction');
    expect(await Promise.all(['a', 'b', 'c'].map((name) => commit(insert(name))))).toEqual(['a', 'b', 'c']);
    expect(transaction).toHaveBeenCalledTimes(1);
  });

  it('is what people are written with', async () => {
    vi.spyOn(performance, 'now').mockReturnValue(0);
    const transaction = vi.spyOn(bench.store.db, 'transaction');
    const userNames = Array.from({ length: 50 }, (_, number) => `person${number}`);
    const records = await Promise.all(userNames.map((userName) => createOne(bench.connection, { userName })));
    expect(records.map(({ person }) => person.resource.userName)).toEqual(userNames);
    expect(transaction).toHaveBeenCalledTimes(1);
  });

  it('is what groups are written with, together with people', async () => {
    const actor = { kind: 'scim', name: 'okta' } as const;
    vi.spyOn(performance, 'now').mockReturnValue(0);
    const transaction = vi.spyOn(bench.store.db, 'transaction');
    const numbers = Array.from({ length: 25 }, (_, number) => number);
    const written = await Promise.all(
      numbers.flatMap((number) => [
        createOne(bench.connection, { userName: `person${number}` }),
        bench.connection.directory.groups.accept([
          {
            kind: 'create',
            actor,
            resource: { displayName: `group${number}` },
            members: [`member${number}`],
            unknownMembers: 'accept',
          },
        ]),
      ]),
    );
    expect(written).toHaveLength(50);
    expect(transaction).toHaveBeenCalledTimes(1);
  });

  it('takes nothing more into a transaction after 10 ms', async () => {
    let time = 0;
    const commit = groupCommit(bench.store.db, () => time);
    const transaction = vi.spyOn(bench.store.db, 'transaction');
    const piece = async () => {
      time += 5;
    };
    await Promise.all([piece, piece, piece, piece, piece].map(commit));
    expect(transaction).toHaveBeenCalledTimes(3);
  });

  it('keeps the order of arrival, and lets each write see those before it', async () => {
    const { person } = await createOne(bench.connection, { userName: 'ann', title: '' });
    await Promise.all(
      ['a', 'b', 'c'].map((letter) =>
        change(bench.connection, person.id, (before) =>
          replace({ userName: 'ann', title: `${before.person.resource.title}${letter}` }, 'title'),
        ),
      ),
    );
    const after = await bench.connection.directory.get(person.id);
    expect(after?.person.resource.title).toBe('abc');
    expect(after?.person.version).toBe(4);
  });

  it('refuses the second of two people who ask for one name at once', async () => {
    const [first, second] = await Promise.all(
      ['Ann', 'ann'].map((userName) =>
        bench.connection.directory.accept([
          { kind: 'create', actor: { kind: 'scim', name: 'okta' }, resource: { userName } },
        ]),
      ),
    );
    expect(first).toMatchObject([{ kind: 'written' }]);
    expect(second).toMatchObject([{ kind: 'conflict', attribute: 'userName' }]);
  });

  it('undoes what a piece had written before it failed, and leaves its neighbours alone', async () => {
    const commit = groups();
    const outcomes = await Promise.allSettled([
      commit(insert('a')),
      commit(async (transaction) => {
        await insert('b')(transaction);
        throw new Error('a bug');
      }),
      commit(insert('c')),
    ]);
    expect(outcomes).toEqual([
      { status: 'fulfilled', value: 'a' },
      { status: 'rejected', reason: new Error('a bug') },
      { status: 'fulfilled', value: 'c' },
    ]);
    expect(await names()).toEqual(['a', 'c']);
  });

  it('does the work of the others once more when a piece fails, and writes it once', async () => {
    const commit = groups();
    const done: string[] = [];
    const piece = (name: string) => async (transaction: Kysely<Database>) => {
      done.push(name);
      await insert(name)(transaction);
      if (name === 'b') throw new Error('a bug');
    };
    const transaction = vi.spyOn(bench.store.db, 'transaction');
    await Promise.allSettled(['a', 'b', 'c'].map((name) => commit(piece(name))));
    expect(done.filter((name) => name !== 'c')).toEqual(['a', 'b', 'a', 'b']);
    expect(done.filter((name) => name === 'c')).toHaveLength(1);
    expect(transaction).toHaveBeenCalledTimes(3);
    expect(await names()).toEqual(['a', 'c']);
  });

  it('writes once who was written beside a piece that failed', async () => {
    const commit = groups();
    const { directory } = bench.store.connection('default');
    const [accepted, failed] = await Promise.allSettled([
      directory.accept([
        { kind: 'create', actor: { kind: 'scim', name: 'okta' }, resource: { userName: 'ann' } },
      ]),
      commit(() => Promise.reject(new Error('a bug'))),
    ]);
    expect(accepted).toMatchObject({ value: [{ kind: 'written', record: { person: { version: 1 } } }] });
    expect(failed.status).toBe('rejected');
    const count = async (table: 'people' | 'changes') =>
      (await bench.store.db.selectFrom(table).select('connection').execute()).length;
    expect([await count('people'), await count('changes')]).toEqual([1, 1]);
  });

  it('answers nobody before the transaction is over', async () => {
    const commit = groups();
    const other = new BetterSqlite(bench.url.slice('sqlite:'.length), { readonly: true });
    const seen = () => other.prepare('select count(*) as n from connections').get();
    const pieces = ['a', 'b', 'c'].map((name) => commit(insert(name)).then(seen));
    expect(await Promise.all(pieces)).toEqual([{ n: 4 }, { n: 4 }, { n: 4 }]);
    other.close();
  });

  it('lets another writer have its turn between two transactions, each of 100 at most', async () => {
    const commit = groups();
    const order: string[] = [];
    const piece = (number: number) =>
      commit(async () => {
        order.push(`piece ${number}`);
        // The other writer asks for its turn while the first transaction is under way.
        if (number === 0) other = bench.store.db.transaction().execute(async () => void order.push('other'));
      });
    let other: Promise<void> | undefined;
    await Promise.all(Array.from({ length: 150 }, (_, number) => piece(number)));
    await other;
    expect(order.indexOf('other')).toBe(100);
  });

  it('fails all pieces of a transaction that the database has undone, and goes on with the next', async () => {
    const commit = groups();
    const full = new Error('the disk is full');
    const outcomes = await Promise.allSettled([
      commit(insert('a')),
      commit(async (transaction) => {
        await sql`rollback`.execute(transaction);
        throw full;
      }),
    ]);
    expect(outcomes).toEqual([
      { status: 'rejected', reason: full },
      { status: 'rejected', reason: full },
    ]);
    expect(await commit(insert('b'))).toBe('b');
    expect(await names()).toEqual(['b']);
  });

  it('fails whoever waits when no transaction can be begun', async () => {
    const commit = groups();
    const begin = vi.spyOn(bench.store.db, 'transaction').mockImplementationOnce(() => {
      throw new Error('no lock');
    });
    const outcomes = await Promise.allSettled([commit(insert('a')), commit(insert('b'))]);
    begin.mockRestore();
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await commit(insert('c'))).toBe('c');
  });

  it('writes only what a change changes of what a person is found by', async () => {
    const [ann] = await create(bench.connection, {
      userName: 'ann',
      emails: [{ type: 'work', value: 'ann@example.com' }, { value: 'a@example.com' }],
    });
    const id = ann?.person.id ?? '';
    const emails = async () => {
      const rows = await bench.store.db.selectFrom('person_emails').select('value_key').execute();
      return rows.map(({ value_key }) => value_key).sort();
    };
    const resource = ann?.person.resource ?? {};
    await change(bench.connection, id, replace({ ...resource, active: false }, 'active'));
    expect(await emails()).toEqual(['a@example.com', 'ann@example.com']);
    await change(
      bench.connection,
      id,
      replace({ ...resource, emails: [{ value: 'B@example.com' }] }, 'emails'),
    );
    expect(await emails()).toEqual(['b@example.com']);
    await change(bench.connection, id, replace({ userName: 'ann' }, 'emails'));
    expect(await emails()).toEqual([]);
  });
});

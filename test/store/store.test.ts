import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NewerDatabaseError } from '../../src/store/migrate.ts';
import { checkDatabase } from '../../src/store/readiness.ts';
import { bindConnection, openStore } from '../../src/store/store.ts';
import {
  type Bench,
  create,
  createOne,
  ENGINES,
  load,
  OKTA,
  openBench,
  replace,
  SECRET_KEY,
} from './engines.ts';

describe.each(ENGINES)('the store on $name', (engine) => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench(engine);
  });
  afterEach(() => bench.close());

  it('migrates an empty database once, even when two processes open it at the same time', async () => {
    const { url, remove } = await engine.create();
    const options = { url, secretKey: SECRET_KEY, clock: () => 1, newId: randomUUID };
    const stores = await Promise.all([openStore(options), openStore(options), openStore(options)]);
    for (const store of stores) {
      expect(await bindConnection(store, 'default', 'company')).toEqual({ kind: 'bound' });
      await store.close();
    }
    await remove();
  });

  it('refuses a database of a newer version', async () => {
    await bench.store.db
      .withTables<{ kysely_migration: { name: string; timestamp: string } }>()
      .insertInto('kysely_migration')
      .values({ name: '9999_future', timestamp: '2999-01-01T00:00:00.000Z' })
      .execute();
    const opening = bench.reopen();
    await expect(opening).rejects.toThrow(NewerDatabaseError);
    await expect(opening).rejects.toThrow(/newer than this program.*9999_future/);
  });

  it('binds a name to one company', async () => {
    expect(await bindConnection(bench.store, 'default', 'COMPANY-1')).toEqual({ kind: 'bound' });
    expect(await bindConnection(bench.store, 'default', 'company-2')).toEqual({
      kind: 'bound_to_another',
      companyId: 'company-1',
    });
    const again = await bench.reopen();
    expect(await bindConnection(again, 'default', 'company-2')).toMatchObject({ kind: 'bound_to_another' });
  });

  it('says whether it answers', async () => {
    await checkDatabase(bench.store);
    const closed = await bench.reopen();
    await closed.close();
    await expect(checkDatabase(closed)).rejects.toThrow();
  });

  it('refuses an address or a key that it cannot use', async () => {
    const options = { secretKey: SECRET_KEY, clock: () => 1, newId: randomUUID };
    await expect(openStore({ ...options, url: 'mysql://x' })).rejects.toThrow('sqlite:');
    await expect(openStore({ ...options, url: bench.url, secretKey: Buffer.alloc(16) })).rejects.toThrow(
      '32 bytes',
    );
  });

  describe('two processes on one database', () => {
    it('lose no write of the other', async () => {
      const { person } = await createOne(bench.connection, { userName: 'ann', title: '0' });
      const other = await bench.reopen();
      const increment = {
        kind: 'change',
        actor: OKTA,
        id: person.id,
        decide: ({ person: { resource } }: { person: { resource: { title?: unknown } } }) =>
          replace({ userName: 'ann', title: String(Number(resource.title) + 1) }, 'title'),
      } as const;
      const directories = [bench.connection.directory, other.connection('default').directory];
      const writes = Array.from({ length: 20 }, () =>
        directories.map((directory) => directory.accept([increment])),
      );
      await Promise.all(writes.flat());
      const record = await load(bench, person.id);
      expect(record.person).toMatchObject({ version: 41, resource: { title: '40' } });
      expect((await bench.connection.reports.changes({ limit: 100 })).items).toHaveLength(41);
    });

    it('claim everybody once', async () => {
      await create(
        bench.connection,
        ...Array.from({ length: 60 }, (_, index) => ({ userName: `u${index}` })),
      );
      const other = await bench.reopen();
      const stores = [bench.connection.provisioning, other.connection('default').provisioning];
      const claims = Array.from({ length: 10 }, (_, round) =>
        stores.map((store, index) =>
          store.claim('others', 7, { token: `${round}-${index}`, until: bench.now + 10 }, bench.now),
        ),
      );
      const claimed = (await Promise.all(claims.flat())).flat().map(({ person }) => person.id);
      expect(claimed).toHaveLength(60);
      expect(new Set(claimed).size).toBe(60);
    });

    it('give a userName to one person only', async () => {
      const other = (await bench.reopen()).connection('default').directory;
      const same = { kind: 'create', actor: OKTA, resource: { userName: 'ann' } } as const;
      const results = await Promise.all(
        [bench.connection.directory, other, bench.connection.directory, other].map((one) =>
          one.accept([same]),
        ),
      );
      expect(
        results
          .flat()
          .map(({ kind }) => kind)
          .sort(),
      ).toEqual(['conflict', 'conflict', 'conflict', 'written']);
    });
  });
});

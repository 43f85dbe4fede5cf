import type { Kysely } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MemberChange } from '../../src/scim/groups.ts';
import { SQLITE_FILTERS } from '../../src/store/filter/sqlite.ts';
import { groupCommit } from '../../src/store/group-commit.ts';
import { groups } from '../../src/store/groups.ts';
import { type ListSources, readHere } from '../../src/store/list.ts';
import { listCursors } from '../../src/store/list-cursor.ts';
import { bindConnection } from '../../src/store/store.ts';
import type { Database } from '../../src/store/tables.ts';
import {
  ADMIN,
  type Bench,
  change,
  createOne,
  ENGINES,
  firstPage,
  OKTA,
  openBench,
  SECRET_KEY,
} from './engines.ts';
import { changing, creation, groupBench, members, NOBODY, REMOVE, rename, written } from './group-bench.ts';

describe.each(ENGINES)('groups on $name', (engine) => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench(engine);
  });
  afterEach(() => bench.close());
  const { audit, idsIn, membersOf, one, people, stored, version } = groupBench(() => bench);

  it('stores a new group with an audit row', async () => {
    const ids = await people('ann', 'bob');
    const resource = { schemas: ['x'], displayName: 'Travellers', externalId: 'e1' };
    const group = written(await one(creation('', [...ids, NOBODY, ...ids], { resource })));
    expect(group).toEqual({
      connection: 'default',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      resource,
      version: 1,
      created: bench.now,
      lastModified: bench.now,
    });
    expect(await bench.connection.directory.groups.get(group.id, false)).toEqual({ group, members: null });
    expect(await idsIn(group.id)).toEqual([...ids, NOBODY]);
    expect(await audit(group.id)).toEqual([
      {
        at: bench.now,
        actor: 'scim:okta',
        action: 'create',
        version: 1,
        attributes: ['displayName', 'externalId'],
        added: [...ids, NOBODY],
        removed: [],
      },
    ]);
  });

  it('gives a group, and a person, the id that the caller wants', async () => {
    const [id, other] = [NOBODY, NOBODY.replace('f', 'e')];
    expect(written(await one(creation('a', [], { id }))).id).toBe(id);
    await bench.connection.directory.accept([
      { kind: 'create', actor: OKTA, resource: { userName: 'ann' }, id: other },
    ]);
    expect((await bench.connection.directory.get(other))?.person.resource).toEqual({ userName: 'ann' });
  });

  it('counts versions and never lets lastModified stand still or go back', async () => {
    const group = written(await one(creation('a')));
    const first = written(await one(changing(group.id, rename('b', 'displayName'))));
    expect(first).toMatchObject({ version: 2, lastModified: bench.now + 1, created: bench.now });
    bench.now -= 5_000;
    const second = written(await one(changing(group.id, members({ kind: 'add', ids: [NOBODY] }))));
    expect(second).toMatchObject({ version: 3, lastModified: first.lastModified + 1 });
    expect(await bench.connection.directory.groups.get(group.id, false)).toEqual({
      group: second,
      members: null,
    });
    expect((await audit(group.id)).map(({ attributes, added }) => [attributes, added])).toEqual([
      [['displayName'], []],
      [['displayName'], []],
      [[], [NOBODY]],
    ]);
  });

  it('writes nothing for a write that changes nothing', async () => {
    const [ann = '', bob = ''] = await people('ann', 'bob');
    const group = written(await one(creation('a', [ann])));
    const idle: readonly (readonly MemberChange[])[] = [
      [],
      [{ kind: 'add', ids: [ann] }],
      [{ kind: 'remove', ids: [bob, NOBODY] }],
      [{ kind: 'replace', ids: [ann, ann] }],
      [{ kind: 'removeTypes', types: ['Group', null], among: null }],
      [{ kind: 'removeTypes', types: [], among: null }],
      [
        { kind: 'add', ids: [bob] },
        { kind: 'remove', ids: [bob] },
      ],
      [
        { kind: 'removeTypes', types: ['User'], among: null },
        { kind: 'add', ids: [ann] },
      ],
    ];
    for (const steps of idle) {
      const result = await one(changing(group.id, members(...steps)));
      expect(result, JSON.stringify(steps)).toEqual({ kind: 'written', group, changed: false });
    }
    expect(await audit(group.id)).toHaveLength(1);
    expect(await idsIn(group.id)).toEqual([ann]);
  });

  it('refuses a displayName that is taken, in any case and spelling, and frees it by deletion', async () => {
    const group = written(await one(creation('Zo\u00eb')));
    const twin = creation(' ZOE\u0308');
    expect(await one(twin)).toEqual({ kind: 'conflict', attribute: 'displayName', value: ' ZOE\u0308' });
    const other = written(await one(creation('other')));
    expect(await one(changing(other.id, rename('zo\u00eb', 'displayName')))).toMatchObject({
      kind: 'conflict',
    });
    expect(written(await one(changing(group.id, rename('ZO\u00cb', 'displayName')))).version).toBe(2);
    await one(changing(group.id, REMOVE));
    expect(await one(twin)).toMatchObject({ kind: 'written' });
  });

  it('leaves the neighbours of a bad write in its batch alone', async () => {
    const group = written(await one(creation('a')));
    const failure = new Error('no');
    const results = await bench.connection.directory.groups.accept([
      creation('b', [], { id: NOBODY }),
      creation('B'),
      changing(group.id, () => {
        throw failure;
      }),
      changing('nobody', REMOVE),
      creation('', [], { resource: { externalId: 'without displayName' } }),
      creation('c', ['ghost'], { unknownMembers: 'refuse' }),
      changing(group.id, members({ kind: 'add', ids: [NOBODY] }), { unknownMembers: 'refuse' }),
    ]);
    expect(results.map(({ kind }) => kind)).toEqual([
      'written',
      'conflict',
      'rejected',
      'missing',
      'rejected',
      'unknownMembers',
      'written',
    ]);
    expect(results[2]).toEqual({ kind: 'rejected', error: failure });
    expect(await membersOf(group.id)).toEqual([{ id: NOBODY, type: 'Group', display: 'b' }]);
    const stored = await bench.store.db.selectFrom('groups').select('id').execute();
    expect(stored).toHaveLength(2);
  });

  it('forgets a deleted group and its members, but not who they were', async () => {
    const [ann = ''] = await people('ann');
    const inner = written(await one(creation('inner', [ann])));
    const outer = written(await one(creation('outer', [ann, inner.id])));
    const gone = await one(changing(inner.id, REMOVE, { actor: ADMIN }));
    expect(written(gone).version).toBe(2);
    expect(await bench.connection.directory.groups.get(inner.id, true)).toBeNull();
    expect(await one(changing(inner.id, REMOVE))).toEqual({ kind: 'missing' });
    expect(await bench.connection.directory.groupsOf([ann])).toEqual(
      new Map([[ann, [{ id: outer.id, display: 'outer' }]]]),
    );
    expect((await audit(inner.id)).at(-1)).toEqual({
      at: bench.now,
      actor: 'admin:root',
      action: 'delete',
      version: 2,
      attributes: [],
      added: [],
      removed: [],
    });
    expect(await stored(inner.id)).toEqual([ann]);
    expect(await idsIn(outer.id)).toEqual([ann]);
    expect(await version(outer.id)).toBe(2);
    expect((await audit(outer.id)).at(-1)).toMatchObject({ action: 'update', removed: [inner.id] });
    await one(changing(outer.id, members({ kind: 'replace', ids: [inner.id] })));
    expect(await membersOf(outer.id)).toEqual([{ id: inner.id, type: null, display: null }]);
  });

  it('lists the groups whose ids it is given, in that order, with members only when asked', async () => {
    const [ann = ''] = await people('ann');
    const full = written(await one(creation('full', [ann])));
    const empty = written(await one(creation('empty')));
    const gone = written(await one(creation('gone')));
    await one(changing(gone.id, REMOVE));
    const query = firstPage(null, 3);
    const page = { total: 3, items: [empty.id, gone.id, full.id], nextCursor: 'next' };
    const listed = groups(
      sources(bench.store.db),
      'default',
      () => bench.now,
      () => NOBODY,
      (asked) => Promise.resolve(asked === query ? page : { total: 0, items: [], nextCursor: null }),
      groupCommit(bench.store.db),
    );
    expect(await listed.list(query, false)).toEqual({
      total: 3,
      items: [
        { group: empty, members: null },
        { group: full, members: null },
      ],
      nextCursor: 'next',
    });
    const { items } = await listed.list(query, true);
    expect(items).toEqual([
      { group: empty, members: [] },
      { group: full, members: [{ id: ann, type: 'User', display: 'ann' }] },
    ]);
  });

  it('keeps connections apart', async () => {
    await bindConnection(bench.store, 'other', 'company-2');
    const other = bench.store.connection('other');
    const { person } = await createOne(bench.connection, { userName: 'ann' });
    const group = written(await one(creation('a', [person.id])));
    const twin = written(await one(creation('a', [person.id]), other));
    expect(await other.directory.groups.get(group.id, true)).toBeNull();
    expect(await one(changing(group.id, REMOVE), other)).toEqual({ kind: 'missing' });
    expect((await other.directory.groups.get(twin.id, true))?.members).toEqual([
      { id: person.id, type: null, display: null },
    ]);
    expect((await bench.connection.directory.groupsOf([person.id])).get(person.id)).toEqual([
      { id: group.id, display: 'a' },
    ]);
    const strict = creation('b', [person.id], { unknownMembers: 'refuse' });
    expect(await one(strict, other)).toEqual({ kind: 'unknownMembers', ids: [person.id] });
    await change(bench.connection, person.id, { kind: 'delete' });
    expect((await other.directory.groups.get(twin.id, true))?.members).toHaveLength(1);
  });
});

/** What groups are read from when nothing is read apart. */
function sources(db: Kysely<Database>): ListSources {
  const here = readHere(db);
  return {
    db,
    engine: SQLITE_FILTERS,
    cursors: listCursors(SECRET_KEY, () => 0),
    read: { nothing: here, moments: here, search: here },
  };
}

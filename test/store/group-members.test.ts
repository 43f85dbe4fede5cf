import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/domain/json.ts';
import { parseFilter } from '../../src/scim/filter/parse.ts';
import type { Member, MemberChange, MembersInParts } from '../../src/scim/groups.ts';
import { groupResourceType, userResourceType } from '../../src/scim/registry.ts';
import { allMembers, type Bench, change, create, ENGINES, firstPage, OKTA, openBench } from './engines.ts';
import {
  type Change,
  changing,
  creation,
  groupBench,
  members,
  NOBODY,
  REMOVE,
  written,
} from './group-bench.ts';

describe.each(ENGINES)('members of groups on $name', (engine) => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench(engine);
  });
  afterEach(() => bench.close());
  const { audit, fillGroup, idsIn, membersOf, one, people, stored, version } = groupBench(() => bench);

  it('tells what the members are, and how they are called', async () => {
    const [ann, bob] = await create(
      bench.connection,
      { userName: 'ann', displayName: 'Ann A.' },
      { userName: 'Bob@x.com' },
    );
    const inner = written(await one(creation('Inner')));
    const outer = written(
      await one(creation('Outer', [NOBODY, inner.id, bob?.person.id ?? '', ann?.person.id ?? ''])),
    );
    expect(await membersOf(outer.id)).toEqual([
      { id: ann?.person.id, type: 'User', display: 'Ann A.' },
      { id: bob?.person.id, type: 'User', display: 'Bob@x.com' },
      { id: inner.id, type: 'Group', display: 'Inner' },
      { id: NOBODY, type: null, display: null },
    ]);
    await bench.connection.directory.accept([
      { kind: 'create', actor: OKTA, resource: { userName: 'late' }, id: NOBODY },
    ]);
    expect((await membersOf(outer.id)).at(-1)).toEqual({ id: NOBODY, type: 'User', display: 'late' });
  });

  it('refuses members who are not here by name and writes nothing, but lets stay who is remembered', async () => {
    const [ann = ''] = await people('ann');
    const strict = { unknownMembers: 'refuse' } as const;
    const ghosts = ['ghost-1', 'ghost-2'];
    expect(await one(creation('a', [ann, ...ghosts], strict))).toEqual({
      kind: 'unknownMembers',
      ids: ghosts,
    });
    const group = written(await one(creation('a', [NOBODY])));
    const everybody = (...ids: string[]): Change['decide'] => {
      return () => ({
        kind: 'change',
        resource: { displayName: 'b' },
        changed: ['displayName'],
        members: [{ kind: 'replace', ids }],
      });
    };
    expect(await one(changing(group.id, everybody(ann, NOBODY, 'ghost-2'), strict))).toEqual({
      kind: 'unknownMembers',
      ids: ['ghost-2'],
    });
    expect(await bench.connection.directory.groups.get(group.id, true)).toEqual({
      group,
      members: [{ id: NOBODY, type: null, display: null }],
    });
    expect(await audit(group.id)).toHaveLength(1);
    const inner = written(await one(creation('inner')));
    written(await one(changing(group.id, everybody(ann, NOBODY, inner.id), strict)));
    expect(await idsIn(group.id)).toEqual([ann, inner.id, NOBODY]);
    const unasked = members({ kind: 'add', ids: ghosts }, { kind: 'remove', ids: ghosts });
    expect(await one(changing(group.id, unasked, strict))).toMatchObject({ kind: 'written', changed: false });
  });

  it('takes nobody out of a deleted group, who was in it and is deleted later', async () => {
    const [ann = '', bob = ''] = await people('ann', 'bob');
    const gone = written(await one(creation('gone', [ann, bob])));
    const stays = written(await one(creation('stays', [ann])));
    await one(changing(gone.id, REMOVE));
    await change(bench.connection, ann, { kind: 'delete' });
    expect(await stored(gone.id)).toEqual([ann, bob]);
    expect(await audit(gone.id)).toHaveLength(2);
    expect([await idsIn(stays.id), await version(stays.id)]).toEqual([[], 2]);
    const find = async (filter: string) =>
      (await bench.connection.directory.list(firstPage(parseFilter(filter, userResourceType), 9))).total;
    expect([await find(`groups eq "${gone.id}"`), await find('groups pr')]).toEqual([0, 0]);
    const having = firstPage(parseFilter(`members eq "${bob}"`, groupResourceType), 9);
    expect((await bench.connection.directory.groups.list(having, true)).total).toBe(0);
  });

  it('deletes a group as quickly however many are in it', async () => {
    const timeFor = async (count: number): Promise<number> => {
      const { id } = written(await one(creation(`with ${count}`)));
      await fillGroup(id, count);
      const begin = performance.now();
      written(await one(changing(id, REMOVE)));
      return performance.now() - begin;
    };
    const small = await timeFor(10);
    expect(await timeFor(100_000)).toBeLessThan(small + 100);
  });

  it('shows everybody, in parts where they are many together', async () => {
    const large = written(await one(creation('large')));
    const small = written(await one(creation('small', ['ghost'])));
    const { groups: served } = bench.connection.directory;
    const page = async () => (await served.list(firstPage(null, 9), true)).items;
    for (const [count, inParts] of [
      [4_999, false],
      [5_000, true],
      [6_000, true],
      [13_001, true],
    ] as const) {
      await fillGroup(large.id, count);
      const items = await page();
      expect(items.map(({ members }) => Array.isArray(members))).toEqual([!inParts, !inParts]);
      const ids = (await Promise.all(items.map(allMembers))).map((those) => those.map(({ id }) => id));
      expect(ids.map(({ length }) => length)).toEqual([count, 1]);
      expect(ids[0]).toEqual(await stored(large.id));
      expect(await idsIn(large.id)).toEqual(ids[0]);
    }
    expect(await idsIn(small.id)).toEqual(['ghost']);
    const names = (await served.list(firstPage(null, 9), false)).items;
    expect(names.map(({ members }) => members)).toEqual([null, null]);
  });

  it('reads the parts of members as they are asked for, each once', async () => {
    const { id } = written(await one(creation('large')));
    await fillGroup(id, 10_000);
    const record = await bench.connection.directory.groups.get(id, true);
    const before = await stored(id);
    // They are more than are read at once.
    const [first = [], ...others] = await partsOf(record?.members as MembersInParts, async () => {
      await one(changing(id, members({ kind: 'remove', ids: [before[1] ?? '', before.at(-1) ?? ''] })));
    });
    const read = [...first, ...others.flat()].map((member) => member.id);
    expect(others.length).toBeGreaterThan(1);
    // Who was read and leaves was there; who leaves before they are read is not.
    expect(read).toEqual(before.slice(0, -1));
  });

  it('serves others while it reads many members', async () => {
    const { id } = written(await one(creation('large')));
    await fillGroup(id, 50_000);
    expect(await turnsDuring(() => membersOf(id))).toBeGreaterThan(20);
  });

  it('serves others while it removes members by type, and reads everybody once', async () => {
    const { id } = written(await one(creation('large')));
    await fillGroup(id, 50_000);
    const again: readonly MemberChange[] = [
      { kind: 'removeTypes', types: ['User'], among: null },
      { kind: 'add', ids: ['ghost'] },
    ];
    const steps = Array.from({ length: 200 }, () => again).flat();
    const turns = await turnsDuring(async () => written(await one(changing(id, members(...steps)))));
    expect(turns).toBeGreaterThan(20);
    expect(turns).toBeLessThan(500);
    expect(await idsIn(id)).toHaveLength(50_001);
  });

  it('takes a deleted person out of their groups, which is a change of these', async () => {
    const [ann = '', bob = ''] = await people('ann', 'bob');
    const hers = written(await one(creation('hers', [ann, bob])));
    const his = written(await one(creation('his', [bob])));
    await change(bench.connection, ann, { kind: 'delete' });
    expect(await idsIn(hers.id)).toEqual([bob]);
    expect([await version(hers.id), await version(his.id)]).toEqual([2, 1]);
    expect((await audit(hers.id)).at(-1)).toMatchObject({
      actor: 'scim:okta',
      action: 'update',
      version: 2,
      removed: [ann],
    });
    expect(await bench.connection.directory.groupsOf([ann])).toEqual(new Map());
    const back = changing(hers.id, members({ kind: 'add', ids: [ann] }), { unknownMembers: 'refuse' });
    expect(await one(back)).toEqual({ kind: 'unknownMembers', ids: [ann] });
    await one({ ...back, unknownMembers: 'accept' });
    expect(await membersOf(hers.id)).toContainEqual({ id: ann, type: null, display: null });
  });

  it('names the direct groups of people', async () => {
    const [ann = '', bob = '', eve = ''] = await people('ann', 'bob', 'eve');
    const zebra = written(await one(creation('zebra', [ann, bob])));
    const Apes = written(await one(creation('Apes', [ann])));
    await one(creation('outer', [zebra.id]));
    expect(await bench.connection.directory.groupsOf([ann, bob, eve])).toEqual(
      new Map([
        [
          ann,
          [
            { id: Apes.id, display: 'Apes' },
            { id: zebra.id, display: 'zebra' },
          ],
        ],
        [bob, [{ id: zebra.id, display: 'zebra' }]],
      ]),
    );
    expect(await bench.connection.directory.groupsOf([])).toEqual(new Map());
  });

  it('loses nothing when many change one group at once, from two processes', async () => {
    const group = written(await one(creation('a')));
    const again = (await bench.reopen()).connection('default');
    const ids = Array.from({ length: 60 }, (_, number) => `member-${String(number).padStart(2, '0')}`);
    const results = await Promise.all(
      ids.map((id, number) =>
        one(
          changing(group.id, ({ resource }) => ({
            kind: 'change',
            resource: { ...resource, [id]: true },
            changed: [id],
            members: [{ kind: 'add', ids: [id] }],
          })),
          number % 2 === 0 ? bench.connection : again,
        ),
      ),
    );
    const versions = results.map((result) => written(result).version);
    expect(versions.toSorted((a, b) => a - b)).toEqual(ids.map((_, number) => number + 2));
    expect(await idsIn(group.id)).toEqual(ids);
    const record = await again.directory.groups.get(group.id, false);
    expect(Object.keys(record?.group.resource ?? {}).toSorted()).toEqual(['displayName', ...ids]);
    expect(await audit(group.id)).toHaveLength(61);
  });

  it('serves others while it writes many members, and shows them all at once', async () => {
    const group = written(await one(creation('a')));
    const ids = Array.from({ length: 10_000 }, (_, number) => `member-${String(number).padStart(5, '0')}`);
    let done = false;
    const writing = one(changing(group.id, members({ kind: 'replace', ids }))).then((result) => {
      done = true;
      return result;
    });
    const seen = new Set<number>();
    let turns = 0;
    while (!done) {
      seen.add((await membersOf(group.id)).length);
      await new Promise((resolve) => setImmediate(resolve));
      turns += 1;
    }
    expect(written(await writing).version).toBe(2);
    expect(turns).toBeGreaterThan(3);
    expect([...seen].filter((count) => count !== 0 && count !== ids.length)).toEqual([]);
    expect(await idsIn(group.id)).toEqual(ids);
    const half = ids.slice(0, 5_000);
    await one(changing(group.id, members({ kind: 'remove', ids: half })));
    expect(await idsIn(group.id)).toEqual(ids.slice(5_000));
    await one(changing(group.id, members({ kind: 'replace', ids: half })));
    expect(await idsIn(group.id)).toEqual(half);
    expect((await audit(group.id)).map(({ added, removed }) => [added.length, removed.length])).toEqual([
      [0, 0],
      [10_000, 0],
      [0, 5_000],
      [5_000, 5_000],
    ]);
  });

  it('agrees with a set about any sequence of changes', async () => {
    const [ann = '', bob = ''] = await people('ann', 'bob');
    const inner = written(await one(creation('inner'))).id;
    const types = new Map<string, Member['type']>([
      [ann, 'User'],
      [bob, 'User'],
      [inner, 'Group'],
      [NOBODY, null],
      ['ghost', null],
    ]);
    const ids = fc.array(fc.constantFrom(...types.keys()), { maxLength: 4 });
    const step: fc.Arbitrary<MemberChange> = fc.oneof(
      fc.record({ kind: fc.constantFrom('add', 'remove', 'replace'), ids }),
      fc.record({
        kind: fc.constant('removeTypes' as const),
        types: fc.uniqueArray(fc.constantFrom<Member['type'][]>('User', 'Group', null)),
        among: fc.option(ids),
      }),
    );
    const changes = fc.array(fc.record({ steps: fc.array(step, { maxLength: 4 }), renamed: fc.boolean() }), {
      maxLength: 8,
    });
    let groupsMade = 0;
    await fc.assert(
      fc.asyncProperty(ids, changes, async (first, sequence) => {
        groupsMade += 1;
        let resource: JsonObject = { displayName: `group ${groupsMade}` };
        const { id } = written(await one(creation('', first, { resource })));
        let model = new Set(first);
        const trail = [{ action: 'create', added: [...model].toSorted(), removed: [] as string[] }];
        for (const [number, { steps, renamed }] of sequence.entries()) {
          const before = model;
          model = steps.reduce((set, each) => applied(set, each, types), before);
          if (renamed) resource = { ...resource, externalId: String(number) };
          const added = [...model.difference(before)].toSorted();
          const removed = [...before.difference(model)].toSorted();
          const changed = renamed || added.length > 0 || removed.length > 0;
          if (changed) trail.push({ action: 'update', added, removed });
          const result = await one(
            changing(id, () => ({
              kind: 'change',
              resource,
              changed: renamed ? ['externalId'] : [],
              members: steps,
            })),
          );
          expect(result).toMatchObject({
            kind: 'written',
            changed,
            group: { version: trail.length, resource },
          });
          expect(await idsIn(id)).toEqual([...model].toSorted());
        }
        expect(await audit(id)).toMatchObject(trail.map((row, index) => ({ ...row, version: index + 1 })));
        for (const member of await membersOf(id)) expect(member.type).toBe(types.get(member.id));
      }),
      { numRuns: 60 },
    );
  });
});

/** All parts; after the first of them, `meanwhile` is done. */
async function partsOf(parts: MembersInParts, meanwhile: () => Promise<void>) {
  const all: (readonly Member[])[] = [];
  for await (const part of parts) {
    if (all.length === 0) await meanwhile();
    all.push(part);
  }
  return all;
}

/** How often the process could serve somebody else while it did that work. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let done = false;
  const working = work().finally(() => {
    done = true;
  });
  let turns = 0;
  while (!done) {
    await new Promise(setImmediate);
    turns += 1;
  }
  await working;
  return turns;
}

function applied(
  set: ReadonlySet<string>,
  step: MemberChange,
  types: ReadonlyMap<string, Member['type']>,
): Set<string> {
  switch (step.kind) {
    case 'add':
      return set.union(new Set(step.ids));
    case 'remove':
      return set.difference(new Set(step.ids));
    case 'replace':
      return new Set(step.ids);
    case 'removeTypes':
      return new Set(
        [...set].filter(
          (id) => step.among?.includes(id) === false || !step.types.includes(types.get(id) ?? null),
        ),
      );
  }
}

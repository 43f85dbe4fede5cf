import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MemberOf } from '../../src/domain/person.ts';
import type { State } from '../../src/domain/provisioning.ts';
import type { GroupWrite, MemberChange } from '../../src/scim/groups.ts';
import type { ConnectionStore } from '../../src/store/store.ts';
import { type Bench, change, create, ENGINES, OKTA, openBench } from './engines.ts';

const GIVES = ({ displayName, externalId }: MemberOf) =>
  displayName.startsWith('Gives') || externalId === 'gives';
const CHANGE = { kind: 'change', actor: OKTA, unknownMembers: 'accept' } as const;

describe.each(ENGINES)('who becomes due on $name', (engine) => {
  let bench: Bench;
  let connection: ConnectionStore;
  beforeEach(async () => {
    bench = await openBench(engine);
    connection = bench.store.connection('default', GIVES);
  });
  afterEach(() => bench.close());

  /** People who rest in this state, and are in Concur. */
  async function resting(names: readonly string[], state: State = 'in_sync'): Promise<string[]> {
    const records = await create(connection, ...names.map((userName) => ({ userName })));
    const ids = records.map(({ person }) => person.id);
    await settle(ids, {
      state,
      concur_id: 'c',
      lane: 'import',
      due: null,
      reason: null,
      pending_since: null,
    });
    return ids;
  }

  async function settle(ids: readonly string[], columns: object): Promise<void> {
    await bench.store.db.updateTable('provisionings').set(columns).where('person_id', 'in', ids).execute();
  }

  async function write(one: GroupWrite, store = connection): Promise<string> {
    const [result] = await store.directory.groups.accept([one]);
    if (result?.kind !== 'written') throw new Error(`not written: ${JSON.stringify(result)}`);
    return result.group.id;
  }

  function group(displayName: string, members: readonly string[] = [], store = connection): Promise<string> {
    const resource = { displayName };
    return write({ kind: 'create', actor: OKTA, resource, members, unknownMembers: 'accept' }, store);
  }

  function members(id: string, ...steps: MemberChange[]): Promise<string> {
    return write({
      ...CHANGE,
      id,
      decide: ({ resource }) => ({ kind: 'change', resource, changed: [], members: steps }),
    });
  }

  function rename(id: string, resource: { displayName: string; externalId?: string }): Promise<string> {
    const changed = ['displayName', 'externalId'];
    return write({ ...CHANGE, id, decide: () => ({ kind: 'change', resource, changed, members: [] }) });
  }

  /** Who was made due since the last time, by id; they rest again. */
  async function due(): Promise<string[]> {
    const rows = await bench.store.db
      .selectFrom('provisionings')
      .select('person_id')
      .where('due', 'is not', null)
      .orderBy('person_id')
      .execute();
    const ids = rows.map(({ person_id }) => person_id);
    await settle(ids, { state: 'in_sync', due: null, lane: 'import', pending_since: null });
    return ids;
  }

  it('is exactly who joined or left, and everybody when the group is named otherwise or goes', async () => {
    const [ann = '', bob = '', eve = ''] = await resting(['ann', 'bob', 'eve']);
    const id = await group('Gives', [ann, bob]);
    expect(await due()).toEqual([ann, bob]);
    await members(id, { kind: 'replace', ids: [bob, eve] });
    expect(await due()).toEqual([ann, eve]);
    await members(id, { kind: 'add', ids: [bob] });
    expect(await due()).toEqual([]);
    await rename(id, { displayName: 'Nothing' });
    expect(await due()).toEqual([bob, eve]);
    await rename(id, { displayName: 'Nothing more' });
    await members(id, { kind: 'add', ids: [ann] });
    expect(await due()).toEqual([]);
    await rename(id, { displayName: 'Nothing more', externalId: 'gives' });
    expect(await due()).toEqual([ann, bob, eve]);
    await write({ ...CHANGE, id, decide: () => ({ kind: 'delete' }) });
    expect(await due()).toEqual([ann, bob, eve]);
  });

  it('is nobody where no group gives anything', async () => {
    const [ann = ''] = await resting(['ann']);
    const id = await group('Gives', [ann], bench.connection);
    const other = await group('Other', [ann]);
    await write({ ...CHANGE, id: other, decide: () => ({ kind: 'delete' }) });
    expect(await due()).toEqual([]);
    const [record] = await bench.connection.provisioning.withRelations(
      await create(connection, { userName: 'x' }),
    );
    expect(record).not.toHaveProperty('groups');
    expect(id).not.toBe(other);
  });

  it('is also who is in a group inside, which joins, leaves or goes', async () => {
    const [ann = '', bob = '', eve = ''] = await resting(['ann', 'bob', 'eve']);
    const inner = await group('Inner', [ann]);
    const middle = await group('Middle', [inner, bob]);
    expect(await due()).toEqual([]);
    const outer = await group('Gives', [middle]);
    expect(await due()).toEqual([ann, bob]);
    await members(inner, { kind: 'add', ids: [eve] });
    expect(await due()).toEqual([eve]);
    await members(outer, { kind: 'remove', ids: [middle] });
    expect(await due()).toEqual([ann, bob, eve]);
    await members(outer, { kind: 'add', ids: [middle] });
    await due();
    await write({ ...CHANGE, id: inner, decide: () => ({ kind: 'delete' }) });
    expect(await due()).toEqual([ann, eve]);
    // A circle has an end.
    await members(middle, { kind: 'add', ids: [outer] });
    expect(await due()).toEqual([bob]);
    await write({ ...CHANGE, id: outer, decide: () => ({ kind: 'delete' }) });
    expect(await due()).toEqual([bob]);
  });

  it.each<[State, string | null, object]>([
    ['in_sync', null, { state: 'queued', lane: 'update', due: 'now' }],
    ['partial', 'incomplete', { state: 'queued', lane: 'update', due: 'now' }],
    ['failed', 'refused', { state: 'queued', lane: 'update', due: 'now' }],
    ['queued', null, { state: 'queued', lane: 'import', due: 'now' }],
    ['processing', null, { state: 'processing', lane: 'import', due: 'now' }],
    ['held', 'ambiguous', { state: 'held', lane: 'import', due: null }],
    ['in_sync', 'not_created', { state: 'in_sync', lane: 'import', due: null }],
  ])('finds who is %s (%s) where they belong', async (state, reason, expected) => {
    const [ann = ''] = await resting(['ann'], state);
    await settle([ann], { reason });
    await group('Gives', [ann]);
    const row = await bench.store.db.selectFrom('provisionings').selectAll().executeTakeFirstOrThrow();
    const { lane, due: at } = row;
    expect({ state: row.state, lane, due: at === bench.now ? 'now' : at }).toEqual(expected);
    if (row.state === 'queued' && state !== 'queued') expect(row.pending_since).toBe(bench.now);
  });

  it('is nobody who was deleted, nor anybody of another connection', async () => {
    const [ann = ''] = await resting(['ann']);
    const id = await group('Gives', [ann]);
    await change(connection, ann, { kind: 'delete' });
    await due();
    await rename(id, { displayName: 'Gives more' });
    await members(id, { kind: 'add', ids: [ann] });
    expect(await due()).toEqual([]);
  });

  it('is whoever waits, and nobody who is due already or whose deactivation Concur works on', async () => {
    const [waiting = '', first = '', leaver = '', read = ''] = await resting([
      'waiting',
      'first',
      'leaver',
      'read',
    ]);
    const given = await group('Gives roles');
    await settle([waiting], { state: 'queued', due: bench.now + 60_000 });
    await settle([first], { state: 'queued', due: bench.now - 60_000 });
    await settle([leaver], { state: 'processing', lane: 'deactivation' });
    await settle([read], { state: 'processing', lane: 'update' });
    await members(given, { kind: 'add', ids: [waiting, first, leaver, read] });
    const rows = await bench.store.db.selectFrom('provisionings').select(['person_id', 'due']).execute();
    const dues = new Map(rows.map(({ person_id, due: at }) => [person_id, at]));
    expect([waiting, first, leaver, read].map((id) => dues.get(id))).toEqual([
      bench.now,
      bench.now - 60_000,
      null,
      bench.now,
    ]);
  });

  it('is told in one piece, ten thousand at once', async () => {
    await sql`insert into people (connection, id, resource, version, created, last_modified, user_name, user_name_key, active)
      with recursive n(v) as (select 1 union all select v + 1 from n where v < 10000)
      select 'default', 'p-' || v, '{"userName":"u' || v || '"}', 1, 0, 0, 'u' || v, 'u' || v, 1 from n`.execute(
      bench.store.db,
    );
    await sql`insert into provisionings (connection, person_id, user_name_key, state, concur_id, applied, owned, refused,
        candidates, confirmed, lane, attempts)
      select 'default', id, user_name_key, 'in_sync', 'c-' || id, '{}', '[]', '{}', '[]', '{}', 'import', 0
      from people`.execute(bench.store.db);
    const ids = Array.from({ length: 10_000 }, (_, index) => `p-${index + 1}`);
    const started = performance.now();
    const id = await group('Gives', ids);
    expect(performance.now() - started).toBeLessThan(3_000);
    expect(await count()).toBe(10_000);
    await bench.store.db.updateTable('provisionings').set({ state: 'in_sync', due: null }).execute();
    await write({ ...CHANGE, id, decide: () => ({ kind: 'delete' }) });
    expect(await count()).toBe(10_000);
  });

  async function count(): Promise<number> {
    const { queued } = await bench.store.db
      .selectFrom('provisionings')
      .select((row) => row.fn.countAll<number>().as('queued'))
      .where('state', '=', 'queued')
      .where('lane', '=', 'update')
      .executeTakeFirstOrThrow();
    return Number(queued);
  }

  it('has their groups read with them, by name, with those around', async () => {
    const [ann = '', bob = ''] = await resting(['ann', 'bob']);
    const inner = await group('b', [ann]);
    const around = await group('Gives', [inner]);
    const gone = await group('gone', [ann]);
    await write({ ...CHANGE, id: gone, decide: () => ({ kind: 'delete' }) });
    const outer = await group('x', [bob, inner]);
    await rename(outer, { displayName: 'A', externalId: 'e' });
    const lease = { token: 'l', until: bench.now + 1_000 };
    const claimed = await connection.provisioning.claim('others', 10, lease, bench.now);
    expect(claimed.map(({ person, groups }) => [person.id, groups])).toEqual([
      [
        ann,
        [
          { id: outer, displayName: 'A', externalId: 'e' },
          { id: inner, displayName: 'b', externalId: null },
          { id: around, displayName: 'Gives', externalId: null },
        ],
      ],
    ]);
    const seen: unknown[] = [];
    await connection.provisioning.commit(
      {
        people: [bob],
        decide: async ({ groups }) => {
          seen.push(groups);
          return {};
        },
      },
      bench.now,
    );
    expect(seen).toEqual([[{ id: outer, displayName: 'A', externalId: 'e' }]]);
  });
});

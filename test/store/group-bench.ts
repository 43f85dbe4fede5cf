import { sql } from 'kysely';
import type {
  Group,
  GroupDecision,
  GroupWrite,
  GroupWriteResult,
  Member,
  MemberChange,
} from '../../src/scim/groups.ts';
import type { ConnectionStore } from '../../src/store/store.ts';
import { allMembers, type Bench, create, OKTA } from './engines.ts';

type Create = Extract<GroupWrite, { kind: 'create' }>;
export type Change = Extract<GroupWrite, { kind: 'change' }>;

export const NOBODY = 'ffffffff-0000-4000-8000-000000000000';

export function creation(
  displayName: string,
  members: readonly string[] = [],
  more: Partial<Create> = {},
): Create {
  return {
    kind: 'create',
    actor: OKTA,
    resource: { displayName },
    members,
    unknownMembers: 'accept',
    ...more,
  };
}

export function changing(id: string, decide: Change['decide'], more: Partial<Change> = {}): Change {
  return { kind: 'change', actor: OKTA, id, decide, unknownMembers: 'accept', ...more };
}

/** A decision about the members alone. */
export function members(...steps: readonly MemberChange[]): Change['decide'] {
  return ({ resource }) => ({ kind: 'change', resource, changed: [], members: steps });
}

export function rename(displayName: string, ...changed: readonly string[]): Change['decide'] {
  return () => ({ kind: 'change', resource: { displayName }, changed, members: [] });
}

export const REMOVE: Change['decide'] = (): GroupDecision => ({ kind: 'delete' });

export function written(result: GroupWriteResult | undefined): Group {
  if (result?.kind !== 'written') throw new Error(`not written: ${JSON.stringify(result)}`);
  return result.group;
}

/** What tests of groups ask of a database, and put into it. */
export function groupBench(bench: () => Bench) {
  async function one(
    write: GroupWrite,
    connection: ConnectionStore = bench().connection,
  ): Promise<GroupWriteResult> {
    const [result] = await connection.directory.groups.accept([write]);
    if (result === undefined) throw new Error('no result');
    return result;
  }

  async function membersOf(id: string): Promise<readonly Member[]> {
    const record = await bench().connection.directory.groups.get(id, true);
    if (record?.members == null) throw new Error(`no group ${id} with members`);
    return await allMembers(record);
  }

  async function idsIn(id: string): Promise<readonly string[]> {
    return (await membersOf(id)).map((member) => member.id);
  }

  async function version(id: string): Promise<number | undefined> {
    return (await bench().connection.directory.groups.get(id, false))?.group.version;
  }

  /** The audit rows of a group, oldest first. */
  async function audit(id: string) {
    const rows = await bench()
      .store.db.selectFrom('group_changes')
      .selectAll()
      .where('group_id', '=', id)
      .orderBy('id')
      .execute();
    return rows.map((row) => ({
      at: row.at,
      actor: `${row.actor_kind}:${row.actor_name}`,
      action: row.action,
      version: row.version,
      attributes: JSON.parse(row.attributes),
      added: JSON.parse(row.members_added).toSorted(),
      removed: JSON.parse(row.members_removed).toSorted(),
    }));
  }

  /** Who is kept as a member of a group, deleted or not. */
  async function stored(id: string): Promise<readonly string[]> {
    const rows = await bench()
      .store.db.selectFrom('group_members')
      .select('member_id')
      .where('group_id', '=', id)
      .orderBy('member_id')
      .execute();
    return rows.map(({ member_id }) => member_id);
  }

  /** Adds members who are not here, until there are `count` of that kind. */
  async function fillGroup(id: string, count: number): Promise<void> {
    await sql`insert or ignore into group_members (connection, group_id, member_id)
      with recursive n(v) as (select 1 union all select v + 1 from n where v < ${count})
      select 'default', ${id}, 'stranger-' || v from n`.execute(bench().store.db);
  }

  async function people(...names: readonly string[]): Promise<readonly string[]> {
    const records = await create(bench().connection, ...names.map((userName) => ({ userName })));
    return records.map(({ person }) => person.id);
  }

  return { one, membersOf, idsIn, version, audit, stored, fillGroup, people };
}

import type { Group, GroupDecision, GroupWrite, GroupWriteResult } from '../scim/groups.ts';
import { rejectedIfThrown } from './accept.ts';
import type { AccessSource } from './access.ts';
import { attributesOf } from './audit.ts';
import { type GroupWriting, leaveGroups, nextVersion, recordChange } from './group-changes.ts';
import {
  type MemberPlan,
  type MembersOf,
  planMembers,
  unknownMembers,
  writeMembers,
} from './group-members.ts';
import { groupKeysOf, insertGroup, loadGroup, updateGroup } from './group-records.ts';
import type { ListSources } from './list.ts';
import { type Places, statement } from './statement.ts';

type Create = Extract<GroupWrite, { kind: 'create' }>;
type Change = Extract<GroupWrite, { kind: 'change' }>;
type Replacement = Extract<GroupDecision, { kind: 'change' }>;
type Writing = GroupWriting & Pick<ListSources, 'engine'>;

/**
 * Writes a batch in a transaction: see `Groups.accept`. The transaction is the lock: a change of members starts from the
 * members as they are in it.
 *
 * @param newId makes the id of a new group that comes without one, a UUID
 */
export async function acceptGroups(
  { db, engine, gives, scope }: Pick<ListSources, 'db' | 'engine'> & AccessSource,
  connection: string,
  writes: readonly GroupWrite[],
  clock: () => number,
  newId: () => string,
): Promise<readonly GroupWriteResult[]> {
  const results: GroupWriteResult[] = [];
  for (const write of writes) {
    const writing = { db, engine, connection, actor: write.actor, now: clock(), gives, scope };
    results.push(
      write.kind === 'create'
        ? await create(writing, write.id ?? newId(), write)
        : await change(writing, write),
    );
  }
  return results;
}

async function create(writing: Writing, id: string, write: Create): Promise<GroupWriteResult> {
  const { db, engine, connection, now } = writing;
  const { resource } = write;
  const place = { db, engine, connection, groupId: id };
  const plan = await planMembers(place, [{ kind: 'add', ids: write.members }]);
  const refusal = (await findConflict(writing, id, resource)) ?? (await findUnknown(place, plan, write));
  if (refusal !== null) return refusal;
  const group: Group = { connection, id, resource, version: 1, created: now, lastModified: now };
  await insertGroup(db, group);
  const members = await writeMembers(place, plan);
  await recordChange(writing, group, { action: 'create', attributes: attributesOf(resource), ...members });
  return { kind: 'written', group, changed: true };
}

async function change(writing: Writing, write: Change): Promise<GroupWriteResult> {
  const before = await loadGroup(writing.db, writing.connection, write.id);
  if (before === null) return { kind: 'missing' };
  const decision = rejectedIfThrown(() => write.decide(before));
  if (decision.kind === 'rejected') return decision;
  return decision.kind === 'delete'
    ? await remove(writing, before)
    : await replace(writing, before, decision, write);
}

async function replace(
  writing: Writing,
  before: Group,
  decision: Replacement,
  write: Change,
): Promise<GroupWriteResult> {
  const { db, engine, connection, now } = writing;
  const place = { db, engine, connection, groupId: before.id };
  const plan = await planMembers(place, decision.members);
  const refusal =
    (await findConflict(writing, before.id, decision.resource)) ?? (await findUnknown(place, plan, write));
  if (refusal !== null) return refusal;
  const members = await writeMembers(place, plan);
  const isSame = decision.changed.length === 0 && members.added.length === 0 && members.removed.length === 0;
  if (isSame) return { kind: 'written', group: before, changed: false };
  const group = { ...nextVersion(before, now), resource: decision.resource };
  await updateGroup(db, group, null);
  await recordChange(writing, group, { action: 'update', attributes: decision.changed, before, ...members });
  return { kind: 'written', group, changed: true };
}

/**
 * For SCIM a deleted group is gone; its row stays for the audit trail, and so do its members: to take 200,000 away would
 * hold up every other write.
 */
async function remove(writing: Writing, before: Group): Promise<GroupWriteResult> {
  await leaveGroups(writing, before.id);
  const group = nextVersion(before, writing.now);
  await updateGroup(writing.db, group, writing.now);
  await recordChange(writing, group, { action: 'delete', attributes: [], added: [], removed: [] });
  return { kind: 'written', group, changed: true };
}

const NAMESAKES = statement((db, place: Places<{ connection: string; id: string; key: string }>) =>
  db
    .selectFrom('groups')
    .select('id')
    .where('connection', '=', place('connection'))
    .where('deleted', 'is', null)
    .where('display_name_key', '=', place('key'))
    .where('id', '<>', place('id'))
    .limit(1),
);

/** Among the groups that are not deleted, displayName is unique without regard to case: it is what people go by. */
async function findConflict(
  { db, connection }: GroupWriting,
  id: string,
  resource: Group['resource'],
): Promise<GroupWriteResult | null> {
  const keys = rejectedIfThrown(() => ({ kind: 'keys' as const, ...groupKeysOf(resource) }));
  if (keys.kind === 'rejected') return keys;
  const [sameName] = await NAMESAKES(db, { connection, id, key: keys.displayNameKey });
  return sameName === undefined
    ? null
    : { kind: 'conflict', attribute: 'displayName', value: keys.displayName };
}

async function findUnknown(
  place: MembersOf,
  plan: MemberPlan,
  write: GroupWrite,
): Promise<GroupWriteResult | null> {
  if (write.unknownMembers === 'accept') return null;
  const ids = await unknownMembers(place, plan);
  return ids.length === 0 ? null : { kind: 'unknownMembers', ids };
}

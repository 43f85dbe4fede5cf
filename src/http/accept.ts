import type { PersonRecord } from '../domain/person.ts';
import type { Write, WriteResult } from '../scim/directory.ts';
import { excerpt, invalidValue, notFound, uniqueness } from '../scim/error.ts';
import type { Group, GroupWrite, GroupWriteResult } from '../scim/groups.ts';
import type { HttpConnection } from './connection.ts';

/** How many members who are not here an error names. */
const NAMED = 5;

/**
 * Accepts one change of a person and wakes the worker once it is committed. Returns the person as they are then.
 * Fails like `writtenPerson`.
 */
export async function accept(connection: HttpConnection, write: Write): Promise<PersonRecord> {
  const [result] = await connection.directory.accept([write]);
  if (result === undefined) throw new Error('The directory gave no result for a write');
  const record = writtenPerson(result);
  connection.onAccepted();
  return record;
}

/** As `accept`, for a group. Fails like `writtenGroup`. */
export async function acceptGroup(connection: HttpConnection, write: GroupWrite): Promise<Group> {
  const [result] = await connection.directory.groups.accept([write]);
  if (result === undefined) throw new Error('The directory gave no result for a write');
  const group = writtenGroup(result);
  connection.onAccepted();
  return group;
}

/**
 * The person as they are after a write.
 *
 * @throws ScimError 404 when the person is not there, 409 uniqueness naming the attribute; or what the change's own
 *   `decide` threw
 */
export function writtenPerson(result: WriteResult): PersonRecord {
  switch (result.kind) {
    case 'written':
      return result.record;
    case 'missing':
      throw notFound('No User has this id.');
    case 'conflict':
      throw uniqueness(`Another User has the ${result.attribute} "${excerpt(result.value)}".`);
    case 'rejected':
      throw result.error;
  }
}

/**
 * The group as it is after a write.
 *
 * @throws ScimError 404 when the group is not there, 409 uniqueness naming the attribute, 400 invalidValue naming
 *   the members who are not here where such are refused; or what the change's own `decide` threw
 */
export function writtenGroup(result: GroupWriteResult): Group {
  switch (result.kind) {
    case 'written':
      return result.group;
    case 'missing':
      throw notFound('No Group has this id.');
    case 'conflict':
      throw uniqueness(`Another Group has the ${result.attribute} "${excerpt(result.value)}".`);
    case 'unknownMembers':
      throw invalidValue(unknownMembersDetail(result.ids));
    case 'rejected':
      throw result.error;
  }
}

function unknownMembersDetail(ids: readonly string[]): string {
  const named = ids.slice(0, NAMED).map((id) => `"${excerpt(id)}"`);
  const others = ids.length > NAMED ? `, nor one of ${ids.length - NAMED} others` : '';
  return `Nobody here has the id ${named.join(', ')}${others}.`;
}

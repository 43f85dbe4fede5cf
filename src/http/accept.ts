import type { PersonRecord } from '../domain/person.ts';
import type { Write } from '../scim/directory.ts';
import { excerpt, notFound, uniqueness } from '../scim/error.ts';
import type { HttpConnection } from './connection.ts';

/**
 * Accepts one change and wakes the worker once it is committed. Returns the person as they are then.
 *
 * @throws ScimError 404 when the person is not there, 409 uniqueness naming the attribute; or what the change's own
 *   `decide` threw
 */
export async function accept(connection: HttpConnection, write: Write): Promise<PersonRecord> {
  const [result] = await connection.directory.accept([write]);
  if (result === undefined) throw new Error('The directory gave no result for a write');
  switch (result.kind) {
    case 'written':
      connection.onAccepted();
      return result.record;
    case 'missing':
      throw notFound('No User has this id.');
    case 'conflict':
      throw uniqueness(`Another User has the ${result.attribute} "${excerpt(result.value)}".`);
    case 'rejected':
      throw result.error;
  }
}

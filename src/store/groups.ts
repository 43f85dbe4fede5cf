import type { Kysely } from 'kysely';
import type { GroupName, Groups } from '../scim/groups.ts';
import type { Database } from './tables.ts';

/** The groups of one connection. */
export function groups(
  _db: Kysely<Database>,
  _connection: string,
  _clock: () => number,
  _newId: () => string,
): Groups {
  const none = { total: 0, items: [], nextCursor: null };
  return { accept: async () => [], get: async () => null, list: async () => none };
}

/** See `Directory.groupsOf`. */
export async function groupsOf(
  _db: Kysely<Database>,
  _connection: string,
  _ids: readonly string[],
): Promise<ReadonlyMap<string, readonly GroupName[]>> {
  return new Map();
}

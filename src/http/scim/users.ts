import type { JsonObject } from '../../domain/json.ts';
import type { SeenPerson } from '../../domain/person.ts';
import type { GroupName } from '../../scim/groups.ts';
import { USER_MAX_PAYLOAD } from '../../scim/limits.ts';
import { selectionOf } from '../../scim/projection.ts';
import { userResourceType } from '../../scim/registry.ts';
import type { HttpConnection } from '../connection.ts';
import type { Endpoint, Seen, View } from './endpoint.ts';
import { personResource } from './person-resource.ts';
import { userWrite } from './user-write.ts';
import { acceptJudged } from './verdict.ts';

/** The `/Users` of one connection. */
export function userEndpoint(connection: HttpConnection): Endpoint {
  const { directory } = connection;

  /** The groups are asked for only where they are shown. */
  async function resourcesOf(
    records: readonly SeenPerson[],
    { baseUrl, projection }: View,
  ): Promise<readonly JsonObject[]> {
    const ids = records.map(({ person }) => person.id);
    const isShown = ids.length > 0 && selectionOf(projection, 'groups') !== 'nothing';
    const groups = isShown ? await directory.groupsOf(ids) : undefined;
    return records.map((record) =>
      personResource(record, baseUrl, projection, groups?.get(record.person.id)),
    );
  }

  async function seen(record: SeenPerson, view: View): Promise<Seen> {
    const [resource = {}] = await resourcesOf([record], view);
    return { version: record.person.version, resource };
  }

  return {
    type: userResourceType,
    patched: 'resource',
    largestBody: USER_MAX_PAYLOAD,
    list: async (query, view) => {
      const page = await directory.list(query);
      return { ...page, items: await resourcesOf(page.items, view) };
    },
    get: async (id, view) => {
      const record = await directory.get(id);
      return record === null ? null : await seen(record, view);
    },
    get verdictWindow() {
      return connection.verdicts?.window ?? 0;
    },
    write: async (operation, actor, wait) => {
      const record = await acceptJudged(connection, userWrite(operation, actor), wait);
      const { id, version } = record.person;
      return {
        id,
        version,
        see: async (view) =>
          // Whoever is new is in no group yet, and nothing has to be read that could fail after the write.
          operation.method === 'POST' ? shown(record, view, undefined) : await seen(record, view),
      };
    },
  };
}

function shown(
  record: SeenPerson,
  { baseUrl, projection }: View,
  groups: readonly GroupName[] | undefined,
): Seen {
  return {
    version: record.person.version,
    resource: personResource(record, baseUrl, projection, groups),
  };
}

import type { GroupRecord } from '../../scim/groups.ts';
import { GROUP_MAX_PAYLOAD } from '../../scim/limits.ts';
import { type Projection, selectionOf } from '../../scim/projection.ts';
import { groupResourceType } from '../../scim/registry.ts';
import { acceptGroup } from '../accept.ts';
import type { HttpConnection } from '../connection.ts';
import type { Endpoint, Seen, View } from './endpoint.ts';
import { groupResource } from './group-resource.ts';
import { groupWrite } from './group-write.ts';

/** The `/Groups` of one connection. Members are read only where they are shown. */
export function groupEndpoint(connection: HttpConnection): Endpoint {
  const { groups } = connection.directory;
  return {
    type: groupResourceType,
    // A group may have thousands of members; Entra advises against sending them back.
    patched: 'nothing',
    largestBody: GROUP_MAX_PAYLOAD,
    verdictWindow: 0,
    list: async (query, { baseUrl, projection }) => {
      const page = await groups.list(query, showsMembers(projection));
      return { ...page, items: page.items.map((record) => groupResource(record, baseUrl, projection)) };
    },
    get: async (id, view) => {
      const record = await groups.get(id, showsMembers(view.projection));
      return record === null ? null : seen(record, view);
    },
    write: async (operation, actor) => {
      const group = await acceptGroup(connection, groupWrite(operation, actor, connection.unknownMembers));
      const { id, version } = group;
      return {
        id,
        version,
        see: async (view) => {
          // Null: somebody deleted the group since.
          const record = showsMembers(view.projection) ? await groups.get(id, true) : null;
          return seen(record ?? { group, members: null }, view);
        },
      };
    },
  };
}

function seen(record: GroupRecord, { baseUrl, projection }: View): Seen {
  return { version: record.group.version, resource: groupResource(record, baseUrl, projection) };
}

function showsMembers(projection: Projection | undefined): boolean {
  return selectionOf(projection, 'members') !== 'nothing';
}

import type { JsonObject } from '../../domain/json.ts';
import type { GroupRecord, Member } from '../../scim/groups.ts';
import type { Projection } from '../../scim/projection.ts';
import { groupResourceType, userResourceType } from '../../scim/registry.ts';
import { represent } from '../../scim/representation.ts';
import { iso } from '../time.ts';
import { resourceUrl } from './answer.ts';

/**
 * A group as SCIM clients read it, with its members as far as they were read.
 *
 * @param baseUrl the address that `/Groups` is below
 */
export function groupResource(
  { group, members }: GroupRecord,
  baseUrl: string,
  projection: Projection | undefined,
): JsonObject {
  const { id, resource, version, created, lastModified } = group;
  return represent(
    groupResourceType,
    { ...resource, members: (members ?? []).map((member) => memberResource(member, baseUrl)) },
    {
      id,
      meta: {
        created: iso(created),
        lastModified: iso(lastModified),
        version,
        location: resourceUrl(baseUrl, groupResourceType, id),
      },
    },
    undefined,
    projection,
  );
}

/** RFC 7643 §4.2. Of a member who is not here, nothing but the id is known. */
function memberResource({ id, type, display }: Member, baseUrl: string): JsonObject {
  if (type === null) return { value: id };
  const resourceType = type === 'User' ? userResourceType : groupResourceType;
  return { value: id, type, $ref: resourceUrl(baseUrl, resourceType, id), display };
}

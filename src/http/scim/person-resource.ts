import type { JsonObject } from '../../domain/json.ts';
import type { SeenPerson } from '../../domain/person.ts';
import type { GroupName } from '../../scim/groups.ts';
import type { Projection } from '../../scim/projection.ts';
import { groupResourceType, userResourceType } from '../../scim/registry.ts';
import { represent } from '../../scim/representation.ts';
import { iso } from '../time.ts';
import { resourceUrl } from './answer.ts';

/**
 * A person as SCIM clients read them: their own data, an override or not, and beside it their groups and the
 * bridge's extension.
 *
 * @param baseUrl the address that `/Users` is below
 * @param groups those that the person is a direct member of
 */
export function personResource(
  record: SeenPerson,
  baseUrl: string,
  projection: Projection | undefined,
  groups: readonly GroupName[] = [],
): JsonObject {
  const { id, resource, version, created, lastModified } = record.person;
  return represent(
    userResourceType,
    { ...resource, groups: groups.map((group) => membership(group, baseUrl)) },
    {
      id,
      meta: {
        created: iso(created),
        lastModified: iso(lastModified),
        version,
        location: resourceUrl(baseUrl, userResourceType, id),
      },
    },
    bridgeExtension(record),
    projection,
  );
}

/** RFC 7643 §4.1.2: a group of which the user is a direct member. */
function membership({ id, display }: GroupName, baseUrl: string): JsonObject {
  return { value: id, $ref: resourceUrl(baseUrl, groupResourceType, id), display, type: 'direct' };
}

/** `urn:ietf:params:scim:schemas:extension:concur-bridge:2.0:User`: what became of the person in Concur. */
function bridgeExtension({ person, provisioning }: SeenPerson): JsonObject {
  const { state, concurId, lastRequestId, lastError, lastConfirmed, pendingSince } = provisioning;
  const { override } = person;
  return {
    state,
    concurId,
    lastRequestId,
    lastError,
    lastConfirmed: iso(lastConfirmed),
    pendingSince: iso(pendingSince),
    override: override === null ? null : { ...override, since: iso(override.since) },
  };
}

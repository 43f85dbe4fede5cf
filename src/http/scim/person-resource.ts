import type { JsonObject } from '../../domain/json.ts';
import type { PersonRecord } from '../../domain/person.ts';
import type { Projection } from '../../scim/projection.ts';
import { userResourceType } from '../../scim/registry.ts';
import { represent } from '../../scim/representation.ts';
import { iso } from '../time.ts';

/**
 * A person as SCIM clients read them: their own data, an override or not, and beside it the bridge's extension.
 *
 * @param baseUrl the address that `/Users` is below
 */
export function personResource(
  record: PersonRecord,
  baseUrl: string,
  projection: Projection | undefined,
): JsonObject {
  const { id, resource, version, created, lastModified } = record.person;
  return represent(
    userResourceType,
    resource,
    {
      id,
      meta: {
        created: iso(created),
        lastModified: iso(lastModified),
        version,
        location: userUrl(baseUrl, id),
      },
    },
    bridgeExtension(record),
    projection,
  );
}

/** The address of a User. */
export function userUrl(baseUrl: string, id: string): string {
  return `${baseUrl}/Users/${encodeURIComponent(id)}`;
}

/** `urn:ietf:params:scim:schemas:extension:concur-bridge:2.0:User`: what became of the person in Concur. */
function bridgeExtension({ person, provisioning }: PersonRecord): JsonObject {
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

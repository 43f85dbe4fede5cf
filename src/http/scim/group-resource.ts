import type { JsonObject, JsonValue } from '../../domain/json.ts';
import type { GroupRecord, Member } from '../../scim/groups.ts';
import type { Projection } from '../../scim/projection.ts';
import { groupResourceType, userResourceType } from '../../scim/registry.ts';
import { represent } from '../../scim/representation.ts';
import { iso } from '../time.ts';
import { resourceUrl } from './answer.ts';
import { type Shown, textWith } from './json-text.ts';

/**
 * A group as SCIM clients read it, with its members as far as they were read; piece by piece where the members come in
 * parts.
 *
 * @param baseUrl the address that `/Groups` is below
 */
export function groupResource(
  { group, members }: GroupRecord,
  baseUrl: string,
  projection: Projection | undefined,
): Shown {
  const { id, resource, version, created, lastModified } = group;
  const location = resourceUrl(baseUrl, groupResourceType, id);
  const meta = { created: iso(created), lastModified: iso(lastModified), version, location };
  const shown = represent(groupResourceType, resource, { id, meta }, undefined, projection);
  const elementsOf = (part: readonly Member[]) => memberResources(part, baseUrl, projection);
  if (members !== null && Symbol.asyncIterator in members)
    return textWith(shown, 'members', eachOf(members, elementsOf));
  const elements = elementsOf(members ?? []);
  return elements.length === 0 ? shown : { ...shown, members: elements };
}

async function* eachOf<Part, Result>(
  parts: AsyncIterable<Part>,
  change: (part: Part) => Result,
): AsyncGenerator<Result> {
  for await (const part of parts) yield change(part);
}

/** Members alone, by the rules by which a whole group is shown. */
function memberResources(
  members: readonly Member[],
  baseUrl: string,
  projection: Projection | undefined,
): JsonValue[] {
  const elements = members.map((member) => memberResource(member, baseUrl));
  const identity = { id: '', meta: { location: '' } };
  const { members: shown } = represent(
    groupResourceType,
    { members: elements },
    identity,
    undefined,
    projection,
  );
  return Array.isArray(shown) ? shown : [];
}

/** RFC 7643 §4.2. Of a member who is not here, nothing but the id is known. */
function memberResource({ id, type, display }: Member, baseUrl: string): JsonObject {
  if (type === null) return { value: id };
  const resourceType = type === 'User' ? userResourceType : groupResourceType;
  return { value: id, type, $ref: resourceUrl(baseUrl, resourceType, id), display };
}

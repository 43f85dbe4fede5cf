import { isJsonObject, type JsonObject } from '../../domain/json.ts';
import { invalidSyntax, payloadTooLarge } from '../error.ts';
import type { Group, GroupDecision } from '../groups.ts';
import { checkDepth } from '../json.ts';
import { USER_MAX_PAYLOAD } from '../limits.ts';
import { groupResourceType } from '../registry.ts';
import { replaceResource } from '../replace.ts';
import { parseResource } from '../resource.ts';
import { takeMembers } from './members.ts';

/**
 * A group as the body of a POST describes it: what is stored of it, and its members by id. What a client cannot write
 * and what no schema knows (Entra names a schema of its own) is left out. Fails like `parseResource`, and with
 * ScimError 400 invalidValue for a member without an id and 413 for more than 1 MB beside the members.
 */
export function parseGroup(body: unknown): {
  readonly resource: JsonObject;
  readonly members: readonly string[];
} {
  const { rest, members } = partsOf(body);
  return { resource: parseResource(groupResourceType, rest), members: members ?? [] };
}

/**
 * A PUT (RFC 7644 §3.5.1): the body takes the place of the group. A body without `members` leaves nobody in it: the
 * section lets a service clear what is left out, RFC 7643 §2.5 has "left out" and "empty" mean the same, and who left
 * the last group member out of the list must not keep their access. Fails like `parseGroup`.
 */
export function replaceGroup(group: Group, body: unknown): GroupDecision {
  const { rest, members } = partsOf(body);
  return {
    kind: 'change',
    ...replaceResource(groupResourceType, group.resource, rest),
    members: [{ kind: 'replace', ids: members ?? [] }],
  };
}

function partsOf(body: unknown): ReturnType<typeof takeMembers> {
  if (!isJsonObject(body)) throw invalidSyntax('The body must be a JSON object describing a Group.');
  checkDepth(body);
  const parts = takeMembers(body);
  // A body may be larger for the members' sake alone.
  if (Buffer.byteLength(JSON.stringify(parts.rest)) > USER_MAX_PAYLOAD) {
    throw payloadTooLarge('Besides its members, a Group may have 1 MB.');
  }
  return parts;
}

import { preconditionFailed } from '../../scim/error.ts';
import { entityTag } from '../../scim/representation.ts';

/**
 * Refuses a write that was made for another version (`If-Match`). RFC 7644 §3.14 has clients send our weak tags
 * back in `If-Match`, so they are compared weakly. `*` (SAP IPS sends it always) is met by any version.
 *
 * @throws ScimError 412
 */
export function checkIfMatch(header: string | undefined, version: number): void {
  if (header === undefined) return;
  const tags = header.split(',').map(strong);
  if (tags.includes('*') || tags.includes(strong(entityTag(version)))) return;
  throw preconditionFailed(`The resource has changed since; the current version is ${entityTag(version)}.`);
}

function strong(tag: string): string {
  return tag.trim().replace(/^W\//, '');
}

import type { JsonObject } from '../domain/json.ts';
import { type Modification, modification } from './change.ts';
import { excerpt, mutability } from './error.ts';
import { canonicalText } from './json.ts';
import { attributePath, attributesOf, type ResourceType, schemasOf } from './registry.ts';
import { assign, parseResource, schemaObject } from './resource.ts';

/**
 * A PUT (RFC 7644 §3.5.1): the body takes the place of `current`, except that immutable attributes the body
 * leaves out stay, and so does `active`. Fails like `parseResource`, and with ScimError 400 mutability when an
 * immutable one differs.
 */
export function replaceResource(
  resourceType: ResourceType,
  current: JsonObject,
  body: unknown,
): Modification {
  const resource = parseResource(resourceType, body);
  keepImmutable(resourceType, current, resource);
  return modification(resourceType, current, resource);
}

/**
 * RFC 7643 §2.2: an immutable attribute may be given once and not be changed after that. Puts back into `after`
 * what it lacks of `before`. Fails with ScimError 400 mutability when a value differs.
 */
function keepImmutable(resourceType: ResourceType, before: JsonObject, after: JsonObject): void {
  for (const schema of schemasOf(resourceType)) {
    const old = schemaObject(resourceType, schema, before);
    if (!old) continue;
    for (const attribute of attributesOf(resourceType, schema)) {
      const value = old[attribute.name];
      if (attribute.mutability !== 'immutable' || value === undefined) continue;
      const wanted = schemaObject(resourceType, schema, after)?.[attribute.name];
      if (wanted === undefined) assign(resourceType, schema, after, attribute.name, value);
      else if (canonicalText(wanted) !== canonicalText(value)) {
        const path = attributePath(resourceType, schema, attribute.name);
        throw mutability(
          `${path} cannot be changed once it is set; it is ${excerpt(JSON.stringify(value))}.`,
        );
      }
    }
  }
}

import { isJsonObject, type JsonObject, type JsonValue, sameJson } from '../domain/json.ts';
import { invalidValue } from './error.ts';
import { canonicalText } from './json.ts';
import { oncePer } from './once-per.ts';
import { attributePath, attributesOf, type ResourceType, schemasOf } from './registry.ts';
import { isStored, schemaObject, withSchemas } from './resource.ts';
import type { Attribute } from './schema.ts';

/** A write's result: the resource as it is to be stored, and the paths of the attributes that really changed. */
export interface Modification {
  readonly resource: JsonObject;
  readonly changed: string[];
}

/** The characters of JSON that a resource may have, as many as a body. Small PATCHes could make it grow for ever. */
const LARGEST = 1_048_576;

/**
 * What a PUT or PATCH makes of `before`, once `after` is what the client asked for. Access is given and taken by
 * a true or false for `active` alone: where `after` has none, whatever the client wrote to that end, it stays.
 * Returns `before` itself when nothing changed. Fails with ScimError 400 invalidValue for more than 1 MB.
 */
export function modification(
  resourceType: ResourceType,
  before: JsonObject,
  after: JsonObject,
): Modification {
  const { active } = before;
  const resource = active === undefined || after.active !== undefined ? after : { ...after, active };
  const changed = changedPaths(resourceType, before, resource);
  if (changed.length === 0) return { resource: before, changed };
  if (isTooLarge(before, resource)) {
    throw invalidValue(`The ${resourceType.name} would be larger than 1 MB.`);
  }
  return { resource: withSchemas(resourceType, resource), changed };
}

function isTooLarge(before: JsonObject, resource: JsonObject): boolean {
  // Nearly always all of it together is small, and no copy is needed to know it.
  if (JSON.stringify(resource).length <= LARGEST) return false;
  const size = sizeOf(resource);
  return size > LARGEST && size > sizeOf(before);
}

// Without `active`: nobody is too large to leave.
function sizeOf(resource: JsonObject): number {
  return JSON.stringify({ ...resource, active: undefined, schemas: undefined }).length;
}

/**
 * The paths of the attributes that differ between two stored resources: `userName`, `name.givenName`, `emails`,
 * `urn:…:User:department`. Singular complex attributes are told apart by sub-attribute, multi-valued ones are
 * named as a whole and their order never counts (RFC 7643 §2.4). Empty when nothing really changed.
 */
export function changedPaths(resourceType: ResourceType, before: JsonObject, after: JsonObject): string[] {
  const changed: string[] = [];
  for (const { schema, attributes } of storedAttributes(resourceType)) {
    const old = schemaObject(resourceType, schema, before);
    const present = schemaObject(resourceType, schema, after);
    if (old === present) continue;
    for (const attribute of attributes) {
      for (const name of differences(attribute, old?.[attribute.name], present?.[attribute.name])) {
        changed.push(attributePath(resourceType, schema, name));
      }
    }
  }
  return changed;
}

const storedAttributes = oncePer((resourceType: ResourceType) =>
  schemasOf(resourceType).map((schema) => ({
    schema,
    attributes: attributesOf(resourceType, schema).filter(isStored),
  })),
);

function differences(
  attribute: Attribute,
  before: JsonValue | undefined,
  after: JsonValue | undefined,
): string[] {
  // Nearly always so, and quickly seen: a PATCH leaves what it does not touch the very same.
  if (sameJson(before, after)) return [];
  if (attribute.type !== 'complex' || attribute.multiValued) {
    return canonicalText(before) === canonicalText(after) ? [] : [attribute.name];
  }
  const old = isJsonObject(before) ? before : {};
  const present = isJsonObject(after) ? after : {};
  return (attribute.subAttributes ?? [])
    .flatMap((subAttribute) => differences(subAttribute, old[subAttribute.name], present[subAttribute.name]))
    .map((name) => `${attribute.name}.${name}`);
}

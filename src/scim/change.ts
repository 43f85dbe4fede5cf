import { isJsonObject, type JsonObject, type JsonValue } from '../domain/json.ts';
import { canonicalText } from './json.ts';
import { attributePath, attributesOf, type ResourceType, schemasOf } from './registry.ts';
import { isStored, schemaObject } from './resource.ts';
import type { Attribute } from './schema.ts';

/** A write's result: the resource as it is to be stored, and the paths of the attributes that really changed. */
export interface Modification {
  readonly resource: JsonObject;
  readonly changed: string[];
}

/**
 * The paths of the attributes that differ between two stored resources: `userName`, `name.givenName`, `emails`,
 * `urn:…:User:department`. Singular complex attributes are told apart by sub-attribute, multi-valued ones are
 * named as a whole and their order never counts (RFC 7643 §2.4). Empty when nothing really changed.
 */
export function changedPaths(resourceType: ResourceType, before: JsonObject, after: JsonObject): string[] {
  return schemasOf(resourceType).flatMap((schema) => {
    const old = schemaObject(resourceType, schema, before);
    const present = schemaObject(resourceType, schema, after);
    return attributesOf(resourceType, schema)
      .filter(isStored)
      .flatMap((attribute) => differences(attribute, old?.[attribute.name], present?.[attribute.name]))
      .map((name) => attributePath(resourceType, schema, name));
  });
}

function differences(
  attribute: Attribute,
  before: JsonValue | undefined,
  after: JsonValue | undefined,
): string[] {
  if (before === after) return [];
  if (attribute.type !== 'complex' || attribute.multiValued) {
    return canonicalText(before) === canonicalText(after) ? [] : [attribute.name];
  }
  const old = isJsonObject(before) ? before : {};
  const present = isJsonObject(after) ? after : {};
  return (attribute.subAttributes ?? [])
    .flatMap((subAttribute) => differences(subAttribute, old[subAttribute.name], present[subAttribute.name]))
    .map((name) => `${attribute.name}.${name}`);
}

import { isJsonObject, type JsonObject, type JsonValue } from '../domain/json.ts';
import { isUnassigned } from './dialect.ts';
import { type Projection, selectionOf } from './projection.ts';
import { attributePath, attributesOf, type ResourceType, schemasOf } from './registry.ts';
import { schemaObject, withSchemas } from './resource.ts';
import type { Attribute } from './schema.ts';
import { concurBridgeUserSchema } from './schemas/concur-bridge-user.ts';

/** What the server adds to a stored resource, RFC 7643 §3.1. Times are ISO 8601 texts. */
export interface ResourceIdentity {
  readonly id: string;
  readonly meta: {
    readonly created: string;
    readonly lastModified: string;
    /** Counts the changes; becomes the weak entity tag `W/"3"`. */
    readonly version: number;
    readonly location: string;
  };
}

/** A page of resources, RFC 7644 §3.4.2. */
export interface ListResponse {
  schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'];
  totalResults: number;
  startIndex: number;
  itemsPerPage: number;
  Resources: JsonObject[];
}

/**
 * A stored resource as clients see it: with schemas, id and meta, the bridge's own extension when given, without
 * unassigned attributes, and reduced to what the projection asks for (id and schemas always stay, RFC 7644 §3.9).
 */
export function represent(
  resourceType: ResourceType,
  resource: JsonObject,
  identity: ResourceIdentity,
  extension?: JsonObject,
  projection?: Projection,
): JsonObject {
  const { id, meta } = identity;
  const source: JsonObject = {
    ...resource,
    ...(extension === undefined ? {} : { [concurBridgeUserSchema.id]: extension }),
    id,
    meta: { ...meta, resourceType: resourceType.name, version: entityTag(meta.version) },
  };
  const result: JsonObject = { schemas: [] };
  for (const schema of schemasOf(resourceType)) {
    const object = schemaObject(resourceType, schema, source);
    if (!object) continue;
    const prefix = attributePath(resourceType, schema, '');
    const selected = select(attributesOf(resourceType, schema), object, prefix, projection);
    if (schema === resourceType.schema) Object.assign(result, selected);
    else if (Object.keys(selected).length > 0) result[schema.id] = selected;
  }
  return withSchemas(resourceType, result);
}

/** The weak entity tag of a version, as in `ETag` and `meta.version` (RFC 7644 §3.14). */
export function entityTag(version: number): string {
  return `W/"${version}"`;
}

/** A page of resources with the number of all that match. `startIndex` counts from 1, RFC 7644 §3.4.2.4. */
export function listResponse(
  resources: readonly JsonObject[],
  totalResults: number,
  startIndex: number,
): ListResponse {
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    totalResults,
    startIndex,
    itemsPerPage: resources.length,
    Resources: [...resources],
  };
}

function select(
  attributes: readonly Attribute[],
  source: JsonObject,
  prefix: string,
  projection: Projection | undefined,
): JsonObject {
  const result: JsonObject = {};
  for (const attribute of attributes) {
    const value = source[attribute.name];
    // RFC 7643 §2.2: `returned` "never" is never shown, "always" whatever the projection says.
    if (value === undefined || isUnassigned(value) || attribute.returned === 'never') continue;
    const path = prefix + attribute.name;
    const selection = attribute.returned === 'always' ? 'whole' : selectionOf(projection, path);
    if (selection === 'whole') result[attribute.name] = value;
    if (selection === 'part') {
      const part = selectPart(attribute, value, `${path}.`, projection);
      if (!isUnassigned(part)) result[attribute.name] = part;
    }
  }
  return result;
}

function selectPart(
  attribute: Attribute,
  value: JsonValue,
  prefix: string,
  projection: Projection | undefined,
): JsonValue {
  if (Array.isArray(value)) {
    return value
      .map((element) => selectPart(attribute, element, prefix, projection))
      .filter((element) => !isUnassigned(element));
  }
  return isJsonObject(value) ? select(attribute.subAttributes ?? [], value, prefix, projection) : value;
}

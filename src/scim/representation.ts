import { isJsonObject, type JsonObject, type JsonValue } from '../domain/json.ts';
import { isUnassigned } from './dialect.ts';
import { oncePer } from './once-per.ts';
import { type Projection, selectionOf } from './projection.ts';
import { attributePath, attributesOf, type ResourceType, schemasOf } from './registry.ts';
import { schemaObject, withSchemas } from './resource.ts';
import type { Attribute, Schema } from './schema.ts';
import { concurBridgeUserSchema } from './schemas/concur-bridge-user.ts';

/**
 * What the server adds to a stored resource, RFC 7643 §3.1. Times are ISO 8601 texts; what is not stored but always
 * there, as a role is, has neither times nor versions.
 */
export interface ResourceIdentity {
  readonly id: string;
  readonly meta: {
    readonly created?: string;
    readonly lastModified?: string;
    /** Counts the changes; becomes the weak entity tag `W/"3"`. */
    readonly version?: number;
    readonly location: string;
  };
}

/** A page of resources, RFC 7644 §3.4.2. */
export interface ListResponse<Resource = JsonObject> {
  schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'];
  totalResults: number;
  startIndex: number;
  itemsPerPage: number;
  Resources: Resource[];
}

/** A page of resources asked for by cursor. */
export interface CursorResponse<Resource = JsonObject> extends Omit<ListResponse<Resource>, 'startIndex'> {
  nextCursor?: string;
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
    meta: {
      ...meta,
      resourceType: resourceType.name,
      ...(meta.version === undefined ? {} : { version: entityTag(meta.version) }),
    },
  };
  const result: JsonObject = { schemas: [] };
  for (const { schema, views } of viewsOf(resourceType, projection)) {
    const object = schemaObject(resourceType, schema, source);
    if (!object) continue;
    const selected = select(views, object);
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
export function listResponse<Resource>(
  resources: readonly Resource[],
  totalResults: number,
  startIndex: number,
): ListResponse<Resource> {
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    totalResults,
    startIndex,
    itemsPerPage: resources.length,
    Resources: [...resources],
  };
}

/** A page asked for by cursor, RFC 9865 §2: no `startIndex`, and `nextCursor` on every page but the last. */
export function cursorResponse<Resource>(
  resources: readonly Resource[],
  totalResults: number,
  nextCursor: string | null,
): CursorResponse<Resource> {
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    totalResults,
    itemsPerPage: resources.length,
    ...(nextCursor === null ? {} : { nextCursor }),
    Resources: [...resources],
  };
}

/** What of a schema's attributes is shown. */
interface SchemaViews {
  readonly schema: Schema;
  readonly views: ReadonlyMap<string, View>;
}

/** What is shown of an attribute's value: all of it, or these of its sub-attributes. */
type View = 'whole' | ReadonlyMap<string, View>;

/** The same for all resources of a page, and nearly always that of no projection. */
function viewsOf(resourceType: ResourceType, projection: Projection | undefined): readonly SchemaViews[] {
  return projection === undefined ? plainViews(resourceType) : projectedViews(projection)(resourceType);
}

const plainViews = oncePer((resourceType: ResourceType) => schemaViews(resourceType, undefined));

const projectedViews = oncePer((projection: Projection) =>
  oncePer((resourceType: ResourceType) => schemaViews(resourceType, projection)),
);

function schemaViews(resourceType: ResourceType, projection: Projection | undefined): readonly SchemaViews[] {
  return schemasOf(resourceType).map((schema) => {
    const prefix = attributePath(resourceType, schema, '');
    const views = attributesOf(resourceType, schema).flatMap((attribute) => {
      const view = viewOf(attribute, prefix + attribute.name, projection);
      return view === undefined ? [] : [[attribute.name, view] as const];
    });
    return { schema, views: new Map(views) };
  });
}

function select(views: ReadonlyMap<string, View>, source: JsonObject): JsonObject {
  const result: JsonObject = {};
  for (const [name, view] of views) {
    const value = source[name];
    if (value === undefined || isUnassigned(value)) continue;
    const shown = seen(value, view);
    if (!isUnassigned(shown)) result[name] = shown;
  }
  return result;
}

// RFC 7643 §2.2: `returned` "never" is never shown, "always" whatever the projection says, "request" when it is named.
function viewOf(attribute: Attribute, path: string, projection: Projection | undefined): View | undefined {
  const { returned, subAttributes = [] } = attribute;
  const below = returned === 'always' ? undefined : projection;
  if (returned === 'never' || selectionOf(below, path) === 'nothing') return undefined;
  if (returned === 'request' && projection?.kind !== 'attributes') return undefined;
  const views = new Map<string, View>();
  for (const subAttribute of subAttributes) {
    const view = viewOf(subAttribute, `${path}.${subAttribute.name}`, below);
    if (view) views.set(subAttribute.name, view);
  }
  const isWhole =
    views.size === subAttributes.length && [...views.values()].every((view) => view === 'whole');
  return isWhole ? 'whole' : views;
}

function seen(value: JsonValue, view: View): JsonValue {
  if (view === 'whole') return value;
  if (Array.isArray(value)) {
    return value.map((element) => seen(element, view)).filter((element) => !isUnassigned(element));
  }
  const result: JsonObject = {};
  for (const [name, inner] of view) {
    const child = isJsonObject(value) ? value[name] : undefined;
    const part = child === undefined ? undefined : seen(child, inner);
    if (part !== undefined && !isUnassigned(part)) result[name] = part;
  }
  return result;
}

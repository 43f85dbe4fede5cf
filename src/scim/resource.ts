import { isJsonObject, type JsonObject, type JsonValue } from '../domain/json.ts';
import { isUnassigned } from './dialect.ts';
import { invalidSyntax, invalidValue } from './error.ts';
import { checkDepth } from './json.ts';
import { oncePer } from './once-per.ts';
import {
  attributePath,
  attributesOf,
  findAttribute,
  findSchema,
  type ResourceType,
  schemasOf,
} from './registry.ts';
import type { Attribute, Schema } from './schema.ts';
import { parseValue } from './value.ts';

/**
 * A resource in the form it is stored in, from the body of a client's POST or PUT: names as the schemas spell
 * them, values of the right type, unassigned values left out, `schemas` computed. What a client cannot write
 * (id, meta, groups, password, the bridge's extension) and what no schema knows is left out silently: Okta
 * sends back all it was shown, Entra names schemas of its own. Fails with ScimError 400: invalidSyntax when the body
 * is no object or nested too deep, invalidValue (naming the path) for a wrong type or a missing required attribute.
 */
export function parseResource(resourceType: ResourceType, body: unknown): JsonObject {
  if (!isJsonObject(body))
    throw invalidSyntax(`The body must be a JSON object describing a ${resourceType.name}.`);
  checkDepth(body);
  const resource: JsonObject = {};
  for (const [name, value] of Object.entries(body)) {
    // The URI of a schema has a colon, the name of an attribute none.
    const schema = name.includes(':') ? findSchema(resourceType, name) : undefined;
    if (schema) parseSchemaObject(resourceType, schema, value, resource);
    else parseAttribute(resourceType, name, value, resource);
  }
  requireAttributes(resourceType, resource);
  return withSchemas(resourceType, resource);
}

/** Whether a client can write the attribute: neither read-only nor, like the password, accepted and forgotten. */
export function isStored(attribute: Attribute): boolean {
  return attribute.mutability === 'readWrite' || attribute.mutability === 'immutable';
}

/** The attributes a schema contributes to a resource: the resource itself, or the extension's object in it. */
export function schemaObject(
  resourceType: ResourceType,
  schema: Schema,
  resource: JsonObject,
): JsonObject | undefined {
  if (schema === resourceType.schema) return resource;
  const extension = resource[schema.id];
  return isJsonObject(extension) ? extension : undefined;
}

/**
 * Sets a top-level attribute of a schema, or takes it away (undefined), creating or dropping the extension's
 * object as needed. Changes `resource`.
 */
export function assign(
  resourceType: ResourceType,
  schema: Schema,
  resource: JsonObject,
  name: string,
  value: JsonValue | undefined,
): void {
  const object = schemaObject(resourceType, schema, resource) ?? {};
  if (value === undefined) delete object[name];
  else object[name] = value;
  if (schema === resourceType.schema) return;
  if (Object.keys(object).length === 0) delete resource[schema.id];
  else resource[schema.id] = object;
}

/** RFC 7643 §3: `schemas` names the core schema and every extension of which the resource has attributes. */
export function withSchemas(resourceType: ResourceType, resource: JsonObject): JsonObject {
  const schemas: string[] = [];
  for (const schema of schemasOf(resourceType)) {
    if (schema === resourceType.schema || resource[schema.id] !== undefined) schemas.push(schema.id);
  }
  return { ...resource, schemas };
}

/** The required attributes (RFC 7643 §2.2) that the resource lacks, by path. Blank text is as good as none. */
function missingAttributes(resourceType: ResourceType, resource: JsonObject): readonly string[] {
  return requiredAttributes(resourceType)
    .filter(({ schema, name }) => {
      const object = schemaObject(resourceType, schema, resource);
      return object !== undefined && isBlank(object[name]);
    })
    .map(({ schema, name }) => attributePath(resourceType, schema, name));
}

const requiredAttributes = oncePer((resourceType: ResourceType) =>
  schemasOf(resourceType).flatMap((schema) =>
    attributesOf(resourceType, schema)
      .filter((attribute) => attribute.required)
      .map(({ name }) => ({ schema, name })),
  ),
);

function requireAttributes(resourceType: ResourceType, resource: JsonObject): void {
  const missing = missingAttributes(resourceType, resource);
  if (missing.length === 0) return;
  throw invalidValue(
    `${missing.join(', ')} is required for a ${resourceType.name}: a string that is not empty.`,
  );
}

// Besides blanks what shows nothing: zero-width characters, fillers, the Braille blank.
const invisible = /^[\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\u2800]*$/u;

/**
 * Whether a required attribute is as good as missing (RFC 7643 §4.1.1: a userName is a non-empty value). A name that
 * nobody can see is none.
 */
export function isBlank(value: JsonValue | undefined): boolean {
  return value === undefined || (typeof value === 'string' && invisible.test(value));
}

function parseSchemaObject(
  resourceType: ResourceType,
  schema: Schema,
  value: unknown,
  resource: JsonObject,
): void {
  if (isUnassigned(value)) return;
  if (!isJsonObject(value)) throw invalidValue(`${schema.id} must be an object.`);
  for (const [name, child] of Object.entries(value)) {
    parseAttribute(resourceType, `${schema.id}:${name}`, child, resource);
  }
}

function parseAttribute(
  resourceType: ResourceType,
  name: string,
  value: unknown,
  resource: JsonObject,
): void {
  const reference = findAttribute(resourceType, name);
  // Dotted names are PATCH's; in a resource the sub-attributes are in an object.
  if (!reference || reference.chain.length > 1 || !isStored(reference.attribute)) return;
  const parsed = parseValue(reference.attribute, value, reference.path);
  if (parsed === undefined) return;
  assign(resourceType, reference.schema, resource, reference.attribute.name, parsed);
}

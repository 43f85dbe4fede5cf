import { isJsonObject, type JsonObject, type JsonValue } from '../../domain/json.ts';
import { type Modification, modification } from '../change.ts';
import { hasContent, withoutDuplicates } from '../element.ts';
import { excerpt, invalidPath, invalidValue, mutability, noTarget } from '../error.ts';
import { canonicalText } from '../json.ts';
import { oncePer } from '../once-per.ts';
import {
  type AttributeReference,
  attributePath,
  attributesOf,
  type ResourceType,
  schemasOf,
} from '../registry.ts';
import { schemaObject } from '../resource.ts';
import { type Attribute, type Schema, subAttributeNamed } from '../schema.ts';
import { requireSubAttributes } from '../value.ts';
import { applyToAttribute, isUnassignedAsWhole, store } from './attribute.ts';
import { effortOf, MAXIMUM_EFFORT, NAME_EFFORT } from './effort.ts';
import { applyToElements } from './elements.ts';
import { located, type Operation, parsePatchMessage } from './message.ts';
import { findTarget, type Target } from './path.ts';

/** A PATCH at work. */
interface Patching {
  readonly resourceType: ResourceType;
  /** The copy that the operations change: see `ownValue`. */
  readonly resource: JsonObject;
  /** The paths of the attributes whose values are the copy's own. */
  readonly owned: Set<string>;
  /** What the operations up to now have cost: see `effortOf`. */
  effort: number;
}

/**
 * A PATCH (RFC 7644 §3.5.2): all operations in order, on a copy; either all apply or the resource stays as it is.
 * Returns the resource to be stored and the paths that really changed, none when the resource already was as
 * asked. User: `active` is changed by true and false alone (see `modification`). Fails with ScimError 400
 * (invalidSyntax, invalidPath, invalidFilter, noTarget, invalidValue, mutability), its detail naming the operation.
 *
 * @param id the resource's id, which a client may name but not change
 */
export function applyPatch(
  resourceType: ResourceType,
  resource: JsonObject,
  body: unknown,
  id?: string,
): Modification {
  const operations = parsePatchMessage(body);
  const copy = { ...copyOf(resourceType, resource), ...(id === undefined ? {} : { id }) };
  const patching: Patching = { resourceType, resource: copy, owned: new Set(), effort: 0 };
  operations.forEach((operation, index) => {
    try {
      applyOperation(patching, operation);
    } catch (error) {
      throw located(error, operation, index);
    }
  });
  if (id !== undefined) delete copy.id;
  settle(resourceType, resource, copy);
  return modification(resourceType, resource, copy);
}

/** The resource and its extensions anew. What their attributes hold is shared until an operation is to change it. */
function copyOf(resourceType: ResourceType, resource: JsonObject): JsonObject {
  const copy = { ...resource };
  for (const { schema } of resourceType.extensions) {
    const extension = copy[schema.id];
    if (isJsonObject(extension)) copy[schema.id] = { ...extension };
  }
  return copy;
}

/** Gives the copy a value of its own for an attribute of `object`: operations change what is in it. */
function ownValue({ owned }: Patching, object: JsonObject, name: string, path: string): void {
  const value = object[name];
  if (typeof value !== 'object' || owned.has(path)) return;
  object[name] = structuredClone(value);
  owned.add(path);
}

function applyOperation(patching: Patching, operation: Operation): void {
  const { resourceType, resource } = patching;
  const { op, path, value } = operation;
  // RFC 7644 §3.5.2.2: a removal must say what to remove.
  if (path === undefined && op === 'remove') throw noTarget('A remove operation must have a path.');
  // RFC 7644 §3.5.2.1 and §3.5.2.3: add and replace have a value. null is one: it clears.
  if (value === undefined && op !== 'remove') throw invalidValue(`The operation must have a value.`);
  if (path === undefined) {
    applyEach(patching, resourceType.schema, operation);
    return;
  }
  const target = findTarget(path.trim(), resourceType);
  if (!target) throw invalidPath(`A ${resourceType.name} has no attribute ${excerpt(path)}.`);
  if (target.kind === 'schema') {
    applyToSchema(patching, target.schema, operation);
  } else if (isReadOnly(target)) {
    refuseReadOnly(resourceType, resource, target, operation);
  } else {
    applyToTarget(patching, target, operation);
  }
}

function applyToSchema(patching: Patching, schema: Schema, operation: Operation): void {
  const { resourceType, resource } = patching;
  const cleared = operation.op === 'remove' || isUnassignedAsWhole(operation.value);
  if (!cleared) {
    applyEach(patching, schema, operation);
    return;
  }
  if (schema === resourceType.schema) {
    throw mutability(`A ${resourceType.name} cannot be without the attributes of its schema.`);
  }
  if (operation.op === 'remove' && schema.attributes.every((one) => one.mutability === 'readOnly')) {
    throw mutability(`${schema.id} is read-only.`);
  }
  const extension = schemaObject(resourceType, schema, resource) ?? {};
  for (const attribute of schema.attributes) {
    const path = attributePath(resourceType, schema, attribute.name);
    applyToAttribute(extension, [attribute], { op: 'remove', value: undefined }, path);
  }
  delete resource[schema.id];
}

/** Each member of the value is an operation of its own; its name may be any path, also a dotted or a URN one. */
function applyEach(patching: Patching, schema: Schema, { op, value }: Operation): void {
  const { resourceType, resource } = patching;
  if (!isJsonObject(value)) {
    throw invalidValue(`Without an attribute in the path, the value must be an object of attributes.`);
  }
  spend(patching, Object.keys(value).length * NAME_EFFORT);
  for (const [name, child] of Object.entries(value)) {
    const path = attributePath(resourceType, schema, name);
    const target = findTarget(path, resourceType);
    // As in a POST, what no schema knows is left out.
    if (!target) continue;
    if (target.kind === 'schema') {
      applyToSchema(patching, target.schema, { op, value: child });
    } else if (!isReadOnly(target)) {
      applyToTarget(patching, target, { op, value: child });
    } else if (target.reference.path === 'id' && resource.id !== undefined && resource.id !== child) {
      // Okta names the resource's own id when it renames a group; another id is a mistake.
      throw mutability(`The id is ${excerpt(JSON.stringify(resource.id))} and cannot be changed.`);
    }
  }
}

function applyToTarget(
  patching: Patching,
  target: Exclude<Target, { kind: 'schema' }>,
  operation: Operation,
): void {
  const { resourceType, resource } = patching;
  const { schema, chain, attribute, path } = target.reference;
  // The password is accepted and never kept.
  if (attribute.mutability === 'writeOnly') return;
  const object = schemaObject(resourceType, schema, resource) ?? {};
  const [{ name }] = chain;
  spend(patching, effortOf(object[name], target, operation.value));
  ownValue(patching, object, name, attributePath(resourceType, schema, name));
  if (target.kind === 'attribute') applyToAttribute(object, chain, operation, path);
  else applyToElements(object, target, operation, target.sub ? `${path}[].${target.sub.path}` : path);
  if (schema === resourceType.schema) return;
  if (Object.keys(object).length === 0) delete resource[schema.id];
  else resource[schema.id] = object;
}

function spend(patching: Patching, effort: number): void {
  patching.effort += effort;
  if (patching.effort <= MAXIMUM_EFFORT) return;
  throw invalidValue('The PATCH asks for too much work at once; send its operations in several.');
}

function isReadOnly(target: Exclude<Target, { kind: 'schema' }>): boolean {
  const sub = target.kind === 'elements' ? (target.sub?.chain ?? []) : [];
  return [...target.reference.chain, ...sub].some((attribute) => attribute.mutability === 'readOnly');
}

// RFC 7644 §3.5.2: a read-only attribute named by path is an error, unless it is to be what it already is.
function refuseReadOnly(
  resourceType: ResourceType,
  resource: JsonObject,
  target: Exclude<Target, { kind: 'schema' }>,
  operation: Operation,
): void {
  const { reference } = target;
  if (operation.op !== 'remove' && target.kind === 'attribute') {
    // RFC 7644 §3.5.2 lets a client say which extensions there are; here their attributes do.
    if (reference.path === 'schemas') return;
    const current = valueAt(schemaObject(resourceType, reference.schema, resource), reference);
    if (current !== undefined && canonicalText(current) === canonicalText(operation.value)) return;
  }
  throw mutability(`${reference.path} is read-only.`);
}

function valueAt(object: JsonObject | undefined, reference: AttributeReference): JsonValue | undefined {
  return reference.chain.reduce<JsonValue | undefined>(
    (value, attribute) => (isJsonObject(value) ? value[attribute.name] : undefined),
    object,
  );
}

/** What holds between the attributes once all operations are done. Changes `after`. */
function settle(resourceType: ResourceType, before: JsonObject, after: JsonObject): void {
  for (const { schema, attributes } of complexAttributes(resourceType)) {
    const object = schemaObject(resourceType, schema, after);
    if (!object) continue;
    const old = schemaObject(resourceType, schema, before);
    for (const attribute of attributes) {
      const value = object[attribute.name];
      if (value === undefined) continue;
      const path = attributePath(resourceType, schema, attribute.name);
      store(object, attribute, settled(attribute, old?.[attribute.name], value, path));
    }
    if (Object.keys(object).length === 0) delete after[schema.id];
  }
}

const complexAttributes = oncePer((resourceType: ResourceType) =>
  schemasOf(resourceType).map((schema) => ({
    schema,
    attributes: attributesOf(resourceType, schema).filter(({ type }) => type === 'complex'),
  })),
);

/** The value itself where it is settled already: nothing is then compared that no operation touched. */
function settled(
  attribute: Attribute,
  before: JsonValue | undefined,
  value: JsonValue,
  path: string,
): JsonValue {
  if (Array.isArray(value)) {
    const elements = value.filter((element) => hasContent(attribute, element));
    for (const element of elements.filter(isJsonObject)) requireSubAttributes(attribute, element, path);
    const distinct = withoutDuplicates(attribute, elements);
    return distinct.length === value.length ? value : distinct;
  }
  return value !== before && isJsonObject(value) && isJsonObject(before)
    ? withoutStaleReference(attribute, before, value)
    : value;
}

// A `$ref` belongs to its `value`: when only the value is changed, the old address would point at somebody else.
function withoutStaleReference(attribute: Attribute, before: JsonObject, after: JsonObject): JsonObject {
  if (!subAttributeNamed(attribute, '$ref')) return after;
  if (after.value === before.value || after.$ref !== before.$ref) return after;
  const { $ref: _, ...rest } = after;
  return rest;
}

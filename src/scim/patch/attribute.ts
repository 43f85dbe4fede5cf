import { isJsonObject, type JsonObject, type JsonValue } from '../../domain/json.ts';
import { isUnassigned, objectFromText, onlyElement, valuesToRemove } from '../dialect.ts';
import { elementLabel, withOnePrimary, withoutDuplicates, withoutElements } from '../element.ts';
import { invalidValue, mutability } from '../error.ts';
import { canonicalText } from '../json.ts';
import { isBlank } from '../resource.ts';
import { type Attribute, subAttributeNamed } from '../schema.ts';
import { checkElementCount, parseSingular, parseValue } from '../value.ts';
import type { Operation } from './message.ts';

type Chain = readonly [Attribute, ...Attribute[]];

/**
 * Carries out an operation on the attribute that `chain` leads to from `object` (RFC 7644 §3.5.2.1 to §3.5.2.3),
 * creating or dropping the objects on the way. A multi-valued attribute on the way stands for each of its elements.
 * Changes `object`. Fails with ScimError 400: invalidValue, or mutability for immutable and required attributes.
 */
export function applyToAttribute(object: JsonObject, chain: Chain, operation: Operation, path: string): void {
  const [attribute, next, ...rest] = chain;
  if (!next) {
    applyHere(object, attribute, operation, path);
    return;
  }
  const current = object[attribute.name];
  if (attribute.multiValued) {
    const elements = Array.isArray(current) ? current.filter(isJsonObject) : [];
    if (elements.length === 0 && operation.op !== 'remove') elements.push({});
    for (const element of elements) applyToAttribute(element, [next, ...rest], operation, path);
    store(object, attribute, withOnePrimary(elements));
  } else {
    const child = isJsonObject(current) ? current : {};
    applyToAttribute(child, [next, ...rest], operation, path);
    store(object, attribute, child);
  }
}

/** Puts a value into `object`, or takes the attribute away when the value is unassigned (RFC 7643 §2.5). */
export function store(object: JsonObject, attribute: Attribute, value: JsonValue | undefined): void {
  if (value === undefined || isUnassigned(value)) delete object[attribute.name];
  else object[attribute.name] = value;
}

function applyHere(object: JsonObject, attribute: Attribute, operation: Operation, path: string): void {
  const before = attribute.mutability === 'immutable' ? canonicalText(object[attribute.name]) : '';
  change(object, attribute, operation, path);
  // RFC 7643 §2.2, RFC 7644 §3.5.2: an immutable value is given once, and stays.
  if (before !== '' && before !== canonicalText(object[attribute.name])) {
    throw mutability(`${path} cannot be changed once it is set.`);
  }
}

function change(object: JsonObject, attribute: Attribute, operation: Operation, path: string): void {
  const { op, value } = operation;
  if (op === 'remove') {
    removeHere(object, attribute, value, path);
  } else if (attribute.multiValued) {
    addElements(object, attribute, op, value, path);
  } else if (attribute.type === 'complex' && !isUnassignedAsWhole(value)) {
    mergeComplex(object, attribute, operation, path);
  } else {
    setHere(object, attribute, parseValue(attribute, value ?? null, path), path);
  }
}

function removeHere(
  object: JsonObject,
  attribute: Attribute,
  value: JsonValue | undefined,
  path: string,
): void {
  const current = object[attribute.name];
  const wanted = attribute.multiValued ? valuesToRemove(value) : undefined;
  if (wanted && Array.isArray(current)) {
    const named = wanted
      .map((element) => parseSingular(attribute, element, path))
      .filter((element) => element !== undefined);
    store(object, attribute, withoutElements(attribute, current, named));
    return;
  }
  // RFC 7644 §3.5.2.2: a required attribute cannot be removed.
  if (attribute.required) throw mutability(`${path} is required and cannot be removed.`);
  delete object[attribute.name];
}

function addElements(
  object: JsonObject,
  attribute: Attribute,
  op: 'add' | 'replace',
  value: JsonValue | undefined,
  path: string,
): void {
  const parsed = parseValue(attribute, value, path);
  const elements = Array.isArray(parsed) ? parsed : [];
  if (op === 'replace') {
    store(object, attribute, elements);
    return;
  }
  // RFC 7644 §3.5.2.1: what the attribute already contains is not added again.
  const current = object[attribute.name];
  const all = withoutDuplicates(attribute, [...(Array.isArray(current) ? current : []), ...elements]);
  checkElementCount(attribute, all, path);
  const added = new Set(elements.map((element) => elementLabel(attribute, element)));
  store(
    object,
    attribute,
    withOnePrimary(all, (element) => added.has(elementLabel(attribute, element))),
  );
}

// RFC 7644 §3.5.2.3: sub-attributes that are not named stay as they are.
function mergeComplex(object: JsonObject, attribute: Attribute, operation: Operation, path: string): void {
  const only = onlyElement(operation.value);
  const source = subAttributeNamed(attribute, 'value') ? objectFromText(only) : only;
  if (!isJsonObject(source)) throw invalidValue(`${path} must be an object.`);
  const current = object[attribute.name];
  // A bare value that is another one says all there is to say; what was known of the old one goes.
  const keeps = isJsonObject(current) && (typeof only !== 'string' || current.value === only);
  const child = keeps ? current : {};
  for (const [name, value] of Object.entries(source)) {
    const subAttribute = subAttributeNamed(attribute, name);
    if (!subAttribute || subAttribute.mutability === 'readOnly') continue;
    applyHere(child, subAttribute, { op: operation.op, value }, `${path}.${subAttribute.name}`);
  }
  store(object, attribute, child);
}

function setHere(object: JsonObject, attribute: Attribute, value: JsonValue | undefined, path: string): void {
  if (attribute.required && isBlank(value)) {
    throw invalidValue(`${path} is required: it must be a string that is not empty.`);
  }
  store(object, attribute, value);
}

/** Whether a value clears a complex attribute or an extension; an empty object only names nothing in it. */
export function isUnassignedAsWhole(value: JsonValue | undefined): boolean {
  return isUnassigned(value) && !isJsonObject(value);
}

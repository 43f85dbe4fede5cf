import { isJsonObject, type JsonObject, type JsonValue } from '../domain/json.ts';
import {
  booleanFromText,
  isUnassigned,
  managerFromOldName,
  objectFromText,
  onlyElement,
  roleFromText,
} from './dialect.ts';
import { hasContent, requiredSubAttributes, withOnePrimary, withoutDuplicates } from './element.ts';
import { invalidValue } from './error.ts';
import { isStorableText } from './json.ts';
import { type Attribute, subAttributeNamed } from './schema.ts';

/** How many elements an attribute may have unless its schema says otherwise; no person comes near it. */
const MAXIMUM_ELEMENTS = 1_000;

/**
 * A client's value for an attribute in its canonical form: sub-attributes under the schema's names, read-only
 * and unknown ones left out, equal elements once, one primary. Returns undefined for an unassigned value
 * (RFC 7643 §2.5). Fails with ScimError 400 invalidValue, naming `path`, when the value has not the attribute's type.
 */
export function parseValue(attribute: Attribute, value: unknown, path: string): JsonValue | undefined {
  if (isUnassigned(value)) return undefined;
  if (!attribute.multiValued) {
    return parseSingular(attribute, attribute.type === 'complex' ? onlyElement(value) : value, path);
  }
  const source = elementsOf(attribute, value, path);
  checkElementCount(attribute, source, path);
  const elements = source
    .map((element, index) => parseSingular(attribute, element, `${path}[${index}]`))
    .filter((element) => element !== undefined)
    .filter((element) => hasContent(attribute, element));
  return elements.length === 0 ? undefined : withOnePrimary(withoutDuplicates(attribute, elements));
}

/** Like `parseValue` for one element of a multi-valued attribute, or for a singular attribute. */
export function parseSingular(attribute: Attribute, value: unknown, path: string): JsonValue | undefined {
  if (isUnassigned(value)) return undefined;
  switch (attribute.type) {
    case 'string':
    case 'reference':
      return attribute.singleLine ? parseLine(value, path) : parseText(value, path);
    case 'binary':
      return parseBinary(value, path);
    case 'dateTime':
      return parseDateTime(value, path);
    case 'boolean':
      return parseBoolean(value, path);
    case 'integer':
      if (Number.isSafeInteger(value)) return Number(value);
      throw wrongType(path, 'an integer', value);
    case 'decimal':
      if (typeof value === 'number') return value;
      throw wrongType(path, 'a number', value);
    case 'complex':
      return parseComplex(attribute, value, path);
  }
}

/** Fails with ScimError 400 invalidValue when a multi-valued attribute would have more elements than it may. */
export function checkElementCount(attribute: Attribute, elements: readonly unknown[], path: string): void {
  const most = attribute.maximumElements ?? MAXIMUM_ELEMENTS;
  if (elements.length > most) throw invalidValue(`${path} may have ${most} elements at most.`);
}

/** The elements a client gives for a multi-valued attribute: an array, or a single one (RFC 7644 §3.5.2.1). */
function elementsOf(attribute: Attribute, value: unknown, path: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (isJsonObject(value) === (attribute.type === 'complex')) return [value];
  throw wrongType(path, 'an array', value);
}

/** Fails with ScimError 400 invalidValue when a complex value lacks a sub-attribute that is required with it. */
export function requireSubAttributes(attribute: Attribute, value: JsonObject, path: string): void {
  for (const subAttribute of requiredSubAttributes(attribute)) {
    if (value[subAttribute.name] === undefined) {
      throw invalidValue(`${path}.${subAttribute.name} is required: ${subAttribute.description}`);
    }
  }
}

function parseComplex(attribute: Attribute, value: unknown, path: string): JsonObject | undefined {
  const shaped = subAttributeNamed(attribute, 'value') ? objectFromText(value) : value;
  const source = inPresentShape(attribute, shaped);
  if (!isJsonObject(source)) throw wrongType(path, 'an object', value);
  const result: JsonObject = {};
  for (const [name, child] of Object.entries(source)) {
    const subAttribute = subAttributeNamed(attribute, name);
    if (!subAttribute || subAttribute.mutability === 'readOnly') continue;
    const parsed = parseValue(subAttribute, child, `${path}.${subAttribute.name}`);
    if (parsed !== undefined) result[subAttribute.name] = parsed;
  }
  if (Object.keys(result).length === 0) return undefined;
  requireSubAttributes(attribute, result, path);
  return result;
}

function inPresentShape({ name }: Attribute, value: unknown): unknown {
  switch (name) {
    case 'roles':
      return roleFromText(value);
    case 'manager':
      return managerFromOldName(value);
    default:
      return value;
  }
}

function parseText(value: unknown, path: string): string {
  if (typeof value !== 'string') throw wrongType(path, 'a string', value);
  if (!isStorableText(value)) {
    throw invalidValue(
      `${path} holds what is no text: a control character such as NUL, or half a surrogate pair.`,
    );
  }
  return value;
}

function parseLine(value: unknown, path: string): string {
  const text = parseText(value, path);
  if (/\p{Cc}/u.test(text)) throw invalidValue(`${path} must be one line, without control characters.`);
  return text;
}

function parseBinary(value: unknown, path: string): string {
  const text = parseText(value, path);
  // RFC 7643 §2.3.6: binary values are base64 (or base64url) encoded.
  if (/^[A-Za-z0-9+/_-]*={0,2}$/.test(text)) return text;
  throw invalidValue(`${path} must be base64 text.`);
}

function parseDateTime(value: unknown, path: string): string {
  const text = parseText(value, path);
  // RFC 7643 §2.3.5: an xsd:dateTime, with both date and time.
  if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}/.test(text) && !Number.isNaN(Date.parse(text))) return text;
  throw invalidValue(`${path} must be a date and time such as 2026-01-31T08:00:00Z.`);
}

function parseBoolean(value: unknown, path: string): boolean {
  const boolean = booleanFromText(value);
  if (typeof boolean === 'boolean') return boolean;
  throw wrongType(path, 'true or false', value);
}

function wrongType(path: string, expected: string, value: unknown): Error {
  const actual = Array.isArray(value)
    ? 'an array'
    : typeof value === 'object'
      ? 'an object'
      : `a ${typeof value}`;
  return invalidValue(`${path} must be ${expected}, not ${actual}.`);
}

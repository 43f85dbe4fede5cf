import { isJsonObject, type JsonObject, type JsonValue } from '../../../src/domain/json.ts';
import type { Attribute } from '../../../src/scim/schema.ts';
import { attributesOf, EXTRA } from './thing.ts';

/** What an operation points at, as the model needs it: no text that would have to be read first. */
export interface Place {
  readonly extension: boolean;
  readonly attribute: Attribute;
  /** The elements whose sub-attribute is equal to the value. */
  readonly filter: { readonly sub: Attribute; readonly value: string | boolean } | undefined;
  readonly sub: Attribute | undefined;
}

/** An operation; without `place` its value is an object of attributes. */
export interface ModelOperation {
  readonly op: 'add' | 'remove' | 'replace';
  readonly place: Place | undefined;
  readonly value: JsonValue | undefined;
}

/** Why the model refuses an operation. */
export class Refusal extends Error {
  readonly scimType: string;

  constructor(scimType: string) {
    super(scimType);
    this.scimType = scimType;
  }
}

/**
 * RFC 7644 §3.5.2 as plainly as it can be written, without regard to speed: what the operations make of a
 * resource. Nothing of `src/scim/patch` is used. Throws a Refusal.
 */
export function patchModel(resource: JsonObject, operations: readonly ModelOperation[]): JsonObject {
  const { schemas: _schemas, ...result } = structuredClone(resource);
  const extra = isJsonObject(result[EXTRA]) ? result[EXTRA] : {};
  delete result[EXTRA];
  const holder = (extension: boolean) => (extension ? extra : result);
  for (const { op, place, value } of operations) {
    if (place) {
      applyAt(holder(place.extension), place, op, value);
      continue;
    }
    if (op === 'remove') throw new Refusal('noTarget');
    if (!isJsonObject(value)) throw new Refusal('invalidValue');
    for (const [name, child] of Object.entries(value)) {
      const extension = name.startsWith(`${EXTRA}:`);
      const attribute = find(attributesOf(extension), extension ? name.slice(EXTRA.length + 1) : name);
      if (!attribute || attribute.mutability === 'readOnly') continue;
      applyTo(holder(extension), attribute, op, child);
    }
  }
  for (const extension of [false, true]) {
    for (const attribute of attributesOf(extension)) settle(holder(extension), attribute);
  }
  return { ...result, ...(Object.keys(extra).length > 0 ? { [EXTRA]: extra } : {}) };
}

type Op = ModelOperation['op'];

function applyAt(object: JsonObject, place: Place, op: Op, value: JsonValue | undefined): void {
  const { attribute, filter, sub } = place;
  const { name } = attribute;
  if (attribute.mutability === 'readOnly' || sub?.mutability === 'readOnly') {
    if (op !== 'remove' && !sub && object[name] === value) return;
    throw new Refusal('mutability');
  }
  if (!filter && !sub) {
    applyTo(object, attribute, op, value);
    return;
  }
  if (!attribute.multiValued && sub) {
    const inner = isJsonObject(object[name]) ? object[name] : {};
    applyTo(inner, sub, op, value);
    put(object, name, inner);
    return;
  }
  const list = listOf(object[name]);
  const matched = list.filter((element) => !filter || meets(element, filter));
  const clears = op === 'remove' || isNothing(value);
  if (filter && !sub && clears) {
    if (op !== 'add')
      put(
        object,
        name,
        list.filter((element) => !matched.includes(element)),
      );
    return;
  }
  // Our tolerance: what is not there is created, unless it is only to be taken away.
  if (matched.length === 0) {
    if (op === 'remove' || (filter && clears)) return;
    const created: JsonObject = filter ? { [filter.sub.name]: filter.value } : {};
    list.push(created);
    matched.push(created);
  }
  for (const element of matched) {
    if (sub) applyTo(element, sub, op, value);
    else if (filter) applyToElement(element, attribute, filter.sub, op, value);
  }
  onePrimary(list, filter ? matched : []);
  put(object, name, list);
}

function applyToElement(
  element: JsonObject,
  attribute: Attribute,
  asked: Attribute,
  op: Op,
  value: JsonValue | undefined,
): void {
  const given = Array.isArray(value) && value.length === 1 ? (value[0] ?? null) : (value ?? null);
  const source = typeof given === 'string' ? { value: given } : given;
  if (!isJsonObject(source)) throw new Refusal('invalidValue');
  const whole = readOne(attribute, { [asked.name]: element[asked.name] ?? null, ...source });
  if (!isJsonObject(whole)) throw new Refusal('invalidValue');
  if (op === 'replace') {
    for (const name of Object.keys(element)) delete element[name];
    Object.assign(element, whole);
    return;
  }
  for (const sub of attribute.subAttributes ?? []) {
    const added = whole[sub.name];
    if (added !== undefined) applyTo(element, sub, 'add', added);
  }
}

function applyTo(object: JsonObject, attribute: Attribute, op: Op, value: JsonValue | undefined): void {
  const { name } = attribute;
  const before = object[name];
  if (op === 'remove') {
    if (attribute.multiValued && value !== undefined && value !== null) {
      if (before !== undefined) removeValues(object, attribute, value);
      return;
    }
    // §3.5.2.2: a required attribute that becomes unassigned.
    if (attribute.required) throw new Refusal('mutability');
    if (attribute.mutability === 'immutable' && before !== undefined) throw new Refusal('mutability');
    delete object[name];
  } else if (attribute.multiValued) {
    const given = read(attribute, value);
    const list = Array.isArray(given) ? given : [];
    // §3.5.2.3: all values are replaced. §3.5.2.1: a value is added, unless it is there.
    const old = op === 'add' && Array.isArray(before) ? before : [];
    const all = unique(attribute, [...old, ...list]);
    const labels = list.map((element) => label(attribute, element));
    onePrimary(
      listOf(all),
      listOf(all).filter((element) => op === 'add' && labels.includes(label(attribute, element))),
    );
    put(object, name, all);
  } else if (attribute.type === 'complex' && (isJsonObject(value) || !isNothing(value))) {
    merge(object, attribute, op, value);
  } else {
    const given = read(attribute, value);
    if (attribute.required && (given === undefined || String(given).trim() === '')) {
      throw new Refusal('invalidValue');
    }
    // RFC 7643 §2.2: given once.
    if (attribute.mutability === 'immutable' && before !== undefined && before !== given) {
      throw new Refusal('mutability');
    }
    put(object, name, given);
  }
}

// §3.5.2.3: sub-attributes that are not named are left unchanged.
function merge(object: JsonObject, attribute: Attribute, op: Op, value: JsonValue | undefined): void {
  const given = Array.isArray(value) && value.length === 1 ? value[0] : value;
  const before = object[attribute.name];
  const inner = isJsonObject(before) ? before : {};
  if (typeof given === 'string' && find(attribute.subAttributes ?? [], 'value')) {
    put(object, attribute.name, { value: given });
    return;
  }
  if (!isJsonObject(given)) throw new Refusal('invalidValue');
  for (const [name, child] of Object.entries(given)) {
    const sub = find(attribute.subAttributes ?? [], name);
    if (sub && sub.mutability !== 'readOnly') applyTo(inner, sub, op, child);
  }
  put(object, attribute.name, inner);
}

// Entra's removal by value.
function removeValues(object: JsonObject, attribute: Attribute, value: JsonValue): void {
  const named = (Array.isArray(value) ? value : [value])
    .map((element) => readOne(attribute, element))
    .filter((element) => element !== undefined);
  const same = (one: JsonValue, other: JsonValue) =>
    identity(attribute, one) === identity(attribute, other) &&
    (typeOf(one) === '' || typeOf(other) === '' || typeOf(one) === typeOf(other));
  const all = object[attribute.name];
  if (!Array.isArray(all)) return;
  put(
    object,
    attribute.name,
    all.filter((element) => !named.some((other) => same(element, other))),
  );
}

function settle(object: JsonObject, attribute: Attribute): void {
  const value = object[attribute.name];
  if (!Array.isArray(value)) return;
  const kept = value.filter((element) => hasContent(attribute, element));
  for (const element of listOf(kept)) {
    for (const sub of attribute.subAttributes ?? []) {
      if (sub.required && element[sub.name] === undefined) throw new Refusal('invalidValue');
    }
  }
  put(object, attribute.name, unique(attribute, kept));
}

// RFC 7643 §2.4: the same value with the same type is there once; what is said later holds.
function unique(attribute: Attribute, list: readonly JsonValue[]): JsonValue[] {
  const result: JsonValue[] = [];
  for (const element of list) {
    const at = result.findIndex((other) => label(attribute, other) === label(attribute, element));
    const known = result[at];
    if (at === -1) result.push(structuredClone(element));
    else if (isJsonObject(known) && isJsonObject(element)) {
      const lists = [known.list, element.list].filter(Array.isArray).flat();
      Object.assign(known, element, lists.length > 0 ? { list: [...new Set(lists)] } : {});
    }
  }
  return result;
}

// §3.5.2: a value that becomes primary takes that from all others.
function onePrimary(list: readonly JsonObject[], preferred: readonly JsonObject[]): void {
  const primaries = list.filter((element) => element.primary === true);
  const kept = primaries.findLast((element) => preferred.includes(element)) ?? primaries[0];
  for (const element of primaries) if (element !== kept) element.primary = false;
}

function read(attribute: Attribute, value: JsonValue | undefined): JsonValue | undefined {
  if (isNothing(value) || value === undefined) return undefined;
  if (!attribute.multiValued) {
    const only = Array.isArray(value) && value.length === 1 && attribute.type === 'complex';
    return readOne(attribute, only ? (value[0] ?? null) : value);
  }
  if (!Array.isArray(value) && isJsonObject(value) !== (attribute.type === 'complex')) {
    throw new Refusal('invalidValue');
  }
  const list = (Array.isArray(value) ? value : [value])
    .map((element) => readOne(attribute, element))
    .filter((element) => element !== undefined)
    .filter((element) => hasContent(attribute, element));
  const all = unique(attribute, list);
  onePrimary(listOf(all), []);
  return all;
}

function readOne(attribute: Attribute, value: JsonValue): JsonValue | undefined {
  if (isNothing(value)) return undefined;
  if (attribute.type === 'complex') {
    const source =
      typeof value === 'string' && find(attribute.subAttributes ?? [], 'value') ? { value } : value;
    if (!isJsonObject(source)) throw new Refusal('invalidValue');
    const result: JsonObject = {};
    for (const [name, child] of Object.entries(source)) {
      const sub = find(attribute.subAttributes ?? [], name);
      if (sub && sub.mutability !== 'readOnly') put(result, sub.name, read(sub, child) ?? result[sub.name]);
    }
    if (isNothing(result)) return undefined;
    const lacks = attribute.subAttributes?.some((sub) => sub.required && result[sub.name] === undefined);
    if (lacks) throw new Refusal('invalidValue');
    return result;
  }
  if (attribute.type === 'boolean' && typeof value === 'string' && /^(true|false)$/i.test(value)) {
    return value.toLowerCase() === 'true';
  }
  const fits = attribute.type === 'integer' ? Number.isSafeInteger(value) : typeof value === attribute.type;
  if (!fits) throw new Refusal('invalidValue');
  return value;
}

function meets(element: JsonObject, filter: NonNullable<Place['filter']>): boolean {
  return fold(filter.sub, element[filter.sub.name]) === fold(filter.sub, filter.value);
}

function identity(attribute: Attribute, element: JsonValue): string {
  if (!isJsonObject(element)) return JSON.stringify(element);
  const id = find(attribute.subAttributes ?? [], 'id');
  if (id) return `id ${fold(id, element.id)}`;
  const value = find(attribute.subAttributes ?? [], 'value');
  if (value && element.value !== undefined) return `value ${fold(value, element.value)}`;
  return `type ${String(element.type)}`;
}

function label(attribute: Attribute, element: JsonValue): string {
  return `${identity(attribute, element)} ${typeOf(element)}`;
}

function typeOf(element: JsonValue): string {
  return isJsonObject(element) ? String(element.type ?? '').toLowerCase() : '';
}

function hasContent(attribute: Attribute, element: JsonValue): boolean {
  return (
    !isJsonObject(element) || !find(attribute.subAttributes ?? [], 'value') || element.value !== undefined
  );
}

function fold(attribute: Attribute, value: JsonValue | undefined): string {
  const text = `${typeof value} ${String(value)}`;
  return attribute.caseExact ? text : text.toLowerCase();
}

function find(attributes: readonly Attribute[], name: string): Attribute | undefined {
  return attributes.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
}

function listOf(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

function isNothing(value: JsonValue | undefined): boolean {
  if (value === undefined || value === null || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function put(object: JsonObject, name: string, value: JsonValue | undefined): void {
  if (isNothing(value) || value === undefined) delete object[name];
  else object[name] = value;
}

import { CORE, ENTERPRISE, type Extension, isExtension, PAYROLL, SPEND, TRAVEL } from './extensions.ts';
import { isJsonObject, type JsonObject, type JsonValue, sameJson } from './json.ts';
import { LISTS, type List } from './lists.ts';
import { heldGroups, roleKey, rolesOf } from './roles.ts';

/**
 * The name of one value in a Concur profile: `userName`, `name.givenName`, `emails[work].value`,
 * `entitlements[Expense]`, or the same after an extension's URN and a colon. Roles have keys of their own (`roleKey`).
 */
export type AttributeKey = string;

/**
 * A Concur profile as a flat map from attribute key to value. Flat, so that ownership, difference
 * and comparison all work value by value, and element by element in lists.
 */
export interface Profile {
  readonly [key: AttributeKey]: JsonValue;
}

/** The key of whom somebody reports to in Concur's reports (Spend User, `biManager`). */
export const BI_MANAGER: AttributeKey = `${SPEND}:biManager.value`;

/** Complex attributes that are owned sub-attribute by sub-attribute. */
const COMPLEX: ReadonlySet<AttributeKey> = new Set([
  'name',
  `${ENTERPRISE}:manager`,
  `${SPEND}:biManager`,
  `${SPEND}:biHierarchy`,
  `${PAYROLL}:adp`,
  `${TRAVEL}:manager`,
  `${TRAVEL}:ruleClass`,
]);

/** A list of which Concur takes one element only (User, `emergencyContacts`): owned like a complex attribute. */
const LIST_OF_ONE = 'emergencyContacts';

/** Dates that Concur takes as `…T00:00:00Z` and answers as `…T00:00:00.000`. */
const TIMESTAMPS: ReadonlySet<AttributeKey> = new Set([
  `${ENTERPRISE}:startDate`,
  `${ENTERPRISE}:terminationDate`,
]);

/** The extension that a key belongs to. */
export function extensionOf(key: AttributeKey): Extension {
  if (!key.startsWith('urn:')) return CORE;
  // Every one ends with its version and one word: `…:2.0:User`.
  const end = key.indexOf(':', key.indexOf(VERSION) + VERSION.length);
  const urn = key.slice(0, end);
  if (end === -1 || !isExtension(urn)) throw new Error(`No extension of the Concur profile holds ${key}`);
  return urn;
}

const VERSION = ':2.0:';

/** The key of an attribute, or of what is in one, of an extension: `extensionOf` undoes it. */
export function keyOf(extension: Extension, name: string): AttributeKey {
  return extension === CORE ? name : `${extension}:${name}`;
}

/** The attribute that a key is in: `emails` for `emails[work].value`, `name` for `name.givenName`. */
export function attributeOf(key: AttributeKey): AttributeKey {
  const prefix = key.startsWith('urn:') ? extensionOf(key).length + 1 : 0;
  const bracket = key.indexOf('[', prefix);
  const whole = bracket === -1 ? key : key.slice(0, bracket);
  const dot = whole.indexOf('.', prefix);
  return dot === -1 ? whole : whole.slice(0, dot);
}

/** Tells whether the attribute is a list that is sent whole, made from a fresh read. */
export function isList(attribute: AttributeKey): boolean {
  return Object.hasOwn(LISTS, attribute) || attribute === LIST_OF_ONE;
}

/** Tells whether the attribute is complex, and owned sub-attribute by sub-attribute. */
export function isComplex(attribute: AttributeKey): boolean {
  return COMPLEX.has(attribute);
}

/** The values of `profile` whose keys satisfy `wanted`; the profile itself where all do, as nearly always. */
export function select(profile: Profile, wanted: (key: AttributeKey) => boolean): Profile {
  if (Object.keys(profile).every((key) => wanted(key))) return profile;
  return Object.fromEntries(Object.entries(profile).filter(([key]) => wanted(key)));
}

/** Tells whether two values of one attribute mean the same to Concur (a userName has no case). */
export function sameValue(
  key: AttributeKey,
  left: JsonValue | undefined,
  right: JsonValue | undefined,
): boolean {
  if (key === 'userName' && typeof left === 'string' && typeof right === 'string') {
    return left.toLowerCase() === right.toLowerCase();
  }
  return sameJson(left, right);
}

/**
 * Takes a Concur user (as it is sent or read: nested, with extension URNs as names) apart into a
 * profile. Nulls, empty values, `id`, `meta` and `schemas` are left out; dates are normalised.
 */
export function flatten(user: JsonObject): Profile {
  const profile: Record<AttributeKey, JsonValue> = {};
  for (const [name, value] of Object.entries(user)) {
    if (name === 'id' || name === 'meta' || name === 'schemas') continue;
    if (!isExtension(name)) flattenAttribute(name, value, profile);
    else if (isJsonObject(value)) {
      for (const [attribute, inner] of Object.entries(value)) {
        flattenAttribute(`${name}:${attribute}`, inner, profile);
      }
    }
  }
  return profile;
}

/** Puts a profile together again as the nested user that Concur's APIs take; `flatten` undoes it. */
export function unflatten(profile: Profile): JsonObject {
  const user: Record<string, JsonValue> = {};
  const extensions: Record<string, Record<string, JsonValue>> = {};
  for (const attribute of new Set(Object.keys(profile).map(attributeOf))) {
    const value = attributeValue(profile, attribute);
    if (value === undefined) continue;
    const extension = extensionOf(attribute);
    if (extension === CORE) user[attribute] = value;
    else {
      extensions[extension] ??= {};
      extensions[extension][attribute.slice(extension.length + 1)] = value;
    }
  }
  return { ...user, ...extensions };
}

/** The nested value of one attribute of the profile, undefined when it has none. */
export function attributeValue(profile: Profile, attribute: AttributeKey): JsonValue | undefined {
  const list = LISTS[attribute];
  if (list !== undefined) return listValue(profile, attribute, list);
  if (!COMPLEX.has(attribute) && attribute !== LIST_OF_ONE) return profile[attribute];
  const parts = entriesUnder(profile, `${attribute}.`);
  if (parts.length === 0) return undefined;
  const value = Object.fromEntries(parts);
  return attribute === LIST_OF_ONE ? [value] : value;
}

function flattenAttribute(key: AttributeKey, value: JsonValue, into: Record<AttributeKey, JsonValue>): void {
  if (isEmpty(value)) return;
  const list = LISTS[key];
  if (list !== undefined) {
    if (Array.isArray(value)) flattenList(key, list, value, into);
  } else if (COMPLEX.has(key) || key === LIST_OF_ONE) {
    const complex = key === LIST_OF_ONE && Array.isArray(value) ? value[0] : value;
    for (const [name, inner] of Object.entries(isJsonObject(complex) ? complex : {})) {
      if (!isEmpty(inner)) into[`${key}.${name}`] = inner;
    }
  } else into[key] = TIMESTAMPS.has(key) && typeof value === 'string' ? timestamp(value) : value;
}

function flattenList(
  key: AttributeKey,
  list: List,
  elements: readonly JsonValue[],
  into: Record<AttributeKey, JsonValue>,
): void {
  if (list.kind === 'roles') {
    Object.assign(into, flattenRoles(elements.filter(isJsonObject)));
    return;
  }
  const names = new Set<string>();
  for (const element of primaryFirst(elements)) {
    if (list.kind === 'plain') into[`${key}[${String(element)}]`] = true;
    else if (isJsonObject(element)) {
      const name = list.nameOf(element, names);
      names.add(name);
      flattenElement(`${key}[${name}]`, element, Object.keys(list.told(name)), into);
    }
  }
}

/** Whoever holds a role globally, in whichever element, holds it for every group. */
function flattenRoles(elements: readonly JsonObject[]): Profile {
  const groupsOf = new Map<string, readonly string[]>();
  for (const { roleName, roleGroups } of elements) {
    if (typeof roleName !== 'string' || roleName === '') continue;
    const groups = Array.isArray(roleGroups) ? roleGroups.map((group) => String(group ?? '')) : [];
    const named = groups.length === 0 ? [''] : groups;
    groupsOf.set(roleName, [...(groupsOf.get(roleName) ?? []), ...named]);
  }
  return Object.fromEntries(
    [...groupsOf].flatMap(([code, groups]) =>
      heldGroups(groups).map((group) => [roleKey(code, group), group === null ? code : true]),
    ),
  );
}

/** The values of an element but for what its name tells, those of an object in it one by one. */
function flattenElement(
  prefix: AttributeKey,
  element: JsonObject,
  told: readonly string[],
  into: Record<AttributeKey, JsonValue>,
): void {
  for (const [name, value] of Object.entries(element)) {
    if (told.includes(name) || isEmpty(value)) continue;
    if (isJsonObject(value)) flattenElement(`${prefix}.${name}`, value, [], into);
    else into[`${prefix}.${name}`] = value;
  }
}

function primaryFirst(elements: readonly JsonValue[]): readonly JsonValue[] {
  const isPrimary = (element: JsonValue) => isJsonObject(element) && element.primary === true;
  return [...elements.filter(isPrimary), ...elements.filter((element) => !isPrimary(element))];
}

/** The roles by their codes, each with its groups; the global one holds all others, so that it stands alone. */
function rolesValue(profile: Profile): JsonValue | undefined {
  const byCode = Map.groupBy(rolesOf(Object.keys(profile)), ({ code }) => code);
  if (byCode.size === 0) return undefined;
  return [...byCode.keys()].sort().map((roleName) => {
    const groups = (byCode.get(roleName) ?? []).flatMap(({ group }) => group ?? []);
    const isGlobal = profile[roleKey(roleName)] !== undefined;
    return isGlobal ? { roleName } : { roleName, roleGroups: groups.sort() };
  });
}

function listValue(profile: Profile, attribute: AttributeKey, list: List): JsonValue | undefined {
  if (list.kind === 'roles') return rolesValue(profile);
  const elements = new Map<string, Record<string, JsonValue>>();
  for (const [rest, value] of entriesUnder(profile, `${attribute}[`)) {
    const end = rest.lastIndexOf(']');
    const name = rest.slice(0, end);
    const element = elements.get(name) ?? {};
    if (rest.length > end + 1) element[rest.slice(end + 2)] = value;
    elements.set(name, element);
  }
  const sorted = [...elements].sort(([left], [right]) => (left < right ? -1 : 1));
  if (list.kind === 'plain') {
    return sorted.length === 0 ? undefined : sorted.map(([name]) => list.valueOf(name));
  }
  const { essential, person } = list;
  const present = sorted.filter(
    ([, element]) => essential.length === 0 || essential.some((name) => element[name] !== undefined),
  );
  if (present.length === 0) return undefined;
  const values = present.map(([name, element]) => ({ ...list.told(name), ...nested(element) }));
  return person === undefined ? values : eachPersonOnce(values, person);
}

/** `{ approver: { value } }` of `{ 'approver.value' }`. */
function nested(element: Readonly<Record<string, JsonValue>>): JsonObject {
  const values = new Map<string, JsonValue>();
  for (const [path, value] of Object.entries(element)) {
    const dot = path.indexOf('.');
    const name = dot === -1 ? path : path.slice(0, dot);
    const before = values.get(name);
    const inner = isJsonObject(before) ? before : {};
    values.set(name, dot === -1 ? value : { ...inner, [path.slice(dot + 1)]: value });
  }
  return Object.fromEntries(values);
}

/** Whoever becomes the primary approver is no further approver any more: Concur takes nobody twice. */
function eachPersonOnce(elements: readonly JsonObject[], person: string): JsonObject[] {
  const primary = elements.find((element) => element.primary === true)?.[person];
  return elements.filter(
    (element) => primary === undefined || element.primary === true || !sameJson(element[person], primary),
  );
}

function entriesUnder(profile: Profile, prefix: string): [string, JsonValue][] {
  return Object.entries(profile)
    .filter(([key]) => key.startsWith(prefix))
    .map(([key, value]) => [key.slice(prefix.length), value]);
}

function isEmpty(value: JsonValue): boolean {
  return value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

function timestamp(value: string): string {
  const date = value.length === 10 ? `${value}T00:00:00` : value;
  return date.replace(/(\.\d+)?Z?$/, '');
}

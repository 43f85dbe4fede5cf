import {
  CORE,
  ENTERPRISE,
  EXTENSIONS,
  type Extension,
  isExtension,
  SPEND,
  SPEND_ROLE,
} from './extensions.ts';
import { isJsonObject, type JsonObject, type JsonValue, sameJson } from './json.ts';

/**
 * The name of one value in a Concur profile: `userName`, `name.givenName`, `emails[work].value`,
 * `entitlements[Expense]`, or the same after an extension's URN and a colon.
 */
export type AttributeKey = string;

/**
 * A Concur profile as a flat map from attribute key to value. Flat, so that ownership, difference
 * and comparison all work value by value, and element by element in lists.
 */
export interface Profile {
  readonly [key: AttributeKey]: JsonValue;
}

/** How a list of the profile is taken apart into elements. */
interface List {
  /** The sub-attribute that tells elements apart; absent for a list of plain strings. */
  readonly key?: string;
  /** The sub-attribute without which the element does not exist; absent: any value makes it exist. */
  readonly essential?: string;
}

/** Lists that are owned element by element; any other list is one value. */
const LISTS: Readonly<Record<AttributeKey, List>> = {
  emails: { key: 'type', essential: 'value' },
  phoneNumbers: { key: 'type', essential: 'value' },
  addresses: { key: 'type' },
  entitlements: {},
  [`${ENTERPRISE}:leavesOfAbsence`]: { key: 'startDate', essential: 'startDate' },
  [`${SPEND}:customData`]: { key: 'id', essential: 'value' },
  [`${SPEND_ROLE}:roles`]: { key: 'roleName', essential: 'roleName' },
};

/** Complex attributes that are owned sub-attribute by sub-attribute. */
const COMPLEX: ReadonlySet<AttributeKey> = new Set(['name', `${ENTERPRISE}:manager`]);

/** Dates that Concur takes as `…T00:00:00Z` and answers as `…T00:00:00.000`. */
const TIMESTAMPS: ReadonlySet<AttributeKey> = new Set([
  `${ENTERPRISE}:startDate`,
  `${ENTERPRISE}:terminationDate`,
]);

/** The extension that a key belongs to. */
export function extensionOf(key: AttributeKey): Extension {
  if (!key.startsWith('urn:')) return CORE;
  const extension = EXTENSIONS.find((urn) => key.startsWith(`${urn}:`));
  if (extension === undefined) throw new Error(`No extension of the Concur profile holds ${key}`);
  return extension;
}

/** The attribute that a key is in: `emails` for `emails[work].value`, `name` for `name.givenName`. */
export function attributeOf(key: AttributeKey): AttributeKey {
  const prefix = key.startsWith('urn:') ? extensionOf(key).length + 1 : 0;
  const end = key.slice(prefix).search(/[[.]/);
  return end === -1 ? key : key.slice(0, prefix + end);
}

/** Tells whether the attribute is a list that is sent whole, made from a fresh read. */
export function isList(attribute: AttributeKey): boolean {
  return Object.hasOwn(LISTS, attribute);
}

/** The values of `profile` whose keys satisfy `wanted`. */
export function select(profile: Profile, wanted: (key: AttributeKey) => boolean): Profile {
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
  if (!COMPLEX.has(attribute)) return profile[attribute];
  const parts = entriesUnder(profile, `${attribute}.`);
  return parts.length === 0 ? undefined : Object.fromEntries(parts);
}

function flattenAttribute(key: AttributeKey, value: JsonValue, into: Record<AttributeKey, JsonValue>): void {
  if (isEmpty(value)) return;
  const list = LISTS[key];
  if (list !== undefined && Array.isArray(value)) flattenList(key, list, value, into);
  else if (COMPLEX.has(key) && isJsonObject(value)) {
    for (const [name, inner] of Object.entries(value)) {
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
  const names = new Set<string>();
  for (const element of primaryFirst(elements)) {
    if (list.key === undefined) into[`${key}[${String(element)}]`] = true;
    else if (isJsonObject(element)) {
      const name = elementName(key, element, list.key, names);
      names.add(name);
      for (const [attribute, value] of Object.entries(element)) {
        const derived = attribute === list.key && list.key !== list.essential;
        if (!derived && !isEmpty(value)) into[`${key}[${name}].${attribute}`] = value;
      }
    }
  }
}

/** Concur takes several mobile numbers, one of them primary; of any other type only one element. */
function elementName(
  key: AttributeKey,
  element: JsonObject,
  keyAttribute: string,
  names: ReadonlySet<string>,
): string {
  const name = String(element[keyAttribute] ?? '');
  return key === 'phoneNumbers' && name === 'mobile' && names.has(name)
    ? `mobile:${String(element.value)}`
    : name;
}

function primaryFirst(elements: readonly JsonValue[]): readonly JsonValue[] {
  const isPrimary = (element: JsonValue) => isJsonObject(element) && element.primary === true;
  return [...elements.filter(isPrimary), ...elements.filter((element) => !isPrimary(element))];
}

function listValue(profile: Profile, attribute: AttributeKey, list: List): JsonValue | undefined {
  const elements = new Map<string, Record<string, JsonValue>>();
  for (const [rest, value] of entriesUnder(profile, `${attribute}[`)) {
    const end = rest.lastIndexOf(']');
    const name = rest.slice(0, end);
    const element = elements.get(name) ?? {};
    if (rest.length > end + 1) element[rest.slice(end + 2)] = value;
    elements.set(name, element);
  }
  const { key, essential } = list;
  if (key === undefined) return elements.size === 0 ? undefined : [...elements.keys()].sort();
  const present = [...elements].filter(
    ([, element]) => essential === undefined || element[essential] !== undefined,
  );
  if (present.length === 0) return undefined;
  return present
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, element]) => ({ [key]: name.startsWith('mobile:') ? 'mobile' : name, ...element }));
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

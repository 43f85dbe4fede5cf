import { isJsonObject, type JsonObject, type JsonValue } from '../../domain/json.ts';
import { isUnassigned, objectFromText } from '../dialect.ts';
import { invalidValue } from '../error.ts';
import { isStorableText, member } from '../json.ts';
import { findAttribute, findSchema, groupResourceType } from '../registry.ts';
import { checkElementCount } from '../value.ts';

/** How many names an object may have; no group comes near it. */
const MAXIMUM_NAMES = 1_000;

/**
 * The ids that a client's value for `members` names, each once: an array, or a single one standing for it, of
 * objects with `value`; a bare id counts as such an object. Who is there is known by id alone: `type`, `display`
 * and `$ref` follow from it and are not looked at. An element that says nothing (`{"$ref": null}`) names nobody.
 * Fails with ScimError 400 invalidValue, naming `path`, for a member without an id and for too many of them.
 */
export function memberIds(value: unknown, path: string): readonly string[] {
  if (isUnassigned(value)) return [];
  const elements: readonly unknown[] = Array.isArray(value) ? value : [value];
  const members = findAttribute(groupResourceType, 'members');
  if (members !== undefined) checkElementCount(members.attribute, elements, path);
  const ids = elements.map((element, index) => plainId(element) ?? memberId(element, `${path}[${index}]`));
  return [...new Set(ids.filter((id) => id !== undefined))];
}

/** Parts the `members` that the body of a POST or PUT names, by id, from everything else; undefined: it names none. */
export function takeMembers(body: JsonObject): {
  readonly rest: JsonObject;
  readonly members: readonly string[] | undefined;
} {
  const rest: JsonObject = {};
  let members: readonly string[] | undefined;
  for (const [name, value] of namesIn(body)) {
    if (findAttribute(groupResourceType, name)?.path === 'members') {
      members = memberIds(value, 'members');
    } else if (isJsonObject(value) && findSchema(groupResourceType, name) !== undefined) {
      const inner = takeMembers(value);
      rest[name] = inner.rest;
      members = inner.members ?? members;
    } else {
      rest[name] = value;
    }
  }
  return { rest, members };
}

/**
 * The names of an object with their values. Fails with ScimError 400 invalidValue for more than 1,000: a body of 4 MB
 * has room for very many, and every one is looked up.
 */
export function namesIn(object: JsonObject): readonly (readonly [string, JsonValue])[] {
  if (Object.keys(object).length > MAXIMUM_NAMES) {
    throw invalidValue(`A Group may have ${MAXIMUM_NAMES} attributes at most.`);
  }
  return Object.entries(object);
}

/** The id of a member as nearly all clients name it, of whom there may be 50,000; undefined for any other. */
function plainId(element: unknown): string | undefined {
  const id = isJsonObject(element) ? element.value : undefined;
  return isId(id) ? id : undefined;
}

function memberId(element: unknown, path: string): string | undefined {
  if (isUnassigned(element)) return undefined;
  const object = objectFromText(element);
  if (!isJsonObject(object)) throw invalidValue(`${path} must be an object with the member's id as "value".`);
  if (Object.values(object).every(isUnassigned)) return undefined;
  const id = member(object, 'value');
  if (isId(id)) return id;
  throw invalidValue(`${path}.value must be the id of the member, a string.`);
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && isStorableText(value);
}

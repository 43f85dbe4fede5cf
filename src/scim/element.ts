import { isJsonObject, type JsonObject, type JsonValue } from '../domain/json.ts';
import { canonicalText } from './json.ts';
import { oncePer } from './once-per.ts';
import { type Attribute, subAttributeNamed } from './schema.ts';

/**
 * Whether an element of a multi-valued attribute says anything. A type or a primary flag alone does not: an
 * e-mail whose address was cleared is gone.
 */
export function hasContent(attribute: Attribute, element: JsonValue): boolean {
  if (!isJsonObject(element)) return true;
  if (subAttributeNamed(attribute, 'value')) return element.value !== undefined;
  return Object.keys(element).some((name) => !['type', 'primary', 'display'].includes(name));
}

/** RFC 7643 §2.4: `primary` is true for at most one element. `preferred` keeps it, else the first that has it. */
export function withOnePrimary(
  elements: readonly JsonValue[],
  preferred: (element: JsonObject) => boolean = () => false,
): JsonValue[] {
  const primaries = elements.filter(isJsonObject).filter((element) => element.primary === true);
  const kept = primaries.findLast(preferred) ?? primaries[0];
  return elements.map((element) =>
    isJsonObject(element) && element.primary === true && element !== kept
      ? { ...element, primary: false }
      : element,
  );
}

/**
 * RFC 7643 §2.4: the same type and value is not held twice. What stands for the same (see `elementIdentity`) becomes
 * one element, at the first one's place, with the later one's sub-attributes; multi-valued ones are united.
 */
export function withoutDuplicates(attribute: Attribute, elements: readonly JsonValue[]): JsonValue[] {
  if (elements.length < 2) return [...elements];
  const distinct = new Map<string, JsonValue>();
  for (const element of elements) {
    const label = elementLabel(attribute, element);
    distinct.set(label, merge(attribute, distinct.get(label), element));
  }
  return [...distinct.values()];
}

/**
 * The elements without those that `named` stand for (see `elementIdentity`). Who names an element with its type
 * means no other type of it; an element that has none is meant whatever the type.
 */
export function withoutElements(
  attribute: Attribute,
  elements: readonly JsonValue[],
  named: readonly JsonValue[],
): JsonValue[] {
  const types = new Map<string, Set<string>>();
  for (const element of named) {
    const identity = elementIdentity(attribute, element);
    types.set(identity, (types.get(identity) ?? new Set()).add(typeOf(element)));
  }
  return elements.filter((element) => {
    const meant = types.get(elementIdentity(attribute, element));
    const type = typeOf(element);
    return !(meant && (type === '' || meant.has('') || meant.has(type)));
  });
}

/** The sub-attributes without which a value of the attribute is none. */
export const requiredSubAttributes = oncePer(({ subAttributes = [] }: Attribute) =>
  subAttributes.filter(({ required }) => required),
);

/**
 * What tells an element from the others of its attribute: its required sub-attributes (a custom field's id), else its
 * `value`, else all of it but how it is displayed and whether it is primary. Case folded unless caseExact.
 */
function elementIdentity(attribute: Attribute, element: JsonValue): string {
  if (!isJsonObject(element)) return canonicalText(element);
  const required = requiredSubAttributes(attribute);
  const value = element.value === undefined ? undefined : subAttributeNamed(attribute, 'value');
  const keys = required.length === 0 && value ? [value] : required;
  if (keys.length > 0) return keys.map((key) => folded(key, element[key.name])).join(' ');
  const { display: _display, primary: _primary, $ref: _reference, ...rest } = element;
  return canonicalText(rest);
}

/** Like `elementIdentity`, and its `type`: an address may be both the work and the home address. */
export function elementLabel(attribute: Attribute, element: JsonValue): string {
  return `${elementIdentity(attribute, element)} ${typeOf(element)}`;
}

function typeOf(element: JsonValue): string {
  const type = isJsonObject(element) ? element.type : undefined;
  return typeof type === 'string' ? type.toLowerCase() : '';
}

function folded(attribute: Attribute, value: JsonValue | undefined): string {
  const text = canonicalText(value);
  return attribute.caseExact ? text : text.toLowerCase();
}

function merge(attribute: Attribute, known: JsonValue | undefined, element: JsonValue): JsonValue {
  if (!isJsonObject(known) || !isJsonObject(element)) return element;
  const merged: JsonObject = { ...known, ...element };
  for (const subAttribute of attribute.subAttributes ?? []) {
    const old = known[subAttribute.name];
    const added = element[subAttribute.name];
    if (!Array.isArray(old) || !Array.isArray(added)) continue;
    merged[subAttribute.name] = withoutDuplicates(subAttribute, [...old, ...added]);
  }
  return merged;
}

import { isJsonObject, type JsonObject, type JsonValue } from '../../domain/json.ts';
import { elementToCreate, isUnassigned, objectFromText, onlyElement } from '../dialect.ts';
import { withOnePrimary } from '../element.ts';
import { invalidValue, noTarget } from '../error.ts';
import type { Filter } from '../filter/filter.ts';
import { matchesElement } from '../filter/match.ts';
import type { Attribute } from '../schema.ts';
import { checkElementCount, parseSingular } from '../value.ts';
import { applyToAttribute, store } from './attribute.ts';
import type { Operation } from './message.ts';
import type { Target } from './path.ts';

/**
 * Carries out an operation on the elements of a multi-valued attribute that a filter selects, RFC 7644 §3.5.2.
 * `object` is what holds the attribute, and is changed. Removing what is not there is no error: the client's
 * goal is met. Fails with ScimError 400: noTarget when nothing matches and nothing can be made from the filter,
 * invalidValue for a wrong value.
 */
export function applyToElements(
  object: JsonObject,
  target: Target & { kind: 'elements' },
  operation: Operation,
  path: string,
): void {
  const { attribute } = target.reference;
  const current = object[attribute.name];
  const elements = Array.isArray(current) ? current.filter(isJsonObject) : [];
  const selected = new Set(elements.filter((element) => matchesElement(target.filter, element)));
  const cleared = operation.op === 'remove' || isUnassigned(operation.value);
  if (!target.sub && cleared) {
    if (operation.op === 'add') return;
    store(
      object,
      attribute,
      elements.filter((element) => !selected.has(element)),
    );
    return;
  }
  if (selected.size === 0) {
    if (cleared) return;
    const created = create(target.filter, path);
    elements.push(created);
    checkElementCount(attribute, elements, path);
    selected.add(created);
  }
  const touched = new Set<JsonObject>();
  const result = elements.map((element) => {
    if (!selected.has(element)) return element;
    const modified = modify(element, target, operation, path);
    touched.add(modified);
    return modified;
  });
  store(
    object,
    attribute,
    withOnePrimary(result, (element) => touched.has(element)),
  );
}

function modify(
  element: JsonObject,
  target: Target & { kind: 'elements' },
  operation: Operation,
  path: string,
): JsonObject {
  if (target.sub) {
    applyToAttribute(element, target.sub.chain, operation, path);
    return element;
  }
  const { attribute } = target.reference;
  const value = parseElement(attribute, selectedBy(target.filter, element), operation.value, path);
  // RFC 7644 §3.5.2.3: "replace" sets a new value, where "add" leaves the sub-attributes that are not named.
  if (operation.op === 'replace') return value;
  for (const subAttribute of attribute.subAttributes ?? []) {
    const added = value[subAttribute.name];
    if (added === undefined) continue;
    const addition: Operation = { op: operation.op, value: added };
    applyToAttribute(element, [subAttribute], addition, `${path}.${subAttribute.name}`);
  }
  return element;
}

// What the filter asked for holds, as the element spells it, unless the value says otherwise.
function parseElement(
  attribute: Attribute,
  selected: JsonObject,
  value: JsonValue | undefined,
  path: string,
): JsonObject {
  const source = objectFromText(onlyElement(value));
  const element = parseSingular(attribute, isJsonObject(source) ? { ...selected, ...source } : source, path);
  if (!isJsonObject(element)) throw invalidValue(`${path} must be an object.`);
  return element;
}

function selectedBy(filter: Filter, element: JsonObject): JsonObject {
  const asked = equalities(filter) ?? {};
  return Object.fromEntries(Object.entries(element).filter(([name]) => Object.hasOwn(asked, name)));
}

function create(filter: Filter, path: string): JsonObject {
  const element = elementToCreate(equalities(filter));
  if (element && matchesElement(filter, element)) return element;
  throw noTarget(`${path} selects no element, and its filter does not say what a new one should be.`);
}

/** What every element that meets the filter has, when the filter asks for nothing but equality. */
function equalities(filter: Filter): JsonObject | undefined {
  switch (filter.kind) {
    case 'compare':
      if (filter.operator !== 'eq' || filter.reference.chain.length > 1) return undefined;
      if (isUnassigned(filter.value)) return {};
      return { [filter.path]: filter.reference.attribute.multiValued ? [filter.value] : filter.value };
    case 'and': {
      const parts = filter.filters.map(equalities);
      return parts.every((part) => part !== undefined) ? Object.assign({}, ...parts) : undefined;
    }
    case 'or':
    case 'not':
    case 'present':
    case 'valuePath':
      return undefined;
  }
}

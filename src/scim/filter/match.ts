import { isJsonObject, type JsonObject, type JsonValue } from '../../domain/json.ts';
import { booleanFromText } from '../dialect.ts';
import type { AttributeReference, ResourceType } from '../registry.ts';
import { schemaObject } from '../resource.ts';
import type { Attribute } from '../schema.ts';
import type { CompareOperator, Filter } from './filter.ts';
import { folded } from './fold.ts';

type Scalar = string | number | boolean;

/** Whether a resource (as a client would see it, with id and meta if they are asked for) meets a filter. */
export function matches(filter: Filter, resource: JsonObject, resourceType: ResourceType): boolean {
  return evaluate(filter, (reference) => {
    const object = schemaObject(resourceType, reference.schema, resource);
    return object ? valuesAt([object], reference.chain) : [];
  });
}

/** Whether an element of a multi-valued attribute meets the filter of a value path. */
export function matchesElement(filter: Filter, element: JsonValue): boolean {
  return evaluate(filter, (reference) => valuesAt([element], reference.chain));
}

function evaluate(filter: Filter, values: (reference: AttributeReference) => JsonValue[]): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.filters.every((part) => evaluate(part, values));
    case 'or':
      return filter.filters.some((part) => evaluate(part, values));
    case 'not':
      return !evaluate(filter.filter, values);
    case 'present':
      return values(filter.reference).some(isPresent);
    case 'valuePath':
      return values(filter.reference).some((element) => matchesElement(filter.filter, element));
    case 'compare':
      return compareAny(
        filter.operator,
        values(filter.reference).filter(isScalar),
        filter.value,
        filter.reference.attribute,
      );
  }
}

/** The values an attribute has, arrays on the way and at the end laid flat. */
function valuesAt(start: JsonValue[], chain: readonly Attribute[]): JsonValue[] {
  return chain.reduce<JsonValue[]>(
    (parents, attribute) =>
      parents
        .map((parent) => (isJsonObject(parent) ? parent[attribute.name] : undefined))
        .filter((value) => value !== undefined && value !== null)
        .flat(),
    start,
  );
}

// RFC 7644 §3.4.2.2 `pr`: not empty, for a complex attribute at least one sub-attribute that is not.
function isPresent(value: JsonValue): boolean {
  if (isJsonObject(value)) return Object.values(value).some(isPresent);
  return value !== null && value !== '' && !(Array.isArray(value) && value.length === 0);
}

function compareAny(
  operator: CompareOperator,
  values: readonly Scalar[],
  wanted: Scalar | null,
  attribute: Attribute,
): boolean {
  if (operator === 'ne') return !compareAny('eq', values, wanted, attribute);
  if (wanted === null) return values.length === 0;
  const right = comparable(wanted, attribute);
  return values.some((value) => compare(operator, comparable(value, attribute), right));
}

/** A value in the form it is compared in: case folded unless caseExact, dates as milliseconds. */
function comparable(value: Scalar, attribute: Attribute): Scalar {
  if (typeof value !== 'string') return value;
  if (attribute.type === 'dateTime') return Date.parse(value);
  if (attribute.type === 'boolean') return booleanFromText(value) === true;
  return attribute.caseExact ? value : folded(value);
}

function compare(operator: Exclude<CompareOperator, 'ne'>, left: Scalar, right: Scalar): boolean {
  switch (operator) {
    case 'eq':
      return left === right;
    case 'co':
      return String(left).includes(String(right));
    case 'sw':
      return String(left).startsWith(String(right));
    case 'ew':
      return String(left).endsWith(String(right));
    case 'gt':
      return order(left, right) > 0;
    case 'ge':
      return order(left, right) >= 0;
    case 'lt':
      return order(left, right) < 0;
    case 'le':
      return order(left, right) <= 0;
  }
}

// Texts by code point, as databases order them; JavaScript itself would order them by halves of surrogate pairs.
function order(left: Scalar, right: Scalar): number {
  return typeof left === 'string' && typeof right === 'string'
    ? Buffer.compare(Buffer.from(left), Buffer.from(right))
    : Number(left) - Number(right);
}

function isScalar(value: JsonValue): value is Scalar {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

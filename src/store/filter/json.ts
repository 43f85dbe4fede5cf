import { type RawBuilder, sql } from 'kysely';
import { type Attribute, attributeNamed } from '../../scim/schema.ts';
import { type Condition, JSON_WEIGHT, type Operand, ofAll, weightOfElements } from './condition.ts';
import type { FilterEngine, Value } from './engine.ts';

/** A place in the JSON of a resource. */
export interface Place {
  readonly json: Value;
  /** The names on the way from the beginning of `json`. */
  readonly path: readonly string[];
  /** The path of the attribute here as the schemas spell it; empty for the resource. */
  readonly name: string;
  /** How many arrays the place is inside of. */
  readonly depth: number;
}

/** Attributes that are compared as `keyText` makes them wherever they are, as they are where an index has them. */
const KEYS: ReadonlySet<string> = new Set(['emails.value', 'phoneNumbers.value']);

/** The condition that at one of the places of an attribute, arrays on the way laid flat, `test` holds. */
export function someAt(
  engine: FilterEngine,
  place: Place,
  chain: readonly Attribute[],
  test: (place: Place) => Condition,
): Condition {
  const [attribute, ...rest] = chain;
  if (attribute === undefined) return test(place);
  const inside = below(place, attribute);
  if (!attribute.multiValued) return someAt(engine, inside, rest, test);
  const { elements, element } = elementsAt(engine, inside);
  const inner = someAt(engine, element, rest, test);
  return ofAll(sql`exists (select 1 from ${elements} where ${inner.sql})`, weightOfElements(inner));
}

/**
 * The value that a list is sorted by (RFC 7644 §3.4.2.3): of a multi-valued attribute the primary element's, or else
 * the first one's.
 */
export function firstAt(engine: FilterEngine, place: Place, chain: readonly Attribute[]): Value {
  const [attribute, ...rest] = chain;
  if (attribute === undefined) return valueAt(engine, place);
  const inside = below(place, attribute);
  if (!attribute.multiValued) return firstAt(engine, inside, rest);
  const { elements, element, key } = elementsAt(engine, inside);
  const primary = attributeNamed(attribute.subAttributes ?? [], 'primary');
  const order = primary
    ? sql`coalesce(${engine.jsonValue(element.json, [primary.name])}, 0) desc, ${key}`
    : key;
  return sql`(select ${firstAt(engine, element, rest)} from ${elements} order by ${order} limit 1)`;
}

/** The JSON value at a place; NULL for none. */
export function valueAt(engine: FilterEngine, { json, path }: Place): Value {
  return path.length === 0 ? json : engine.jsonValue(json, path);
}

/** The value of an attribute in the form in which it is compared. */
export function operandAt(value: Value, engine: FilterEngine, name: string, attribute: Attribute): Operand {
  const common = { nullable: true, weight: JSON_WEIGHT };
  switch (attribute.type) {
    case 'boolean':
      return { value, form: 'flag', ...common };
    case 'integer':
    case 'decimal':
      return { value, form: 'number', ...common };
    case 'dateTime':
      return { value: engine.instant(value), form: 'instant', ...common };
    case 'string':
    case 'reference':
    case 'binary':
    case 'complex':
      if (KEYS.has(name)) return { value: engine.keyed(value), form: 'key', ...common };
      return attribute.caseExact
        ? { value, form: 'exact', ...common }
        : { value: engine.folded(value), form: 'folded', ...common };
  }
}

function below({ json, path, name, depth }: Place, attribute: Attribute): Place {
  const separator = name === '' || name.endsWith(':') ? '' : '.';
  return { json, path: [...path, attribute.name], name: `${name}${separator}${attribute.name}`, depth };
}

function elementsAt(
  engine: FilterEngine,
  { json, path, name, depth }: Place,
): { readonly elements: Value; readonly element: Place; readonly key: RawBuilder<unknown> } {
  const alias = `element_${depth}`;
  return {
    elements: engine.jsonElements(json, path, alias),
    element: { json: sql.ref(`${alias}.value`), path: [], name, depth: depth + 1 },
    key: sql.ref(`${alias}.key`),
  };
}

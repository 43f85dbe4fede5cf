import fc from 'fast-check';
import type { JsonObject, JsonValue } from '../../src/domain/json.ts';
import { compareOperators } from '../../src/scim/filter/filter.ts';
import { attributePath, attributesOf, type ResourceType, schemasOf } from '../../src/scim/registry.ts';
import type { Attribute } from '../../src/scim/schema.ts';

/** Texts that differ in case, in length when folded, in their order by code unit and by code point, and in SQL. */
const WORDS = [
  'a',
  'A',
  'ab',
  'aB',
  'ä',
  'Ä',
  'ß',
  'İ',
  'ΑΣ',
  'a b',
  'b',
  '%',
  '_',
  '\\',
  '"',
  "'",
  '😀',
  '\uffee',
  '1',
  'true',
];
const NUMBERS = [-1, 0, 1, 2, 10, 1_000_000_000_000];
const BASE64 = ['YQ==', 'YWI='];

const words = fc.constantFrom(...WORDS);
/** Moments around the clock of a bench, which stands at 1970-01-01T00:16:40Z. */
const moments = fc.constantFrom(
  '1970-01-01T00:16:39Z',
  '1970-01-01T00:16:40Z',
  '1970-01-01T02:16:40.000+02:00',
  '1970-01-01T00:16:40.001Z',
  '2026-01-31T08:00:00Z',
);

function scalar({ type }: Attribute): fc.Arbitrary<JsonValue> {
  switch (type) {
    case 'boolean':
      return fc.boolean();
    case 'integer':
    case 'decimal':
      return fc.constantFrom(...NUMBERS);
    case 'dateTime':
      return moments;
    case 'binary':
      return fc.constantFrom(...BASE64);
    case 'string':
    case 'reference':
    case 'complex':
      return words;
  }
}

function singular(attribute: Attribute): fc.Arbitrary<JsonValue> {
  return attribute.type === 'complex' ? object(attribute.subAttributes ?? [], 0.5) : scalar(attribute);
}

function anyValueOf(attribute: Attribute): fc.Arbitrary<JsonValue> {
  return attribute.multiValued
    ? fc.array(singular(attribute), { minLength: 1, maxLength: 3 })
    : singular(attribute);
}

/** An object with some of the attributes: each as likely as `share` says, the required ones always. */
function object(attributes: readonly Attribute[], share: number): fc.Arbitrary<JsonObject> {
  const members = attributes.map((attribute) => {
    const value = anyValueOf(attribute);
    const present = attribute.required ? 1 : share;
    return fc
      .tuple(fc.integer({ min: 0, max: 99 }), value)
      .map(([dice, some]) => (dice < present * 100 ? [[attribute.name, some] as const] : []));
  });
  return fc.tuple(...members).map((pairs) => Object.fromEntries(pairs.flat()));
}

/** Bodies of resources of that type, as a client may send them. */
export function randomBodies(type: ResourceType): fc.Arbitrary<JsonObject> {
  const schemas = schemasOf(type).map((schema) => {
    const isCore = schema === type.schema;
    const attributes = attributesOf(type, schema).filter(({ name }) => name !== 'password');
    const part = object(attributes, isCore ? 0.4 : 0.3);
    return isCore
      ? part
      : fc.tuple(fc.nat({ max: 3 }), part).map(([dice, some]) => (dice === 0 ? { [schema.id]: some } : {}));
  });
  return fc.tuple(...schemas).map((parts) => Object.assign({}, ...parts));
}

function literal(attribute: Attribute): fc.Arbitrary<string> {
  return scalar(attribute).map((value) => JSON.stringify(value));
}

function comparison(path: string, attribute: Attribute): fc.Arbitrary<string> {
  const all = compareOperators;
  const ordered = all.filter((operator) => !['co', 'sw', 'ew'].includes(operator));
  const operators = {
    boolean: ['eq', 'ne'],
    binary: ['eq', 'ne'],
    integer: ordered,
    decimal: ordered,
    dateTime: ordered,
  };
  const allowed: readonly string[] =
    attribute.type in operators ? operators[attribute.type as keyof typeof operators] : all;
  return fc.oneof(
    {
      weight: 8,
      arbitrary: fc
        .tuple(fc.constantFrom(...allowed), literal(attribute))
        .map((pair) => `${path} ${pair.join(' ')}`),
    },
    fc.constantFrom(`${path} pr`, `${path} eq null`, `${path} ne null`),
  );
}

/** Addresses begin with what the client called; no store knows it. */
function isKnown({ name, returned }: Attribute): boolean {
  return name !== 'location' && returned !== 'never';
}

function subAttributesOf({ name, subAttributes = [] }: Attribute): readonly Attribute[] {
  return subAttributes.filter(
    (one) => isKnown(one) && !(one.name === '$ref' && (name === 'groups' || name === 'members')),
  );
}

function leaves(path: string, attribute: Attribute): fc.Arbitrary<string>[] {
  if (attribute.type !== 'complex') return [comparison(path, attribute)];
  const below = subAttributesOf(attribute);
  const inBrackets = combined(fc.oneof(...below.flatMap((one) => leaves(one.name, one))), 2);
  return [
    fc.constant(`${path} pr`),
    inBrackets.map((inner) => `${path}[${inner}]`),
    ...below.flatMap((one) => leaves(`${path}.${one.name}`, one)),
  ];
}

function combined(leaf: fc.Arbitrary<string>, depth: number): fc.Arbitrary<string> {
  return fc.letrec<{ filter: string }>((tie) => ({
    filter: fc.oneof(
      { maxDepth: depth, withCrossShrink: true },
      leaf,
      tie('filter').map((inner) => `not (${inner})`),
      fc
        .tuple(tie('filter'), fc.constantFrom('and', 'or'), tie('filter'))
        .map(([left, operator, right]) => `(${left}) ${operator} (${right})`),
    ),
  })).filter;
}

/** Filters over everything that resources of that type have, as text. */
export function randomFilters(type: ResourceType): fc.Arbitrary<string> {
  const bySchema = schemasOf(type).map((schema) =>
    fc.oneof(
      ...attributesOf(type, schema)
        .filter(isKnown)
        .flatMap((one) => leaves(attributePath(type, schema, one.name), one)),
    ),
  );
  // The core schema is asked for as often as all the others.
  const [core = fc.constant('id pr'), ...extensions] = bySchema;
  const leaf = extensions.length === 0 ? core : fc.oneof(core, fc.oneof(...extensions));
  return combined(leaf, 3);
}

/** Paths that a list can be sorted by. */
export function sortablePaths(type: ResourceType): readonly string[] {
  const pathsOf = (path: string, attribute: Attribute): string[] =>
    attribute.type === 'complex'
      ? subAttributesOf(attribute).flatMap((one) => pathsOf(`${path}.${one.name}`, one))
      : [path];
  return schemasOf(type).flatMap((schema) =>
    attributesOf(type, schema)
      .filter(isKnown)
      .flatMap((one) => pathsOf(attributePath(type, schema, one.name), one)),
  );
}

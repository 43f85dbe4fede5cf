import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/domain/json.ts';
import { parseProjection, selectionOf } from '../../src/scim/projection.ts';
import {
  attributesOf,
  type ResourceType,
  schemasOf,
  userResourceType as User,
} from '../../src/scim/registry.ts';
import { represent } from '../../src/scim/representation.ts';
import { type Attribute, attribute, complexAttribute } from '../../src/scim/schema.ts';
import { resources } from './arbitraries.ts';

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const identity = {
  id: '1',
  meta: { created: '2026-01-01T00:00:00Z', lastModified: '2026-01-02T00:00:00Z', version: 3, location: 'x' },
};

/** Attributes of every kind of `returned`, at the top and below. */
const Thing: ResourceType = {
  id: 'Thing',
  name: 'Thing',
  endpoint: '/Things',
  description: 'A thing',
  schema: {
    id: 'urn:example:2.0:Thing',
    name: 'Thing',
    description: 'A thing',
    attributes: [
      attribute('label', 'Always.', { returned: 'always' }),
      attribute('secret', 'Never.', { returned: 'never' }),
      attribute('photo', 'On request.', { returned: 'request' }),
      complexAttribute(
        'parts',
        'Of every kind.',
        [
          attribute('value', 'Always.', { returned: 'always' }),
          attribute('type', 'By default.'),
          attribute('key', 'Never.', { returned: 'never' }),
          attribute('scan', 'On request.', { returned: 'request' }),
        ],
        { multiValued: true },
      ),
    ],
  },
  extensions: [
    {
      required: false,
      schema: {
        id: 'urn:example:2.0:Extra',
        name: 'Extra',
        description: 'An extension',
        attributes: [
          complexAttribute('boss', 'A reference.', [
            attribute('value', 'An id.'),
            attribute('name', 'A name.'),
          ]),
          attribute('unit', 'A text.'),
        ],
      },
    },
  ],
};

const thing: JsonObject = {
  label: 'l',
  secret: 's',
  photo: 'p',
  parts: [
    { value: 'v1', type: 't1', key: 'k1', scan: 's1' },
    { value: 'v2', key: 'k2' },
  ],
  'urn:example:2.0:Extra': { boss: { value: 'b', name: 'n' }, unit: 'u' },
};

interface Query {
  attributes?: string;
  excludedAttributes?: string;
}

/**
 * RFC 7644 §3.9 and `returned` of RFC 7643 §2.2 as plainly as they can be written: what is asked for is a list of
 * lower-case paths, and each attribute is looked for in it.
 */
function plainly(resourceType: ResourceType, whole: JsonObject, query: Query): JsonObject {
  const known = pathsOf(resourceType).map((path) => path.toLowerCase());
  const listOf = (text = '') =>
    text
      .toLowerCase()
      .split(',')
      .filter((name) => known.includes(name))
      .flatMap(spelledOut);
  const asked = listOf(query.attributes);
  const excluded = listOf(query.excludedAttributes);
  const isListed = query.attributes !== undefined;

  function spelledOut(name: string): string[] {
    const schema = schemasOf(resourceType).find(({ id }) => id.toLowerCase() === name);
    if (schema) return attributesOf(resourceType, schema).map((one) => pathOf(schema.id, one.name));
    const core = `${resourceType.schema.id.toLowerCase()}:`;
    return [name.startsWith(core) ? name.slice(core.length) : name];
  }
  function pathOf(schemaId: string, name: string): string {
    return (schemaId === resourceType.schema.id ? name : `${schemaId}:${name}`).toLowerCase();
  }
  function isShown(one: Attribute, path: string, below: boolean): boolean {
    if (one.returned === 'never') return false;
    if (one.returned === 'always') return true;
    const isNamed = asked.some((name) => name === path || name.startsWith(`${path}.`));
    if (one.returned === 'request') return isNamed;
    if (isListed) return isNamed || below;
    return !excluded.includes(path);
  }
  function reduce(attributes: readonly Attribute[], object: JsonObject, prefix: string, below: boolean) {
    const result: JsonObject = {};
    for (const one of attributes) {
      const path = prefix + one.name.toLowerCase();
      const value = object[one.name];
      if (value === undefined || !isShown(one, path, below)) continue;
      const whole = below || one.returned === 'always' || asked.includes(path);
      const inner = (element: JsonValue): JsonValue =>
        isJsonObject(element) ? reduce(one.subAttributes ?? [], element, `${path}.`, whole) : element;
      const shown = Array.isArray(value) ? value.map(inner).filter(isSomething) : inner(value);
      if (isSomething(shown)) result[one.name] = shown;
    }
    return result;
  }

  const result: JsonObject = {};
  for (const schema of schemasOf(resourceType)) {
    const isCore = schema === resourceType.schema;
    const object = isCore ? whole : whole[schema.id];
    if (!isJsonObject(object)) continue;
    const prefix = isCore ? '' : `${schema.id.toLowerCase()}:`;
    const shown = reduce(attributesOf(resourceType, schema), object, prefix, false);
    if (isCore) Object.assign(result, shown);
    else if (isSomething(shown)) result[schema.id] = shown;
  }
  const { schemas: _schemas, ...rest } = result;
  return rest;
}

function isSomething(value: JsonValue): boolean {
  return typeof value !== 'object' || (value !== null && Object.keys(value).length > 0);
}

/** The resource with all its attributes, whatever `returned` says. */
function wholeOf(resourceType: ResourceType, resource: JsonObject): JsonObject {
  const { id, meta } = represent(resourceType, {}, identity);
  return { ...resource, id: id ?? null, meta: meta ?? null };
}

function pathsOf(resourceType: ResourceType): string[] {
  const below = (one: Attribute, path: string): string[] => [
    path,
    ...(one.subAttributes ?? []).flatMap((sub) => below(sub, `${path}.${sub.name}`)),
  ];
  return schemasOf(resourceType).flatMap((schema) => [
    schema.id,
    ...attributesOf(resourceType, schema)
      .flatMap((one) => below(one, one.name))
      .flatMap((path) =>
        schema === resourceType.schema ? [path, `${schema.id}:${path}`] : [`${schema.id}:${path}`],
      ),
  ]);
}

function queries(resourceType: ResourceType): fc.Arbitrary<Query> {
  const name = fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...pathsOf(resourceType)) },
    fc.constantFrom('colour', 'urn:example:unheard:of', 'userName.colour', 'emails[type eq "work"]', ' , '),
  );
  const spelled = fc.tuple(name, fc.boolean()).map(([path, upper]) => (upper ? path.toUpperCase() : path));
  const list = fc.array(spelled, { minLength: 1, maxLength: 4 }).map((paths) => paths.join(','));
  const known = list.filter((text) => !/^[ ,]*$/.test(text));
  return fc.oneof(
    fc.constant({}),
    known.map((attributes) => ({ attributes })),
    known.map((excludedAttributes) => ({ excludedAttributes })),
  );
}

function shown(resourceType: ResourceType, resource: JsonObject, query: Query): JsonObject {
  const projection = parseProjection(query, resourceType);
  const { schemas, ...rest } = represent(resourceType, resource, identity, undefined, projection);
  const extensions = Object.keys(rest).filter((name) => name.startsWith('urn:'));
  // RFC 7643 §2.2, `returned` "always": whatever is asked for, these are there.
  expect(schemas).toEqual([resourceType.schema.id, ...extensions]);
  expect(rest.id).toBe('1');
  return rest;
}

describe('what a projection shows', () => {
  test('of a User is what a plain reading of RFC 7644 §3.9 shows, and what is stored stays', () => {
    fc.assert(
      fc.property(resources, queries(User), (resource, query) => {
        const before = structuredClone(resource);
        expect(shown(User, resource, query)).toEqual(plainly(User, wholeOf(User, resource), query));
        expect(resource).toEqual(before);
      }),
      { numRuns: 500 },
    );
  });

  test('honours every kind of `returned`', () => {
    fc.assert(
      fc.property(queries(Thing), (query) => {
        const before = structuredClone(thing);
        expect(shown(Thing, thing, query)).toEqual(plainly(Thing, wholeOf(Thing, thing), query));
        expect(thing).toEqual(before);
      }),
      { numRuns: 500 },
    );
  });

  test.each<[Query, JsonObject]>([
    [{}, { label: 'l', parts: [{ value: 'v1', type: 't1' }, { value: 'v2' }] }],
    [{ attributes: 'photo,secret' }, { label: 'l', photo: 'p' }],
    [{ attributes: 'PARTS.SCAN' }, { label: 'l', parts: [{ value: 'v1', scan: 's1' }, { value: 'v2' }] }],
    [{ attributes: 'parts' }, { label: 'l', parts: [{ value: 'v1', type: 't1' }, { value: 'v2' }] }],
    [
      { excludedAttributes: 'label,parts.value,parts.type' },
      { label: 'l', parts: [{ value: 'v1' }, { value: 'v2' }] },
    ],
    [{ excludedAttributes: 'parts' }, { label: 'l' }],
  ])('%j', (query, expected) => {
    const { 'urn:example:2.0:Extra': _extra, id: _id, meta: _meta, ...rest } = shown(Thing, thing, query);
    expect(rest).toEqual(expected);
  });
});

test('how much is selected of what', () => {
  const listed = parseProjection({ attributes: `name.givenName,${enterprise}:manager.value` }, User);
  expect(selectionOf(listed, 'name')).toBe('part');
  expect(selectionOf(listed, 'name.givenName')).toBe('whole');
  expect(selectionOf(listed, 'name.familyName')).toBe('nothing');
  expect(selectionOf(listed, `${enterprise}:manager`)).toBe('part');
  expect(selectionOf(listed, 'manager')).toBe('nothing');
  const excluded = parseProjection({ excludedAttributes: ['name.givenName', enterprise] }, User);
  expect(selectionOf(excluded, 'name')).toBe('part');
  expect(selectionOf(excluded, 'name.givenName')).toBe('nothing');
  expect(selectionOf(excluded, `${enterprise}:manager.value`)).toBe('nothing');
  expect(selectionOf(excluded, 'userName')).toBe('whole');
  expect(selectionOf(undefined, 'userName')).toBe('whole');
});

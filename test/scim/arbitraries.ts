import fc from 'fast-check';
import type { JsonObject, JsonValue } from '../../src/domain/json.ts';
import { schemasOf, userResourceType } from '../../src/scim/registry.ts';
import { isStored, parseResource } from '../../src/scim/resource.ts';
import type { Attribute } from '../../src/scim/schema.ts';

/** Text that is sometimes blank, sometimes odd, and often the same, so that values meet each other. */
const text = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('a', 'A', 'b', 'work', 'home', 'True', '') },
  { weight: 1, arbitrary: fc.string({ maxLength: 8 }) },
);

/** A value that fits the attribute, tolerances included. */
function valueFor(attribute: Attribute): fc.Arbitrary<JsonValue> {
  const single = singularFor(attribute);
  return attribute.multiValued ? fc.array(single, { maxLength: 3 }) : single;
}

function singularFor(attribute: Attribute): fc.Arbitrary<JsonValue> {
  switch (attribute.type) {
    case 'boolean':
      return fc.constantFrom<JsonValue>(true, false, 'True', 'false');
    case 'integer':
    case 'decimal':
      return fc.integer({ min: 0, max: 3 });
    case 'dateTime':
      return fc.constant('2026-01-31T08:00:00Z');
    case 'binary':
      return fc.constantFrom('YQ==', 'Yg==');
    case 'complex':
      return objectFor(attribute.subAttributes ?? []);
    case 'string':
    case 'reference':
      return text;
  }
}

function objectFor(attributes: readonly Attribute[]): fc.Arbitrary<JsonObject> {
  const required = attributes.filter((attribute) => attribute.required).map((attribute) => attribute.name);
  return fc
    .record(
      Object.fromEntries(
        attributes.map((attribute) => [
          attribute.name,
          attribute.required ? fc.constantFrom('custom1', 'custom2') : valueFor(attribute),
        ]),
      ),
      { requiredKeys: required },
    )
    .map((record) => ({ ...record }));
}

const [core, ...extensions] = schemasOf(userResourceType);

/** A body that `parseResource` accepts, with a few attributes of a few schemas. */
const bodies: fc.Arbitrary<JsonObject> = fc
  .tuple(
    sparse(core?.attributes ?? []),
    fc.record(Object.fromEntries(extensions.map((schema) => [schema.id, sparse(schema.attributes)])), {
      requiredKeys: [],
    }),
  )
  .map(([attributes, more]) => ({ ...attributes, ...more, userName: 'ada@example.com' }));

function sparse(attributes: readonly Attribute[]): fc.Arbitrary<JsonObject> {
  return fc
    .subarray([...attributes], { maxLength: Math.min(6, attributes.length) })
    .chain((chosen) => objectFor(chosen.map((attribute) => ({ ...attribute, required: false }))));
}

/** A stored User. */
export const resources = bodies.map((body) => parseResource(userResourceType, body));

/** A top-level attribute that clients can write, with its path and a value that fits. */
export const assignments: fc.Arbitrary<{ path: string; attribute: Attribute; value: JsonValue }> = fc
  .constantFrom(
    ...schemasOf(userResourceType).flatMap((schema) =>
      schema.attributes.filter(isStored).map((attribute) => ({
        path: schema === core ? attribute.name : `${schema.id}:${attribute.name}`,
        attribute,
      })),
    ),
  )
  .chain(({ path, attribute }) => valueFor(attribute).map((value) => ({ path, attribute, value })));

/** A PATCH operation: mostly sensible, sometimes nonsense. */
export const operations: fc.Arbitrary<JsonValue> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.constantFrom('add', 'Replace', 'remove'), assignments)
      .map(([op, { path, value }]): JsonValue => ({ op, path, value })),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      op: fc.constantFrom('Add', 'replace', 'remove'),
      path: fc.constantFrom(
        'emails[type eq "work"].value',
        'emails[type eq "home"]',
        'emails[value co "a"].primary',
        'emails.type',
        'phoneNumbers[primary eq true].type',
        'roles[primary eq "True"].value',
        'name.givenName',
        'manager',
        'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
        'urn:ietf:params:scim:schemas:extension:spend:2.0:Role:roles[roleName eq "a"].roleGroups',
        'urn:ietf:params:scim:schemas:extension:spend:2.0:Approver:report.approver.value',
      ),
      value: fc.oneof(text, fc.constantFrom(true, null), fc.array(text, { maxLength: 2 })),
    }),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom('add', 'replace'), bodies)
      .map(([op, value]): JsonValue => ({ op, value })),
  },
  { weight: 1, arbitrary: fc.jsonValue().map((value): JsonValue => JSON.parse(JSON.stringify(value))) },
);

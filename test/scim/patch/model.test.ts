import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isJsonObject, type JsonObject, type JsonValue } from '../../../src/domain/json.ts';
import { ScimError } from '../../../src/scim/error.ts';
import { applyPatch } from '../../../src/scim/patch/apply.ts';
import { parseResource } from '../../../src/scim/resource.ts';
import type { Attribute } from '../../../src/scim/schema.ts';
import { type ModelOperation, type Place, patchModel, Refusal } from './model.ts';
import { attributesOf, EXTRA, thing } from './thing.ts';

const CORE = thing.schema.id;
// Few words, so that values meet each other; in both cases, as most attributes do not tell them apart.
const words = fc.constantFrom('a', 'A', 'b', 'c');

function valueFor(attribute: Attribute): fc.Arbitrary<JsonValue> {
  const one = singleFor(attribute);
  return attribute.multiValued ? fc.oneof(fc.array(one, { maxLength: 3 }), one) : one;
}

function singleFor(attribute: Attribute): fc.Arbitrary<JsonValue> {
  if (attribute.type === 'integer') return fc.integer({ min: 0, max: 2 });
  if (attribute.type === 'boolean') return fc.constantFrom<JsonValue>(true, false, 'True', 'false');
  if (attribute.type !== 'complex') return words;
  const subAttributes = attribute.subAttributes ?? [];
  return fc
    .record(Object.fromEntries(subAttributes.map((sub) => [sub.name, valueFor(sub)])), { requiredKeys: [] })
    .map((record): JsonValue => JSON.parse(JSON.stringify(record)));
}

// What clients clear with, and what has no attribute's type.
const oddities = fc.constantFrom<JsonValue>(
  null,
  '',
  [],
  {},
  7,
  1.5,
  true,
  'text',
  { x: 1 },
  [['a']],
  [null],
);

const attributes = [false, true].flatMap((extension) =>
  attributesOf(extension).map((attribute) => ({ extension, attribute })),
);

const places: fc.Arbitrary<Place> = fc.constantFrom(...attributes).chain(({ extension, attribute }) => {
  const subAttributes = attribute.subAttributes ?? [];
  const none = fc.constant(undefined);
  if (subAttributes.length === 0) {
    return fc.constant({ extension, attribute, filter: undefined, sub: undefined });
  }
  const filters = fc
    .constantFrom(...subAttributes.filter((sub) => !sub.multiValued))
    .chain((sub) => (sub.type === 'boolean' ? fc.boolean() : words).map((value) => ({ sub, value })));
  return fc.record({
    extension: fc.constant(extension),
    attribute: fc.constant(attribute),
    filter: attribute.multiValued ? fc.oneof(none, filters) : none,
    sub: fc.oneof(none, fc.constantFrom(...subAttributes)),
  });
});

const names = fc
  .uniqueArray(fc.constantFrom(...attributes), { maxLength: 4 })
  .chain((chosen) =>
    fc.tuple(
      ...chosen.map(({ extension, attribute }) =>
        fc
          .oneof({ weight: 6, arbitrary: valueFor(attribute) }, oddities)
          .map((value): [string, JsonValue] => [
            extension ? `${EXTRA}:${attribute.name}` : attribute.name,
            value,
          ]),
      ),
    ),
  )
  .map((entries): JsonObject => Object.fromEntries(entries));

const ops = fc.constantFrom('add' as const, 'replace' as const, 'remove' as const);

const operations: fc.Arbitrary<ModelOperation> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(ops, places).chain(([op, place]) => {
      const target = place.sub ?? place.attribute;
      const fits = place.filter && !place.sub ? singleFor(target) : valueFor(target);
      const value = fc.oneof({ weight: 8, arbitrary: fits }, oddities);
      const some = op === 'remove' ? fc.oneof(fc.constant(undefined), value) : value;
      return some.map((given) => ({ op, place, value: given }));
    }),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(ops, fc.oneof({ weight: 9, arbitrary: names }, oddities)).map(([op, value]) => ({
      op,
      place: undefined,
      value,
    })),
  },
);

const resources = fc
  .record({
    core: fc.record(
      Object.fromEntries(attributesOf(false).map((attribute) => [attribute.name, valueFor(attribute)])),
      { requiredKeys: ['label'] },
    ),
    extra: fc.record(
      Object.fromEntries(
        attributesOf(true)
          .filter(({ name }) => name !== 'fields')
          .map((attribute) => [attribute.name, valueFor(attribute)]),
      ),
      { requiredKeys: [] },
    ),
    fields: fc.array(fc.record({ id: words, value: words }), { maxLength: 3 }),
  })
  .map(({ core, extra, fields }) => parseResource(thing, { ...core, [EXTRA]: { ...extra, fields } }));

/** The operation as a client writes it: any case, with or without the core schema's URN. */
function written(operation: ModelOperation, style: { upper: boolean; urn: boolean }): JsonObject {
  const { op, place, value } = operation;
  const given = value === undefined ? {} : { value };
  const spelled = style.upper ? op.toUpperCase() : op;
  if (!place) return { op: spelled, ...given };
  const prefix = place.extension ? `${EXTRA}:` : style.urn ? `${CORE}:` : '';
  const filter = place.filter ? `[${place.filter.sub.name} eq ${JSON.stringify(place.filter.value)}]` : '';
  const sub = place.sub ? `.${place.sub.name}` : '';
  const bare = place.attribute.name;
  const name = prefix + bare;
  const path = (style.upper ? name.toUpperCase() : name) + filter + sub;
  return { op: spelled, path, ...given };
}

const styles = fc.record({ upper: fc.boolean(), urn: fc.boolean() });
const plainly = { upper: false, urn: false };
const patches = fc.array(fc.tuple(operations, styles), { minLength: 1, maxLength: 3 });

function bodyOf(patch: readonly (readonly [ModelOperation, { upper: boolean; urn: boolean }])[]): JsonObject {
  return { Operations: patch.map(([operation, style]) => written(operation, style)) };
}

/** Without `schemas`, and with the values of multi-valued attributes in an order of their own. */
function plain(value: JsonValue): JsonValue {
  if (Array.isArray(value)) {
    return value.map(plain).sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
  }
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).filter(([name]) => name !== 'schemas');
  return Object.fromEntries(
    entries.sort(([one], [other]) => (one < other ? -1 : 1)).map(([name, child]) => [name, plain(child)]),
  );
}

/** The paths of what differs: attributes, and the sub-attributes of singular complex ones. */
function differing(before: JsonObject, after: JsonObject): string[] {
  const at = (object: JsonValue | undefined, name: string) =>
    isJsonObject(object) ? plain(object[name] ?? null) : null;
  const paths: string[] = [];
  for (const { extension, attribute } of attributes) {
    const [old, present] = [before, after].map((one) => at(extension ? one[EXTRA] : one, attribute.name));
    const path = extension ? `${EXTRA}:${attribute.name}` : attribute.name;
    if (attribute.type !== 'complex' || attribute.multiValued) {
      if (JSON.stringify(old) !== JSON.stringify(present)) paths.push(path);
      continue;
    }
    for (const { name } of attribute.subAttributes ?? []) {
      if (JSON.stringify(at(old, name)) !== JSON.stringify(at(present, name))) paths.push(`${path}.${name}`);
    }
  }
  return paths.sort();
}

function outcome<Result>(work: () => Result): Result | string {
  try {
    return work();
  } catch (error) {
    if (error instanceof ScimError || error instanceof Refusal) return String(error.scimType);
    throw error;
  }
}

describe('applyPatch', () => {
  test('does what a plain reading of RFC 7644 §3.5.2 does', () => {
    fc.assert(
      fc.property(resources, patches, (resource, patch) => {
        const before = structuredClone(resource);
        const expected = outcome(() =>
          patchModel(
            resource,
            patch.map(([operation]) => operation),
          ),
        );
        const actual = outcome(() => applyPatch(thing, resource, bodyOf(patch)));
        expect(resource).toEqual(before);
        if (typeof actual === 'string' || typeof expected === 'string') {
          expect(actual).toEqual(expected);
          return;
        }
        expect(plain(actual.resource)).toEqual(plain(expected));
        const { emails } = actual.resource;
        const primaries = Array.isArray(emails)
          ? emails.filter((one) => isJsonObject(one) && one.primary)
          : [];
        expect(primaries.length).toBeLessThanOrEqual(1);
        expect([...actual.changed].sort()).toEqual(differing(before, expected));
        if (actual.changed.length === 0) expect(actual.resource).toBe(resource);
        else expect(actual.resource.schemas).toEqual([CORE, ...(EXTRA in expected ? [EXTRA] : [])]);
      }),
      { numRuns: 4_000 },
    );
  });

  test('a replacement done twice is done once', () => {
    // A filter by what the operation itself changes finds something else the second time.
    const lasting = operations.filter(
      ({ op, place }) =>
        op === 'replace' &&
        (place?.filter === undefined ||
          (['type', 'id'].includes(place.filter.sub.name) && place.sub?.name !== place.filter.sub.name)),
    );
    fc.assert(
      fc.property(resources, lasting, (resource, operation) => {
        const { place, value } = operation;
        const asked = place?.filter?.sub.name ?? '';
        fc.pre(place?.sub !== undefined || !(isJsonObject(value) && asked in value));
        const body = { Operations: [written(operation, plainly)] };
        const once = outcome(() => applyPatch(thing, resource, body));
        fc.pre(typeof once !== 'string');
        const twice = applyPatch(thing, once.resource, body);
        expect(twice.changed).toEqual([]);
        expect(twice.resource).toBe(once.resource);
      }),
      { numRuns: 1_000 },
    );
  });

  test('one operation that cannot be done undoes all', () => {
    const broken = fc.constantFrom<JsonObject>(
      { op: 'remove' },
      { op: 'add', path: 'colour', value: 'red' },
      { op: 'add', path: 'emails[type eq', value: 'a' },
      { op: 'add', path: 'emails[colour eq "a"].value', value: 'a' },
      { op: 'replace', path: 'emails[type co "z"].value', value: 'a' },
      { op: 'replace', path: 'seen', value: 'a' },
      { op: 'replace', path: 'count', value: 'many' },
      { op: 'remove', path: 'label' },
    );
    fc.assert(
      fc.property(resources, patches, broken, fc.nat(), (resource, patch, operation, position) => {
        const before = structuredClone(resource);
        const list = patch.map(([one, style]) => written(one, style));
        list.splice(position % (list.length + 1), 0, operation);
        expect(() => applyPatch(thing, resource, { Operations: list })).toThrow(ScimError);
        expect(resource).toEqual(before);
      }),
      { numRuns: 300 },
    );
  });
});

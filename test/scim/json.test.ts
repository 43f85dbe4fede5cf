import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonValue } from '../../src/domain/json.ts';
import { ScimError } from '../../src/scim/error.ts';
import { canonicalText, checkDepth } from '../../src/scim/json.ts';

const json = fc.jsonValue().map((value): JsonValue => JSON.parse(JSON.stringify(value)));

function nested(depth: number): unknown {
  return JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`);
}

describe('checkDepth', () => {
  test('lets 64 levels pass and refuses 65', () => {
    checkDepth(nested(65));
    expect(() => checkDepth(nested(66))).toThrow(ScimError);
    expect(() => checkDepth({ a: nested(100_000) })).toThrow(/deeper than 64/);
  });
});

describe('canonicalText', () => {
  test('knows neither the order of members nor of elements', () => {
    expect(canonicalText([{ a: 1, b: [2, 3] }, 'x'])).toBe(canonicalText(['x', { b: [3, 2], a: 1 }]));
  });

  test.each<[JsonValue, JsonValue]>([
    [{ a: 1 }, { a: '1' }],
    [null, 'null'],
    [[1], 1],
    [{}, []],
    [['a,b'], ['a', 'b']],
    [{ a: null }, {}],
  ])('tells %j from %j', (one, other) => {
    expect(canonicalText(one)).not.toBe(canonicalText(other));
  });

  test('is the same for a value that went through JSON', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(canonicalText(JSON.parse(JSON.stringify(value)))).toBe(canonicalText(value));
      }),
    );
  });
});

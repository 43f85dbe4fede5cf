import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../../src/domain/json.ts';
import { parseBulkRequest } from '../../../src/scim/bulk/message.ts';
import { type BulkStep, nextBatch, planBulk } from '../../../src/scim/bulk/plan.ts';
import { ScimError } from '../../../src/scim/error.ts';

function plan(...Operations: JsonValue[]): readonly BulkStep[] {
  let ids = 0;
  return planBulk(parseBulkRequest({ Operations }).entries, () => {
    ids += 1;
    return `id-${ids}`;
  });
}

const create = (bulkId: string, data: JsonObject = {}, path = '/Users') => ({
  method: 'POST',
  path,
  bulkId,
  data,
});
const order = (steps: readonly BulkStep[]) => steps.map(({ index }) => index);

function dataOf(step: BulkStep | undefined): JsonObject | undefined {
  return step === undefined || step.operation instanceof ScimError ? undefined : step.operation.data;
}

describe('references', () => {
  test('are replaced wherever they may stand', () => {
    const [, step] = plan(create('a b'), {
      method: 'PATCH',
      path: '/Groups/7',
      data: {
        plain: 'bulkId:a b',
        members: [{ value: 'bulkId:a b', $ref: 'https://x/scim/v2/Users/bulkId:a b', display: 'bulk' }],
        Operations: [{ op: 'remove', path: 'members[value eq "bulkId:a b"]' }],
        displayName: 'see "bulkId:a b" and /bulkId:a b',
      },
    });
    expect(dataOf(step)).toEqual({
      plain: 'id-1',
      members: [{ value: 'id-1', $ref: 'https://x/scim/v2/Users/id-1', display: 'bulk' }],
      Operations: [{ op: 'remove', path: 'members[value eq "id-1"]' }],
      displayName: 'see "bulkId:a b" and /bulkId:a b',
    });
    expect(step?.needs).toEqual([0]);
  });

  test('may stand in the path', () => {
    const [, step] = plan(create('a'), { method: 'PUT', path: '/Users/bulkId:a', data: {} });
    expect(step).toMatchObject({ operation: { target: 'id-1' }, needs: [0] });
  });

  test('to oneself need nobody', () => {
    const [step] = plan(create('a', { manager: 'bulkId:a' }));
    expect(step).toMatchObject({ operation: { target: 'id-1', data: { manager: 'id-1' } }, needs: [] });
  });

  test.each([
    { method: 'PUT', path: '/Users/1', data: { manager: 'bulkId:x' } },
    { method: 'DELETE', path: '/Users/bulkId:x' },
    { method: 'PUT', path: '/Users/1', data: { m: [{ $ref: '../Users/bulkId:x' }] } },
  ])('to nobody are refused: %j', (operation) => {
    const [step] = plan(operation, { ...operation, bulkId: 'x' });
    expect(step?.operation).toMatchObject({ status: 400, scimType: 'invalidValue' });
  });

  test('to a create that is refused are kept, to fail with it', () => {
    const steps = plan(
      { method: 'POST', path: '/Users', bulkId: 'a' },
      { method: 'DELETE', path: '/Users/bulkId:a' },
    );
    expect(steps[1]).toMatchObject({ operation: { target: 'id-1' }, needs: [0] });
  });
});

describe('the order', () => {
  test('is that of the request, but a create comes before what refers to it', () => {
    const steps = plan(
      create('a', { manager: 'bulkId:c' }),
      { method: 'DELETE', path: '/Users/9' },
      create('b'),
      create('c', { manager: 'bulkId:b' }),
    );
    expect(order(steps)).toEqual([2, 3, 0, 1]);
  });

  test('of a circle begins with what the first one needs', () => {
    const steps = plan(
      create('a', { manager: 'bulkId:b' }),
      create('b', { manager: 'bulkId:c' }),
      create('c', { manager: 'bulkId:a' }),
    );
    expect(order(steps)).toEqual([2, 1, 0]);
    expect(steps.map(({ operation }) => 'isAhead' in operation && operation.isAhead)).toEqual([
      true,
      false,
      false,
    ]);
    expect(steps.map(dataOf)).toEqual([{ manager: 'id-1' }, { manager: 'id-3' }, { manager: 'id-2' }]);
  });

  const requests = fc
    .array(fc.tuple(fc.boolean(), fc.array(fc.nat(11), { maxLength: 3 })), { maxLength: 12 })
    .map((list) =>
      list.map(([isGroup, references], index) =>
        create(
          `b${index}`,
          { m: references.filter((to) => to < list.length).map((to) => `bulkId:b${to}`) },
          isGroup ? '/Groups' : '/Users',
        ),
      ),
    );

  test('leaves nobody out, and puts a need first unless it needs the other in turn', () => {
    fc.assert(
      fc.property(requests, (operations) => {
        const steps = plan(...operations);
        expect(order(steps).toSorted((a, b) => a - b)).toEqual(operations.map((_, index) => index));
        const needs = new Map(steps.map((step) => [step.index, step.needs]));
        const reaches = (from: number, to: number, seen = new Set<number>()): boolean =>
          (needs.get(from) ?? []).some((next) => {
            if (next === to) return true;
            if (seen.has(next)) return false;
            seen.add(next);
            return reaches(next, to, seen);
          });
        const places = new Map(order(steps).map((index, place) => [index, place]));
        for (const step of steps) {
          for (const need of step.needs) {
            const isBefore = (places.get(need) ?? 0) < (places.get(step.index) ?? 0);
            expect(isBefore || reaches(need, step.index)).toBe(true);
          }
        }
      }),
    );
  });

  test('batches are parts of it, of one type, whose steps do not need each other', () => {
    fc.assert(
      fc.property(requests, fc.integer({ min: 1, max: 5 }), (operations, most) => {
        const steps = plan(...operations);
        const batches: (readonly BulkStep[])[] = [];
        for (let next = 0; next < steps.length; next += batches.at(-1)?.length ?? 0) {
          batches.push(nextBatch(steps, next, most));
        }
        expect(batches.flat()).toEqual(steps);
        for (const batch of batches) {
          expect(batch.length).toBeGreaterThan(0);
          expect(batch.length).toBeLessThanOrEqual(most);
          expect(new Set(batch.map(({ entry }) => entry.operation)).size).toBe(batch.length);
          const types = batch.map(({ operation }) =>
            operation instanceof ScimError ? undefined : operation.type.id,
          );
          expect(new Set(types).size).toBe(1);
          for (const [place, { needs }] of batch.entries()) {
            const earlier = batch.slice(0, place).map(({ index }) => index);
            expect(needs.filter((need) => earlier.includes(need))).toEqual([]);
          }
        }
      }),
    );
  });
});

import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../../src/domain/json.ts';
import { bulkResponse } from '../../../src/scim/bulk/answer.ts';
import { type BulkOutcome, carryOut } from '../../../src/scim/bulk/carry-out.ts';
import { parseBulkRequest } from '../../../src/scim/bulk/message.ts';
import { planBulk, type ResolvedOperation } from '../../../src/scim/bulk/plan.ts';
import { invalidValue, ScimError, uniqueness } from '../../../src/scim/error.ts';

const create = (bulkId: string, data: JsonObject = {}) => ({ method: 'POST', path: '/Users', bulkId, data });
const remove = (id: string) => ({ method: 'DELETE', path: `/Users/${id}` });

/** A writer to whom `taken` is a conflict and `bad` refused anyway, and who keeps what it was given. */
function writer(took = 0) {
  const batches: (readonly ResolvedOperation[])[] = [];
  let time = 0;
  const outcomeOf = ({ data, target }: ResolvedOperation): BulkOutcome => {
    if (data.bad === true) return { kind: 'failed', error: invalidValue('bad') };
    if (data.taken === true || target === 'nobody') return { kind: 'failed', error: uniqueness('taken') };
    return { kind: 'written', version: 7 };
  };
  return {
    batches,
    now: () => time,
    write: async (operations: readonly ResolvedOperation[]) => {
      time += took * operations.length;
      if (operations.length > 0) batches.push(operations);
      return operations.map(outcomeOf);
    },
    isRefused: ({ data }: ResolvedOperation) => data.bad === true,
  };
}

async function run(Operations: JsonValue[], failOnErrors?: number, door = writer()) {
  const request = parseBulkRequest({ Operations, failOnErrors: failOnErrors ?? null });
  let ids = 0;
  const steps = planBulk(request.entries, () => `id-${++ids}`);
  const outcomes = await carryOut(steps, request.failOnErrors, door, door.now);
  const toError = (error: unknown) =>
    error instanceof ScimError ? error : new ScimError(500, undefined, 'Something failed here.');
  const { Operations: results } = bulkResponse(steps, outcomes, 'https://x/v2', toError);
  return { batches: door.batches, results: Array.isArray(results) ? results : [] };
}

function statuses(results: readonly JsonValue[]) {
  return results.map((result) =>
    typeof result === 'object' && result !== null && 'status' in result ? result.status : undefined,
  );
}

describe('carrying out', () => {
  test('goes on after an error', async () => {
    const { results } = await run([create('a'), create('b', { taken: true }), remove('3')]);
    expect(results).toEqual([
      { method: 'POST', bulkId: 'a', location: 'https://x/v2/Users/id-1', version: 'W/"7"', status: '201' },
      {
        method: 'POST',
        bulkId: 'b',
        status: '409',
        response: {
          schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
          status: '409',
          scimType: 'uniqueness',
          detail: 'taken',
        },
      },
      { method: 'DELETE', location: 'https://x/v2/Users/3', status: '204' },
    ]);
  });

  test('a failure names the resource that was there before', async () => {
    const { results } = await run([remove('nobody'), { method: 'PUT', path: '/Users/4' }]);
    expect(results).toMatchObject([
      { status: '409', location: 'https://x/v2/Users/nobody' },
      { status: '400', location: 'https://x/v2/Users/4' },
    ]);
  });

  test('results are in the order of the request', async () => {
    const { batches, results } = await run([create('a', { m: 'bulkId:b' }), create('b')]);
    expect(batches.map((batch) => batch.map(({ target }) => target))).toEqual([['id-2'], ['id-1']]);
    expect(results).toMatchObject([{ bulkId: 'a' }, { bulkId: 'b' }]);
  });

  test.each([
    [1, 2, ['id-1', 'nobody']],
    [2, 4, ['id-1', 'nobody', 'id-2', 'id-3']],
    [3, 6, ['id-1', 'nobody', 'id-2', 'id-3', '3']],
  ])(
    'failOnErrors %i: %i operations are carried out, and the rest is left out',
    async (limit, done, written) => {
      const operations = [
        create('a'),
        remove('nobody'),
        create('b'),
        create('c', { bad: true }),
        remove('3'),
      ];
      const { batches, results } = await run([...operations, { method: 'x' }, remove('4')], limit);
      expect(results).toHaveLength(done);
      expect(statuses(results).filter((status) => Number(status) >= 400)).toHaveLength(limit);
      expect(batches.flat().map(({ target }) => target)).toEqual(written);
    },
  );

  test('what needs a create that failed fails, and is not tried', async () => {
    const { batches, results } = await run([
      create('a', { m: 'bulkId:b' }),
      create('b', { m: 'bulkId:c' }),
      create('c', { taken: true }),
      remove('bulkId:c'),
      create('d'),
    ]);
    expect(statuses(results)).toEqual(['409', '409', '409', '409', '201']);
    expect(results[0]).toMatchObject({ response: { detail: expect.stringContaining('"bulkId:b"') } });
    expect(batches.flat().map(({ target }) => target)).toEqual(['id-3', 'id-4']);
  });

  test('a circle stands or falls as one, where it can be told beforehand', async () => {
    const circle = (data: JsonObject) => [
      create('a', { m: 'bulkId:b', ...data }),
      create('b', { m: 'bulkId:a' }),
    ];
    expect(statuses((await run(circle({}))).results)).toEqual(['201', '201']);
    const refused = await run(circle({ bad: true }));
    expect(statuses(refused.results)).toEqual(['400', '409']);
    expect(refused.batches.flat().map(({ target }) => target)).toEqual(['id-1']);
  });

  test('at most 25 are accepted together, so that others have their turn', async () => {
    const operations = Array.from({ length: 60 }, (_, index) => create(`b${index}`));
    const { batches } = await run(operations);
    expect(batches.map((batch) => batch.length)).toEqual([5, 25, 25, 5]);
  });

  test('fewer are accepted together the longer they take, and one at least', async () => {
    const operations = Array.from({ length: 12 }, (_, index) => create(`b${index}`));
    const sizes = async (took: number) =>
      (await run(operations, undefined, writer(took))).batches.map((batch) => batch.length);
    expect(await sizes(5)).toEqual([5, 7]);
    expect(await sizes(20)).toEqual([5, 2, 2, 2, 1]);
    expect(await sizes(500)).toEqual([5, 1, 1, 1, 1, 1, 1, 1]);
  });

  test('a door that is shut from the beginning fails the whole, later only the rest', async () => {
    let calls = 0;
    const shutting = (after: number) => {
      const door = writer();
      calls = 0;
      return {
        ...door,
        write: async (operations: readonly ResolvedOperation[]) => {
          calls += 1;
          if (calls > after) throw new Error('shut');
          return await door.write(operations);
        },
      };
    };
    const operations = [create('a'), create('b', { m: 'bulkId:a' })];
    await expect(run(operations, undefined, shutting(0))).rejects.toThrow('shut');
    expect(statuses((await run(operations, undefined, shutting(1))).results)).toEqual(['201', '500']);
  });
});

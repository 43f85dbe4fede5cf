import { describe, expect, test } from 'vitest';
import type { JsonValue } from '../../../src/domain/json.ts';
import { parseBulkRequest } from '../../../src/scim/bulk/message.ts';
import { ScimError } from '../../../src/scim/error.ts';
import { groupResourceType, userResourceType } from '../../../src/scim/registry.ts';

const parse = (...Operations: JsonValue[]) => parseBulkRequest({ Operations });

function errorOf(operation: JsonValue): ScimError | undefined {
  const [entry] = parse(operation).entries;
  return entry?.operation instanceof ScimError ? entry.operation : undefined;
}

describe('a Bulk request', () => {
  test('is read as RFC 7644 §3.7 writes it, names in any case', () => {
    const { failOnErrors, entries } = parseBulkRequest({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      failOnErrors: 3,
      operations: [
        { METHOD: 'post', path: '/Users', bulkId: 'q', data: { userName: 'ada' } },
        { method: 'PATCH', path: 'Groups/7', version: 'W/"3"', data: { Operations: [] } },
        { method: 'DELETE', path: '/Users/8' },
      ],
    });
    expect(failOnErrors).toBe(3);
    expect(entries.map(({ operation }) => operation)).toEqual([
      { type: userResourceType, method: 'POST', target: null, data: { userName: 'ada' }, version: undefined },
      { type: groupResourceType, method: 'PATCH', target: '7', data: { Operations: [] }, version: 'W/"3"' },
      { type: userResourceType, method: 'DELETE', target: '8', data: {}, version: undefined },
    ]);
  });

  test.each([
    ['no object', 'text', 400],
    ['no method', { path: '/Users', bulkId: 'q', data: {} }, 400],
    ['an unknown method', { method: 'GET', path: '/Users/1' }, 400],
    ['a POST without bulkId', { method: 'POST', path: '/Users', data: {} }, 400],
    ['no path', { method: 'POST', bulkId: 'q', data: {} }, 400],
    ['an unknown endpoint', { method: 'POST', bulkId: 'q', path: '/Devices', data: {} }, 400],
    ['a path with too much', { method: 'DELETE', path: '/Users/1/2' }, 400],
    ['a path with nobody', { method: 'DELETE', path: '/Users/' }, 400],
    ['a POST to a resource', { method: 'POST', bulkId: 'q', path: '/Users/1', data: {} }, 405],
    ['a DELETE of everybody', { method: 'DELETE', path: '/Users' }, 405],
    ['a read-only type', { method: 'POST', bulkId: 'q', path: '/Roles', data: {} }, 400],
    ['no data', { method: 'PUT', path: '/Users/1' }, 400],
    ['data of another type', { method: 'PUT', path: '/Users/1', data: 'x' }, 400],
    ['a User beyond 1 MB', { method: 'PUT', path: '/Users/1', data: { title: 'x'.repeat(1_048_576) } }, 413],
  ])('keeps what is wrong with one operation: %s', (_, operation, status) => {
    expect(errorOf(operation)?.status).toBe(status);
  });

  test('a bulkId is good for one POST', () => {
    const post = { method: 'POST', path: '/Users', bulkId: 'q', data: { userName: 'a' } };
    const put = { method: 'PUT', path: '/Users/1', bulkId: 'q', data: {} };
    const errors = parse(post, post, put).entries.map(({ operation }) => operation instanceof ScimError);
    expect(errors).toEqual([false, true, false]);
  });

  test.each([0, -1, 1.5, '1', true])('failOnErrors cannot be %j', (failOnErrors) => {
    expect(() => parseBulkRequest({ Operations: [], failOnErrors })).toThrow(/failOnErrors/);
  });

  test('has Operations, and not too many', () => {
    expect(() => parseBulkRequest({})).toThrow(/Operations/);
    const operation = { method: 'DELETE', path: '/Users/1' };
    expect(parse(...new Array(1000).fill(operation)).entries).toHaveLength(1000);
    expect(() => parse(...new Array(1001).fill(operation))).toThrow(
      expect.objectContaining({ status: 413, detail: expect.stringContaining('maxOperations (1000)') }),
    );
  });
});

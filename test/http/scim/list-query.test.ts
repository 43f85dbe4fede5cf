import { expect, test } from 'vitest';
import { listQuery, queryParameters, searchParameters } from '../../../src/http/scim/list-query.ts';
import { groupResourceType, userResourceType } from '../../../src/scim/registry.ts';

const ofQuery = (query: Record<string, unknown>) => listQuery(queryParameters(query), userResourceType);
const ofBody = (body: Record<string, never>) => listQuery(searchParameters(body), userResourceType);

test.each([
  [{}, { kind: 'index', startIndex: 1, count: 100 }],
  [
    { startIndex: '', count: '' },
    { kind: 'index', startIndex: 1, count: 100 },
  ],
  [
    { startIndex: '-5', count: '+7' },
    { kind: 'index', startIndex: 1, count: 7 },
  ],
  [{ cursor: '' }, { kind: 'cursor', cursor: null, count: 100 }],
  [
    { cursor: '', startIndex: '' },
    { kind: 'cursor', cursor: null, count: 100 },
  ],
  [
    { cursor: 'abc', count: '-1' },
    { kind: 'cursor', cursor: 'abc', count: 0 },
  ],
  [
    { cursor: 'abc', count: '5000' },
    { kind: 'cursor', cursor: 'abc', count: 200 },
  ],
])('the query %j asks for a page', (query, paging) => {
  expect(ofQuery(query)).toEqual({ filter: null, sort: null, paging });
});

test.each([
  [
    { StartIndex: 3, COUNT: 5 },
    { kind: 'index', startIndex: 3, count: 5 },
  ],
  [
    { startIndex: null, count: null, cursor: null, filter: null },
    { kind: 'index', startIndex: 1, count: 100 },
  ],
  [
    { cursor: '', count: -5 },
    { kind: 'cursor', cursor: null, count: 0 },
  ],
  [{ startIndex: 1e300 }, { kind: 'index', startIndex: Number.MAX_SAFE_INTEGER, count: 100 }],
])('the search request %j asks for a page', (body, paging) => {
  expect(listQuery(searchParameters(body), userResourceType)).toEqual({ filter: null, sort: null, paging });
});

test.each([
  [{ count: 'x', cursor: '' }, 'invalidCount'],
  [{ count: 'x' }, 'invalidValue'],
  [{ startIndex: 'x' }, 'invalidValue'],
  [{ startIndex: '1', cursor: '' }, 'invalidValue'],
  [{ count: ['1', '2'] }, 'invalidValue'],
  [{ cursor: ['a', 'b'] }, 'invalidValue'],
  [{ sortBy: ['a', 'b'] }, 'invalidValue'],
  [{ filter: ['a', 'b'] }, 'invalidFilter'],
  [{ sortBy: 'unheard.of' }, 'invalidValue'],
  [{ sortBy: 'name' }, 'invalidValue'],
  [{ sortBy: 'meta' }, 'invalidValue'],
  [{ sortBy: 'password' }, 'invalidValue'],
  [{ sortBy: 'userName', sortOrder: 'upwards' }, 'invalidValue'],
])('the query %j is %s', (query, scimType) => {
  expect(() => ofQuery(query)).toThrow(expect.objectContaining({ status: 400, scimType }));
});

test.each([
  [{ count: '10' }, 'invalidValue'],
  [{ count: 1.5 }, 'invalidValue'],
  [{ count: '10', cursor: '' }, 'invalidCount'],
  [{ startIndex: true }, 'invalidValue'],
  [{ cursor: 5 }, 'invalidValue'],
  [{ sortBy: 5 }, 'invalidValue'],
  [{ sortOrder: {} }, 'invalidValue'],
  [{ filter: 5 }, 'invalidFilter'],
  [{ filter: '' }, 'invalidFilter'],
])('the search request %j is %s', (body, scimType) => {
  expect(() => listQuery(searchParameters(body), userResourceType)).toThrow(
    expect.objectContaining({ status: 400, scimType }),
  );
});

test.each([
  ['userName', 'userName'],
  ['UserName', 'userName'],
  ['name.familyName', 'name.familyName'],
  ['emails', 'emails.value'],
  ['emails.type', 'emails.type'],
  ['meta.lastModified', 'meta.lastModified'],
  ['department', 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department'],
])('sortBy %s orders by %s', (sortBy, path) => {
  const { sort } = ofQuery({ sortBy });
  expect([sort?.reference.path, sort?.order]).toEqual([path, 'ascending']);
  const chain = sort?.reference.chain ?? [];
  expect(chain.at(-1)).toBe(sort?.reference.attribute);
  expect(path.endsWith(chain.map(({ name }) => name).join('.'))).toBe(true);
});

test('sortOrder has no case, and means nothing by itself', () => {
  expect(ofQuery({ sortBy: 'userName', sortOrder: 'DESCENDING' }).sort?.order).toBe('descending');
  expect(ofQuery({ sortBy: 'userName', sortOrder: '' }).sort?.order).toBe('ascending');
  expect(ofQuery({ sortOrder: 'descending' }).sort).toBeNull();
  expect(ofBody({}).sort).toBeNull();
});

test('attributes are those of the type', () => {
  expect(() => listQuery(queryParameters({ sortBy: 'userName' }), groupResourceType)).toThrow(
    'A Group cannot',
  );
});

import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/domain/json.ts';
import { parseGroup, replaceGroup } from '../../../src/scim/group/body.ts';
import type { Group } from '../../../src/scim/groups.ts';

const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';

function group(resource: JsonObject = { schemas: [GROUP], displayName: 'Clerks' }): Group {
  return { connection: 'default', id: 'g1', resource, version: 3, created: 1, lastModified: 2 };
}

describe('a group as a POST describes it', () => {
  test('is what is stored, and beside it the ids of its members', () => {
    expect(
      parseGroup({
        schemas: [GROUP, 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group'],
        id: 'theirs',
        externalId: '8aa1a0c0',
        DisplayName: 'Clerks',
        meta: { resourceType: 'Group' },
        unheard: 'of',
        Members: [{ Value: 'u2', display: 'Ada', $ref: '../Users/u2', type: 'User' }, 'u1', { value: 'u2' }],
      }),
    ).toEqual({
      resource: { schemas: [GROUP], externalId: '8aa1a0c0', displayName: 'Clerks' },
      members: ['u2', 'u1'],
    });
  });

  test.each([
    ['absent', {}],
    ['null', { members: null }],
    ['an empty list', { members: [] }],
    ['a list of nobody', { members: [{ $ref: null }, null, '', {}] }],
  ])('has nobody in it when members is %s', (_, body) => {
    expect(parseGroup({ displayName: 'Clerks', ...body }).members).toEqual([]);
  });

  test('may name its members by the URN, and a single one without a list', () => {
    expect(parseGroup({ displayName: 'x', [`${GROUP}:members`]: { value: 'u1' } }).members).toEqual(['u1']);
    const inner = { [GROUP.toUpperCase()]: { displayName: 'x', members: 'u1' } };
    expect(parseGroup(inner)).toMatchObject({ resource: { displayName: 'x' }, members: ['u1'] });
    const outer = { members: 'u1', [GROUP]: { displayName: 'x' } };
    expect(parseGroup(outer)).toMatchObject({ resource: { displayName: 'x' }, members: ['u1'] });
  });

  test.each([
    ['no object', [], 'invalidSyntax'],
    ['no displayName', { members: [] }, 'invalidValue'],
    ['a blank displayName', { displayName: ' ' }, 'invalidValue'],
    ['a member without an id', { displayName: 'x', members: [{ display: 'Ada' }] }, 'invalidValue'],
    ['a member that is a number', { displayName: 'x', members: [7] }, 'invalidValue'],
    ['an id that is a number', { displayName: 'x', members: [{ value: 7 }] }, 'invalidValue'],
    ['an id that is no text', { displayName: 'x', members: ['a\u0000'] }, 'invalidValue'],
    ['members nested too deep', JSON.parse(`${'['.repeat(99)}${']'.repeat(99)}`), 'invalidSyntax'],
  ])('is refused with %s', (_, body, scimType) => {
    expect(() => parseGroup(body)).toThrow(expect.objectContaining({ status: 400, scimType }));
  });
});

test.each([
  ['a name of 1 MB', { externalId: 'x'.repeat(1_048_576) }, { status: 413 }],
  ['more names than anything has', namesUpTo(1_001), { scimType: 'invalidValue' }],
  ['such names below the schema', { [GROUP]: namesUpTo(1_001) }, { scimType: 'invalidValue' }],
])('%s is refused', (_, body, error) => {
  for (const read of [parseGroup, (whole: object) => replaceGroup(group(), whole)]) {
    expect(() => read({ displayName: 'x', ...body })).toThrow(expect.objectContaining(error));
  }
});

function namesUpTo(length: number): JsonObject {
  return Object.fromEntries(Array.from({ length }, (_, index) => [`name${index}`, 1]));
}

describe('a PUT', () => {
  test('takes the place of everything, and of the members', () => {
    const before = group({ schemas: [GROUP], displayName: 'Clerks', externalId: 'e' });
    expect(
      replaceGroup(before, { id: 'x', displayName: 'Scribes', members: [{ value: 'u1' }], meta: {} }),
    ).toEqual({
      kind: 'change',
      resource: { schemas: [GROUP], displayName: 'Scribes' },
      changed: ['externalId', 'displayName'],
      members: [{ kind: 'replace', ids: ['u1'] }],
    });
  });

  test('without members leaves nobody in it', () => {
    expect(replaceGroup(group(), { displayName: 'Clerks' })).toMatchObject({
      changed: [],
      members: [{ kind: 'replace', ids: [] }],
    });
  });

  test('needs a displayName', () => {
    expect(() => replaceGroup(group(), { members: [] })).toThrow(
      expect.objectContaining({ scimType: 'invalidValue' }),
    );
  });
});

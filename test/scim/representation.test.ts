import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/domain/json.ts';
import { parseProjection } from '../../src/scim/projection.ts';
import { groupResourceType, userResourceType as User } from '../../src/scim/registry.ts';
import { listResponse, represent } from '../../src/scim/representation.ts';

const core = 'urn:ietf:params:scim:schemas:core:2.0:User';
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const bridge = 'urn:ietf:params:scim:schemas:extension:concur-bridge:2.0:User';
const stored: JsonObject = {
  schemas: [core, enterprise],
  userName: 'ada@example.com',
  externalId: 'x1',
  name: { givenName: 'Ada', familyName: 'Lovelace' },
  emails: [{ value: 'ada@example.com', type: 'work' }, { type: 'other' }],
  [enterprise]: { department: 'Engines', manager: { value: 'm1', $ref: 'https://x/Users/m1' } },
};
const identity = {
  id: '1',
  meta: {
    created: '2026-01-01T00:00:00Z',
    lastModified: '2026-01-02T00:00:00Z',
    version: 3,
    location: 'https://bridge.example/scim/v2/Users/1',
  },
};
const extension = { state: 'in_sync', lastError: '', concurId: 'c1' };

function shown(query: { attributes?: unknown; excludedAttributes?: unknown } = {}): JsonObject {
  return represent(User, stored, identity, extension, parseProjection(query, User));
}

describe('represent', () => {
  test('adds what is the server’s and leaves out what is unassigned', () => {
    expect(shown()).toEqual({
      ...stored,
      schemas: [core, enterprise, bridge],
      id: '1',
      meta: { ...identity.meta, resourceType: 'User', version: 'W/"3"' },
      [bridge]: { state: 'in_sync', concurId: 'c1' },
    });
  });

  test('never shows what is returned never', () => {
    expect(represent(User, { ...stored, password: 's3cret' }, identity)).not.toHaveProperty('password');
    const asked = parseProjection({ attributes: 'password' }, User);
    expect(represent(User, { ...stored, password: 's3cret' }, identity, undefined, asked)).toEqual({
      schemas: [core],
      id: '1',
    });
  });

  test.each<[string, JsonObject]>([
    ['userName', { schemas: [core], id: '1', userName: 'ada@example.com' }],
    [
      'USERNAME, name.GIVENNAME',
      { schemas: [core], id: '1', userName: 'ada@example.com', name: { givenName: 'Ada' } },
    ],
    ['emails.value', { schemas: [core], id: '1', emails: [{ value: 'ada@example.com' }] }],
    ['id', { schemas: [core], id: '1' }],
    ['nothing.of.the.kind', { schemas: [core], id: '1' }],
    ['meta.version', { schemas: [core], id: '1', meta: { version: 'W/"3"' } }],
    [
      `${enterprise}:manager.value`,
      { schemas: [core, enterprise], id: '1', [enterprise]: { manager: { value: 'm1' } } },
    ],
    [enterprise, { schemas: [core, enterprise], id: '1', [enterprise]: stored[enterprise] ?? null }],
    [`${bridge}:state`, { schemas: [core, bridge], id: '1', [bridge]: { state: 'in_sync' } }],
  ])('attributes=%s', (attributes, expected) => {
    expect(shown({ attributes })).toEqual(expected);
  });

  test('excludedAttributes take away, but never id and schemas', () => {
    const excludedAttributes = [
      `id,schemas,meta,emails.type,name.familyName`,
      `${enterprise}:manager,${bridge},externalId`,
    ];
    expect(shown({ excludedAttributes })).toEqual({
      schemas: [core, enterprise],
      id: '1',
      userName: 'ada@example.com',
      name: { givenName: 'Ada' },
      emails: [{ value: 'ada@example.com' }],
      [enterprise]: { department: 'Engines' },
    });
  });

  test('a group without its members, as Entra asks for it', () => {
    const projection = parseProjection({ excludedAttributes: 'members' }, groupResourceType);
    const group = { displayName: 'G', members: [{ value: 'u1' }] };
    expect(represent(groupResourceType, group, identity, undefined, projection)).toEqual({
      schemas: [groupResourceType.schema.id],
      id: '1',
      displayName: 'G',
      meta: { ...identity.meta, resourceType: 'Group', version: 'W/"3"' },
    });
  });
});

describe('parseProjection', () => {
  test('nothing asked is no projection', () => {
    expect(parseProjection({}, User)).toBeUndefined();
    expect(parseProjection({ attributes: '', excludedAttributes: ' , ' }, User)).toBeUndefined();
  });

  test('refuses both at once, and what is no list of names', () => {
    for (const query of [{ attributes: 'id', excludedAttributes: 'name' }, { attributes: { a: 'b' } }]) {
      expect(() => parseProjection(query, User)).toThrow(
        expect.objectContaining({ scimType: 'invalidValue' }),
      );
    }
  });
});

describe('listResponse', () => {
  test('counts what it holds', () => {
    expect(listResponse([{ id: '1' }, { id: '2' }], 12, 5)).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
      totalResults: 12,
      startIndex: 5,
      itemsPerPage: 2,
      Resources: [{ id: '1' }, { id: '2' }],
    });
    expect(listResponse([], 0, 1)).toMatchObject({ itemsPerPage: 0, Resources: [] });
  });
});

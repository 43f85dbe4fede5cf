import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { userResourceType as User } from '../../src/scim/registry.ts';
import { replaceResource } from '../../src/scim/replace.ts';
import { resources } from './arbitraries.ts';

const core = 'urn:ietf:params:scim:schemas:core:2.0:User';
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const spend = 'urn:ietf:params:scim:schemas:extension:spend:2.0:User';

describe('replaceResource', () => {
  test('takes away what the body does not name and tells what changed', () => {
    const current = {
      schemas: [core, enterprise],
      userName: 'ada',
      title: 'Countess',
      name: { givenName: 'Ada', familyName: 'Lovelace' },
      [enterprise]: { department: 'Engines', manager: { value: 'm1' } },
    };
    const body = {
      userName: 'ada',
      name: { givenName: 'Ada', familyName: 'King' },
      [enterprise]: { department: 'Engines' },
    };
    expect(replaceResource(User, current, body)).toEqual({
      resource: { schemas: [core, enterprise], ...body },
      changed: ['name.familyName', 'title', `${enterprise}:manager.value`],
    });
  });

  test('keeps an immutable attribute that the body leaves out, and refuses another value', () => {
    const current = { userName: 'ada', [spend]: { country: 'US', testEmployee: true } };
    expect(replaceResource(User, current, { userName: 'ada' })).toEqual({
      resource: { schemas: [core, spend], userName: 'ada', [spend]: { testEmployee: true } },
      changed: [`${spend}:country`],
    });
    const other = { userName: 'ada', [spend]: { testEmployee: false } };
    expect(() => replaceResource(User, current, other)).toThrow(
      expect.objectContaining({
        scimType: 'mutability',
        detail: expect.stringContaining(`${spend}:testEmployee`),
      }),
    );
    expect(replaceResource(User, { userName: 'ada' }, other).changed).toEqual([`${spend}:testEmployee`]);
  });

  test.each([{}, { active: null }, { active: '' }, { active: [] }, { active: {} }])(
    'leaves active as it is for %j',
    (body) => {
      for (const active of [true, false]) {
        const current = { schemas: [core], userName: 'ada', active };
        const { resource, changed } = replaceResource(User, current, {
          userName: 'ada',
          title: 'x',
          ...body,
        });
        expect(resource.active).toBe(active);
        expect(changed).toEqual(['title']);
      }
    },
  );

  test('a resource replaced by itself, in any order, is unchanged', () => {
    fc.assert(
      fc.property(resources, (resource) => {
        const reversed = Object.fromEntries(
          Object.entries(resource)
            .reverse()
            .map(([name, value]) => [name, Array.isArray(value) ? value.toReversed() : value]),
        );
        expect(replaceResource(User, resource, reversed).changed).toEqual([]);
      }),
    );
  });

  test('refuses what parseResource refuses', () => {
    expect(() => replaceResource(User, { userName: 'ada' }, {})).toThrow(
      expect.objectContaining({ scimType: 'invalidValue' }),
    );
  });
});

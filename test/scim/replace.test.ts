import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/domain/json.ts';
import { groupResourceType as Group, userResourceType as User } from '../../src/scim/registry.ts';
import { replaceResource } from '../../src/scim/replace.ts';
import { represent } from '../../src/scim/representation.ts';
import { parseResource } from '../../src/scim/resource.ts';
import { resources } from './arbitraries.ts';

const core = 'urn:ietf:params:scim:schemas:core:2.0:User';
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const spend = 'urn:ietf:params:scim:schemas:extension:spend:2.0:User';

const identity = {
  id: '23a35c27',
  meta: {
    created: '2026-01-01T00:00:00Z',
    lastModified: '2026-01-02T00:00:00Z',
    version: 3,
    location: 'https://bridge.example/scim/v2/Users/23a35c27',
  },
};

const bridgeExtensions = fc.record(
  {
    state: fc.constantFrom('queued', 'in_sync'),
    concurId: fc.string(),
    lastError: fc.constantFrom('', 'refused'),
    override: fc.constantFrom<JsonObject>({ active: false, reason: 'left', by: 'ada' }, {}),
  },
  { requiredKeys: ['state'] },
);

const text = (value: JsonValue) => JSON.stringify(value);

/** With the values of multi-valued attributes in an order of their own, as SCIM gives them none. */
function inOrder(value: JsonValue): JsonValue {
  if (Array.isArray(value))
    return value.map(inOrder).sort((one, other) => text(one).localeCompare(text(other)));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, inOrder(child)]));
}

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

  // Okta reads a person, changes a value and puts back all it was shown.
  test('our own answer put back changes nothing', () => {
    fc.assert(
      fc.property(resources, bridgeExtensions, fc.boolean(), (resource, extension, asText) => {
        const shown = represent(User, resource, identity, extension);
        const groups = [
          { value: 'g1', $ref: 'https://bridge.example/Groups/g1', display: 'G', type: 'direct' },
        ];
        const echo: JsonObject = {
          ...structuredClone(shown),
          groups,
          password: '1mz050nq',
          unheardOf: { a: 1 },
        };
        const manager = isJsonObject(echo[enterprise]) ? echo[enterprise].manager : undefined;
        if (isJsonObject(manager)) manager.displayName = 'Boss';
        if (asText && echo.active !== undefined) echo.active = String(echo.active);
        const before = structuredClone(resource);
        expect(replaceResource(User, resource, echo)).toEqual({ resource, changed: [] });
        expect(replaceResource(User, resource, echo).resource).toBe(resource);
        expect(resource).toEqual(before);
      }),
      { numRuns: 300 },
    );
  });

  test('our own answer put back changes nothing of a group', () => {
    const members = fc.uniqueArray(
      fc.record({ value: fc.string({ minLength: 1 }), display: fc.string() }, { requiredKeys: ['value'] }),
      { selector: ({ value }) => value },
    );
    fc.assert(
      fc.property(members, (list) => {
        const group = parseResource(Group, { displayName: 'G', members: list });
        const shown = represent(Group, group, identity);
        expect(replaceResource(Group, group, shown)).toEqual({ resource: group, changed: [] });
      }),
    );
  });

  test('what the body says is what there is then, but for active and what is given once', () => {
    fc.assert(
      fc.property(resources, resources, (current, body) => {
        const wanted = parseResource(User, body);
        const once = isJsonObject(current[spend]) ? current[spend].testEmployee : undefined;
        const given = isJsonObject(wanted[spend]) ? wanted[spend].testEmployee : undefined;
        if (once !== undefined && given !== undefined && once !== given) {
          expect(() => replaceResource(User, current, body)).toThrow(
            expect.objectContaining({ status: 400, scimType: 'mutability' }),
          );
          return;
        }
        const expected: JsonObject = { ...wanted };
        if (wanted.active === undefined && current.active !== undefined) expected.active = current.active;
        if (once !== undefined) {
          expected[spend] = { ...(isJsonObject(wanted[spend]) ? wanted[spend] : {}), testEmployee: once };
        }
        const { schemas: _computed, ...resource } = replaceResource(User, current, body).resource;
        const { schemas: _named, ...rest } = expected;
        expect(inOrder(resource)).toEqual(inOrder(rest));
      }),
      { numRuns: 300 },
    );
  });

  test('refuses what parseResource refuses', () => {
    expect(() => replaceResource(User, { userName: 'ada' }, {})).toThrow(
      expect.objectContaining({ scimType: 'invalidValue' }),
    );
  });
});

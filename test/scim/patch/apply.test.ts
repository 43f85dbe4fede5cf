import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isJsonObject, type JsonObject, type JsonValue } from '../../../src/domain/json.ts';
import { ScimError } from '../../../src/scim/error.ts';
import { applyPatch } from '../../../src/scim/patch/apply.ts';
import { groupResourceType as Group, userResourceType as User } from '../../../src/scim/registry.ts';
import { parseResource } from '../../../src/scim/resource.ts';
import { assignments, operations, resources } from '../arbitraries.ts';

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const bridge = 'urn:ietf:params:scim:schemas:extension:concur-bridge:2.0:User';
const spend = 'urn:ietf:params:scim:schemas:extension:spend:2.0:User';
const role = 'urn:ietf:params:scim:schemas:extension:spend:2.0:Role';
const travel = 'urn:ietf:params:scim:schemas:extension:travel:2.0:User';
const ada: JsonObject = {
  userName: 'ada@example.com',
  emails: [{ value: 'ada@example.com', type: 'work' }],
  [spend]: { testEmployee: true },
};

function patchOf(...list: JsonValue[]): JsonObject {
  return { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: list };
}

describe('applyPatch refuses', () => {
  test.each<[JsonValue, string, RegExp]>([
    [{}, 'invalidSyntax', /"Operations"/],
    [[], 'invalidSyntax', /"Operations"/],
    [patchOf(), 'invalidSyntax', /at least one/],
    [patchOf('x'), 'invalidSyntax', /Operations\[0\] must be an object/],
    [patchOf({ path: 'title', value: 'x' }), 'invalidSyntax', /Operations\[0\]\.op/],
    [patchOf({ op: 'move', path: 'title' }), 'invalidSyntax', /"add", "remove" or "replace"/],
    [patchOf({ op: 'add', path: 7, value: 'x' }), 'invalidPath', /path must be a string/],
    [patchOf({ op: 'remove' }), 'noTarget', /Operations\[0\] \(remove\): .*must have a path/],
    [patchOf({ op: 'add', path: 'title' }), 'invalidValue', /must have a value/],
    [patchOf({ op: 'add', value: 'x' }), 'invalidValue', /object of attributes/],
    [patchOf({ op: 'add', path: 'colour', value: 'x' }), 'invalidPath', /User has no attribute colour/],
    [patchOf({ op: 'add', path: 'title[a eq "b"]', value: 'x' }), 'invalidPath', /takes no filter/],
    [patchOf({ op: 'add', path: 'emails[type eq "a', value: 'x' }), 'invalidPath', /closing bracket/],
    [
      patchOf({ op: 'add', path: 'emails[type eq "a"].b', value: 'x' }),
      'invalidPath',
      /no sub-attribute \.b/,
    ],
    [patchOf({ op: 'add', path: 'emails[type eq "a"]x', value: 'x' }), 'invalidPath', /no sub-attribute x/],
    [
      patchOf({ op: 'add', path: 'emails[colour eq "a"]', value: {} }),
      'invalidFilter',
      /no attribute colour/,
    ],
    [patchOf({ op: 'add', path: 'emails[]', value: {} }), 'invalidFilter', /an attribute/],
    [
      patchOf({ op: 'replace', path: 'emails[type co "x"].value', value: 'y' }),
      'noTarget',
      /selects no element/,
    ],
    [
      patchOf({ op: 'replace', path: 'emails[type eq "work"]', value: 7 }),
      'invalidValue',
      /must be an object/,
    ],
    [
      patchOf({ op: 'replace', path: 'active', value: 'maybe' }),
      'invalidValue',
      /active must be true or false/,
    ],
    [patchOf({ op: 'replace', path: 'name', value: 'Ada' }), 'invalidValue', /name must be an object/],
    [patchOf({ op: 'replace', path: 'emails', value: 'a@x' }), 'invalidValue', /emails must be an array/],
    [
      patchOf({ op: 'add', path: "emails[type eq 'work'].value", value: 'x' }),
      'invalidFilter',
      /a string in double quotes/,
    ],
    [patchOf({ op: 'add', path: 'x'.repeat(9_999), value: 'x' }), 'invalidPath', /^.{1,300}$/],
    [patchOf({ op: 'replace', path: 'userName', value: 'a\tb' }), 'invalidValue', /control characters/],
    [
      patchOf({ op: 'replace', path: 'userName', value: '\u200b\u3164' }),
      'invalidValue',
      /userName is required/,
    ],
    [patchOf({ op: 'remove', path: 'userName' }), 'mutability', /userName is required/],
    [patchOf({ op: 'replace', path: 'userName', value: '' }), 'invalidValue', /userName is required/],
    [patchOf({ op: 'replace', value: { userName: null } }), 'invalidValue', /userName is required/],
    [patchOf({ op: 'replace', path: 'userName', value: '  ' }), 'invalidValue', /userName is required/],
    [patchOf({ op: 'replace', path: 'id', value: '2' }), 'mutability', /id is read-only/],
    [patchOf({ op: 'remove', path: 'groups' }), 'mutability', /groups is read-only/],
    [patchOf({ op: 'remove', path: bridge }), 'mutability', /concur-bridge.* is read-only/],
    [patchOf({ op: 'remove', path: 'schemas' }), 'mutability', /schemas is read-only/],
    [
      patchOf({ op: 'replace', path: 'emails[type eq "a" and type eq "b"].value', value: 'x' }),
      'noTarget',
      /selects no element/,
    ],
    [
      patchOf({ op: 'add', path: `${travel}:groups[value eq 7]`, value: 8 }),
      'invalidPath',
      /takes no filter/,
    ],
    [patchOf({ op: 'add', path: 'meta.version', value: '2' }), 'mutability', /meta.version is read-only/],
    [
      patchOf({ op: 'add', path: `${enterprise}:manager.displayName`, value: 'B' }),
      'mutability',
      /read-only/,
    ],
    [
      patchOf({ op: 'replace', path: `${bridge}:state`, value: 'in_sync' }),
      'mutability',
      /state is read-only/,
    ],
    [
      patchOf({ op: 'replace', path: `${spend}:testEmployee`, value: false }),
      'mutability',
      /cannot be changed/,
    ],
    [patchOf({ op: 'remove', path: `${spend}:testEmployee` }), 'mutability', /cannot be changed/],
    [patchOf({ op: 'remove', path: spend }), 'mutability', /testEmployee cannot be changed/],
    [patchOf({ op: 'replace', path: spend, value: '' }), 'mutability', /testEmployee cannot be changed/],
    [patchOf({ op: 'replace', path: spend, value: [] }), 'mutability', /testEmployee cannot be changed/],
    [
      patchOf(
        { op: 'add', path: 'title', value: 'x' },
        { op: 'add', path: `${spend}:customData`, value: [{ value: 'x' }] },
      ),
      'invalidValue',
      /Operations\[1\] \(add urn:.*customData\): .*\.id is required/,
    ],
  ])('%j', (body, scimType, detail) => {
    const before = structuredClone(ada);
    expect(() => applyPatch(User, ada, body)).toThrow(
      expect.objectContaining({ status: 400, scimType, detail: expect.stringMatching(detail) }),
    );
    expect(ada).toEqual(before);
  });

  test('more than 1,000 operations', () => {
    const many = (count: number) =>
      patchOf(...Array.from({ length: count }, () => ({ op: 'add', path: 'title', value: 'x' })));
    expect(applyPatch(User, ada, many(1_000)).changed).toEqual(['title']);
    expect(() => applyPatch(User, ada, many(1_001))).toThrow(
      expect.objectContaining({
        scimType: 'invalidValue',
        detail: expect.stringContaining('1000 operations'),
      }),
    );
  });

  test('more than 1,000 elements of an attribute of a User, however they come', () => {
    const emails = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ value: `${index}@x.org` }));
    const full = { ...ada, emails: emails(1_000) };
    const tooMany = expect.objectContaining({
      scimType: 'invalidValue',
      detail: expect.stringContaining('1000 elements'),
    });
    for (const operation of [
      { op: 'add', path: 'emails', value: [{ value: 'one@x.org' }] },
      { op: 'replace', path: 'emails', value: emails(1_001) },
      { op: 'add', path: 'emails[value eq "one@x.org"].type', value: 'work' },
      { op: 'add', value: { emails: [{ value: 'one@x.org' }] } },
    ]) {
      expect(() => applyPatch(User, full, patchOf(operation)), operation.op).toThrow(tooMany);
    }
    expect(
      applyPatch(User, ada, patchOf({ op: 'replace', path: 'emails', value: emails(1_000) })).changed,
    ).toEqual(['emails']);
    const members = Array.from({ length: 1_001 }, (_, index) => ({ value: `${index}` }));
    const group = { displayName: 'G' };
    expect(applyPatch(Group, group, patchOf({ op: 'add', path: 'members', value: members })).changed).toEqual(
      ['members'],
    );
  });

  test('a resource that would be larger than a body may be', () => {
    const large = { ...ada, nickName: 'x'.repeat(900_000) };
    const more = patchOf({ op: 'add', path: 'title', value: 'x'.repeat(200_000) });
    expect(() => applyPatch(User, large, more)).toThrow(
      expect.objectContaining({ scimType: 'invalidValue' }),
    );
    const larger = { ...large, title: 'x'.repeat(200_000), active: true };
    const leave = patchOf({ op: 'replace', path: 'active', value: false });
    expect(applyPatch(User, larger, leave).changed).toEqual(['active']);
  });

  test('a changed identifier of a member', () => {
    const group = { displayName: 'G', members: [{ value: 'u1' }] };
    const rename = patchOf({ op: 'replace', path: 'members[value eq "u1"].value', value: 'u2' });
    const add = patchOf({ op: 'add', path: 'members[value eq "u1"]', value: { value: 'u2' } });
    for (const patch of [rename, add]) {
      expect(() => applyPatch(Group, group, patch)).toThrow(
        expect.objectContaining({ scimType: 'mutability' }),
      );
    }
  });

  test('another id in a value without path, where the id is known', () => {
    const patch = patchOf({ op: 'replace', value: { id: '2', title: 'x' } });
    expect(() => applyPatch(User, { ...ada, id: '1' }, patch)).toThrow(
      expect.objectContaining({ scimType: 'mutability' }),
    );
    expect(() => applyPatch(User, ada, patch, '1')).toThrow(
      expect.objectContaining({ scimType: 'mutability' }),
    );
    expect(applyPatch(User, { ...ada, id: '2' }, patch).changed).toEqual(['title']);
    const { resource, changed } = applyPatch(User, ada, patch, '2');
    expect(changed).toEqual(['title']);
    expect(resource).not.toHaveProperty('id');
  });

  test('another id in the path, and not its own', () => {
    const patch = patchOf({ op: 'replace', path: 'id', value: '2' });
    expect(() => applyPatch(User, ada, patch, '1')).toThrow(
      expect.objectContaining({ scimType: 'mutability' }),
    );
    expect(applyPatch(User, ada, patch, '2')).toEqual({ resource: ada, changed: [] });
  });

  test('a body nested too deep', () => {
    const body = JSON.parse(
      `{"Operations":[{"op":"add","path":"title","value":${'['.repeat(9999)}${']'.repeat(9999)}}]}`,
    );
    expect(() => applyPatch(User, ada, body)).toThrow(expect.objectContaining({ scimType: 'invalidSyntax' }));
  });
});

describe('active', () => {
  const active = (before: boolean, ...list: JsonValue[]) => {
    const { resource, changed } = applyPatch(User, { ...ada, active: before }, patchOf(...list));
    return [resource.active, changed];
  };
  const core = 'urn:ietf:params:scim:schemas:core:2.0:User';

  test.each<JsonValue>([
    { op: 'remove', path: 'active' },
    { op: 'remove', path: `${core}:active` },
    { op: 'remove', path: 'active', value: false },
    ...['', null, [], {}].flatMap((value): JsonValue[] => [
      { op: 'replace', path: 'active', value },
      { op: 'Add', path: 'ACTIVE', value },
      { op: 'replace', path: `${core}:active`, value },
      { op: 'replace', value: { active: value } },
      { op: 'add', value: { [core]: { active: value } } },
      { op: 'replace', value: { [`${core}:active`]: value } },
      { op: 'replace', path: core, value: { active: value } },
    ]),
  ])('is not changed by %j', (operation) => {
    expect(active(false, operation)).toEqual([false, []]);
    expect(active(true, operation)).toEqual([true, []]);
    expect(active(false, { op: 'replace', path: 'title', value: 'x' }, operation)).toEqual([
      false,
      ['title'],
    ]);
  });

  test('is changed by true and false', () => {
    expect(active(true, { op: 'replace', path: 'active', value: false })).toEqual([false, ['active']]);
    expect(active(false, { op: 'replace', path: 'active', value: 'True' })).toEqual([true, ['active']]);
  });
});

describe('applyPatch', () => {
  test('lets a read-only attribute be named with the value it has', () => {
    const patch = patchOf({ op: 'replace', path: 'id', value: '1' });
    expect(applyPatch(User, { ...ada, id: '1' }, patch).changed).toEqual([]);
  });

  test('sees what the operations before it did', () => {
    const patch = patchOf(
      { op: 'add', path: 'phoneNumbers', value: [{ type: 'mobile', value: '1' }] },
      { op: 'replace', path: 'phoneNumbers[type eq "mobile"].value', value: '2' },
      { op: 'add', path: 'title', value: 'x' },
      { op: 'remove', path: 'title' },
    );
    const { resource, changed } = applyPatch(User, ada, patch);
    expect(changed).toEqual(['phoneNumbers']);
    expect(resource).toMatchObject({ phoneNumbers: [{ type: 'mobile', value: '2' }] });
  });

  test('removes by value: custom fields by id, e-mails by address in any case, entries without their type', () => {
    const before: JsonObject = {
      ...ada,
      [spend]: {
        customData: [
          { id: 'custom1', value: 'X' },
          { id: 'custom2', value: 'X' },
        ],
      },
    };
    const { resource } = applyPatch(
      User,
      before,
      patchOf(
        { op: 'remove', path: `${spend}:customData`, value: [{ id: 'custom1' }] },
        { op: 'remove', path: 'emails', value: { value: 'ADA@example.com' } },
        { op: 'remove', path: 'roles', value: ['x'] },
      ),
    );
    expect(resource[spend]).toEqual({ customData: [{ id: 'custom2', value: 'X' }] });
    expect(resource).not.toHaveProperty('emails');
  });

  test.each<[string, JsonValue, JsonValue]>([
    ['an empty object for a complex attribute leaves it', { op: 'replace', path: 'name', value: {} }, {}],
    [
      'clearing what no element has',
      { op: 'replace', path: 'phoneNumbers[value co "1"].value', value: '' },
      {},
    ],
    ['adding nothing to an element', { op: 'add', path: 'emails[type eq "work"]', value: null }, {}],
    ['adding nothing to a list', { op: 'add', path: 'emails', value: null }, {}],
    [
      'a null in the filter makes no null',
      { op: 'add', path: 'roles[type eq null].value', value: 'x' },
      { roles: [{ value: 'x' }] },
    ],
    [
      'a sub-attribute of a list that is empty',
      { op: 'add', path: 'phoneNumbers.value', value: '1' },
      { phoneNumbers: [{ value: '1' }] },
    ],
    [
      'a sub-attribute of every element',
      { op: 'replace', path: 'emails.display', value: 'E' },
      {
        emails: [
          { value: 'a@x.org', type: 'work', display: 'E' },
          { value: 'a@x.org', type: 'home', display: 'E' },
        ],
      },
    ],
    [
      'elements that become equal are one',
      { op: 'replace', path: 'emails[type eq "home"].type', value: 'work' },
      { emails: [{ value: 'a@x.org', type: 'work' }] },
    ],
    [
      'brackets and quotes inside a filter',
      { op: 'add', path: 'roles[type eq "a\\"]\\\\"].value', value: 'x' },
      { roles: [{ type: 'a"]\\', value: 'x' }] },
    ],
    [
      'an element made from a filter over a list',
      { op: 'add', path: `${role}:roles[roleGroups eq "North"].roleName`, value: 'R' },
      { [role]: { roles: [{ roleGroups: ['North'], roleName: 'R' }] } },
    ],
    ['a path with blanks around it', { op: 'add', path: ' title ', value: 'x' }, { title: 'x' }],
    [
      'another bare reference leaves nothing of the old one',
      { op: 'replace', path: `${spend}:biManager`, value: 'm2' },
      { [spend]: { biManager: { value: 'm2' } } },
    ],
    [
      'the same bare reference changes nothing',
      { op: 'replace', path: `${spend}:biManager`, value: 'm1' },
      {},
    ],
  ])('%s', (_, operation, difference) => {
    const before: JsonObject = {
      userName: 'ada',
      name: { givenName: 'Ada' },
      emails: [
        { value: 'a@x.org', type: 'work' },
        { value: 'a@x.org', type: 'home' },
      ],
      [spend]: { biManager: { value: 'm1', employeeNumber: '7' } },
    };
    const { schemas: _schemas, ...after } = applyPatch(User, before, patchOf(operation)).resource;
    expect(after).toEqual({ ...before, ...(isJsonObject(difference) ? difference : {}) });
  });

  test('gives back the very resource when nothing changed', () => {
    expect(
      applyPatch(User, ada, patchOf({ op: 'add', path: 'userName', value: 'ada@example.com' })).resource,
    ).toBe(ada);
  });

  test('throws nothing but ScimError, and leaves what parseResource would accept as it is', () => {
    const patches = fc.array(operations, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(resources, patches, (resource, list) => {
        const before = structuredClone(resource);
        try {
          const result = applyPatch(User, resource, patchOf(...list));
          expect(parseResource(User, result.resource)).toEqual(result.resource);
          if (result.changed.length === 0) expect(result.resource).toBe(resource);
        } catch (error) {
          expect(error).toBeInstanceOf(ScimError);
        }
        expect(resource).toEqual(before);
      }),
      { numRuns: 500 },
    );
  });

  test('a resource put upon itself changes nothing', () => {
    fc.assert(
      fc.property(resources, fc.constantFrom('add', 'replace'), (resource, op) => {
        expect(applyPatch(User, resource, patchOf({ op, value: resource })).changed).toEqual([]);
      }),
    );
  });

  test('what was replaced is there, and once more changes nothing', () => {
    fc.assert(
      fc.property(resources, assignments, (resource, { path, attribute, value }) => {
        fc.pre(attribute.name !== 'userName' && attribute.mutability !== 'immutable');
        const patch = patchOf({ op: 'replace', path, value });
        const { resource: after, changed } = applyPatch(User, resource, patch);
        expect(changed.every((name) => name === path || name.startsWith(`${path}.`))).toBe(true);
        expect(applyPatch(User, after, patch).changed).toEqual([]);
      }),
    );
  });

  test('what was removed is gone', () => {
    fc.assert(
      fc.property(resources, assignments, (resource, { path, attribute }) => {
        fc.pre(attribute.name !== 'userName' && attribute.name !== 'active');
        fc.pre(attribute.mutability !== 'immutable');
        const { resource: after } = applyPatch(User, resource, patchOf({ op: 'remove', path }));
        const extension = path.startsWith('urn:') ? after[path.slice(0, path.lastIndexOf(':'))] : after;
        expect(isJsonObject(extension) ? extension[attribute.name] : undefined).toBeUndefined();
      }),
    );
  });

  test('at most one element is primary', () => {
    const emails = fc.uniqueArray(
      fc.record({ value: fc.constantFrom('a', 'b', 'c'), primary: fc.boolean() }),
      { selector: (email) => email.value },
    );
    fc.assert(
      fc.property(emails, emails, fc.constantFrom('add', 'replace'), (old, added, op) => {
        const before = parseResource(User, { userName: 'a', emails: old });
        const { resource } = applyPatch(User, before, patchOf({ op, path: 'emails', value: added }));
        const list = Array.isArray(resource.emails) ? resource.emails.filter(isJsonObject) : [];
        const primaries = list.filter((email) => email.primary === true);
        expect(primaries.length).toBeLessThanOrEqual(1);
        if (added.some((email) => email.primary)) {
          expect(primaries).toHaveLength(1);
          expect(added.map((email) => email.value)).toContain(primaries[0]?.value);
        }
      }),
    );
  });
});

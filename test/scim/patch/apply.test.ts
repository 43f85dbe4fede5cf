import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isJsonObject, type JsonObject, type JsonValue } from '../../../src/domain/json.ts';
import { ScimError } from '../../../src/scim/error.ts';
import { applyPatch } from '../../../src/scim/patch/apply.ts';
import { userResourceType as User } from '../../../src/scim/registry.ts';
import { parseResource } from '../../../src/scim/resource.ts';
import { assignments, operations, resources } from '../arbitraries.ts';
import { ada, enterprise, patchOf, role, spend, travel } from './patch-of.ts';

/** The same, so that nobody can change anything in it. */
function frozen<Value extends JsonValue>(value: Value): Value {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
}

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

  test('never changes what it shares with the resource, and shares what no operation touches', () => {
    const before = frozen({
      ...ada,
      active: true,
      name: { givenName: 'Ada', familyName: 'King' },
      phoneNumbers: [{ type: 'mobile', value: '1', primary: true }],
      addresses: [{ type: 'work', country: 'GB' }],
      [enterprise]: { department: 'Sales', manager: { value: 'm', $ref: '../m' } },
      [role]: { roles: [{ roleName: 'EXP_USER' }] },
      [travel]: { groups: [1, 2], manager: { value: 'm' } },
    });
    const { resource, changed } = applyPatch(
      User,
      before,
      patchOf(
        { op: 'replace', path: 'emails[type eq "work"].value', value: 'countess@example.com' },
        { op: 'add', path: 'emails[type eq "work"]', value: { display: 'Ada' } },
        { op: 'replace', path: 'phoneNumbers.value', value: '2' },
        { op: 'add', path: 'phoneNumbers', value: [{ type: 'work', value: '3', primary: true }] },
        { op: 'replace', path: 'name.givenName', value: 'Augusta' },
        { op: 'add', path: 'name', value: { familyName: 'Lovelace' } },
        { op: 'replace', path: `${enterprise}:manager.value`, value: 'n' },
        { op: 'remove', path: `${enterprise}:department` },
        { op: 'add', path: travel, value: { groups: [3] } },
        { op: 'remove', path: role },
      ),
    );
    expect(changed).toEqual([
      'name.familyName',
      'name.givenName',
      'emails',
      'phoneNumbers',
      `${enterprise}:department`,
      `${enterprise}:manager.value`,
      `${enterprise}:manager.$ref`,
      `${role}:roles`,
      `${travel}:groups`,
    ]);
    expect(resource.addresses).toBe(before.addresses);
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

import { describe, expect, test } from 'vitest';
import type { JsonValue } from '../../../src/domain/json.ts';
import { applyPatch } from '../../../src/scim/patch/apply.ts';
import { groupResourceType as Group, userResourceType as User } from '../../../src/scim/registry.ts';
import { ada, bridge, enterprise, patchOf, spend, travel } from './patch-of.ts';

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

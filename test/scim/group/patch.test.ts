import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/domain/json.ts';
import { patchGroup } from '../../../src/scim/group/patch.ts';
import type { Group, MemberChange } from '../../../src/scim/groups.ts';

const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const GROUP_OF: Group = {
  connection: 'default',
  id: 'g1',
  resource: { schemas: [GROUP], displayName: 'Clerks' },
  version: 3,
  created: 1,
  lastModified: 2,
};

function patch(...operations: readonly object[]) {
  const decision = patchGroup(GROUP_OF, { Operations: operations });
  if (decision.kind !== 'change') throw new Error('a PATCH changes');
  return decision;
}

/** The steps for the members; everything else must stay as it is. */
function steps(...operations: readonly object[]): readonly MemberChange[] {
  const { resource, changed, members } = patch(...operations);
  expect([resource, changed]).toEqual([GROUP_OF.resource, []]);
  return members;
}

describe('adding and replacing members', () => {
  const ids = ['u1', 'u2'];
  test.each([
    ['a list', [{ value: 'u1', display: 'Ada' }, { value: 'u2' }]],
    [
      'Entra’s null address',
      [
        { $ref: null, value: 'u1' },
        { $ref: null, value: 'u2' },
      ],
    ],
    ['bare ids', ['u1', 'u2']],
    ['doubles and nobody', [{ value: 'u1' }, null, { value: 'u2' }, { VALUE: 'u1' }, { $ref: null }]],
  ])('takes %s', (_, value) => {
    expect(steps({ op: 'add', path: 'members', value })).toEqual([{ kind: 'add', ids }]);
    expect(steps({ op: 'Replace', path: 'MEMBERS', value })).toEqual([{ kind: 'replace', ids }]);
    expect(steps({ op: 'Add', value: { members: value } })).toEqual([{ kind: 'add', ids }]);
    expect(steps({ op: 'replace', path: GROUP, value: { Members: value } })).toEqual([
      { kind: 'replace', ids },
    ]);
    expect(steps({ op: 'add', path: `${GROUP}:members`, value })).toEqual([{ kind: 'add', ids }]);
    expect(steps({ op: 'add', value: { [GROUP]: { members: value } } })).toEqual([{ kind: 'add', ids }]);
  });

  test('takes a single object or id', () => {
    expect(steps({ op: 'add', path: 'members', value: { value: 'u1' } })).toEqual([
      { kind: 'add', ids: ['u1'] },
    ]);
    expect(steps({ op: 'add', path: 'members', value: 'u1' })).toEqual([{ kind: 'add', ids: ['u1'] }]);
  });

  test.each([[[]], [null], ['']])('replacing by %j leaves nobody, and adding it adds nobody', (value) => {
    expect(steps({ op: 'replace', path: 'members', value })).toEqual([{ kind: 'replace', ids: [] }]);
    expect(steps({ op: 'add', path: 'members', value })).toEqual([]);
  });
});

describe('removing members', () => {
  test('without a value removes all', () => {
    expect(steps({ op: 'remove', path: 'members' })).toEqual([{ kind: 'replace', ids: [] }]);
    expect(steps({ op: 'Remove', path: 'members', value: null })).toEqual([{ kind: 'replace', ids: [] }]);
  });

  test('with a value removes those it names', () => {
    const value = [{ $ref: null, value: 'u1' }, { value: 'u2' }];
    expect(steps({ op: 'Remove', path: 'members', value })).toEqual([{ kind: 'remove', ids: ['u1', 'u2'] }]);
    expect(steps({ op: 'Remove', path: 'members', value: { value: 'u1' } })).toEqual([
      { kind: 'remove', ids: ['u1'] },
    ]);
  });

  test.each([[[]], [[{ $ref: null }]], [{}], ['']])('naming nobody as %j removes nobody', (value) => {
    expect(steps({ op: 'remove', path: 'members', value })).toEqual([]);
  });

  test.each([
    ['members[value eq "u1"]', [{ kind: 'remove', ids: ['u1'] }]],
    ['Members[Value EQ "u1"]', [{ kind: 'remove', ids: ['u1'] }]],
    ['members[value eq u1]', [{ kind: 'remove', ids: ['u1'] }]],
    ['members[value eq "u1" or (value eq "u2" or value eq "u1")]', [{ kind: 'remove', ids: ['u1', 'u2'] }]],
    ['members[value eq null]', []],
    ['members[type eq "user"]', [{ kind: 'removeTypes', types: ['User'], among: null }]],
    ['members[type eq "Group"]', [{ kind: 'removeTypes', types: ['Group'], among: null }]],
    ['members[type eq null]', [{ kind: 'removeTypes', types: [null], among: null }]],
    [
      'members[type eq "Group" or value eq "u1"]',
      [
        { kind: 'removeTypes', types: ['Group'], among: null },
        { kind: 'remove', ids: ['u1'] },
      ],
    ],
    ['members[value eq "u1" and type eq "User"]', [{ kind: 'removeTypes', types: ['User'], among: ['u1'] }]],
    [
      'members[(value eq "u1" or value eq "u2" or type eq null) and (type eq "Group" or value eq "u2")]',
      [
        { kind: 'remove', ids: ['u2'] },
        { kind: 'removeTypes', types: ['Group'], among: ['u1'] },
      ],
    ],
    [
      'members[type eq "User" or value eq "u1" and (type eq "Group" or type eq "User")]',
      [
        { kind: 'removeTypes', types: ['User'], among: null },
        { kind: 'removeTypes', types: ['Group'], among: ['u1'] },
      ],
    ],
    ['members[value eq "u1" and value eq "u2"]', []],
    ['members[type eq "User" and type eq "Group"]', []],
  ])('by %s', (path, expected) => {
    expect(steps({ op: 'remove', path })).toEqual(expected);
    expect(steps({ op: 'replace', path, value: null })).toEqual(expected);
  });

  test.each([
    'members[display eq "Ada"]',
    'members[value ne "u1"]',
    'members[value sw "u"]',
    'members[value eq "u1" and display eq "Ada"]',
    'members[not (value eq "u1")]',
    'members[value pr]',
    'members[unheard eq "of"]',
  ])('is refused by %s', (path) => {
    expect(() => steps({ op: 'remove', path })).toThrow(
      expect.objectContaining({ status: 400, scimType: 'invalidFilter' }),
    );
  });
});

test('steps stay in order, and those that are alike are one', () => {
  expect(
    steps(
      { op: 'remove', path: 'members[value eq "u1"]' },
      { op: 'remove', path: 'members[value eq "u2"]' },
      { op: 'add', path: 'members', value: [{ value: 'u1' }] },
      { op: 'add', value: { members: ['u3', 'u1'] } },
      { op: 'remove', path: 'members' },
      { op: 'remove', path: 'members', value: [{ value: 'u3' }] },
    ),
  ).toEqual([
    { kind: 'remove', ids: ['u1', 'u2'] },
    { kind: 'add', ids: ['u1', 'u3'] },
    { kind: 'replace', ids: [] },
    { kind: 'remove', ids: ['u3'] },
  ]);
});

describe('removing by type', () => {
  const TYPES = 'members[type eq "User" or value eq "u1" or type eq "Group" or type eq "user"]';
  const added = (index: number) => ({ op: 'add', path: 'members', value: [`u${index}`] });

  test('again and again is one step, in whatever order members are named in between', () => {
    const operations = Array.from({ length: 20 }, (_, index) => [
      { op: 'remove', path: TYPES },
      { op: 'remove', path: `members[value eq "u${index % 2}"]` },
      { op: 'add', path: 'members', value: [] },
    ]).flat();
    expect(steps(...operations)).toEqual([
      { kind: 'removeTypes', types: ['User', 'Group'], among: null },
      { kind: 'remove', ids: ['u1', 'u0'] },
    ]);
  });

  test('is asked for ten times at most with others added in between', () => {
    const operations = (count: number) =>
      Array.from({ length: count }, (_, index) => [added(index), { op: 'remove', path: TYPES }]).flat();
    expect(steps(...operations(10))).toHaveLength(30);
    expect(() => steps(...operations(11))).toThrow(
      expect.objectContaining({ status: 400, scimType: 'tooMany' }),
    );
  });

  test('by long filters is one step', () => {
    const filter = Array.from({ length: 200 }, () => 'type eq "User"').join(' or ');
    const operation = { op: 'remove', path: `members[${filter}]` };
    expect(steps(...Array.from({ length: 20 }, () => operation))).toEqual([
      { kind: 'removeTypes', types: ['User'], among: null },
    ]);
  });
});

describe('everything else', () => {
  test('is patched as any resource, also beside members in one operation', () => {
    expect(
      patch(
        { op: 'Replace', value: { id: 'g1', displayName: 'Scribes', members: [{ value: 'u1' }] } },
        { op: 'Add', path: 'externalId', value: 'e' },
      ),
    ).toEqual({
      kind: 'change',
      resource: { schemas: [GROUP], displayName: 'Scribes', externalId: 'e' },
      changed: ['externalId', 'displayName'],
      members: [{ kind: 'replace', ids: ['u1'] }],
    });
  });

  test('Okta’s rename to the same name changes nothing', () => {
    expect(steps({ op: 'replace', value: { id: 'g1', displayName: 'Clerks' } })).toEqual([]);
  });

  test.each([
    ['another id', { op: 'replace', value: { id: 'other', members: [] } }, 'mutability'],
    ['the name taken away', { op: 'remove', path: 'displayName' }, 'mutability'],
    ['an empty name', { op: 'replace', path: 'displayName', value: '' }, 'invalidValue'],
    ['an unknown path', { op: 'add', path: 'unheard', value: 'of' }, 'invalidPath'],
    ['no path in a removal', { op: 'remove', value: { members: [] } }, 'noTarget'],
    [
      'more names than anything has',
      { op: 'add', value: Object.fromEntries(Array.from({ length: 1_001 }, (_, index) => [index, 1])) },
      'invalidValue',
    ],
    ['members without a value', { op: 'add', path: 'members' }, 'invalidValue'],
    [
      'a member without an id',
      { op: 'replace', path: 'members', value: [{ display: 'Ada' }] },
      'invalidValue',
    ],
    ['a member that is a number', { op: 'remove', path: 'members', value: [7] }, 'invalidValue'],
    ['a new display', { op: 'replace', path: 'members[value eq "u1"].display', value: 'Ada' }, 'mutability'],
    ['a display removed', { op: 'remove', path: 'members[value eq "u1"].display' }, 'mutability'],
    ['new values', { op: 'replace', path: 'members.value', value: 'u2' }, 'mutability'],
    ['values removed', { op: 'remove', path: 'members.value' }, 'mutability'],
    ['a hidden display', { op: 'replace', value: { 'members.display': 'Ada' } }, 'mutability'],
    [
      'a member made another',
      { op: 'replace', path: 'members[value eq "u1"]', value: { value: 'u2' } },
      'mutability',
    ],
    [
      'a member made another without path',
      { op: 'replace', value: { 'members[value eq "u1"]': { value: 'u2' } } },
      'mutability',
    ],
  ])('%s is refused, and the operation is named', (_, operation, scimType) => {
    const nothing = { op: 'add', path: 'members', value: ['u9'] };
    expect(() => patch(nothing, operation)).toThrow(
      expect.objectContaining({ status: 400, scimType, detail: expect.stringContaining('Operations[1] (') }),
    );
  });

  test('a body that is no PATCH is refused', () => {
    expect(() => patchGroup(GROUP_OF, { members: [] })).toThrow(
      expect.objectContaining({ scimType: 'invalidSyntax' }),
    );
  });
});

test('10,000 members are read in well under a tenth of a second', () => {
  const value = Array.from({ length: 10_000 }, (_, index) => ({
    value: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    display: `person${index}@example.com`,
    $ref: null,
  }));
  const body: JsonObject = { Operations: [{ op: 'add', path: 'members', value }] };
  const times = [1, 2, 3, 4, 5].map(() => {
    const begin = performance.now();
    expect(patchGroup(GROUP_OF, body)).toMatchObject({ members: [{ ids: { length: 10_000 } }] });
    return performance.now() - begin;
  });
  expect(Math.min(...times)).toBeLessThan(50);
});

test('the steps make of any members what the operations, one by one, would', () => {
  const id = fc.constantFrom<string[]>('u1', 'u2', 'u3', 'u4');
  const list = fc.array(id, { maxLength: 3 });
  const operation = fc.oneof(
    list.map((value) => ({ op: 'add', path: 'members', value })),
    list.map((value) => ({ op: 'replace', path: 'members', value })),
    list.map((value) => ({ op: 'remove', path: 'members', value })),
    fc
      .constantFrom('User', 'Group')
      .map((type) => ({ op: 'remove', path: `members[type eq "${type}"]`, value: OF_TYPE[type] })),
    id.map((value) => ({ op: 'remove', path: `members[value eq "${value}"]`, value: [value] })),
    fc.tuple(id, id, fc.constantFrom('User', 'Group')).map(([one, other, type]) => ({
      op: 'remove',
      path: `members[(value eq "${one}" or value eq "${other}") and type eq "${type}"]`,
      value: [one, other].filter((each) => OF_TYPE[type]?.includes(each)),
    })),
  );
  fc.assert(
    fc.property(list, fc.array(operation, { minLength: 1, maxLength: 8 }), (before, operations) => {
      const expected = operations.reduce((members, { op, value }) => {
        if (op === 'replace') return new Set(value);
        return op === 'add' ? members.union(new Set(value)) : members.difference(new Set(value));
      }, new Set(before));
      const sent = operations.map(({ op, path, value }) =>
        path === 'members' ? { op, path, value } : { op, path },
      );
      expect(applied(new Set(before), steps(...sent))).toEqual(expected);
    }),
  );
});

/** Whom the ids of this test stand for, by type. */
const OF_TYPE: Readonly<Record<string, readonly string[]>> = { User: ['u1', 'u2'], Group: ['u3'] };

function ofTypes({ types, among }: Extract<MemberChange, { kind: 'removeTypes' }>): readonly string[] {
  const ids = types.flatMap((type) => OF_TYPE[type ?? ''] ?? []);
  return among === null ? ids : ids.filter((id) => among.includes(id));
}

function applied(before: ReadonlySet<string>, changes: readonly MemberChange[]): ReadonlySet<string> {
  let members = before;
  for (const change of changes) {
    const ids = new Set(change.kind === 'removeTypes' ? ofTypes(change) : change.ids);
    if (change.kind === 'replace') members = ids;
    else members = change.kind === 'add' ? members.union(ids) : members.difference(ids);
  }
  return members;
}

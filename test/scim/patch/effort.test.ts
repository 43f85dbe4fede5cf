import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../../src/domain/json.ts';
import { applyPatch } from '../../../src/scim/patch/apply.ts';
import { userResourceType as User } from '../../../src/scim/registry.ts';

const role = 'urn:ietf:params:scim:schemas:extension:spend:2.0:Role';

function times<Item>(count: number, make: (index: number) => Item): Item[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

const nobody: JsonObject = { userName: 'ada' };
const full: JsonObject = { ...nobody, emails: times(1_000, (index) => ({ value: `${index}@x.org` })) };
const roles: JsonObject = {
  ...nobody,
  [role]: { roles: times(1_000, (index) => ({ roleName: `${index}` })) },
};

// Each within 1 MB, 1,000 operations and 1,000 elements, and seconds of work if it were done.
const attacks: readonly (readonly [string, JsonObject, JsonValue[]])[] = [
  [
    'hundreds of comparisons with every element',
    full,
    times(500, () => ({
      op: 'replace',
      path: `emails[${times(100, () => 'type eq "x"').join(' or ')}].display`,
      value: '',
    })),
  ],
  [
    'a long list in every element of a long list',
    roles,
    times(100, () => ({
      op: 'replace',
      path: `${role}:roles.roleGroups`,
      value: times(1_000, (index) => `${index}`),
    })),
  ],
  [
    'a large text in every element',
    full,
    [{ op: 'add', path: 'emails.display', value: 'x'.repeat(900_000) }],
  ],
  [
    'one by one into a list with a large text',
    { ...nobody, addresses: [{ formatted: 'x'.repeat(900_000) }] },
    times(1_000, (index) => ({ op: 'add', path: 'addresses', value: { region: `${index}` } })),
  ],
  [
    'names that nobody knows',
    nobody,
    times(100, () => ({
      op: 'add',
      value: Object.fromEntries(times(1_000, (index): [string, JsonValue] => [`a${index}`, 1])),
    })),
  ],
];

describe('a PATCH', () => {
  test.each(attacks)('is refused that asks for too much work: %s', (_, resource, operations) => {
    expect(() => applyPatch(User, resource, { Operations: operations })).toThrow(
      expect.objectContaining({ scimType: 'invalidValue', detail: expect.stringMatching(/too much work/) }),
    );
  });

  test('may do what identity providers do, also to long lists', () => {
    const operations: JsonValue[] = [
      { op: 'replace', path: 'emails', value: full.emails ?? null },
      ...times(100, (index) => ({
        op: 'replace',
        path: `emails[value eq "${index}@x.org"].display`,
        value: 'x',
      })),
      ...times(100, (index) => ({ op: 'replace', path: 'title', value: `${index}` })),
    ];
    expect(applyPatch(User, full, { Operations: operations }).changed).toEqual(['title', 'emails']);
  });
});

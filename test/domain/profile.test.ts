import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { thingNamedBy } from '../../src/domain/alternatives.ts';
import {
  CORE,
  ENTERPRISE,
  EXTENSIONS,
  SPEND,
  SPEND_APPROVER,
  SPEND_APPROVER_LIMIT,
  SPEND_DELEGATE,
  SPEND_ROLE,
  TRAVEL,
} from '../../src/domain/extensions.ts';
import {
  attributeOf,
  attributeValue,
  extensionOf,
  flatten,
  sameValue,
  select,
  unflatten,
} from '../../src/domain/profile.ts';
import { roleKey, roleOf } from '../../src/domain/roles.ts';

const user = {
  id: 'c-1',
  meta: { version: 1 },
  schemas: [CORE],
  userName: 'ada@example.com',
  active: true,
  nickName: null,
  title: '',
  name: { givenName: 'Ada', familyName: 'King', middleName: null },
  emails: [
    { type: 'home', value: 'h@example.com', verified: false },
    { type: 'work', value: 'w@example.com' },
  ],
  phoneNumbers: [
    { type: 'mobile', value: '+1', primary: true },
    { type: 'mobile', value: '+2', primary: false },
    { type: 'work', value: '+3' },
  ],
  addresses: [{ type: 'work', country: 'CH' }],
  entitlements: ['Travel', 'Expense'],
  [ENTERPRISE]: { manager: { value: 'm', displayName: 'M' }, startDate: '2026-01-31T00:00:00.000' },
  [SPEND]: { country: 'CH', customData: [{ id: 'custom1', value: 'x' }], biManager: { value: 'b' } },
  [SPEND_ROLE]: { roles: [{ roleName: 'EXP_APPROVER', roleGroups: ['DE', 'CH'] }] },
  [TRAVEL]: { groups: [2, 1], ruleClass: { name: 'Default' } },
};

describe('a profile', () => {
  test('names every value of a Concur user, element by element, without what is empty', () => {
    expect(flatten(user)).toEqual({
      userName: 'ada@example.com',
      active: true,
      'name.givenName': 'Ada',
      'name.familyName': 'King',
      'emails[home].value': 'h@example.com',
      'emails[home].verified': false,
      'emails[work].value': 'w@example.com',
      'phoneNumbers[mobile].value': '+1',
      'phoneNumbers[mobile].primary': true,
      'phoneNumbers[mobile:+2].value': '+2',
      'phoneNumbers[mobile:+2].primary': false,
      'phoneNumbers[work].value': '+3',
      'addresses[work].country': 'CH',
      'entitlements[Travel]': true,
      'entitlements[Expense]': true,
      [`${ENTERPRISE}:manager.value`]: 'm',
      [`${ENTERPRISE}:manager.displayName`]: 'M',
      [`${ENTERPRISE}:startDate`]: '2026-01-31T00:00:00',
      [`${SPEND}:country`]: 'CH',
      [`${SPEND}:customData[custom1].value`]: 'x',
      [`${SPEND}:biManager.value`]: 'b',
      [`${SPEND_ROLE}:roles[EXP_APPROVER].roleGroups[DE]`]: true,
      [`${SPEND_ROLE}:roles[EXP_APPROVER].roleGroups[CH]`]: true,
      [`${TRAVEL}:groups[1]`]: true,
      [`${TRAVEL}:groups[2]`]: true,
      [`${TRAVEL}:ruleClass.name`]: 'Default',
    });
  });

  test('put together again is the user that Concur takes', () => {
    const { id: _, meta: __, schemas: ___, nickName: ____, title: _____, ...rest } = user;
    expect(unflatten(flatten(user))).toEqual({
      ...rest,
      name: { givenName: 'Ada', familyName: 'King' },
      entitlements: ['Expense', 'Travel'],
      [ENTERPRISE]: { ...user[ENTERPRISE], startDate: '2026-01-31T00:00:00' },
      [SPEND_ROLE]: { roles: [{ roleName: 'EXP_APPROVER', roleGroups: ['CH', 'DE'] }] },
      [TRAVEL]: { ...user[TRAVEL], groups: [1, 2] },
    });
    expect(flatten(unflatten(flatten(user)))).toEqual(flatten(user));
  });

  test('names approvers, delegates, limits, travel fields and the one contact element by element', () => {
    const lists = {
      emergencyContacts: [{ name: 'Charles', relationship: 'Other', phones: ['+1', '+2'] }],
      [SPEND_APPROVER]: {
        report: [
          { approver: { value: 'B-2', employeeNumber: '2' }, primary: false },
          { approver: { value: 'a-1' }, primary: true },
        ],
        budget: [{ approver: { employeeNumber: '9' }, primary: true }],
      },
      [SPEND_APPROVER_LIMIT]: {
        authorizedApprover: [
          { approvalType: 'expense', approvalLimit: 100 },
          { approvalType: 'expense', approvalGroup: 'R&D-QA', approvalLimit: 200.5, level: 2 },
        ],
      },
      [SPEND_DELEGATE]: {
        expense: [{ delegate: { value: 'd-1' }, canSubmit: true, temporaryDelegation: { to: '2026-01-31' } }],
      },
      [TRAVEL]: { customFields: [{ name: 'Canary [1]', value: '7' }] },
    };
    const profile = flatten(lists);
    expect(profile).toEqual({
      'emergencyContacts.name': 'Charles',
      'emergencyContacts.relationship': 'Other',
      'emergencyContacts.phones': ['+1', '+2'],
      [`${SPEND_APPROVER}:report[primary].approver.value`]: 'a-1',
      [`${SPEND_APPROVER}:report[b-2].approver.value`]: 'B-2',
      [`${SPEND_APPROVER}:report[b-2].approver.employeeNumber`]: '2',
      [`${SPEND_APPROVER}:budget[primary].approver.employeeNumber`]: '9',
      [`${SPEND_APPROVER_LIMIT}:authorizedApprover[expense].approvalLimit`]: 100,
      [`${SPEND_APPROVER_LIMIT}:authorizedApprover[expense/R&D-QA].approvalLimit`]: 200.5,
      [`${SPEND_APPROVER_LIMIT}:authorizedApprover[expense/R&D-QA].level`]: 2,
      [`${SPEND_DELEGATE}:expense[d-1].delegate.value`]: 'd-1',
      [`${SPEND_DELEGATE}:expense[d-1].canSubmit`]: true,
      [`${SPEND_DELEGATE}:expense[d-1].temporaryDelegation.to`]: '2026-01-31',
      [`${TRAVEL}:customFields[Canary [1]].value`]: '7',
    });
    expect(unflatten(profile)).toEqual(lists);
  });

  test('whoever becomes the primary approver is no further approver any more', () => {
    const report = `${SPEND_APPROVER}:report`;
    expect(
      attributeValue(
        {
          [`${report}[primary].approver.value`]: 'a',
          [`${report}[a].approver.value`]: 'a',
          [`${report}[b].approver.value`]: 'b',
        },
        report,
      ),
    ).toEqual([
      { approver: { value: 'b' }, primary: false },
      { approver: { value: 'a' }, primary: true },
    ]);
  });

  test('keeps elements apart whatever stands in their keys', () => {
    const text = fc.string({
      minLength: 1,
      maxLength: 6,
      unit: fc.constantFrom('a', ']', '[', '.', ':', ' ', '+'),
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(text, { maxLength: 4 }),
        fc.uniqueArray(text, { maxLength: 4 }),
        (numbers, names) => {
          const concur = {
            phoneNumbers: numbers.map((value) => ({ type: 'mobile', value, primary: false })),
            [SPEND]: { customData: names.map((id) => ({ id, value: 'x' })) },
          };
          const again = unflatten(flatten(concur));
          const back = flatten(again);
          expect(back).toEqual(flatten(concur));
          expect(Object.keys(back)).toHaveLength(2 * numbers.length + names.length);
        },
      ),
    );
  });

  test('keeps the groups of roles apart whatever they are called', () => {
    const text = fc.oneof(
      fc.string({
        minLength: 1,
        maxLength: 6,
        unit: fc.constantFrom('a', ']', '[', '.', '/', '%', '5', 'D'),
      }),
      fc.constantFrom('a].roleGroups[b', '].roleName', 'a.b[c].d', '%5D', 'x].approver.y'),
    );
    const held = fc.record({ roleName: text, roleGroups: fc.uniqueArray(text, { maxLength: 4 }) });
    fc.assert(
      fc.property(fc.uniqueArray(held, { selector: ({ roleName }) => roleName, maxLength: 4 }), (roles) => {
        const profile = flatten({ [SPEND_ROLE]: { roles } });
        const expected = roles
          .map(({ roleName, roleGroups }) =>
            roleGroups.length === 0 ? { roleName } : { roleName, roleGroups: roleGroups.toSorted() },
          )
          .sort((left, right) => (left.roleName < right.roleName ? -1 : 1));
        expect(unflatten(profile)).toEqual(roles.length === 0 ? {} : { [SPEND_ROLE]: { roles: expected } });
        const counts = roles.map(({ roleGroups }) => Math.max(1, roleGroups.length));
        expect(Object.keys(profile)).toHaveLength(counts.reduce((sum, count) => sum + count, 0));
        for (const key of Object.keys(profile)) {
          const role = roleOf(key);
          expect(role && roleKey(role.code, role.group)).toBe(key);
          expect(thingNamedBy(key)).toBeNull();
        }
      }),
      { numRuns: 500 },
    );
  });

  test.each([[[]], [['']], [['Global', 'EU']], [['global']]])(
    'holds a role for every group that is answered with %j',
    (roleGroups) => {
      const profile = flatten({ [SPEND_ROLE]: { roles: [{ roleName: 'X', roleGroups }] } });
      expect(profile).toEqual({ [`${SPEND_ROLE}:roles[X].roleName`]: 'X' });
    },
  );

  test('holds a role that is named twice once, and globally where one of them is global', () => {
    const roles = (...groups: string[][]) =>
      flatten({ [SPEND_ROLE]: { roles: groups.map((roleGroups) => ({ roleName: 'X', roleGroups })) } });
    expect(roles(['EU'], ['US', 'EU'])).toEqual(roles(['EU', 'US']));
    expect(roles(['EU'], [])).toEqual(roles([]));
  });

  test('an element without what makes it exist is none', () => {
    expect(unflatten({ 'emails[work].verified': true, 'phoneNumbers[mobile].primary': true })).toEqual({});
  });

  test('tells apart extensions whose names begin alike', () => {
    const key = `${SPEND_ROLE}:roles[X].roleName`;
    expect(extensionOf(key)).toBe(SPEND_ROLE);
    expect(extensionOf('urn:ietf:params:scim:schemas:extension:spend:2.0:UserPreference:x')).not.toBe(SPEND);
    expect(attributeOf(key)).toBe(`${SPEND_ROLE}:roles`);
    expect(attributeOf('emails[work].value')).toBe('emails');
    expect(attributeOf(`${SPEND}:biManager.value`)).toBe(`${SPEND}:biManager`);
    expect(attributeOf('name.givenName[x]')).toBe('name');
    expect(() => extensionOf('urn:unknown:x')).toThrow();
  });

  test.each(EXTENSIONS)('knows the keys of %s, and nothing that only begins like it', (extension) => {
    expect(extensionOf(`${extension}:list[a:2.0:b].c`)).toBe(extension);
    for (const key of [extension, `${extension}s`, `${extension}.x`, `${extension}s:x`]) {
      expect(() => extensionOf(key)).toThrow(/holds/);
    }
  });

  test('is selected as it is where all of it is wanted', () => {
    const profile = flatten(user);
    expect(select(profile, () => true)).toBe(profile);
    expect(select(profile, (key) => key.startsWith('name.'))).toEqual({
      'name.givenName': 'Ada',
      'name.familyName': 'King',
    });
    expect(select(profile, () => false)).toEqual({});
  });

  test('only a userName has no case', () => {
    expect(sameValue('userName', 'ADA', 'ada')).toBe(true);
    expect(sameValue('title', 'ADA', 'ada')).toBe(false);
    expect(sameValue('x', { a: 1, b: [1, 2] }, { b: [1, 2], a: 1 })).toBe(true);
    expect(sameValue('x', [1, 2], [2, 1])).toBe(false);
  });
});

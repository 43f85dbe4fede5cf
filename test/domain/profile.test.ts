import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CORE, ENTERPRISE, SPEND, SPEND_ROLE, TRAVEL } from '../../src/domain/extensions.ts';
import { attributeOf, extensionOf, flatten, sameValue, unflatten } from '../../src/domain/profile.ts';

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
      [`${SPEND}:biManager`]: { value: 'b' },
      [`${SPEND_ROLE}:roles[EXP_APPROVER].roleName`]: 'EXP_APPROVER',
      [`${SPEND_ROLE}:roles[EXP_APPROVER].roleGroups`]: ['DE', 'CH'],
      [`${TRAVEL}:groups`]: [2, 1],
      [`${TRAVEL}:ruleClass`]: { name: 'Default' },
    });
  });

  test('put together again is the user that Concur takes', () => {
    const { id: _, meta: __, schemas: ___, nickName: ____, title: _____, ...rest } = user;
    expect(unflatten(flatten(user))).toEqual({
      ...rest,
      name: { givenName: 'Ada', familyName: 'King' },
      entitlements: ['Expense', 'Travel'],
      [ENTERPRISE]: { ...user[ENTERPRISE], startDate: '2026-01-31T00:00:00' },
    });
    expect(flatten(unflatten(flatten(user)))).toEqual(flatten(user));
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

  test('an element without what makes it exist is none', () => {
    expect(unflatten({ 'emails[work].verified': true, 'phoneNumbers[mobile].primary': true })).toEqual({});
  });

  test('tells apart extensions whose names begin alike', () => {
    const key = `${SPEND_ROLE}:roles[X].roleName`;
    expect(extensionOf(key)).toBe(SPEND_ROLE);
    expect(extensionOf('urn:ietf:params:scim:schemas:extension:spend:2.0:UserPreference:x')).not.toBe(SPEND);
    expect(attributeOf(key)).toBe(`${SPEND_ROLE}:roles`);
    expect(attributeOf('emails[work].value')).toBe('emails');
    expect(() => extensionOf('urn:unknown:x')).toThrow();
  });

  test('only a userName has no case', () => {
    expect(sameValue('userName', 'ADA', 'ada')).toBe(true);
    expect(sameValue('title', 'ADA', 'ada')).toBe(false);
    expect(sameValue('x', { a: 1, b: [1, 2] }, { b: [1, 2], a: 1 })).toBe(true);
    expect(sameValue('x', [1, 2], [2, 1])).toBe(false);
  });
});

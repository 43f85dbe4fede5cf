import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { GroupAccess, GroupRule } from '../../../src/domain/connection.ts';
import { SPEND_ROLE, TRAVEL } from '../../../src/domain/extensions.ts';
import type { Profile } from '../../../src/domain/profile.ts';
import { give, grantsOf } from '../../../src/mapping/groups/give.ts';
import { isAbout } from '../../../src/mapping/groups/match.ts';

const NOTHING = { entitlements: [], roles: [], travelGroups: [], travelRuleClass: null };

function rule(displayName: string, gives: Partial<GroupRule>): GroupRule {
  return { group: { by: 'displayName', value: displayName }, ...NOTHING, ...gives };
}

function given(
  rules: readonly GroupRule[],
  names: readonly string[],
  base: Profile = {},
  ownership = 'additive',
) {
  const access = { ownership, rules } as GroupAccess;
  const groups = names.map((displayName) => ({ displayName, externalId: null }));
  return give(base, access, grantsOf(access, groups));
}

const name = (code: string) => `${SPEND_ROLE}:roles[${code}].roleName`;
const inGroup = (code: string, group: string) => `${SPEND_ROLE}:roles[${code}].roleGroups[${group}]`;

describe('a rule is about', () => {
  const group = (displayName: string, externalId: string | null = null) => ({ displayName, externalId });

  test.each([
    ['Approvers', ' approvers', true],
    ['Zo\u00eb', 'ZOE\u0308', true],
    ['Approvers', 'Approver', false],
  ])('the group %s by the name %s: %s', (value, displayName, expected) => {
    expect(isAbout({ by: 'displayName', value }, group(displayName))).toBe(expected);
  });

  test('an externalId by its exact text', () => {
    expect(isAbout({ by: 'externalId', value: 'Ab' }, group('x', 'Ab'))).toBe(true);
    expect(isAbout({ by: 'externalId', value: 'Ab' }, group('Ab', 'AB'))).toBe(false);
    expect(isAbout({ by: 'externalId', value: 'Ab' }, group('Ab'))).toBe(false);
  });

  test.each([
    ['concur-*', 'Concur-Approvers', true],
    ['concur-*', 'concur-', true],
    ['concur-*', 'xconcur-a', false],
    ['*-eu', 'a-eu', true],
    ['a*a', 'a', false],
    ['*a*b*', 'xxaxxbxx', true],
    ['*a*b*', 'xxbxxaxx', false],
    ['*', 'anything', true],
    ['plain', 'plain', true],
    ['a.c', 'abc', false],
  ])('names like %s, such as %s: %s', (value, displayName, expected) => {
    expect(isAbout({ by: 'matching', value }, group(displayName))).toBe(expected);
  });

  test('whatever a regular expression would be about', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 });
    const plain = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 });
    fc.assert(
      fc.property(text, plain, (value, displayName) => {
        const expected = new RegExp(`^${value.replaceAll('*', '.*')}$`).test(displayName);
        expect(isAbout({ by: 'matching', value }, group(displayName))).toBe(expected);
      }),
    );
  });
});

describe('what groups give', () => {
  test('is united with what is asked for, and lent only where nobody else asks for it', () => {
    const rules = [
      rule('A', { entitlements: ['Expense'], roles: [{ code: 'EXP_APPROVER', groups: [] }] }),
      rule('B', { roles: [{ code: 'EXP_PROCESSOR', groups: ['R&D'] }], travelGroups: [7] }),
    ];
    const base = { title: 'x', [name('EXP_APPROVER')]: 'EXP_APPROVER', 'entitlements[Travel]': true };
    const { profile, gaps, byGivers, sharing } = given(rules, ['A', 'B', 'C'], base);
    expect(profile).toEqual({
      ...base,
      'entitlements[Expense]': true,
      [inGroup('EXP_PROCESSOR', 'R&D')]: true,
      [`${TRAVEL}:groups[7]`]: true,
    });
    expect(gaps).toEqual([]);
    expect(byGivers.get(name('EXP_APPROVER'))).toEqual(['group "A"']);
    expect([...sharing.lent].sort()).toEqual([
      ['entitlements[Expense]', ['group "A"']],
      [inGroup('EXP_PROCESSOR', 'R&D'), ['group "B"']],
      [`${TRAVEL}:groups[7]`, ['group "B"']],
    ]);
    expect(sharing.exclusive).toEqual([]);
  });

  test('leaves the groups of a role away where one of the givers limits it to none', () => {
    const limited = (group: string, ...groups: string[]) =>
      rule(group, { roles: [{ code: 'EXP_PROCESSOR', groups }] });
    const rules = [limited('A', 'EU', 'US'), limited('B', 'US', 'PL'), limited('C')];
    expect(Object.keys(given(rules, ['A', 'B']).profile)).toEqual(
      ['EU', 'US', 'PL'].map((group) => inGroup('EXP_PROCESSOR', group)),
    );
    for (const names of [['A', 'C'], ['C'], ['A', 'B', 'C']]) {
      expect(given(rules, names).profile).toEqual({ [name('EXP_PROCESSOR')]: 'EXP_PROCESSOR' });
    }
    const global = { [name('EXP_PROCESSOR')]: 'EXP_PROCESSOR' };
    expect(given(rules, ['A'], global).profile).toEqual(global);
  });

  test('is decided by the order of the rules where two exclude each other, and says which', () => {
    const rules = [
      rule('A', { roles: [{ code: 'SHD_PASSWORD_ADMIN', groups: [] }], travelRuleClass: { id: 1 } }),
      rule('B', { roles: [{ code: 'SHD_EMPLOYEE_ADMIN_RO', groups: [] }], travelRuleClass: { name: 'X' } }),
      rule('C', { travelRuleClass: { id: 1 } }),
    ];
    const { profile, gaps } = given(rules, ['C', 'B', 'A'], { [`${TRAVEL}:ruleClass.name`]: 'mine' });
    expect(profile).toEqual({
      [name('SHD_PASSWORD_ADMIN')]: 'SHD_PASSWORD_ADMIN',
      [`${TRAVEL}:ruleClass.id`]: 1,
    });
    expect(gaps).toHaveLength(2);
    for (const { why, leavesRest } of gaps) {
      expect(why).toMatch(/"A".*"B"|"B".*"A"/);
      expect(leavesRest).toBe(true);
    }
    const asked = { [name('SHD_EMPLOYEE_ADMIN')]: 'SHD_EMPLOYEE_ADMIN' };
    const beside = given(rules, ['A'], asked);
    expect(beside.profile).toEqual({ ...asked, [`${TRAVEL}:ruleClass.id`]: 1 });
    expect(beside.gaps[0]?.why).toMatch(/SHD_EMPLOYEE_ADMIN of the client or the mapping counts/);
  });

  test('may come from somebody else than a group, also where groups give nothing', () => {
    const approver = { ...NOTHING, roles: [{ code: 'EXP_APPROVER', groups: [] }] };
    const reports = { rule: approver, giver: 'the people who report to them' };
    const alone = give({}, undefined, [reports]);
    expect(alone.profile).toEqual({ [name('EXP_APPROVER')]: 'EXP_APPROVER' });
    expect(alone.sharing).toEqual({
      lent: new Map([[name('EXP_APPROVER'), [reports.giver]]]),
      exclusive: [],
    });
    const access: GroupAccess = {
      ownership: 'exclusive',
      rules: [rule('A', { entitlements: ['Expense'], travelRuleClass: { id: 1 } })],
    };
    const grants = grantsOf(access, [{ displayName: 'A', externalId: null }]);
    const beside = give({}, access, [
      ...grants,
      { ...reports, rule: { ...approver, travelRuleClass: { id: 2 } } },
    ]);
    // What is ours alone is lent by nobody; of roles, no rule of a group says that they are ours alone.
    expect([...beside.sharing.lent.keys()]).toEqual([name('EXP_APPROVER')]);
    expect(beside.sharing.exclusive).toEqual(['entitlements']);
    expect(beside.gaps[0]?.why).toMatch(
      /of group "A" counts, and that of the people who report to them is left/,
    );
  });

  test('names every giver of a role where one makes it global', () => {
    const limited = (group: string, ...groups: string[]) =>
      rule(group, { roles: [{ code: 'EXP_PROCESSOR', groups }] });
    const { byGivers } = given([limited('A', 'EU'), limited('B'), limited('C', 'US')], ['A', 'B', 'C']);
    expect(byGivers).toEqual(new Map([[name('EXP_PROCESSOR'), ['group "A"', 'group "B"', 'group "C"']]]));
  });

  test('is lists of ours alone only where a rule gives something of them', () => {
    const rules = [rule('A', { entitlements: ['Expense'], travelRuleClass: { id: 1 } })];
    expect(given(rules, [], {}, 'exclusive').sharing).toEqual({
      lent: new Map(),
      exclusive: ['entitlements'],
    });
  });

  test('is what a plain union over the groups is', () => {
    // None of these exclude each other.
    const codes = ['EXP_APPROVER', 'EXP_PROCESSOR', 'REQ_APPROVER', 'INV_APPROVER'];
    const gift = fc.record({
      entitlements: fc.subarray(['Expense', 'Invoice', 'Travel']),
      roles: fc.uniqueArray(
        fc.record({ code: fc.constantFrom(...codes), groups: fc.subarray(['EU', 'US', 'PL']) }),
        { selector: ({ code }) => code },
      ),
      travelGroups: fc.subarray([1, 2, 3]),
    });
    const names = ['A', 'B', 'C', 'D'];
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...names), gift), { maxLength: 6 }),
        fc.subarray(names),
        (gifts, groups) => {
          const rules = gifts.map(([group, gives]) => rule(group, gives));
          const mine = gifts.filter(([group]) => groups.includes(group)).map(([, gives]) => gives);
          const expected: Record<string, unknown> = {};
          for (const one of mine.flatMap(({ entitlements }) => entitlements))
            expected[`entitlements[${one}]`] = true;
          for (const id of mine.flatMap(({ travelGroups }) => travelGroups))
            expected[`${TRAVEL}:groups[${id}]`] = true;
          for (const code of codes) {
            const lists = mine.flatMap(({ roles }) => roles.filter((one) => one.code === code));
            if (lists.length === 0) continue;
            if (lists.some((one) => one.groups.length === 0)) expected[name(code)] = code;
            else
              for (const group of lists.flatMap((one) => one.groups)) expected[inGroup(code, group)] = true;
          }
          const { profile, gaps, sharing } = given(rules, groups);
          expect(profile).toEqual(expected);
          expect(gaps).toEqual([]);
          expect([...sharing.lent.keys()].sort()).toEqual(Object.keys(expected).sort());
        },
      ),
    );
  });
});

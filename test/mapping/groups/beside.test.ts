import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyDifference } from '../../../src/domain/difference.ts';
import { SPEND_ROLE } from '../../../src/domain/extensions.ts';
import { plan, type Wanted } from '../../../src/domain/plan.ts';
import { flatten, type Profile } from '../../../src/domain/profile.ts';
import { roleCodes, rolesOf } from '../../../src/domain/roles.ts';
import { besideOthers } from '../../../src/mapping/groups/beside.ts';
import { give, grantsOf } from '../../../src/mapping/groups/give.ts';
import { atRest } from '../../../src/worker/next-state.ts';
import { provisioning, record, wanted } from '../../domain/records.ts';

const READ = { absent: false, read: new Set(['identity', 'spend', 'travel'] as const) };

function role(code: string, ...groups: string[]): Profile {
  return flatten({ [SPEND_ROLE]: { roles: [{ roleName: code, roleGroups: groups }] } });
}

/** What is wanted of a member of a group that gives these roles. */
function lent(profile: Profile, ownership: 'additive' | 'exclusive' = 'additive'): Wanted {
  const keys = Object.keys(profile);
  const roles = roleCodes(keys).map((code) => ({
    code,
    groups: rolesOf(keys).flatMap((one) => (one.code === code ? (one.group ?? []) : [])),
  }));
  const group = { by: 'displayName', value: 'G' } as const;
  const some = { group, entitlements: [], roles, travelGroups: [], travelRuleClass: null };
  const access = { ownership, rules: [some] };
  const given = give({}, access, grantsOf(access, [{ displayName: 'G', externalId: null }]));
  return wanted(given.profile, { sharing: given.sharing, gaps: given.gaps });
}

describe('beside what others gave in Concur', () => {
  const held = (profile: Profile, owned: readonly string[] = []) =>
    provisioning({ applied: { profile: { active: true, ...profile }, unknown: [] }, owned });

  test('the same role stays theirs, with its groups', () => {
    const there = role('EXP_PROCESSOR', 'EU', 'US');
    const result = besideOthers(lent(role('EXP_PROCESSOR', 'US')), held(there));
    expect(result).toMatchObject({
      profile: { active: true },
      initial: role('EXP_PROCESSOR', 'US'),
      gaps: [],
    });
    expect(Object.keys(result.profile)).toEqual(['active']);
  });

  test('the same role for other groups is theirs for those, and ours for the others', () => {
    const asked = lent(role('EXP_PROCESSOR', 'US'));
    expect(besideOthers(asked, held(role('EXP_PROCESSOR', 'EU')))).toBe(asked);
  });

  test.each([
    ['group "G"', lent(role('EXP_PROCESSOR'))],
    ['the client or the mapping', wanted(role('EXP_PROCESSOR'))],
  ])('a role for some groups is not given globally, and says so of %s', (giver, asked) => {
    const there = role('EXP_PROCESSOR', 'EU');
    const { initial, gaps, profile } = besideOthers(asked, held(there));
    expect(Object.keys(profile)).toEqual(['active']);
    expect(initial).toEqual(there);
    expect(gaps).toEqual([expect.objectContaining({ extension: SPEND_ROLE, leavesRest: true })]);
    expect(gaps[0]?.why).toContain(`EXP_PROCESSOR from somebody else, for EU: ${giver}`);
    expect(gaps[0]?.why).toContain('the global group');
  });

  test.each([
    ['a group', lent(role('EXP_PROCESSOR', 'US'))],
    ['a client', wanted(role('EXP_PROCESSOR', 'US'))],
  ])('a role that is held globally covers the groups that %s asks for, and stays theirs', (_, asked) => {
    const { initial, gaps, profile } = besideOthers(asked, held(role('EXP_PROCESSOR')));
    expect(Object.keys(profile)).toEqual(['active']);
    expect(initial).toEqual(role('EXP_PROCESSOR'));
    expect(gaps).toEqual([]);
  });

  test('what is held globally and is ours is narrowed, and what is ours for groups is made global', () => {
    const ours = (profile: Profile) => held(profile, Object.keys(profile));
    for (const [there, asked] of [
      [role('EXP_PROCESSOR'), lent(role('EXP_PROCESSOR', 'US'))],
      [role('EXP_PROCESSOR', 'US'), lent(role('EXP_PROCESSOR'))],
    ] as const) {
      expect(besideOthers(asked, ours(there))).toBe(asked);
    }
  });

  test('a role that Concur gives nobody beside theirs is left out', () => {
    const { profile, gaps } = besideOthers(lent(role('SHD_TAX_ADMIN')), held(role('SHD_TAX_ADMIN_RO')));
    expect(Object.keys(profile)).toEqual(['active']);
    expect(gaps[0]?.why).toMatch(
      /SHD_TAX_ADMIN_RO from somebody else.*SHD_TAX_ADMIN of group "G" is left out/,
    );
    const client = besideOthers(wanted(role('SHD_TAX_ADMIN')), held(role('SHD_TAX_ADMIN_RO')));
    expect(Object.keys(client.profile)).toEqual(['active']);
    expect(client.gaps[0]?.why).toContain('SHD_TAX_ADMIN of the client or the mapping is left out');
  });

  test('what is ours, or asked for by a client, is wanted as ever', () => {
    const asked = lent(role('EXP_PROCESSOR', 'US'));
    const ours = Object.keys(role('EXP_PROCESSOR', 'US'));
    expect(besideOthers(asked, held(role('EXP_PROCESSOR', 'EU'), ours))).toBe(asked);
    const client = wanted(role('EXP_PROCESSOR', 'US'));
    expect(besideOthers(client, held(role('EXP_PROCESSOR', 'EU')))).toBe(client);
  });
});

describe('over many changes of groups', () => {
  const CODES = ['EXP_APPROVER', 'REQ_APPROVER', 'INV_APPROVER', 'SHD_BUDGET_OWNER'];

  /** Concur's roles of somebody once everything is sent. */
  function delivered(asked: Wanted, roles: ReadonlySet<string>, owned: readonly string[]) {
    const before = record({
      applied: {
        profile: Object.assign({ active: true }, ...[...roles].map((code) => role(code))),
        unknown: [],
      },
      owned,
    });
    const shared = besideOthers(asked, before.provisioning);
    const step = plan(before, shared, READ);
    if (step.kind !== 'send' && step.kind !== 'rest') throw new Error(step.kind);
    const change = step.kind === 'send' ? step.difference : { set: {}, remove: [] };
    const profile = applyDifference(before.provisioning.applied.profile, change);
    const asking = Object.keys(change.set).filter((key) => shared.profile[key] !== undefined);
    const after = provisioning({
      applied: { profile, unknown: [] },
      owned: [...owned, ...asking].filter((key) => profile[key] !== undefined),
    });
    const settled = besideOthers(asked, after);
    const end = plan({ ...before, provisioning: after }, settled, READ);
    if (end.kind !== 'rest') throw new Error(`not at rest: ${JSON.stringify(end)}`);
    const held = Object.keys(profile).flatMap((key) => /roles\[(\w+)\]\.roleName/.exec(key)?.[1] ?? []);
    return { roles: new Set(held), owned: atRest(after, settled, end).owned ?? [] };
  }

  test('Concur holds what groups give and what was given by hand, and in a list of ours alone the former', () => {
    const subset = fc.subarray(CODES);
    const hand = fc.record({ gives: subset, takes: subset });
    fc.assert(
      fc.property(fc.array(fc.tuple(subset, hand), { maxLength: 8 }), (steps) => {
        let additive = { roles: new Set<string>(), owned: [] as readonly string[] };
        let exclusive = additive;
        // Who gave a role is who gave it first; by hand it can be taken away from either.
        let byHand = new Set<string>();
        for (const [groups, { gives, takes }] of steps) {
          const change = (roles: ReadonlySet<string>) =>
            roles.union(new Set(gives)).difference(new Set(takes));
          byHand = byHand.union(new Set(gives).difference(additive.roles)).difference(new Set(takes));
          const profile = Object.assign({}, ...groups.map((code) => role(code)));
          // A read drops what is no longer there from what is ours.
          const left = (owned: readonly string[]) =>
            owned.filter((key) => !takes.some((code) => key.includes(code)));
          additive = delivered(lent(profile), change(additive.roles), left(additive.owned));
          exclusive = delivered(
            {
              ...lent(profile, 'exclusive'),
              sharing: { lent: new Map(), exclusive: [`${SPEND_ROLE}:roles`] },
            },
            change(exclusive.roles),
            left(exclusive.owned),
          );
          expect([...additive.roles].sort()).toEqual([...byHand.union(new Set(groups))].sort());
          expect([...exclusive.roles].sort()).toEqual(groups.toSorted());
        }
      }),
    );
  });
});

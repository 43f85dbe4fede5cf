import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyDifference } from '../../../src/domain/difference.ts';
import { SPEND_ROLE } from '../../../src/domain/extensions.ts';
import { plan, type Wanted } from '../../../src/domain/plan.ts';
import { type AttributeKey, flatten, type Profile, unflatten } from '../../../src/domain/profile.ts';
import { roleKey, roleOf, rolesOf } from '../../../src/domain/roles.ts';
import { besideOthers } from '../../../src/mapping/groups/beside.ts';
import { give } from '../../../src/mapping/groups/give.ts';
import { atRest } from '../../../src/worker/next-state.ts';
import { provisioning, record, wanted } from '../../domain/records.ts';

const READ = { absent: false, read: new Set(['identity', 'spend', 'travel'] as const) };
const CODES = ['EXP_PROCESSOR', 'EXP_PROXY_USER'];
const GROUPS = ['EU', 'US', 'a].roleGroups[b', ']', '.roleName'];

/** What somebody holds: for each code groups, or null for the global one. */
type Roles = Readonly<Record<string, readonly string[] | null>>;

const roles: fc.Arbitrary<Roles> = fc.dictionary(
  fc.constantFrom(...CODES),
  fc.oneof({ weight: 3, arbitrary: fc.subarray(GROUPS, { minLength: 1 }) }, fc.constant(null)),
);

function profileOf(held: Roles): Profile {
  const list = Object.entries(held).map(([roleName, groups]) => ({
    roleName,
    roleGroups: [...(groups ?? [])],
  }));
  return flatten({ [SPEND_ROLE]: { roles: list } });
}

/** What is wanted of somebody who is given these roles, or who asks for them. */
function asking(held: Roles, isLent: boolean): Wanted {
  if (!isLent) return wanted(profileOf(held));
  const rule = {
    entitlements: [],
    roles: Object.entries(held).map(([code, groups]) => ({ code, groups: groups ?? [] })),
    travelGroups: [],
    travelRuleClass: null,
  };
  const { profile, sharing, gaps } = give({}, undefined, [{ rule, giver: 'G' }]);
  return wanted(profile, { sharing, gaps });
}

interface Standing {
  readonly concur: Profile;
  readonly owned: readonly AttributeKey[];
}

/** The roles as Concur answers them after it was sent what it now holds. */
function answered(profile: Profile): Profile {
  return {
    active: true,
    ...flatten(unflatten(Object.fromEntries(Object.entries(profile).filter(([key]) => roleOf(key))))),
  };
}

/** Where somebody stands, and what is said, once everything is sent. */
function delivered(asked: Wanted, { concur, owned }: Standing): Standing & { readonly told: string } {
  const before = record({ applied: { profile: concur, unknown: [] }, owned });
  const shared = besideOthers(asked, before.provisioning);
  const step = plan(before, shared, READ);
  if (step.kind !== 'send' && step.kind !== 'rest') throw new Error(step.kind);
  const change = step.kind === 'send' ? step.difference : { set: {}, remove: [] };
  const profile = answered(applyDifference(concur, change));
  const asks = Object.keys(change.set).filter((key) => shared.profile[key] !== undefined);
  const after = provisioning({
    applied: { profile, unknown: [] },
    owned: [...owned, ...asks].filter((key) => profile[key] !== undefined),
  });
  const settled = besideOthers(asked, after);
  const end = plan({ ...before, provisioning: after }, settled, READ);
  if (end.kind !== 'rest') throw new Error(`not at rest: ${JSON.stringify(end)}`);
  const told = settled.gaps.map(({ why }) => why).join(' ');
  return { concur: profile, owned: atRest(after, settled, end).owned ?? [], told };
}

/** Somebody gives or takes away roles by hand; what was ours and is gone is ours no more. */
function byHand(
  { concur, owned }: Standing,
  code: string,
  groups: readonly string[] | null | 'none',
): Standing {
  const others = Object.keys(concur).filter((key) => roleOf(key)?.code !== code);
  const kept = Object.fromEntries(others.map((key) => [key, concur[key] ?? true]));
  const profile = { ...kept, ...(groups === 'none' ? {} : profileOf({ [code]: groups })) };
  return { concur: profile, owned: owned.filter((key) => profile[key] !== undefined) };
}

const hand = fc.record({
  code: fc.constantFrom(...CODES),
  groups: fc.oneof(fc.subarray(GROUPS, { minLength: 1 }), fc.constant(null), fc.constant('none' as const)),
});

function theirs({ concur, owned }: Standing): readonly AttributeKey[] {
  return rolesOf(Object.keys(concur))
    .map(({ code, group }) => roleKey(code, group))
    .filter((key) => !owned.includes(key))
    .sort();
}

function covers(concur: Profile, key: AttributeKey): boolean {
  const role = roleOf(key);
  return concur[key] !== undefined || (role !== null && concur[roleKey(role.code)] !== undefined);
}

test.each([
  ['given', true],
  ['asked for', false],
])('what others gave is never changed by roles that are %s here, in any order', (_, isLent) => {
  const steps = fc.array(fc.tuple(roles, fc.option(hand)), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(steps, (all) => {
      let standing: Standing = { concur: { active: true }, owned: [] };
      for (const [held, change] of all) {
        if (change !== null) standing = byHand(standing, change.code, change.groups);
        const asked = asking(held, isLent);
        const before = theirs(standing);
        const { told, ...after } = delivered(asked, standing);
        // What a client asks for, and Concur holds already, is the client's from then on.
        const adopted = before.filter((key) => !isLent && asked.profile[key] !== undefined);
        expect(theirs(after)).toEqual(before.filter((key) => !adopted.includes(key)));
        expect(before.filter((key) => after.concur[key] === undefined)).toEqual([]);
        for (const key of Object.keys(profileOf(held))) {
          if (!covers(after.concur, key)) expect(told).toContain(roleOf(key)?.code);
        }
        standing = after;
      }
      const end = delivered(wanted({}), standing);
      expect(
        rolesOf(Object.keys(end.concur))
          .map(({ code, group }) => roleKey(code, group))
          .sort(),
      ).toEqual(theirs(standing));
    }),
    { numRuns: 500 },
  );
});

test('in a list that is ours alone Concur holds exactly what is given, whatever others do', () => {
  const steps = fc.array(fc.tuple(roles, fc.option(hand)), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(steps, (all) => {
      let standing: Standing = { concur: { active: true }, owned: [] };
      for (const [held, change] of all) {
        if (change !== null) standing = byHand(standing, change.code, change.groups);
        const sharing = { lent: new Map(), exclusive: [`${SPEND_ROLE}:roles`] };
        standing = delivered({ ...asking(held, true), sharing }, standing);
        expect(standing.concur).toEqual({ active: true, ...profileOf(held) });
      }
    }),
  );
});

test('nothing is said where what is given fits beside what others gave', () => {
  const held = answered(profileOf({ EXP_PROCESSOR: ['EU'], EXP_PROXY_USER: null }));
  const asked = asking({ EXP_PROCESSOR: ['US'], EXP_PROXY_USER: ['US'] }, true);
  const { concur, owned, told } = delivered(asked, { concur: held, owned: [] });
  expect(told).toBe('');
  expect(unflatten(concur)[SPEND_ROLE]).toEqual({
    roles: [{ roleName: 'EXP_PROCESSOR', roleGroups: ['EU', 'US'] }, { roleName: 'EXP_PROXY_USER' }],
  });
  expect(owned).toContain(roleKey('EXP_PROCESSOR', 'US'));
  expect(delivered(wanted({}), { concur, owned }).concur).toEqual(held);
});

import { describe, expect, it } from 'vitest';
import {
  decidedLosses,
  guardSentence,
  type KnownLoss,
  lossName,
  lostKeys,
  standingLosses,
  unguardedKeys,
  withoutHeld,
} from '../../src/domain/loss.ts';
import { roleKey } from '../../src/domain/roles.ts';
import { record } from './records.ts';

const EXPENSE = 'entitlements[Expense]';
const ROLE = roleKey('EXP_PROCESSOR');
const ROLE_EU = roleKey('EXP_PROCESSOR', 'EU');
const held: KnownLoss = { state: 'held', at: 1, why: 'x' };

describe('what a difference takes away', () => {
  it.each([
    ['all access', { active: false }, [], ['active']],
    ['an entitlement, not a title', {}, [EXPENSE, 'title'], [EXPENSE]],
    ['a role for one group', {}, [ROLE_EU], [ROLE_EU]],
    ['a role that is narrowed', { [ROLE_EU]: true }, [ROLE], [ROLE]],
    ['nothing where a role is widened', { [ROLE]: 'EXP_PROCESSOR' }, [ROLE_EU], []],
    ['nothing where access is given', { active: true, [EXPENSE]: true }, [], []],
  ])('is %s', (_, set, remove, lost) => {
    expect(lostKeys({ set, remove })).toEqual(lost);
  });

  it('is no question to the guard when somebody decided it, when it is known, and of whoever is inactive', () => {
    const difference = { set: {}, remove: [EXPENSE, ROLE] };
    const one = record({ losses: { [EXPENSE]: { state: 'counted', at: 1 } } });
    expect(unguardedKeys(one, difference)).toEqual([ROLE]);
    const released = { state: 'released', at: 1, by: 'cli:root', reason: null } as const;
    expect(unguardedKeys(record({ losses: { [ROLE]: released } }), difference)).toEqual([EXPENSE]);
    const inactive = record({ applied: { profile: { active: false }, unknown: [] } });
    expect(unguardedKeys(inactive, difference)).toEqual([]);
    const override = { active: false, reason: 'left', by: 'cli:root', since: 1 } as const;
    const { person, provisioning } = record();
    expect(unguardedKeys({ provisioning, person: { ...person, override } }, difference)).toEqual([]);
  });
});

it('what is held is not sent, nor what else changes of that role', () => {
  const difference = { set: { title: 'x', [ROLE_EU]: true }, remove: [ROLE, EXPENSE] };
  expect(withoutHeld(difference, { [ROLE]: held })).toEqual({ set: { title: 'x' }, remove: [EXPENSE] });
  expect(withoutHeld(difference, { [ROLE]: { state: 'counted', at: 1 } })).toEqual(difference);
});

it('a loss stands as long as it is asked for and not carried out', () => {
  const losses = { active: held, [EXPENSE]: held, [ROLE]: held };
  const profile = { active: true, [EXPENSE]: true, [ROLE]: 'EXP_PROCESSOR' };
  const standing = (wanted: object, applied: object) =>
    Object.keys(
      standingLosses(
        losses,
        { profile: { ...wanted }, initial: {} },
        { profile: { ...applied }, unknown: [] },
      ),
    );
  expect(standing({ active: false }, profile)).toEqual(['active', EXPENSE, ROLE]);
  expect(standing({ active: true, [EXPENSE]: true }, profile)).toEqual([ROLE]);
  expect(standing({ active: false }, { ...profile, active: false })).toEqual([]);
});

it('a decision is about what is held, and nothing else', () => {
  const counted: KnownLoss = { state: 'counted', at: 1 };
  const decision = { state: 'discarded', at: 2, by: 'admin:api', reason: null } as const;
  expect(decidedLosses({ active: held, [ROLE]: counted }, decision)).toEqual({
    active: decision,
    [ROLE]: counted,
  });
});

it('is told in words', () => {
  expect([lossName('active'), lossName(EXPENSE), lossName(ROLE), lossName(ROLE_EU)]).toEqual([
    'all access',
    'the entitlement Expense',
    'the role EXP_PROCESSOR',
    'the role EXP_PROCESSOR for EU',
  ]);
  expect(guardSentence(1, 1, 90_000)).toBe('1 person has lost access within 90 s, and no more than 1 may');
  expect(guardSentence(100, 100, 172_800_000)).toContain('100 people have lost access within 2 d,');
});

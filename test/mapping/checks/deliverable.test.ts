import { describe, expect, test } from 'vitest';
import { ENTERPRISE, SPEND, SPEND_ROLE, TRAVEL } from '../../../src/domain/extensions.ts';
import { EVERYTHING } from '../../../src/domain/granted.ts';
import { NOTHING_KNOWN, plan, type Wanted } from '../../../src/domain/plan.ts';
import { flatten, type Profile } from '../../../src/domain/profile.ts';
import { deliverable } from '../../../src/mapping/checks/deliverable.ts';
import { ABSENT, record } from '../../domain/records.ts';

const IDENTITY: Profile = {
  userName: 'ada@example.com',
  active: true,
  'name.givenName': 'Ada',
  'name.familyName': 'Lovelace',
  'emails[work].value': 'ada@example.com',
};
const LONG = 'x'.repeat(300);

function wanted(profile: Profile, initial: Profile = {}): Wanted {
  return { profile, initial, waiting: [], gaps: [], missingFor: EVERYTHING.missingFor };
}

/** What becomes of somebody whom Concur does not hold. */
function created(asked: Wanted) {
  const { person, provisioning } = record({ concurId: null });
  return plan({ person, provisioning }, deliverable(asked, provisioning), ABSENT);
}

/** What becomes of somebody of whom Concur holds this. */
function changed(asked: Wanted, held: Profile, owned: readonly string[] = [], known = NOTHING_KNOWN) {
  const { person, provisioning } = record({ applied: { profile: held, unknown: [] }, owned });
  return plan({ person, provisioning }, deliverable(asked, provisioning), known);
}

describe('somebody new', () => {
  test('is not created with a broken identity, and Concur is told nothing', () => {
    for (const broken of [{ userName: 'ada' }, { title: LONG }, { [`${ENTERPRISE}:costCenter`]: LONG }]) {
      expect(created(wanted({ ...IDENTITY, ...broken }))).toMatchObject({
        kind: 'rest',
        state: 'failed',
        reason: 'incomplete',
        message: expect.stringContaining("breaks a rule of Concur's"),
      });
    }
  });

  test('is not created with a derived value that is broken', () => {
    const step = created(wanted(IDENTITY, { [`${ENTERPRISE}:employeeNumber`]: LONG }));
    expect(step).toMatchObject({ state: 'failed', message: expect.stringContaining('employeeNumber') });
  });

  test('is still found by the name that is broken', () => {
    const asked = wanted({ ...IDENTITY, userName: 'ada' });
    expect(deliverable(asked, record({ concurId: null }).provisioning).profile.userName).toBe('ada');
  });

  test('is created without what spend and travel would refuse', () => {
    const step = created(
      wanted({
        ...IDENTITY,
        [`${SPEND}:country`]: 'US',
        [`${SPEND}:reimbursementType`]: 'CASH',
        [`${SPEND}:customData[custom99].value`]: 'x',
        [`${TRAVEL}:gender`]: 'f',
      }),
    );
    expect(step).toEqual({
      kind: 'send',
      deactivation: false,
      difference: { set: { ...IDENTITY, [`${SPEND}:country`]: 'US' }, remove: [] },
    });
  });

  test('gets no part of spend without a country that Concur takes', () => {
    const step = created(
      wanted(
        {
          ...IDENTITY,
          [`${SPEND}:country`]: 'USA',
          [`${SPEND_ROLE}:roles[EXP_APPROVER].roleName`]: 'EXP_APPROVER',
        },
        { [`${SPEND}:locale`]: 'en-US' },
      ),
    );
    expect(step).toMatchObject({ kind: 'send', difference: { set: IDENTITY } });
  });
});

describe('a role that Concur does not give', () => {
  const read = { absent: false, read: new Set(['spend'] as const) };
  const roles = (...held: readonly (readonly [roleName: string, ...roleGroups: string[]])[]) =>
    flatten({ [SPEND_ROLE]: { roles: held.map(([roleName, ...roleGroups]) => ({ roleName, roleGroups })) } });

  test('is left out whole, and every other role is given', () => {
    const asked = roles(
      ['EXP_USER'],
      ['EXP_CONFIG_ADMIN', 'EU'],
      ['EXP_CONFIG_ADMIN_RO', 'EU', 'US'],
      ['EXP_APPROVER'],
    );
    const step = created(wanted({ ...IDENTITY, ...asked }));
    expect(step).toMatchObject({ kind: 'send' });
    expect(step.kind === 'send' && step.difference.set).toEqual({
      ...IDENTITY,
      ...roles(['EXP_CONFIG_ADMIN', 'EU'], ['EXP_APPROVER']),
    });
  });

  test('keeps nobody from losing another one', () => {
    const asked = { ...IDENTITY, ...roles(['EXP_USER']) };
    const held = roles(['EXP_APPROVER'], ['REQ_APPROVER']);
    expect(
      changed(wanted(asked), { ...IDENTITY, ...held }, Object.keys(roles(['EXP_APPROVER'])), read),
    ).toEqual({
      kind: 'send',
      deactivation: false,
      difference: { set: {}, remove: Object.keys(roles(['EXP_APPROVER'])) },
    });
  });

  test('gives way to what Concur holds, and comes once that goes', () => {
    const both = wanted({ ...IDENTITY, ...roles(['SHD_TAX_ADMIN'], ['SHD_TAX_ADMIN_RO']) });
    const held = roles(['SHD_TAX_ADMIN_RO']);
    const owned = Object.keys(held);
    expect(changed(both, { ...IDENTITY, ...held }, owned, read)).toMatchObject({
      kind: 'rest',
      state: 'partial',
      reason: 'incomplete',
      message: expect.stringMatching(
        /SHD_TAX_ADMIN_RO, which is there already and counts: SHD_TAX_ADMIN is left/,
      ),
    });
    const one = wanted({ ...IDENTITY, ...roles(['SHD_TAX_ADMIN']) });
    expect(changed(one, { ...IDENTITY, ...held }, owned, read)).toMatchObject({
      difference: { set: roles(['SHD_TAX_ADMIN']), remove: owned },
    });
  });
});

describe('somebody whom Concur holds', () => {
  test('keeps what they have in place of a broken value, and gets everything else', () => {
    const held = { ...IDENTITY, title: 'Analyst', nickName: 'Ada' };
    const asked = wanted({ ...IDENTITY, title: LONG, nickName: 'Countess' });
    expect(changed(asked, held, ['title', 'nickName'])).toEqual({
      kind: 'send',
      deactivation: false,
      difference: { set: { nickName: 'Countess' }, remove: [] },
    });
    expect(changed(asked, { ...held, nickName: 'Countess' }, ['title'])).toMatchObject({
      kind: 'rest',
      state: 'partial',
      reason: 'incomplete',
      message: expect.stringContaining('title'),
    });
  });

  test('breaks no rule with what Concur took once', () => {
    expect(changed(wanted({ ...IDENTITY, userName: 'ada' }), { ...IDENTITY, userName: 'Ada' })).toMatchObject(
      {
        state: 'in_sync',
      },
    );
    const number = `${ENTERPRISE}:employeeNumber`;
    expect(changed(wanted(IDENTITY, { [number]: LONG }), { ...IDENTITY, [number]: '7' })).toMatchObject({
      state: 'in_sync',
    });
  });

  test('keeps the whole element that a broken value is of', () => {
    const key = (date: string, name: string) => `${ENTERPRISE}:leavesOfAbsence[${date}].${name}`;
    const held = {
      ...IDENTITY,
      [key('2026-01-01', 'startDate')]: '2026-01-01',
      [key('2026-01-01', 'endDate')]: '2026-02-01',
    };
    const asked = wanted({
      ...IDENTITY,
      [key('2026-03-01', 'startDate')]: '2026-03-01',
      [key('2026-03-01', 'endDate')]: '2026-02-01',
    });
    const owned = [key('2026-01-01', 'startDate'), key('2026-01-01', 'endDate')];
    expect(changed(asked, held, owned)).toMatchObject({ kind: 'rest', state: 'partial' });
  });

  test('is deactivated whatever is broken', () => {
    expect(changed(wanted({ ...IDENTITY, userName: 'ada', active: false }), IDENTITY)).toEqual({
      kind: 'send',
      deactivation: true,
      difference: { set: { active: false }, remove: [] },
    });
  });
});

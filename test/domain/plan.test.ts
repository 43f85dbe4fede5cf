import { describe, expect, test } from 'vitest';
import { CORE, ENTERPRISE, EXTENSIONS, SPEND, SPEND_ROLE, TRAVEL } from '../../src/domain/extensions.ts';
import type { Provisioning } from '../../src/domain/person.ts';
import { NOTHING_KNOWN, plan, type Wanted } from '../../src/domain/plan.ts';
import { withRefusal } from '../../src/domain/refusal.ts';
import { settle } from '../../src/domain/settlement.ts';
import { ABSENT, message, operation, provisioning, record, wanted } from './records.ts';

const candidate = { concurId: 'c-9', active: true, userName: 'a', externalId: null, employeeNumber: null };
const deactivation = { kind: 'send', difference: { set: { active: false }, remove: [] }, deactivation: true };
const inactive = { active: false };
const MANAGER = `${ENTERPRISE}:manager.value`;
const currency = { [`${SPEND}:reimbursementCurrency`]: 'XXX' };

/** The refusals after Concur refused a part of an operation that asked for `set`. */
const refusal = (
  set: Record<string, string | boolean>,
  extension: Parameters<typeof withRefusal>[2],
  why = 'bad',
) => withRefusal({}, operation(set, { desired: set }), extension, [message(why)], 1);

describe('a deactivation', () => {
  test('is sent alone, whatever else differs', () => {
    const more = { title: 'X', [`${SPEND}:ledgerCode`]: 'L' };
    expect(plan(record({ owned: ['nickName'] }), wanted({ ...inactive, ...more }), NOTHING_KNOWN)).toEqual(
      deactivation,
    );
  });

  test('is sent even if everything is unknown or was refused', () => {
    const refused = { ...refusal({ title: 'X' }, CORE), ...refusal(currency, SPEND) };
    const state: Partial<Provisioning> = { applied: { profile: {}, unknown: EXTENSIONS }, refused };
    expect(plan(record(state), wanted({ ...inactive, title: 'X', ...currency }), NOTHING_KNOWN)).toEqual(
      deactivation,
    );
  });

  test('is sent to somebody who was deleted, whose data then stays in Concur as it is', () => {
    const state: Partial<Provisioning> = {
      owned: ['title'],
      applied: { profile: { active: true, title: 'X' }, unknown: [] },
    };
    const gone = wanted(inactive);
    expect(plan(record(state, 1), gone, NOTHING_KNOWN)).toEqual(deactivation);
    const done = { ...state, applied: { profile: { active: false, title: 'X' }, unknown: [] } };
    expect(plan(record(done, 1), gone, NOTHING_KNOWN)).toMatchObject({ kind: 'rest', state: 'in_sync' });
  });

  test('is not sent to somebody who is inactive already: the rest of the difference is', () => {
    const state: Partial<Provisioning> = { applied: { profile: inactive, unknown: [] } };
    expect(plan(record(state), wanted({ ...inactive, title: 'X' }), NOTHING_KNOWN)).toEqual({
      kind: 'send',
      difference: { set: { title: 'X' }, remove: [] },
      deactivation: false,
    });
  });
});

describe('a create', () => {
  const nobody = { concurId: null, applied: { profile: {}, unknown: [] } };
  const taken = refusal({ userName: 'a' }, CORE, 'userName is already in use');

  test('begins with a search, and sends everything once nobody was found', () => {
    const desired = wanted({ userName: 'a', ...currency }, { initial: { timezone: 'UTC' } });
    expect(plan(record(nobody), desired, NOTHING_KNOWN)).toEqual({ kind: 'search' });
    expect(plan(record(nobody), desired, ABSENT)).toEqual({
      kind: 'send',
      difference: { set: { active: true, userName: 'a', ...currency, timezone: 'UTC' }, remove: [] },
      deactivation: false,
    });
  });

  test('does not happen for somebody who is inactive or deleted', () => {
    const resting = { kind: 'rest', state: 'in_sync', reason: 'not_created', message: null };
    expect(plan(record(nobody), wanted(inactive), NOTHING_KNOWN)).toEqual({ kind: 'search' });
    expect(plan(record(nobody), wanted(inactive), ABSENT)).toEqual(resting);
    expect(plan(record(nobody, 1), wanted(), ABSENT)).toEqual(resting);
  });

  test('waits for an admin when existing users may be the person', () => {
    const state = { ...nobody, candidates: [candidate], lastError: 'Two match' };
    expect(plan(record(state), wanted(), ABSENT)).toEqual({
      kind: 'rest',
      state: 'held',
      reason: 'ambiguous',
      message: 'Two match',
    });
  });

  test('that was refused is not repeated until something changes', () => {
    const state = { ...nobody, refused: refusal({ userName: 'a', title: 'X' }, CORE, 'bad title') };
    expect(plan(record(state), wanted({ userName: 'a', title: 'X' }), ABSENT)).toEqual({
      kind: 'rest',
      state: 'failed',
      reason: 'refused',
      message: 'bad title',
    });
    expect(plan(record(state), wanted({ userName: 'a', title: 'Y' }), NOTHING_KNOWN)).toEqual({
      kind: 'search',
    });
  });

  test('whose name is taken is searched for once more, and then rests', () => {
    const state = { ...nobody, refused: taken };
    expect(plan(record(state), wanted({ userName: 'a' }), NOTHING_KNOWN)).toEqual({ kind: 'search' });
    const core = taken[CORE];
    if (core === undefined) throw new Error('refused');
    const searched = { ...nobody, refused: { [CORE]: { ...core, searched: true } } };
    for (const known of [NOTHING_KNOWN, ABSENT]) {
      expect(plan(record(searched), wanted({ userName: 'a' }), known)).toMatchObject({
        kind: 'rest',
        state: 'failed',
        reason: 'name_taken',
      });
    }
  });
});

describe('an update', () => {
  test('sends what differs and takes away what was ours', () => {
    const applied = { profile: { active: true, title: 'X', nickName: 'N', timezone: 'UTC' }, unknown: [] };
    expect(plan(record({ applied, owned: ['nickName'] }), wanted({ title: 'Y' }), NOTHING_KNOWN)).toEqual({
      kind: 'send',
      difference: { set: { title: 'Y' }, remove: ['nickName'] },
      deactivation: false,
    });
  });

  test('reads unknown parts that are wanted first, once, and leaves others alone', () => {
    const state: Partial<Provisioning> = { applied: { profile: { active: true }, unknown: [SPEND, TRAVEL] } };
    const desired = wanted({ [`${SPEND}:ledgerCode`]: 'L' });
    expect(plan(record(state), desired, NOTHING_KNOWN)).toEqual({ kind: 'read', services: ['spend'] });
    const known = { absent: false, read: new Set(['spend'] as const) };
    expect(plan(record(state), desired, known)).toMatchObject({ kind: 'send', deactivation: false });
    expect(plan(record(state), wanted(), NOTHING_KNOWN)).toMatchObject({ kind: 'rest', state: 'in_sync' });
  });

  test('an unknown part with nothing to change but something to take away is read too', () => {
    const key = `${SPEND_ROLE}:roles[X].roleName`;
    const state: Partial<Provisioning> = {
      applied: { profile: { active: true, [key]: 'X' }, unknown: [SPEND_ROLE] },
      owned: [key],
    };
    expect(plan(record(state), wanted(), NOTHING_KNOWN)).toEqual({ kind: 'read', services: ['spend'] });
  });

  test('a derived value of an unknown part is not sent before the part was read', () => {
    const state: Partial<Provisioning> = { applied: { profile: { active: true }, unknown: [SPEND] } };
    const desired = wanted({}, { initial: { [`${SPEND}:country`]: 'CH' } });
    expect(plan(record(state), desired, NOTHING_KNOWN)).toEqual({ kind: 'read', services: ['spend'] });
  });

  test('reads a list before it replaces the list whole', () => {
    const desired = wanted({ 'emails[work].value': 'a@example.com', title: 'X' });
    expect(plan(record(), desired, NOTHING_KNOWN)).toEqual({ kind: 'read', services: ['identity'] });
    expect(plan(record(), desired, { absent: false, read: new Set(['identity'] as const) })).toMatchObject({
      kind: 'send',
    });
    const role = wanted({ [`${SPEND_ROLE}:roles[X].roleName`]: 'X' });
    expect(plan(record(), role, NOTHING_KNOWN)).toEqual({ kind: 'read', services: ['spend'] });
  });

  test('is the same when asked again', () => {
    const desired = wanted({ title: 'X', 'emails[work].value': 'a' });
    expect(plan(record(), desired, NOTHING_KNOWN)).toEqual(plan(record(), desired, NOTHING_KNOWN));
  });
});

describe('what Concur refused', () => {
  test('is not sent again, nor read; the other parts go on', () => {
    const state: Partial<Provisioning> = {
      refused: refusal(currency, SPEND, 'bad currency'),
      applied: { profile: { active: true }, unknown: [SPEND] },
    };
    expect(plan(record(state), wanted({ ...currency, title: 'X' }), NOTHING_KNOWN)).toMatchObject({
      kind: 'send',
      difference: { set: { title: 'X' }, remove: [] },
    });
    expect(plan(record(state), wanted(currency), NOTHING_KNOWN)).toEqual({
      kind: 'rest',
      state: 'partial',
      reason: 'refused',
      message: 'bad currency',
    });
  });

  test("is told in Concur's words, and then in ours", () => {
    const refused = withRefusal(
      {},
      operation(currency, { desired: currency }),
      SPEND,
      [message("Invalid 'reimbursementCurrency' Value", `${SPEND}:reimbursementCurrency`), message('Sorry')],
      1,
    );
    expect(plan(record({ refused }), wanted(currency), NOTHING_KNOWN)).toMatchObject({
      reason: 'refused',
      message: expect.stringMatching(
        /^Invalid 'reimbursementCurrency' Value Sorry – spend:reimbursementCurrency \("XXX"\): Concur wants /,
      ),
    });
  });

  test('is sent again once it changes, after what Concur holds was read', () => {
    const state: Partial<Provisioning> = {
      refused: refusal(currency, SPEND),
      applied: { profile: { active: true }, unknown: [SPEND] },
    };
    const corrected = wanted({ [`${SPEND}:reimbursementCurrency`]: 'CHF' });
    expect(plan(record(state), corrected, NOTHING_KNOWN)).toEqual({ kind: 'read', services: ['spend'] });
  });

  test('of identity keeps all of identity back, and nothing else', () => {
    const refused = refusal({ title: 'X' }, ENTERPRISE, 'bad');
    expect(Object.keys(refused)).toEqual([CORE]);
    const desired = wanted({ title: 'X', [`${TRAVEL}:gender`]: 'F' });
    expect(plan(record({ refused }), desired, NOTHING_KNOWN)).toMatchObject({
      kind: 'send',
      difference: { set: { [`${TRAVEL}:gender`]: 'F' }, remove: [] },
    });
    const done = { active: true, [`${TRAVEL}:gender`]: 'F' };
    expect(
      plan(record({ refused, applied: { profile: done, unknown: [] } }), desired, NOTHING_KNOWN),
    ).toEqual({
      kind: 'rest',
      state: 'failed',
      reason: 'refused',
      message: 'bad',
    });
  });

  test('does not keep a reactivation back, which goes alone', () => {
    const refused = refusal({ title: 'X', active: false }, CORE);
    const state: Partial<Provisioning> = { refused, applied: { profile: inactive, unknown: [] } };
    expect(plan(record(state), wanted({ title: 'X' }), NOTHING_KNOWN)).toEqual({
      kind: 'send',
      difference: { set: { active: true }, remove: [] },
      deactivation: false,
    });
  });

  test('a reactivation that Concur refuses even alone is not sent for ever', () => {
    let state = provisioning({ applied: { profile: inactive, unknown: [] } });
    const desired = wanted({ title: 'X' });
    let sent = 0;
    for (let round = 0; round < 10; round++) {
      const next = plan({ ...record(), provisioning: state }, desired, {
        absent: false,
        read: new Set(['identity'] as const),
      });
      if (next.kind !== 'send') break;
      sent += 1;
      const refused = operation({}, { difference: next.difference, desired: desired.profile });
      const verdict = {
        extension: CORE,
        verdict: 'refused',
        messages: [message('No licence left')],
      } as const;
      state = { ...state, ...settle(state, refused, null, [verdict], round) };
    }
    expect(sent).toBeLessThanOrEqual(2);
  });
});

describe('a person rests', () => {
  test.each([
    ['with a gap', { gaps: [{ extension: SPEND, why: 'No country' }] }, 'incomplete', 'No country'],
    [
      'waiting for people',
      { waiting: [waitFor('boss'), waitFor('chief')] },
      'waiting_for_person',
      'Waits for boss, whom Concur does not hold yet. Waits for chief, whom Concur does not hold yet',
    ],
  ] as const)('partial, %s', (_, more, reason, text) => {
    const state = { kind: 'rest', state: 'partial', reason, message: text };
    expect(plan(record(), wanted({}, more), NOTHING_KNOWN)).toEqual(state);
  });

  test('with the first thing that stands in the way: refusal, gap, wait', () => {
    const both: Partial<Wanted> = {
      gaps: [{ extension: SPEND, why: 'No country' }],
      waiting: [waitFor('boss')],
    };
    expect(plan(record(), wanted({}, both), NOTHING_KNOWN)).toMatchObject({ reason: 'incomplete' });
    const refused = refusal(currency, SPEND);
    expect(plan(record({ refused }), wanted(currency, both), NOTHING_KNOWN)).toMatchObject({
      reason: 'refused',
    });
  });

  test('in sync when Concur holds what is desired', () => {
    expect(plan(record(), wanted(), NOTHING_KNOWN)).toEqual({
      kind: 'rest',
      state: 'in_sync',
      reason: null,
      message: null,
    });
  });
});

describe('what is ours is not taken away', () => {
  const held: Partial<Provisioning> = {
    owned: [MANAGER, ...Object.keys(currency)],
    applied: { profile: { active: true, [MANAGER]: 'old boss', ...currency }, unknown: [] },
  };

  test('while it waits for another person', () => {
    const next = plan(record(held), wanted(currency, { waiting: [waitFor('boss')] }), NOTHING_KNOWN);
    expect(next).toMatchObject({ kind: 'rest', reason: 'waiting_for_person' });
  });

  test('while its part lacks a value', () => {
    const lacking = { gaps: [{ extension: SPEND, why: 'No country' }] } as const;
    const next = plan(record(held), wanted({ [MANAGER]: 'old boss' }, lacking), NOTHING_KNOWN);
    expect(next).toMatchObject({ kind: 'rest', reason: 'incomplete' });
  });
});

test('nobody is created who lacks what Concur requires', () => {
  const gap = { extension: CORE, why: 'No name', preventsCreation: true } as const;
  const next = plan(record({ concurId: null }), wanted({}, { gaps: [gap] }), {
    ...NOTHING_KNOWN,
    absent: true,
  });
  expect(next).toEqual({ kind: 'rest', state: 'failed', reason: 'incomplete', message: 'No name' });
});

function waitFor(reference: string) {
  return { key: MANAGER, reference, until: 'whom Concur does not hold yet' };
}

test('somebody held is released from that by their deletion', () => {
  const state: Partial<Provisioning> = { concurId: null, candidates: [candidate] };
  const gone = wanted(inactive);
  expect(plan(record(state), gone, NOTHING_KNOWN)).toMatchObject({ state: 'held' });
  expect(plan(record(state, 1), gone, NOTHING_KNOWN)).toMatchObject({
    state: 'in_sync',
    reason: 'not_created',
  });
});

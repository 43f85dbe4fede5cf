import { describe, expect, test } from 'vitest';
import { CORE, ENTERPRISE, SPEND, SPEND_ROLE, TRAVEL } from '../../src/domain/extensions.ts';
import type { ExtensionResult, ExtensionVerdict } from '../../src/domain/outcome.ts';
import {
  isAboutValues,
  isUniqueness,
  messageOf,
  standingRefusals,
  withRefusal,
} from '../../src/domain/refusal.ts';
import {
  forget,
  judge,
  operationState,
  ownedWith,
  refresh,
  refusedParts,
  settle,
} from '../../src/domain/settlement.ts';
import { message, operation, provisioning } from './records.ts';

/** What Concur's status call says of an extension, as the simulator and SAP's samples have it. */
function result(extension: string, outcome: ExtensionResult['result'], text?: string): ExtensionResult {
  return {
    extension,
    completed: outcome !== 'processing',
    success: outcome === 'processing' ? null : outcome === 'success' || outcome === 'no-op',
    result: outcome,
    code: null,
    messages: text === undefined ? [] : [message(text)],
  };
}

const verdicts = (
  sent: Parameters<typeof judge>[0],
  results: readonly ExtensionResult[],
  succeeded = false,
) =>
  Object.fromEntries(judge(sent, results, succeeded).map(({ extension, verdict }) => [extension, verdict]));

describe('the verdict', () => {
  test('success and no-op are applied where nothing failed', () => {
    expect(verdicts([CORE, SPEND], [result(CORE, 'success'), result(SPEND, 'no-op')], true)).toEqual({
      [CORE]: 'applied',
      [SPEND]: 'applied',
    });
  });

  test('a no-op beside a failure is no success: it may have been blocked', () => {
    const results = [result(CORE, 'success'), result(SPEND, 'error', 'bad'), result(SPEND_ROLE, 'no-op')];
    expect(verdicts([CORE, SPEND, SPEND_ROLE], results)).toEqual({
      [CORE]: 'applied',
      [SPEND]: 'refused',
      [SPEND_ROLE]: 'unknown',
    });
  });

  test('identity stands and falls as one, with the messages of what failed', () => {
    const results = [result(CORE, 'no-op'), result(ENTERPRISE, 'error', 'employeeNumber')];
    expect(judge([CORE, ENTERPRISE], results, false)).toEqual([
      { extension: CORE, verdict: 'refused', messages: [message('employeeNumber')] },
      { extension: ENTERPRISE, verdict: 'refused', messages: [message('employeeNumber')] },
    ]);
  });

  test('what was not processed because identity failed is not refused itself', () => {
    const results = [
      result(CORE, 'error', 'userName must be unique'),
      result(ENTERPRISE, 'not-processed'),
      result(SPEND, 'not-processed'),
      result(TRAVEL, 'not-processed'),
    ];
    expect(verdicts([CORE, ENTERPRISE, SPEND, TRAVEL], results)).toEqual({
      [CORE]: 'refused',
      [ENTERPRISE]: 'refused',
      [SPEND]: 'unknown',
      [TRAVEL]: 'unknown',
    });
  });

  test('still processing is unknown, and so is what Concur does not mention of a failed operation', () => {
    expect(verdicts([CORE, SPEND], [result(CORE, 'processing')])).toEqual({
      [CORE]: 'unknown',
      [SPEND]: 'unknown',
    });
    expect(verdicts([CORE], [], true)).toEqual({ [CORE]: 'applied' });
  });

  test.each([
    [['applied', 'applied'], 'applied'],
    [['applied', 'unknown'], 'unknown'],
    [['applied', 'refused'], 'partial'],
    [['unknown', 'refused'], 'refused'],
    [['refused'], 'refused'],
  ] as const)('of the operation after %o is %s', (all, state) => {
    const list = all.map((verdict): ExtensionVerdict => ({ extension: CORE, verdict, messages: [] }));
    expect(operationState(list)).toBe(state);
  });

  test('a refusal of the whole is about the parts that the messages name, else about identity', () => {
    const named = [message('x', `${SPEND}:country`)];
    expect(refusedParts([CORE, SPEND], named)).toEqual([SPEND]);
    expect(refusedParts([CORE, ENTERPRISE, SPEND], [message('x')])).toEqual([CORE, ENTERPRISE]);
    expect(refusedParts([SPEND, TRAVEL], [message('x')])).toEqual([SPEND, TRAVEL]);
    expect(refusedParts([SPEND, SPEND_ROLE], [message('x', `${SPEND_ROLE}:roles`)])).toEqual([SPEND_ROLE]);
  });
});

describe('settling', () => {
  const set = { title: 'X', [`${ENTERPRISE}:employeeNumber`]: '7', [`${SPEND}:country`]: 'CH' };
  const applied = (extension: typeof CORE | typeof ENTERPRISE | typeof SPEND) =>
    ({ extension, verdict: 'applied' }) as const;

  test('moves what was taken, which becomes ours unless it only filled a gap', () => {
    const sent = operation(set, { initial: [`${ENTERPRISE}:employeeNumber`] });
    const before = provisioning({
      attempts: 3,
      owned: ['nickName'],
      applied: { profile: { nickName: 'N' }, unknown: [] },
    });
    expect(settle(before, sent, null, [applied(CORE), applied(ENTERPRISE), applied(SPEND)], 9)).toEqual({
      concurId: 'c-1',
      applied: { profile: { nickName: 'N', ...set }, unknown: [] },
      owned: ['nickName', 'title', `${SPEND}:country`],
      refused: {},
      confirmed: {
        title: { value: 'X', times: 1 },
        [`${ENTERPRISE}:employeeNumber`]: { value: '7', times: 1 },
        [`${SPEND}:country`]: { value: 'CH', times: 1 },
      },
      lastConfirmed: 9,
      attempts: 0,
    });
  });

  test('what was taken away stays ours until it is seen to be gone', () => {
    const before = provisioning({
      owned: ['nickName'],
      applied: { profile: { nickName: 'N' }, unknown: [] },
    });
    const sent = operation({}, { difference: { set: {}, remove: ['nickName'] } });
    const update = settle(before, sent, null, [applied(CORE)], 9);
    expect(update).toMatchObject({ applied: { profile: {} }, owned: ['nickName'] });
    const after = provisioning(update);
    const seen = (profile: Record<string, string>) =>
      refresh(after, { kind: 'read', profile, unreadable: [] }, ['identity']).owned;
    expect(forget(after, operation({ [`${SPEND}:country`]: 'CH' })).owned).toContain('nickName');
    expect(seen({ nickName: 'N' })).toEqual(['nickName']);
    expect(seen({})).toEqual([]);
  });

  test('a name that was taken, and may have been given up since, is not held against anybody', () => {
    const verdict = (code: string): ExtensionVerdict => ({
      extension: CORE,
      verdict: 'refused',
      messages: [message(code)],
    });
    const sent = operation({ userName: 'ada' });
    const refusedOf = (due: number | null, words: string) =>
      Object.keys(settle(provisioning({ due }), sent, null, [verdict(words)], 9).refused ?? {});
    expect(refusedOf(null, 'is already in use')).toEqual([CORE]);
    expect(refusedOf(8, 'is already in use')).toEqual([]);
    expect(refusedOf(8, 'is too long')).toEqual([CORE]);
  });

  test('what was refused or is unknown does not move, and is unknown until it is read', () => {
    const sent = operation(set);
    const update = settle(
      provisioning({ applied: { profile: {}, unknown: [TRAVEL] } }),
      sent,
      null,
      [
        applied(CORE),
        { extension: SPEND, verdict: 'refused', messages: [message('bad')] },
        { extension: ENTERPRISE, verdict: 'unknown' },
      ],
      9,
    );
    expect(update.applied).toEqual({ profile: { title: 'X' }, unknown: [TRAVEL, SPEND, ENTERPRISE] });
    // What may have been carried out is ours, if a read then finds it.
    expect(update.owned).toEqual(['title', `${ENTERPRISE}:employeeNumber`]);
    expect(Object.keys(update.refused ?? {})).toEqual([SPEND]);
  });

  test('a create that was taken makes its parts known, and gives the Concur UUID', () => {
    const before = provisioning({ concurId: null, applied: { profile: {}, unknown: [CORE, SPEND] } });
    const sent = operation({ title: 'X' }, { method: 'POST', concurId: null });
    expect(settle(before, sent, 'c-2', [applied(CORE)], 9)).toMatchObject({
      concurId: 'c-2',
      applied: { profile: { title: 'X' }, unknown: [SPEND] },
    });
  });

  test('an update that was taken does not make known what was not before: only a read does', () => {
    const before = provisioning({ applied: { profile: {}, unknown: [CORE] } });
    expect(settle(before, operation({ title: 'X' }), null, [applied(CORE)], 9).applied?.unknown).toEqual([
      CORE,
    ]);
  });

  test('a part that was taken is no longer refused, and nothing is confirmed when nothing was taken', () => {
    const refused = withRefusal({}, operation(set), SPEND, [message('bad')], 1);
    expect(settle(provisioning({ refused }), operation(set), null, [applied(SPEND)], 9).refused).toEqual({});
    const none = settle(provisioning(), operation(set), null, [{ extension: CORE, verdict: 'unknown' }], 9);
    expect(none).not.toHaveProperty('lastConfirmed');
    expect(none).not.toHaveProperty('attempts');
  });
});

describe('a lost answer', () => {
  test('makes what was sent unknown, and access that may have been given too', () => {
    const before = provisioning({ applied: { profile: { active: false, title: 'X' }, unknown: [TRAVEL] } });
    expect(forget(before, operation({ active: true, [`${SPEND}:country`]: 'CH' })).applied).toEqual({
      profile: { title: 'X' },
      unknown: [TRAVEL, CORE, SPEND],
    });
  });

  test('of a deactivation leaves active as it was, so that it is sent again', () => {
    const before = provisioning({ applied: { profile: { active: true }, unknown: [] } });
    expect(forget(before, operation({ active: false })).applied).toEqual({
      profile: { active: true },
      unknown: [CORE],
    });
  });
});

describe('a read', () => {
  test('replaces what is known of the services read, and what Concur lost is no longer ours', () => {
    const before = provisioning({
      owned: ['nickName', 'title', `${SPEND}:ledgerCode`],
      applied: {
        profile: { nickName: 'N', title: 'X', [`${SPEND}:ledgerCode`]: 'L' },
        unknown: [CORE, SPEND],
      },
    });
    const read = { kind: 'read', profile: { title: 'Y', timezone: 'UTC' }, unreadable: [] } as const;
    expect(refresh(before, read, ['identity'])).toEqual({
      applied: { profile: { title: 'Y', timezone: 'UTC', [`${SPEND}:ledgerCode`]: 'L' }, unknown: [SPEND] },
      owned: ['title', `${SPEND}:ledgerCode`],
      confirmed: {},
    });
  });

  test('keeps the last confirmed value of a part that the scopes do not let us read, and does not believe it', () => {
    const key = `${SPEND_ROLE}:roles[X].roleName`;
    const before = provisioning({ applied: { profile: { [key]: 'X' }, unknown: [SPEND_ROLE] } });
    const read = { kind: 'read', profile: {}, unreadable: [SPEND_ROLE] } as const;
    expect(refresh(before, read, ['spend']).applied).toEqual({
      profile: { [key]: 'X' },
      unknown: [SPEND_ROLE],
    });
  });
});

test('a value that Concur already held and that is desired becomes ours, a derived one does not', () => {
  const before = provisioning({
    owned: ['z'],
    applied: { profile: { title: 'X', nickName: 'N', timezone: 'UTC' }, unknown: [] },
  });
  const desired = { profile: { title: 'X', nickName: 'M' }, initial: { timezone: 'UTC' } };
  expect(ownedWith(before, desired)).toEqual(['title', 'z']);
});

describe('a refusal', () => {
  const refused = withRefusal({}, operation({ title: 'X', active: true }), CORE, [message('bad title')], 1);

  test('stands while the same is desired of the part, whatever becomes of active', () => {
    const standing = (profile: Record<string, string | boolean>, initial = {}) => [
      ...standingRefusals(refused, { profile, initial }).keys(),
    ];
    expect(standing({ title: 'X', active: false, [`${SPEND}:country`]: 'CH' })).toEqual([CORE]);
    expect(standing({}, { title: 'X' })).toEqual([CORE]);
    expect(standing({ title: 'Y' })).toEqual([]);
    expect(standing({ title: 'X', [`${ENTERPRISE}:department`]: 'D' })).toEqual([]);
    expect(standing({})).toEqual([]);
  });

  test('tells a taken name by its words', () => {
    expect(isUniqueness([message('The userName must be unique')])).toBe(true);
    expect(isUniqueness([message('Login ID already exists')])).toBe(true);
    expect(isUniqueness([message("Invalid 'timezone' Value")])).toBe(false);
    expect(isUniqueness([{ ...message('x'), code: 'DUPLICATE_USER' }])).toBe(true);
  });

  test('of both identity parts at once keeps all messages, and that a name is taken', () => {
    const taken = withRefusal({}, operation({}), CORE, [message('userName must be unique')], 5);
    const both = withRefusal(taken, operation({}), ENTERPRISE, [message('bad department')], 5);
    const core = both[CORE];
    if (core === undefined) throw new Error('refused');
    expect(messageOf(core)).toBe('userName must be unique bad department');
    expect(core.uniqueness).toBe(true);
  });

  test('later takes the place of the earlier one, and says each thing once', () => {
    const later = withRefusal(refused, operation({ title: 'Z' }), CORE, [message('a'), message('a')], 2);
    expect(later[CORE]).toMatchObject({ desired: { title: 'Z' }, searched: false, at: 2 });
    expect(messageOf(later[CORE] ?? { messages: [] })).toBe('a');
    expect(messageOf({ messages: [] })).toBe('Concur gave no reason');
  });
});

describe('a refusal is about the values that were sent', () => {
  const sent = {
    set: { 'name.givenName': 'A', [`${ENTERPRISE}:employeeNumber`]: '7' },
    remove: ['emails[home].value'],
  };
  const about = (path: string | null, uniqueness = false) =>
    isAboutValues({ messages: [message('no', path)], uniqueness }, sent);

  test.each([
    'name',
    'name.givenName',
    'urn:ietf:params:scim:schemas:core:2.0:User:name',
    'employeeNumber',
    `${ENTERPRISE}:employeeNumber`,
    'emails[type eq "home"].value',
  ])('when Concur names %s', (path) => expect(about(path)).toBe(true));

  test.each([null, 'title', 'Operations', ENTERPRISE, `${ENTERPRISE}:costCenter`])(
    'but not when it names %s',
    (path) => expect(about(path)).toBe(false),
  );

  test('when Concur says that one is taken', () => expect(about(null, true)).toBe(true));
});

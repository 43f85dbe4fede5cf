import { describe, expect, test } from 'vitest';
import { ENTERPRISE, SPEND } from '../../src/domain/extensions.ts';
import {
  stillDesired,
  unseenDeactivations,
  withConfirmed,
  withoutKept,
  worthSending,
} from '../../src/domain/kept.ts';
import { NOTHING_KNOWN, plan } from '../../src/domain/plan.ts';
import { record, wanted } from './records.ts';

const asks = (set: Record<string, string | boolean>, ...remove: string[]) => ({ set, remove });

/** The confirmations after these differences were confirmed, one after the other. */
const confirmedBy = (...sent: Parameters<typeof withConfirmed>[1][]) => sent.reduce(withConfirmed, {});

const everything = () => true;

describe('what Concur confirmed', () => {
  test('is counted value by value, and what was taken away as well', () => {
    expect(confirmedBy(asks({ title: 'X' }), asks({ title: 'X' }, 'nickName'))).toEqual({
      title: { value: 'X', times: 2 },
      nickName: { value: null, times: 1 },
    });
  });

  test('starts at one with another value', () => {
    expect(confirmedBy(asks({ title: 'X' }), asks({ title: 'X' }), asks({ title: 'Y' }))).toEqual({
      title: { value: 'Y', times: 1 },
    });
    expect(confirmedBy(asks({ title: 'X' }), asks({}, 'title'))).toEqual({
      title: { value: null, times: 1 },
    });
  });

  test('is no longer counted once it is seen there, or seen to be gone', () => {
    const confirmed = confirmedBy(asks({ userName: 'Ada', title: 'X' }, 'nickName', 'timezone'));
    const read = { userName: 'ada', title: 'Y', timezone: 'UTC' };
    expect(Object.keys(withoutKept(confirmed, read, everything))).toEqual(['title', 'timezone']);
    expect(withoutKept(confirmed, read, () => false)).toEqual(confirmed);
  });

  test('is no longer counted once something else is desired', () => {
    const confirmed = confirmedBy(asks({ title: 'X', timezone: 'UTC' }, 'nickName'));
    expect(stillDesired(confirmed, { profile: { title: 'X' }, initial: { timezone: 'UTC' } })).toEqual(
      confirmed,
    );
    expect(stillDesired(confirmed, { profile: { title: 'Y', nickName: 'N' }, initial: {} })).toEqual({});
  });
});

describe('what Concur does not keep', () => {
  const twice = (difference: ReturnType<typeof asks>) => confirmedBy(difference, difference);

  test('is sent twice, and not a third time', () => {
    const sent = asks({ title: 'X', timezone: 'UTC' }, 'nickName');
    expect(worthSending(sent, confirmedBy(sent))).toEqual({ difference: sent, notKept: [] });
    expect(worthSending(sent, confirmedBy(sent, asks({ title: 'X' }, 'nickName')))).toEqual({
      difference: asks({ timezone: 'UTC' }),
      notKept: ['title', 'nickName'],
    });
  });

  test('is sent again with another value', () => {
    expect(worthSending(asks({ title: 'Y' }), twice(asks({ title: 'X' }))).notKept).toEqual([]);
    expect(worthSending(asks({}, 'title'), twice(asks({ title: 'X' }))).notKept).toEqual([]);
  });

  test('goes from a list that is sent anyway', () => {
    const gone = asks({}, 'entitlements[Invoice]', 'title');
    const change = asks({ 'entitlements[Travel]': true }, 'entitlements[Invoice]', 'title');
    expect(worthSending(gone, twice(gone)).difference).toEqual(asks({}));
    expect(worthSending(change, twice(gone))).toEqual({
      difference: asks({ 'entitlements[Travel]': true }, 'entitlements[Invoice]'),
      notKept: ['entitlements[Invoice]', 'title'],
    });
  });

  test('is always sent when it takes access away', () => {
    const confirmed = twice(asks({ active: false }));
    expect(worthSending(asks({ active: false }), confirmed).notKept).toEqual([]);
    expect(unseenDeactivations(confirmed)).toBe(2);
    expect(unseenDeactivations(twice(asks({ active: true })))).toBe(0);
    const deactivation = plan(record({ confirmed }), wanted({ active: false }), NOTHING_KNOWN);
    expect(deactivation).toMatchObject({ kind: 'send', deactivation: true });
  });

  test('leaves a person partial, once nothing else is to be sent', () => {
    const COST_CENTER = `${ENTERPRISE}:costCenter`;
    const confirmed = twice(asks({ title: 'X', [COST_CENTER]: '1' }));
    const state = { confirmed, owned: ['title'], applied: { profile: { active: true }, unknown: [] } };
    const desired = { title: 'X', [COST_CENTER]: '1' };
    expect(plan(record(state), wanted(desired), NOTHING_KNOWN)).toEqual({
      kind: 'rest',
      state: 'partial',
      reason: 'not_kept',
      message: 'Concur does not keep title, enterprise:costCenter',
    });
    expect(plan(record(state), wanted({ ...desired, timezone: 'UTC' }), NOTHING_KNOWN)).toEqual({
      kind: 'send',
      difference: asks({ timezone: 'UTC' }),
      deactivation: false,
    });
    const gap = { extension: SPEND, why: 'no currency' } as const;
    expect(plan(record(state), wanted(desired, { gaps: [gap] }), NOTHING_KNOWN)).toMatchObject({
      reason: 'incomplete',
    });
    const waiting = [{ key: `${ENTERPRISE}:manager.value`, reference: 'boss', until: 'who is not here yet' }];
    expect(plan(record(state), wanted(desired, { waiting }), NOTHING_KNOWN)).toMatchObject({
      reason: 'not_kept',
    });
  });
});

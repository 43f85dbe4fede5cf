import { describe, expect, it } from 'vitest';
import { explainOutcome, outcomeOf } from '../../src/cli/offboard-outcome.ts';
import type { Person, PersonRecord, Provisioning } from '../../src/domain/person.ts';
import { record } from '../domain/records.ts';

const override = { active: false, reason: 'left', by: 'cli:x', since: 1 } as const;
const inConcur = (active: boolean) => ({ concurId: 'c', applied: { profile: { active }, unknown: [] } });
const candidates = [{ concurId: 'c', active: true, userName: null, externalId: null, employeeNumber: null }];

function somebody(person: Partial<Person>, provisioning: Partial<Provisioning>): PersonRecord {
  const base = record();
  return {
    person: { ...base.person, ...person },
    provisioning: { ...base.provisioning, state: 'in_sync', openOperations: 0, ...provisioning },
  };
}

describe('of somebody who is to have no access', () => {
  it.each<[string, Partial<Provisioning>]>([
    ['confirmed', inConcur(false)],
    ['confirmed', { ...inConcur(false), state: 'partial' }],
    ['pending', { ...inConcur(false), state: 'queued' }],
    ['pending', { ...inConcur(false), state: 'processing' }],
    ['pending', { ...inConcur(false), openOperations: 1 }],
    ['pending', inConcur(true)],
    ['not_in_concur', { concurId: null, reason: 'not_created' }],
    ['not_in_concur', { concurId: null, state: 'failed' }],
    ['pending', { concurId: null, state: 'queued' }],
    ['held', { concurId: null, state: 'held', candidates }],
    ['held', { concurId: null, state: 'queued', candidates }],
    ['confirmed', { ...inConcur(false), state: 'unmanaged' }],
    ['out_of_scope', { ...inConcur(true), state: 'unmanaged' }],
    ['not_in_concur', { concurId: null, state: 'unmanaged' }],
  ])('it is %s with %j', (outcome, provisioning) => {
    expect(outcomeOf(somebody({ override }, provisioning))).toBe(outcome);
    expect(outcomeOf(somebody({ deleted: 1 }, provisioning))).toBe(outcome);
  });
});

describe('of somebody who is to have access again', () => {
  it.each<[string, Partial<Provisioning>]>([
    ['confirmed', inConcur(true)],
    ['pending', inConcur(false)],
    ['out_of_scope', { ...inConcur(false), state: 'unmanaged' }],
    ['refused', { concurId: null, state: 'failed' }],
    ['refused', { ...inConcur(false), state: 'failed' }],
    ['held', { concurId: null, state: 'held', candidates }],
  ])('it is %s with %j', (outcome, provisioning) => {
    expect(outcomeOf(somebody({}, provisioning))).toBe(outcome);
  });
});

it('says what stands in the way, and no error of before the decision', () => {
  const waiting = (reason: 'credentials' | null) =>
    explainOutcome('pending', somebody({}, { state: 'queued', reason, lastError: 'invalid_grant' }));
  expect(waiting('credentials')).toContain('Concur has not confirmed yet');
  expect(waiting('credentials')).toContain('invalid_grant');
  expect(waiting(null)).not.toContain('invalid_grant');
  expect(explainOutcome('held', somebody({}, {}))).toContain('hold release');
  expect(explainOutcome('confirmed', somebody({}, {}))).toBeNull();
});

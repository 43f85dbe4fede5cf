import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CORE, ENTERPRISE, EXTENSIONS, SAP, SPEND, SPEND_ROLE, TRAVEL } from '../../src/domain/extensions.ts';
import {
  EXTERNAL_ID_WRITE,
  type Granted,
  grantedBy,
  IDENTITY_WRITE,
  lackingScopes,
  PROVISION_READ,
  PROVISION_WRITE,
  QUIET,
  SAP_WRITE,
  SCOPES,
  SPEND_WRITE,
  VERIFIED_WRITE,
} from '../../src/domain/granted.ts';
import type { Provisioning } from '../../src/domain/person.ts';
import { lacks, NOTHING_KNOWN, plan } from '../../src/domain/plan.ts';
import { extensionOf, sameValue } from '../../src/domain/profile.ts';
import { withRefusal } from '../../src/domain/refusal.ts';
import { keys, profiles } from './arbitraries.ts';
import { ABSENT, message, operation, provisioning, record, wanted } from './records.ts';

const ALL = SCOPES.map(({ name }) => name);
const CURRENCY = `${SPEND}:reimbursementCurrency`;

/** What may be written without these scopes. */
function without(...scopes: string[]): Pick<Granted, 'missingFor'> {
  return { missingFor: grantedBy(new Set(ALL.filter((name) => !scopes.includes(name))), 'auto').missingFor };
}

describe('a part that the scopes do not let us write', () => {
  const granted = without(SPEND_WRITE);
  const lacking = {
    kind: 'rest',
    state: 'partial',
    reason: 'not_granted',
    message: 'The company did not grant spend.user.general.writeonly: the spend profile cannot be written',
  };

  test('is left out of what is sent, and the person rests once the others are in', () => {
    const desired = wanted({ title: 'X', [CURRENCY]: 'CHF' }, granted);
    expect(plan(record(), desired, NOTHING_KNOWN)).toEqual({
      kind: 'send',
      difference: { set: { title: 'X' }, remove: [] },
      deactivation: false,
    });
    const applied = { profile: { active: true, title: 'X' }, unknown: [] };
    expect(plan(record({ applied }), desired, NOTHING_KNOWN)).toEqual(lacking);
  });

  test('is left out of what fills gaps, and of a create', () => {
    const desired = wanted(
      { userName: 'a' },
      { ...granted, initial: { [CURRENCY]: 'CHF', timezone: 'UTC' } },
    );
    const nobody = record({ concurId: null, applied: { profile: {}, unknown: [] } });
    expect(plan(nobody, desired, ABSENT)).toMatchObject({
      difference: { set: { active: true, userName: 'a', timezone: 'UTC' }, remove: [] },
    });
    const applied = { profile: { active: true, userName: 'a', timezone: 'UTC' }, unknown: [] };
    expect(plan(record({ applied }), desired, NOTHING_KNOWN)).toEqual(lacking);
  });

  test('is not taken away, and the person says so', () => {
    const state = { owned: [CURRENCY, `${SPEND}:ledgerCode`] };
    const applied = { profile: { active: true, [`${SPEND}:ledgerCode`]: 'L' }, unknown: [] };
    expect(plan(record({ ...state, applied }), wanted({}, granted), NOTHING_KNOWN)).toEqual(lacking);
  });

  test('is not read for it, though nothing is known of it', () => {
    const applied = { profile: { active: true, [CURRENCY]: 'CHF' }, unknown: [SPEND, SPEND_ROLE] as const };
    const desired = wanted({ [CURRENCY]: 'CHF', [`${SPEND_ROLE}:roles[X].roleName`]: 'X' }, granted);
    expect(plan(record({ applied }), desired, NOTHING_KNOWN)).toEqual(lacking);
  });

  test('is no lack where Concur holds it as it is wanted', () => {
    const applied = { profile: { active: true, [CURRENCY]: 'CHF' }, unknown: [] };
    const desired = wanted({ [CURRENCY]: 'CHF' }, granted);
    expect(plan(record({ applied }), desired, NOTHING_KNOWN)).toMatchObject({ state: 'in_sync' });
    expect(lacks(record({ applied }), desired)).toEqual([]);
  });

  test('is named with all others, before a refusal of another part, which is still told', () => {
    const set = { [`${TRAVEL}:ruleClass`]: 'R' };
    const refused = withRefusal({}, operation(set), TRAVEL, [message('bad class')], 1);
    const desired = wanted(
      { ...set, [CURRENCY]: 'CHF', [`${SAP}:userUuid`]: 'u' },
      without(SPEND_WRITE, SAP_WRITE),
    );
    const next = plan(record({ refused }), desired, NOTHING_KNOWN);
    expect(next).toMatchObject({ state: 'partial', reason: 'not_granted' });
    const said = next.kind === 'rest' ? (next.message ?? '') : '';
    for (const part of [SPEND_WRITE, 'spend profile', SAP_WRITE, 'global id', 'bad class'])
      expect(said).toContain(part);
  });
});

test('without User Provisioning spend and travel are left out, naming its scope', () => {
  const desired = wanted({ [CURRENCY]: 'CHF', [`${TRAVEL}:ruleClass`]: 'R' }, without(PROVISION_WRITE));
  expect(plan(record(), desired, NOTHING_KNOWN)).toMatchObject({
    state: 'partial',
    reason: 'not_granted',
    message:
      'The company did not grant user.provision.write: the spend profile and the travel profile cannot be written',
  });
});

describe('where the configuration chose Identity', () => {
  const chosen = grantedBy(new Set(ALL), 'identity');

  test('spend that is asked for is left out by choice, and nobody blames the company', () => {
    const desired = wanted({ [CURRENCY]: 'CHF' }, chosen);
    expect(plan(record(), desired, NOTHING_KNOWN)).toMatchObject({
      state: 'partial',
      reason: 'not_granted',
      message: 'writeApi is identity, which does not write the spend profile',
    });
    const none = wanted({ title: 'X' }, grantedBy(new Set(), 'identity'));
    expect(lacks(record(), none)).toMatchObject([{ why: expect.stringContaining('did not grant') }]);
  });

  test('derived spend lacks nobody, complete or not; it does where auto fell back to Identity', () => {
    const applied = { profile: { active: true }, unknown: [SPEND] as const };
    const spend = {
      initial: { [CURRENCY]: 'CHF' },
      gaps: [{ extension: SPEND, why: 'no country' } as const],
    };
    const state = record({ applied });
    expect(plan(state, wanted({}, { ...chosen, ...spend }), NOTHING_KNOWN)).toMatchObject({
      state: 'in_sync',
      reason: null,
    });
    expect(lacks(state, wanted({}, { ...chosen, ...spend }))).toEqual([]);
    const auto = { ...grantedBy(new Set(ALL.filter((name) => name !== PROVISION_WRITE)), 'auto'), ...spend };
    expect(plan(state, wanted({}, auto), NOTHING_KNOWN)).toMatchObject({
      state: 'partial',
      reason: 'not_granted',
    });
  });
});

test.each([
  [[], 'provisioning', null],
  [[PROVISION_WRITE], 'identity', PROVISION_WRITE],
  [[PROVISION_READ], 'identity', PROVISION_READ],
] as const)('auto without %j is %s', (lacking, api, missing) => {
  const granted = grantedBy(
    new Set(ALL.filter((name) => !(lacking as readonly string[]).includes(name))),
    'auto',
  );
  expect(granted).toMatchObject({ writeApi: api, identityChosen: false });
  expect(granted.missingFor(CURRENCY)).toBe(missing);
  expect(granted.missingFor('title')).toBeNull();
});

test('quiet scopes leave their attributes out without a word', () => {
  const granted = without(EXTERNAL_ID_WRITE, VERIFIED_WRITE);
  const verified = 'emails[work].verified';
  const state: Partial<Provisioning> = {
    owned: ['externalId'],
    applied: { profile: { active: true, externalId: 'old', [verified]: false }, unknown: [] },
  };
  for (const desired of [wanted({ externalId: 'new', [verified]: true }, granted), wanted({}, granted)]) {
    expect(plan(record(state), desired, NOTHING_KNOWN)).toEqual({
      kind: 'rest',
      state: 'in_sync',
      reason: null,
      message: null,
    });
  }
});

describe('without the scope for identity', () => {
  const granted = without(IDENTITY_WRITE);
  const nobody = { concurId: null, applied: { profile: {}, unknown: [] } };

  test('nobody is created, nor searched for', () => {
    for (const known of [NOTHING_KNOWN, ABSENT]) {
      expect(plan(record(nobody), wanted({ userName: 'a' }, granted), known)).toEqual({
        kind: 'rest',
        state: 'failed',
        reason: 'not_granted',
        message: 'The company did not grant identity.user.coreenterprise.writeonly: nobody can be created',
      });
    }
  });

  test('nobody is reactivated', () => {
    const applied = { profile: { active: false }, unknown: [] };
    expect(plan(record({ applied }), wanted({}, granted), NOTHING_KNOWN)).toMatchObject({
      kind: 'rest',
      state: 'partial',
      reason: 'not_granted',
    });
  });

  test('a deactivation is sent all the same, and searched and read for', () => {
    const leaver = wanted({ active: false, title: 'X' }, granted);
    expect(plan(record(), leaver, NOTHING_KNOWN)).toEqual({
      kind: 'send',
      difference: { set: { active: false }, remove: [] },
      deactivation: true,
    });
    expect(plan(record(nobody), leaver, NOTHING_KNOWN)).toEqual({ kind: 'search' });
    const applied = { profile: { active: false }, unknown: [CORE] as const };
    expect(plan(record({ applied }), leaver, NOTHING_KNOWN)).toEqual({
      kind: 'read',
      services: ['identity'],
    });
  });
});

describe('laws', () => {
  const granted = fc.record({
    scopes: fc.subarray([...ALL]),
    writeApi: fc.constantFrom('auto' as const, 'identity' as const, 'provisioning' as const),
  });
  const people = fc.record({
    profile: profiles,
    initial: profiles,
    applied: profiles,
    owned: keys,
    unknown: fc.subarray([...EXTENSIONS]),
    read: fc.subarray(['identity', 'spend', 'travel'] as const),
    exists: fc.boolean(),
    absent: fc.boolean(),
  });

  test('no key that is not granted is ever in a difference, but a deactivation', () => {
    fc.assert(
      fc.property(granted, people, ({ scopes, writeApi }, one) => {
        const { missingFor } = grantedBy(new Set(scopes), writeApi);
        const applied = { profile: one.exists ? one.applied : {}, unknown: one.unknown };
        const state = { concurId: one.exists ? 'c-1' : null, applied, owned: one.owned };
        const desired = { profile: one.profile, initial: one.initial, waiting: [], gaps: [], missingFor };
        const known = { absent: one.absent, read: new Set(one.read) };
        const next = plan(record(state), desired, known);
        if (next.kind !== 'send') return;
        const { set, remove } = next.difference;
        const touched = [...Object.keys(set), ...remove];
        expect(touched.length).toBeGreaterThan(0);
        const forbidden = touched.filter((key) => missingFor(key) !== null);
        expect(forbidden).toEqual(next.deactivation && missingFor('active') !== null ? ['active'] : []);
      }),
    );
  });

  test('whoever rests in sync holds every wanted value, but quiet ones', () => {
    fc.assert(
      fc.property(granted, people, ({ scopes, writeApi }, one) => {
        const { missingFor } = grantedBy(new Set(scopes), writeApi);
        const { profile, initial, applied } = one;
        const state = provisioning({ applied: { profile: applied, unknown: [] }, owned: one.owned });
        const desired = { profile, initial, waiting: [], gaps: [], missingFor };
        const next = plan({ ...record(), provisioning: state }, desired, NOTHING_KNOWN);
        if (next.kind !== 'rest' || next.state !== 'in_sync') return;
        const open = [
          ...Object.keys(profile).filter((key) => !sameValue(key, profile[key], applied[key])),
          ...Object.keys(initial).filter((key) => profile[key] === undefined && applied[key] === undefined),
        ];
        for (const key of open) expect(QUIET.has(missingFor(key) ?? ''), key).toBe(true);
      }),
    );
  });

  test('the scopes that are lacking are exactly those that some key lacks', () => {
    fc.assert(
      fc.property(granted, keys, ({ scopes, writeApi }, some) => {
        const { missingFor } = grantedBy(new Set(scopes), writeApi);
        const lacking = lackingScopes({ missingFor });
        for (const key of [...some, `${SAP}:userUuid`, `${ENTERPRISE}:costCenter`]) {
          const scope = missingFor(key);
          if (scope !== null) expect(lacking, `${extensionOf(key)} ${key}`).toContain(scope);
        }
      }),
    );
  });
});

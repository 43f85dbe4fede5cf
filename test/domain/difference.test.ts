import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  applyDifference,
  attributesOf,
  type Desired,
  difference,
  extensionsOf,
  isEmpty,
  listedExtensions,
  restrict,
} from '../../src/domain/difference.ts';
import { CORE, ENTERPRISE, SPEND, SPEND_ROLE } from '../../src/domain/extensions.ts';
import { attributeValue, flatten, type Profile, sameValue, select } from '../../src/domain/profile.ts';
import { roleCodes, roleOf } from '../../src/domain/roles.ts';
import { keys, profiles, REQUIRED } from './arbitraries.ts';

const states = fc.record({ profile: profiles, initial: profiles, applied: profiles, owned: keys });

/** What becomes ours when Concur takes a difference: what was asked for, not what filled a gap. */
function ownedAfter(owned: readonly string[], after: Profile, set: Profile, desired: Desired): Set<string> {
  const asked = Object.keys(set).filter((key) => desired.profile[key] !== undefined);
  return new Set([...owned, ...asked].filter((key) => after[key] !== undefined));
}

describe('laws of the difference', () => {
  test('applying it makes Concur hold every desired value', () => {
    fc.assert(
      fc.property(states, ({ profile, initial, applied, owned }) => {
        const after = applyDifference(applied, difference({ profile, initial }, applied, new Set(owned)));
        for (const [key, value] of Object.entries(profile))
          expect(sameValue(key, after[key], value)).toBe(true);
        // A role that is held for other groups is no gap.
        const held = roleCodes(Object.keys(after));
        for (const key of Object.keys(initial))
          if (!held.includes(roleOf(key)?.code ?? '')) expect(after).toHaveProperty([key]);
      }),
    );
  });

  test('a value that only fills a gap never changes what Concur holds', () => {
    fc.assert(
      fc.property(states, ({ initial, applied, owned }) => {
        const after = applyDifference(applied, difference({ profile: {}, initial }, applied, new Set(owned)));
        const held = select(applied, (key) => initial[key] !== undefined);
        expect(after).toMatchObject(held);
      }),
    );
  });

  test('there is none when Concur holds what is desired', () => {
    fc.assert(
      fc.property(profiles, profiles, keys, (applied, initial, some) => {
        const profile = select(applied, (key) => some.includes(key));
        const gaps = select(initial, (key) => applied[key] !== undefined);
        expect(difference({ profile, initial: gaps }, applied, new Set(Object.keys(profile)))).toEqual({
          set: {},
          remove: [],
        });
      }),
    );
  });

  test('sending it again is harmless: nothing is left once Concur took it', () => {
    fc.assert(
      fc.property(states, ({ profile, initial, applied, owned }) => {
        const desired = { profile, initial };
        const first = difference(desired, applied, new Set(owned));
        const after = applyDifference(applied, first);
        expect(applyDifference(after, first)).toEqual(after);
        expect(isEmpty(difference(desired, after, ownedAfter(owned, after, first.set, desired)))).toBe(true);
      }),
    );
  });

  test('what nobody here named stays as Concur has it', () => {
    fc.assert(
      fc.property(states, ({ profile, initial, applied, owned }) => {
        const after = applyDifference(applied, difference({ profile, initial }, applied, new Set(owned)));
        const strange = (key: string) =>
          profile[key] === undefined && initial[key] === undefined && !owned.includes(key);
        expect(select(after, strange)).toEqual(select(applied, strange));
      }),
    );
  });

  test('what we had put there and nobody asks for any more is taken away, unless Concur requires it', () => {
    fc.assert(
      fc.property(states, ({ profile, applied, owned }) => {
        const { remove } = difference({ profile, initial: {} }, applied, new Set(owned));
        for (const key of REQUIRED) expect(remove).not.toContain(key);
        const expected = owned.filter(
          (key) => applied[key] !== undefined && profile[key] === undefined && !REQUIRED.includes(key),
        );
        const isEmail = (key: string) => key.startsWith('emails');
        expect(remove.filter((key) => !isEmail(key))).toEqual(expected.filter((key) => !isEmail(key)).sort());
      }),
    );
  });

  test('the last e-mail address stays', () => {
    fc.assert(
      fc.property(states, ({ profile, initial, applied, owned }) => {
        fc.pre(attributeValue(applied, 'emails') !== undefined);
        const after = applyDifference(applied, difference({ profile, initial }, applied, new Set(owned)));
        expect(attributeValue(after, 'emails')).toBeDefined();
      }),
    );
  });
});

describe('the difference', () => {
  const owned = new Set(['emails[work].value', 'emails[home].value', 'title']);
  const applied = { 'emails[work].value': 'w', 'emails[home].value': 'h', title: 't' };

  test('takes one of two addresses away, and none when both would go', () => {
    const keeping = difference({ profile: { 'emails[work].value': 'w' }, initial: {} }, applied, owned);
    expect(keeping).toEqual({ set: {}, remove: ['emails[home].value', 'title'] });
    expect(difference({ profile: {}, initial: {} }, applied, owned)).toEqual({ set: {}, remove: ['title'] });
  });

  test('does not send a userName that differs in case only', () => {
    const desired = { profile: { userName: 'ADA@example.com', title: 'X' }, initial: {} };
    expect(difference(desired, { userName: 'ada@example.com', title: 'x' }, new Set())).toEqual({
      set: { title: 'X' },
      remove: [],
    });
  });

  test('active is changed by an explicit value only', () => {
    expect(difference({ profile: {}, initial: {} }, { active: false }, new Set(['active']))).toEqual({
      set: {},
      remove: [],
    });
    expect(difference({ profile: { active: true }, initial: {} }, { active: false }, new Set()).set).toEqual({
      active: true,
    });
  });

  test('names the parts, attributes and lists it touches', () => {
    const change = {
      set: {
        [`${SPEND}:customData[custom1].value`]: 'x',
        'name.givenName': 'A',
        [`${ENTERPRISE}:manager.value`]: 'm',
      },
      remove: [`${SPEND_ROLE}:roles[X].roleName`, 'name.middleName', 'emails[home].value'],
    };
    expect(extensionsOf(change)).toEqual([CORE, ENTERPRISE, SPEND, SPEND_ROLE]);
    expect(attributesOf(change)).toEqual(
      ['emails', 'name', `${ENTERPRISE}:manager`, `${SPEND}:customData`, `${SPEND_ROLE}:roles`].sort(),
    );
    expect(listedExtensions(change)).toEqual([CORE, SPEND, SPEND_ROLE]);
    expect(restrict(change, (extension) => extension === CORE)).toEqual({
      set: { 'name.givenName': 'A' },
      remove: ['name.middleName', 'emails[home].value'],
    });
  });
});

describe('what can be named in several ways', () => {
  const manager = `${SPEND}:biManager`;
  const applied = { [`${manager}.value`]: 'u-1', [`${manager}.employeeNumber`]: '1' };

  test('is compared in the way that is wanted alone', () => {
    const desired = { profile: { [`${manager}.employeeNumber`]: '1' }, initial: {} };
    expect(isEmpty(difference(desired, applied, new Set()))).toBe(true);
  });

  test('is not taken away when it is wanted in another way', () => {
    const desired = { profile: { [`${manager}.employeeNumber`]: '1' }, initial: {} };
    expect(isEmpty(difference(desired, applied, new Set([`${manager}.value`])))).toBe(true);
  });

  test('goes as a whole when it changes or is taken away', () => {
    const change = { set: { [`${manager}.value`]: 'u-2' }, remove: [] };
    expect(applyDifference(applied, change)).toEqual({ [`${manager}.value`]: 'u-2' });
    const gone = { set: {}, remove: [`${manager}.value`] };
    expect(applyDifference({ title: 'X', ...applied }, gone)).toEqual({ title: 'X' });
  });

  test('fills no gap where Concur holds it', () => {
    const desired = { profile: {}, initial: { [`${manager}.employeeNumber`]: '2' } };
    const held = { [`${manager}.value`]: 'u-1' };
    expect(isEmpty(difference(desired, held, new Set()))).toBe(true);
  });
});

describe('a role', () => {
  const held = (...groups: string[]) =>
    flatten({ [SPEND_ROLE]: { roles: [{ roleName: 'X', roleGroups: groups }] } });
  const keysOf = (profile: Profile) => new Set(Object.keys(profile));

  test('is given and taken away group by group', () => {
    const desired = { profile: held('US'), initial: {} };
    const change = difference(desired, held('EU'), new Set());
    expect(applyDifference(held('EU'), change)).toEqual(held('EU', 'US'));
    const back = difference({ profile: {}, initial: {} }, held('EU', 'US'), keysOf(held('US')));
    expect(applyDifference(held('EU', 'US'), back)).toEqual(held('EU'));
    const last = difference({ profile: {}, initial: {} }, held('US'), keysOf(held('US')));
    expect(applyDifference(held('US'), last)).toEqual({});
  });

  test('becomes global, and is limited to groups, where all of it is ours', () => {
    for (const [now, then] of [
      [held('EU', 'US'), held()],
      [held(), held('EU')],
    ] as const) {
      const change = difference({ profile: then, initial: {} }, now, keysOf(now));
      expect(applyDifference(now, change)).toEqual(then);
    }
  });

  test('of others is neither narrowed nor widened', () => {
    expect(isEmpty(difference({ profile: held('US'), initial: {} }, held(), new Set()))).toBe(true);
    expect(isEmpty(difference({ profile: held(), initial: {} }, held('EU'), new Set()))).toBe(true);
  });

  test('that would only fill a gap fills none where it is held for whatever group', () => {
    for (const [initial, applied] of [
      [held(), held('EU')],
      [held('US'), held('EU')],
      [held('US'), held()],
    ] as const) {
      expect(isEmpty(difference({ profile: {}, initial }, applied, new Set()))).toBe(true);
      expect(difference({ profile: applied, initial }, {}, new Set()).set).toEqual(applied);
    }
    expect(difference({ profile: {}, initial: held('EU', 'US') }, {}, new Set()).set).toEqual(
      held('EU', 'US'),
    );
  });
});

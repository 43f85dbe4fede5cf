import { describe, expect, test } from 'vitest';
import { type Claim, decideAdoption, excludeEachOther, type SearchKeys } from '../../src/domain/adoption.ts';
import { ENTERPRISE } from '../../src/domain/extensions.ts';
import type { Candidate } from '../../src/domain/person.ts';

const keys: SearchKeys = { userName: 'ada@example.com', externalId: 'e-1', employeeNumber: '7' };
const ada: Candidate = {
  concurId: 'c-1',
  active: true,
  userName: 'Ada@Example.com',
  externalId: 'e-1',
  employeeNumber: '7',
};
const nobody = new Map<string, Claim>();
const held = (holder: Claim['holder'], wanted: SearchKeys = keys, rests = false) =>
  new Map<string, Claim>([['c-1', { holder, keys: wanted, owned: [], rests }]]);
const decide = (wanted: Partial<SearchKeys>, found: Partial<Candidate>, claims = nobody) =>
  decideAdoption({ ...keys, ...wanted }, [{ ...ada, ...found }], claims);

describe('adoption', () => {
  test('nobody who matches is created', () => {
    expect(decideAdoption(keys, [], nobody)).toEqual({ kind: 'create' });
    const stranger = { userName: 'x@example.com', externalId: null, employeeNumber: null };
    expect(decide({}, stranger)).toEqual({ kind: 'create' });
    expect(decide({ externalId: null, employeeNumber: null }, stranger)).toEqual({ kind: 'create' });
  });

  test('whoever matches in all keys is adopted, active or not; userName has no case', () => {
    expect(decide({}, {})).toEqual({ kind: 'adopt', candidate: ada });
    expect(decide({}, { active: false }).kind).toBe('adopt');
  });

  test('the employee number alone is enough when it was sent', () => {
    expect(decide({}, { userName: 'old@example.com', externalId: null }).kind).toBe('adopt');
  });

  test.each([
    ['another employee number', {}, { employeeNumber: '8' }, /another employeeNumber \(8\)/],
    ['no employee number', {}, { employeeNumber: null }, /another employeeNumber \(none\)/],
    [
      'a leaver with a recycled name',
      { externalId: null, employeeNumber: null },
      { active: false },
      /recycled/,
    ],
    [
      'a leaver without externalId',
      { employeeNumber: null },
      { active: false, externalId: null },
      /recycled/,
    ],
    ['another externalId', { employeeNumber: null }, { externalId: 'e-2' }, /another externalId/],
    ['only the externalId', { employeeNumber: null }, { userName: 'x@example.com' }, /only the externalId/],
  ])('%s is held for an admin', (_, wanted, found, why) => {
    expect(decide(wanted, found)).toEqual({
      kind: 'held',
      candidates: [{ ...ada, ...found }],
      why: expect.stringMatching(why),
    });
  });

  test('without an employee number, name and externalId together are certain, and so is the name of somebody active', () => {
    expect(decide({ employeeNumber: null }, { active: false }).kind).toBe('adopt');
    expect(decide({ employeeNumber: null, externalId: null }, { externalId: null }).kind).toBe('adopt');
  });

  test('keys that point to different users are held, with those who match', () => {
    const other = { ...ada, concurId: 'c-2', userName: 'x@example.com', externalId: null };
    const stranger = { ...other, concurId: 'c-3', employeeNumber: null };
    expect(decideAdoption(keys, [ada, other, stranger], nobody)).toMatchObject({
      kind: 'held',
      candidates: [ada, other],
    });
  });

  test('a user whom somebody here stands for is not taken over; a leaver is waited for', () => {
    expect(decide({}, {}, held('person')).kind).toBe('held');
    expect(decide({}, {}, held('leaving'))).toEqual({ kind: 'wait', otherwise: null });
    expect(decide({}, {}, held('former')).kind).toBe('adopt');
  });

  test('a user whose holder here no longer asks for these keys is waited for', () => {
    const renamed = { ...keys, userName: 'lovelace@example.com', employeeNumber: '8' };
    expect(decide({}, {}, held('person', renamed))).toEqual({ kind: 'wait', otherwise: null });
    expect(decide({}, {}, held('person', { ...renamed, employeeNumber: '7' })).kind).toBe('held');
    const elsewhere = new Map<string, Claim>([['c-9', { holder: 'person', keys, owned: [], rests: true }]]);
    expect(decide({}, {}, elsewhere).kind).toBe('adopt');
  });
});

describe('somebody who is waited for', () => {
  const renamed = { ...keys, userName: 'lovelace@example.com', employeeNumber: '8' };

  test.each([
    ['person', renamed, /is lovelace@example\.com here, who is to have another name or number/],
    ['leaving', keys, /a leaver here holds this Concur user/],
  ] as const)(
    'and of whom nothing is under way (%s) is waited for no longer than need be',
    (holder, wanted, why) => {
      expect(decide({}, {}, held(holder, wanted, true))).toEqual({
        kind: 'wait',
        otherwise: { kind: 'held', candidates: [ada], why: expect.stringMatching(why) },
      });
    },
  );
});

describe('an externalId that two people share', () => {
  const ben = { userName: 'ben@example.com', employeeNumber: '9' };

  test('leads to the living person who stands for the user, so that the other is somebody new', () => {
    for (const rests of [true, false]) {
      expect(decide(ben, {}, held('person', keys, rests))).toEqual({ kind: 'create' });
      const changed = { ...keys, externalId: 'e-9' };
      expect(decide(ben, {}, held('person', changed, rests))).toEqual({ kind: 'create' });
      expect(decide({ ...ben, employeeNumber: null }, {}, held('person', keys, rests)).kind).toBe('create');
    }
  });

  test('may lead to the person where nobody stands for the user, or a leaver', () => {
    expect(decide(ben, {}).kind).toBe('held');
    expect(decide(ben, {}, held('former')).kind).toBe('held');
    expect(decide(ben, {}, held('leaving')).kind).toBe('wait');
  });

  test('does not stand in the way of the user whom the other keys lead to', () => {
    const own = { ...ada, concurId: 'c-2', ...ben };
    expect(decideAdoption({ ...keys, ...ben }, [ada, own], held('person'))).toEqual({
      kind: 'adopt',
      candidate: own,
    });
  });
});

describe('a lost create', () => {
  const now: SearchKeys = { userName: 'ada2@example.com', externalId: 'e-2', employeeNumber: '8' };
  const decideLost = (found: Partial<Candidate>, claims = nobody) =>
    decideAdoption(now, [{ ...ada, ...found }], claims, [keys]).kind;

  test('that was carried out after all made the person, whatever their keys are now', () => {
    expect(decideLost({})).toBe('adopt');
    expect(decideLost({ externalId: null })).toBe('adopt');
    expect(decideAdoption(now, [ada], nobody)).toEqual({ kind: 'create' });
  });

  test('did not make somebody who has only one of its keys', () => {
    expect(decideLost({ employeeNumber: '9' })).toBe('create');
    expect(decideLost({ userName: 'bob@example.com' })).toBe('create');
  });

  test('did not make somebody for whom somebody else stands', () => {
    expect(decideLost({}, held('person', now))).toBe('create');
    expect(decideLost({}, held('leaving', now))).toBe('create');
    expect(decideLost({}, held('former', now))).toBe('create');
  });

  test('and the keys that the person has now may lead to two users: an admin decides', () => {
    for (const employeeNumber of ['8', '9']) {
      const other = { ...ada, concurId: 'c-2', userName: now.userName, employeeNumber };
      expect(decideAdoption(now, [ada, other], nobody, [keys])).toEqual({
        kind: 'held',
        candidates: [other, ada],
        why: expect.stringMatching(/a create whose answer was lost/),
      });
    }
  });

  test('makes the person where the keys that they have now lead to it, or to whom somebody else stands for', () => {
    const number = { ...keys, employeeNumber: '8' };
    expect(decideAdoption(number, [ada], nobody, [keys])).toEqual({ kind: 'adopt', candidate: ada });
    const other = { ...ada, concurId: 'c-2', userName: now.userName, employeeNumber: '8' };
    const claims = new Map<string, Claim>([['c-2', { holder: 'person', keys: now, owned: [], rests: true }]]);
    expect(decideAdoption(now, [ada, other], claims, [keys])).toEqual({ kind: 'adopt', candidate: ada });
  });

  test('made the person though somebody else, who is not known yet, has their externalId too', () => {
    const other = { ...ada, concurId: 'c-2', userName: 'ben@example.com', employeeNumber: '9' };
    expect(decideAdoption(keys, [ada, other], nobody, [keys])).toEqual({ kind: 'adopt', candidate: ada });
    expect(decideAdoption(keys, [ada, other], nobody).kind).toBe('held');
  });

  test('waits as everybody does for a leaver who has the keys that the person has now', () => {
    const other = { ...ada, concurId: 'c-2', userName: now.userName, employeeNumber: '8' };
    const claims = new Map<string, Claim>([
      ['c-2', { holder: 'leaving', keys: now, owned: [], rests: false }],
    ]);
    expect(decideAdoption(now, [ada, other], claims, [keys]).kind).toBe('wait');
  });

  test('goes first where the person is to have no access: it may give some', () => {
    for (const employeeNumber of ['8', '9']) {
      const other = { ...ada, concurId: 'c-2', userName: now.userName, employeeNumber };
      expect(decideAdoption(now, [ada, other], nobody, [keys], true)).toEqual({
        kind: 'adopt',
        candidate: ada,
      });
    }
  });

  test('and a new one exclude each other where they share userName or employee number', () => {
    const NUMBER = `${ENTERPRISE}:employeeNumber`;
    const lost = { userName: 'ada@example.com', [NUMBER]: '7' };
    expect(excludeEachOther(lost, { userName: 'ADA@example.com', [NUMBER]: '8' })).toBe(true);
    expect(excludeEachOther(lost, { userName: 'ada2@example.com', [NUMBER]: '7' })).toBe(true);
    expect(excludeEachOther(lost, { userName: 'ada2@example.com', [NUMBER]: '8' })).toBe(false);
    expect(excludeEachOther({ userName: 'a' }, { userName: 'b' })).toBe(false);
  });
});

import { describe, expect, it, test } from 'vitest';
import { CORE, SPEND } from '../../src/domain/extensions.ts';
import type { ConcurMessage, Provisioning, Refusal } from '../../src/domain/person.ts';
import type { Wanted } from '../../src/domain/plan.ts';
import { wordless } from '../../src/domain/refusal.ts';
import { type Asked, isOfOneWrite, refusalInWords, verdictOn } from '../../src/domain/verdict.ts';
import { message, record, wanted } from './records.ts';

const NOW = 1_000;

const IN_CONCUR = { applied: { profile: { active: true, title: 'Countess' }, unknown: [] } };

function asked(profile: Wanted['profile'], more: Partial<Provisioning> = {}): Asked {
  return { record: record({ ...IN_CONCUR, ...more }), wanted: wanted(profile) };
}

function refused(desired: Refusal['desired'], more: Partial<Refusal> = {}): Pick<Provisioning, 'refused'> {
  return {
    refused: {
      [CORE]: { desired, messages: [message('no')], uniqueness: false, searched: false, at: NOW, ...more },
    },
  };
}

describe('the verdict on identity', () => {
  const due = { state: 'queued', due: NOW } as const;
  const kind = (one: Asked, version = 1) => verdictOn(one, version, NOW).kind;

  test.each<[string, string, Asked]>([
    ['open', 'being sent', asked({ title: 'Queen' }, { state: 'sending' })],
    ['open', 'due', asked({ title: 'Queen' }, due)],
    ['none', 'due later', asked({ title: 'Queen' }, { ...due, due: NOW + 1 })],
    ['none', 'open in another request', asked({ title: 'Queen' }, { state: 'processing' })],
    ['confirmed', 'held by Concur', asked({ title: 'Countess' }, { state: 'sending' })],
    [
      'confirmed',
      'held by Concur while another part is open',
      asked({ title: 'Countess', [`${SPEND}:country`]: 'US' }, { state: 'processing' }),
    ],
    [
      'open',
      'what Concur last held is not known to be there',
      asked({ title: 'Countess' }, { ...due, applied: { ...IN_CONCUR.applied, unknown: [CORE] } }),
    ],
    ['refused', 'refused', asked({ title: 'Queen' }, { state: 'failed', ...refused({ title: 'Queen' }) })],
    ['open', 'refused otherwise', asked({ title: 'Duke' }, { ...due, ...refused({ title: 'Queen' }) })],
    [
      'open',
      'refused, and still in the hands of the worker',
      asked({ title: 'Queen' }, { state: 'sending', ...refused({ title: 'Queen' }) }),
    ],
    [
      'open',
      'taken, and yet to be searched for',
      asked(
        { title: 'Queen' },
        { ...due, concurId: null, ...refused({ title: 'Queen' }, { uniqueness: true }) },
      ),
    ],
    [
      'refused',
      'taken, and searched for',
      asked(
        { title: 'Queen' },
        {
          state: 'failed',
          concurId: null,
          ...refused({ title: 'Queen' }, { uniqueness: true, searched: true }),
        },
      ),
    ],
    [
      'none',
      'held for an admin',
      asked(
        { title: 'Queen' },
        {
          state: 'held',
          candidates: [
            { concurId: 'c', active: true, userName: null, externalId: null, employeeNumber: null },
          ],
        },
      ),
    ],
    ['none', 'a deactivation', asked({ active: false }, { state: 'processing' })],
  ])('is %s: %s', (expected, _, one) => {
    expect(kind(one)).toBe(expected);
  });

  it('is about one version only', () => {
    expect(kind(asked({ title: 'Queen' }, { state: 'failed', ...refused({ title: 'Queen' }) }), 2)).toBe(
      'none',
    );
  });
});

describe('whether a refusal is of one write', () => {
  const refusalWith = (...messages: ConcurMessage[]): Refusal => ({
    desired: {},
    messages,
    uniqueness: false,
    searched: false,
    at: NOW,
  });
  const clean = asked({ title: 'Countess' });
  const open = asked({ title: 'Queen' });
  const after = asked({ title: 'Queen', nickName: 'Vicky' });
  const named = (path: string) => refusalWith(message('no', path));

  test.each<[boolean, string, Refusal, Asked | null]>([
    [true, 'the person is new', named('title'), null],
    [true, 'nothing else was open, and Concur names nothing', refusalWith(message('no')), clean],
    [true, 'nothing else was open, and Concur names something else', named('emails'), clean],
    [true, 'Concur names what the write changed', named(`${CORE}:nickName`), open],
    [false, 'Concur names what was open before', named('title'), open],
    [false, 'Concur names both', refusalWith(message('no', 'title'), message('no', 'nickName')), open],
    [false, 'Concur names nothing, and something was open', refusalWith(message('no')), open],
    [false, 'Concur says nothing, and something was open', refusalWith(), open],
    [false, 'its words cannot be read', refusalWith(message(wordless(400))), clean],
    [
      false,
      'it is not known what Concur held',
      refusalWith(message('no')),
      asked({ title: 'Countess' }, { applied: { ...IN_CONCUR.applied, unknown: [CORE] } }),
    ],
  ])('%s: %s', (expected, _, refusal, before) => {
    expect(isOfOneWrite(refusal, before, after)).toBe(expected);
  });

  it('is told with the attributes that Concur names, else with those that the write changed', () => {
    expect(refusalInWords(named(`${CORE}:nickName`), open, after)).toEqual({
      message: 'no',
      detail: expect.stringMatching(/^nickName: no/),
    });
    expect(refusalInWords(refusalWith(message('no')), open, after).detail).toBe('nickName: no');
    expect(refusalInWords(refusalWith(message('no')), null, after).detail).toBe('no');
  });
});

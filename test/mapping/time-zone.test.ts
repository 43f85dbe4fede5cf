import { describe, expect, test } from 'vitest';
import { CORE } from '../../src/domain/extensions.ts';
import type { LearnedSchemas } from '../../src/domain/learned-schemas.ts';
import { mapPerson } from '../../src/mapping/person.ts';
import { concurTimeZone } from '../../src/mapping/time-zone.ts';

describe('the time zone of Concur', () => {
  test.each([
    ['Europe/Berlin', 'Europe/Berlin'],
    ['Europe/Vienna', 'Europe/Berlin'],
    ['Europe/Dublin', 'Europe/London'],
    ['America/Toronto', 'America/New_York'],
    ['Australia/Melbourne', 'Australia/Sydney'],
    ['Africa/El_Aaiun', 'Africa/Casablanca'],
    ['Africa/Lagos', 'Africa/Luanda'],
    ['Asia/Kolkata', 'Asia/Calcutta'],
    ['US/Pacific', 'America/Los_Angeles'],
    ['asia/tokyo', 'Asia/Tokyo'],
    ['europe/vienna', 'Europe/Berlin'],
    ['GMT-1200', 'GMT-1200'],
    ['Australia/Lord_Howe', undefined],
    ['W. Europe Standard Time', undefined],
    ['Mars/Olympus', undefined],
    ['Berlin', undefined],
    ['+01:00', undefined],
  ])('for %s is %s', (zone, wanted) => {
    expect(concurTimeZone(zone)).toBe(wanted);
  });

  test('goes like the one that was asked for, winter and summer', () => {
    const hours = (name: string) =>
      [0, 6].map((month) =>
        new Date(Date.UTC(2026, month, 15)).toLocaleString('en', { timeZone: name, hour: 'numeric' }),
      );
    const fitted = Intl.supportedValuesOf('timeZone').flatMap((zone) => {
      const found = concurTimeZone(zone);
      return found === undefined ? [] : [[zone, found] as const];
    });
    expect(fitted.length).toBeGreaterThan(300);
    for (const [zone, found] of fitted) expect([zone, hours(found)]).toEqual([zone, hours(zone)]);
  });
});

describe('the time zone of a profile', () => {
  const settings = { companyId: 'c', defaults: {}, currencies: {} };
  const read = () => ({ kind: 'value', value: 'Europe/Vienna', from: 'source' }) as const;
  const mapped = (use: 'asked' | 'initial') =>
    ({ kind: 'mapped', key: 'timezone', use, place: 'bridge.yaml:1', source: 'timezone', read }) as const;

  test.each([
    ['the client', { timezone: 'Europe/Vienna' }, settings],
    ['mapping.attributes', {}, { ...settings, attributes: [mapped('asked')] }],
    ['mapping.defaults', {}, { ...settings, defaults: { timezone: 'Europe/Vienna' } }],
  ])('is one that Concur has: %s', async (_, resource, given) => {
    expect((await mapPerson(resource, given)).profile.timezone).toBe('Europe/Berlin');
  });

  test('is one that Concur has, where it only fills a gap', async () => {
    const given = { ...settings, attributes: [mapped('initial')] };
    expect((await mapPerson({}, given)).initial.timezone).toBe('Europe/Berlin');
  });

  test.each(['Mars/Olympus', 'Australia/Lord_Howe'])('%s stays as it is', async (timezone) => {
    expect((await mapPerson({ timezone }, settings)).profile.timezone).toBe(timezone);
  });

  test("stays as it is once Concur's own schemas name it", async () => {
    const timezone = {
      name: 'timezone',
      type: 'string',
      mutability: 'readWrite',
      multiValued: false,
      canonicalValues: ['Europe/Vienna'],
      subAttributes: [],
    } as const;
    const learned = (): LearnedSchemas => ({ [CORE]: [timezone] });
    const profileOf = async (zone: string) =>
      (await mapPerson({ timezone: zone }, { ...settings, learned })).profile.timezone;
    expect([await profileOf('Europe/Vienna'), await profileOf('Europe/Rome')]).toEqual([
      'Europe/Vienna',
      'Europe/Berlin',
    ]);
  });
});

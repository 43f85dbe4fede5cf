import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ENTERPRISE, SPEND, SPEND_APPROVER, SPEND_ROLE, TRAVEL } from '../../../src/domain/extensions.ts';
import { flatten, type Profile } from '../../../src/domain/profile.ts';
import { concernsIdentity, sentence, violations } from '../../../src/mapping/checks/violations.ts';
import { mapPerson } from '../../../src/mapping/person.ts';

const keysOf = (before: Profile, after: Profile) => violations(before, after).map(({ key }) => key);
const BROKEN = { userName: 'ada', title: 'x'.repeat(256), active: true };

describe('what a write is answerable for', () => {
  test('what it sets anew or changes', () => {
    expect(keysOf({}, BROKEN)).toEqual(['userName', 'title']);
    expect(keysOf({ userName: 'ada@example.com', title: BROKEN.title }, BROKEN)).toEqual(['userName']);
  });

  test('not what was broken before, whatever else it changes', () => {
    expect(keysOf(BROKEN, { ...BROKEN, nickName: 'Countess' })).toEqual([]);
    expect(keysOf(BROKEN, { ...BROKEN, userName: 'ADA' })).toEqual([]);
  });

  test('nothing at all where the person is inactive then', () => {
    expect(keysOf({}, { ...BROKEN, active: false })).toEqual([]);
  });

  test('a removal breaks nothing', () => {
    expect(keysOf(BROKEN, { active: true })).toEqual([]);
  });
});

test('identity is told apart from spend and travel', () => {
  const after = {
    timezone: 'Mars/Olympus',
    [`${ENTERPRISE}:costCenter`]: 'x'.repeat(26),
    [`${SPEND}:reimbursementType`]: 'CASH',
    [`${TRAVEL}:gender`]: 'f',
  };
  const found = violations({}, after);
  expect(found).toHaveLength(4);
  expect(found.filter(concernsIdentity).map(({ key }) => key)).toEqual([
    'timezone',
    `${ENTERPRISE}:costCenter`,
  ]);
});

test('a violation says the rule and what would be valid, and keeps private values to itself', () => {
  const [name] = violations({}, { userName: 'a+b@example.com' });
  expect(name && sentence('userName', name)).toMatch(
    /^userName "a\+b@example.com" .*character \+.*name@domain/,
  );
  const [zone] = violations({}, { timezone: 'Europe/Vienna' });
  expect(zone?.valid).toContain('Europe/Berlin');
  const [born] = violations({}, { dateOfBirth: '31.12.1999' });
  expect(born && sentence('dateOfBirth', born)).not.toContain('1999');
  expect(born && sentence('dateOfBirth', born)).toContain('YYYY-MM-DD');
});

describe('leaves of absence', () => {
  const leaves = (...dates: readonly (readonly [start: string, end?: string])[]) =>
    flatten({
      [ENTERPRISE]: {
        leavesOfAbsence: dates.map(([startDate, endDate]) => ({
          startDate,
          type: 'voluntary',
          ...(endDate === undefined ? {} : { endDate }),
        })),
      },
    });

  test.each([
    leaves(['2026-01-01', '2026-01-31'], ['2026-02-01', '2026-02-02']),
    leaves(['2026-02-01'], ['2026-01-01', '2026-01-31']),
  ])('one after the other are taken', (profile) => {
    expect(violations({}, profile)).toEqual([]);
  });

  test.each([
    [leaves(['2026-01-01', '2026-02-01'], ['2026-02-01', '2026-03-01']), /overlap/],
    [leaves(['2026-03-01', '2026-04-01'], ['2026-01-01']), /overlap/],
    [leaves(['2026-03-01', '2026-03-01']), /does not end after it starts/],
    [leaves(['2026-03-02', '2026-03-01']), /does not end after it starts/],
    [leaves(['2026-02-30', '2026-03-01']), /2026-02-30.*no day/],
    [leaves(['2026-02-01', 'soon']), /soon.*no day/],
  ])('others are not: %j', (profile, rule) => {
    expect(violations({}, profile)).toMatchObject([{ rule: expect.stringMatching(rule) }]);
    expect(violations(profile, { ...profile, title: 'Analyst' })).toEqual([]);
  });
});

test('only report and request take approvers who are not primary', () => {
  const approvers = (kind: string) =>
    flatten({
      [SPEND_APPROVER]: {
        [kind]: [
          { approver: { value: 'u1' }, primary: true },
          { approver: { value: 'u2' }, primary: false },
        ],
      },
    });
  expect(violations({}, { ...approvers('report'), ...approvers('request') })).toEqual([]);
  expect(keysOf({}, approvers('cashAdvance'))).toEqual([`${SPEND_APPROVER}:cashAdvance[u2].approver.value`]);
});

describe('roles', () => {
  const roles = (...codes: readonly string[]) =>
    flatten({ [SPEND_ROLE]: { roles: codes.map((roleName) => ({ roleName, roleGroups: [] })) } });
  const key = (code: string) => `${SPEND_ROLE}:roles[${code}].roleName`;

  test.each([
    ['EXP_USER', 'Expense'],
    ['REQ_USER', 'Request'],
    ['INV_PMT_USER', 'Invoice'],
  ])('such as %s follow from an entitlement and cannot be given', (code, entitlement) => {
    const [found, ...others] = violations({}, roles('EXP_APPROVER', code));
    expect(others).toEqual([]);
    expect(found).toMatchObject({ key: key(code), value: code });
    expect(found && sentence('roles', found)).toContain(`follows from the entitlement ${entitlement}`);
  });

  test('that exclude each other: the first counts, whichever it is', () => {
    for (const [first, second] of [
      ['SHD_TAX_ADMIN', 'SHD_TAX_ADMIN_RO'],
      ['SHD_TAX_ADMIN_RO', 'SHD_TAX_ADMIN'],
    ] as const) {
      const [found, ...others] = violations({}, roles(first, 'EXP_APPROVER', second));
      expect(others).toEqual([]);
      expect(found).toMatchObject({ key: key(second) });
      expect(found?.rule).toMatch(
        new RegExp(`${first}, which is named first and counts: ${second} is left out`),
      );
    }
  });

  test('that exclude each other: what is there already counts', () => {
    const [found, ...others] = violations(
      roles('SHD_TAX_ADMIN_RO'),
      roles('SHD_TAX_ADMIN', 'SHD_TAX_ADMIN_RO'),
    );
    expect(others).toEqual([]);
    expect(found).toMatchObject({ key: key('SHD_TAX_ADMIN') });
    expect(found?.rule).toContain('SHD_TAX_ADMIN_RO, which is there already');
    const both = roles('SHD_TAX_ADMIN', 'SHD_TAX_ADMIN_RO');
    expect(violations(both, both)).toEqual([]);
    expect(violations(roles('SHD_TAX_ADMIN_RO'), roles('SHD_TAX_ADMIN'))).toEqual([]);
  });

  test('what is left out excludes nothing', () => {
    const asked = roles('SHD_EMPLOYEE_ADMIN', 'SHD_EMPLOYEE_ADMIN_RO', 'SHD_PASSWORD_ADMIN');
    expect(keysOf({}, asked)).toEqual([key('SHD_EMPLOYEE_ADMIN_RO'), key('SHD_PASSWORD_ADMIN')]);
    // These two do not exclude each other; each excludes the one between them.
    expect(keysOf({}, roles('EXP_PROCESSOR', 'EXP_PROCESSOR_AUDIT', 'EXP_PROCESSOR_ADMIN'))).toEqual([
      key('EXP_PROCESSOR_AUDIT'),
    ]);
  });

  test('are told once, for however many groups', () => {
    const limited = flatten({
      [SPEND_ROLE]: {
        roles: [
          { roleName: 'EXP_CONFIG_ADMIN' },
          { roleName: 'EXP_CONFIG_ADMIN_RO', roleGroups: ['EU', 'US'] },
        ],
      },
    });
    expect(violations({}, limited)).toMatchObject([{ value: 'EXP_CONFIG_ADMIN_RO' }]);
  });

  test("of the company's own are its own matter", () => {
    expect(violations({}, roles('OUR_OWN_ROLE'))).toEqual([]);
  });
});

describe('people as identity providers send them', () => {
  const word = fc.stringMatching(/^[A-Za-zÀ-ÿ' -]{1,30}[a-z]$/);
  const handle = fc.stringMatching(/^[a-z0-9._-]{1,20}$/);
  const day = fc
    .date({ min: new Date('1900-01-01'), max: new Date('2079-06-06'), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10));
  const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
  const people = fc.record(
    {
      userName: fc.tuple(handle, handle).map(([name, host]) => `${name}@${host}.example`),
      externalId: fc.uuid(),
      name: fc.record({ givenName: word, familyName: word, middleName: word }),
      title: word,
      active: fc.boolean(),
      preferredLanguage: fc.constantFrom('de-AT', 'en', 'fr-CA', 'el', 'zz'),
      locale: fc.constantFrom('de-CH', 'en_us', 'el-GR', 'pt'),
      timezone: fc.constantFrom('Europe/Berlin', 'America/Los_Angeles', 'Asia/Tokyo'),
      emails: fc.array(
        fc.record({
          value: handle.map((name) => `${name}@example.com`),
          type: optional(fc.constantFrom('work', 'home', 'whatever')),
        }),
      ),
      phoneNumbers: fc.array(
        fc.record({ value: handle, type: optional(fc.constantFrom('work', 'mobile', 'whatever')) }),
      ),
      addresses: fc.array(
        fc.record({
          type: optional(fc.constantFrom('work', 'office')),
          country: fc.constantFrom('us', 'USA', 'CH'),
        }),
      ),
      entitlements: fc.subarray(['Expense', 'travel', 'Golf']).map((all) => all.map((value) => ({ value }))),
      [ENTERPRISE]: fc.record({
        employeeNumber: handle,
        costCenter: handle,
        department: word,
        startDate: day,
        terminationDate: day.map((date) => `${date}T00:00:00Z`),
      }),
      [SPEND]: fc.record({
        country: fc.constantFrom('us', 'DE'),
        locale: fc.constantFrom('en-US', 'de-DE'),
        reimbursementCurrency: fc.constantFrom('usd', 'EUR'),
        customData: fc
          .subarray(['custom1', 'custom22', 'orgUnit6'])
          .map((ids) => ids.map((id) => ({ id, value: 'x' }))),
      }),
    },
    { requiredKeys: ['userName'] },
  );

  test('break no rule: what the mapping repairs or leaves out is no violation', async () => {
    await fc.assert(
      fc.asyncProperty(people, async (person) => {
        const resource = JSON.parse(JSON.stringify(person));
        const mapped = await mapPerson(resource, { companyId: 'c', defaults: {}, currencies: {} });
        expect(violations({}, { ...mapped.initial, ...mapped.profile })).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

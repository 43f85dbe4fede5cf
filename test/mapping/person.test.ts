import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MappingSettings } from '../../src/domain/connection.ts';
import { CORE, ENTERPRISE, EXTENSIONS, SAP, SPEND, SPEND_ROLE, TRAVEL } from '../../src/domain/extensions.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { extensionOf, flatten, isList, unflatten } from '../../src/domain/profile.ts';
import { type Mapped, mapPerson } from '../../src/mapping/person.ts';

const COMPANY = '0e7c3a52-7a9f-4a25-9a55-0d8d4e1f2b3c';
const settings: MappingSettings = { companyId: COMPANY, defaults: {}, currencies: {} };

const ada: JsonObject = {
  userName: 'ada@example.com',
  name: { givenName: 'Ada', familyName: 'Lovelace' },
  emails: [{ type: 'work', value: 'ada@example.com', primary: true }],
};

const map = (more: JsonObject, with_: Partial<MappingSettings> = {}) =>
  mapPerson({ ...ada, ...more }, { ...settings, ...with_ });
const reasons = (mapped: Mapped) => mapped.gaps.map(({ why }) => why).join('\n');

describe('identity', () => {
  test('a plain person: what was sent is asked for, what is missing only fills a gap', async () => {
    expect(await map({ displayName: 'The Countess', title: 'Analyst', timezone: 'Europe/London' })).toEqual({
      profile: {
        userName: 'ada@example.com',
        active: true,
        'name.givenName': 'Ada',
        'name.familyName': 'Lovelace',
        'emails[work].value': 'ada@example.com',
        title: 'Analyst',
        timezone: 'Europe/London',
        [`${ENTERPRISE}:companyId`]: COMPANY,
      },
      initial: { [`${ENTERPRISE}:employeeNumber`]: 'ada@example.com' },
      references: [],
      gaps: [],
    });
  });

  test('active is true unless it is false', async () => {
    expect((await map({})).profile.active).toBe(true);
    expect((await map({ active: false })).profile.active).toBe(false);
  });

  test('an externalId, a nick name and the parts of a name go through; formatted does not', async () => {
    const { profile } = await map({
      externalId: 'e-1',
      nickName: 'Countess',
      name: {
        givenName: 'Ada',
        familyName: 'King',
        middleName: 'Byron',
        honorificPrefix: 'Lady',
        formatted: 'x',
      },
    });
    expect(profile).toMatchObject({ externalId: 'e-1', nickName: 'Countess', 'name.middleName': 'Byron' });
    expect(profile['name.honorificPrefix']).toBe('Lady');
    expect(profile).not.toHaveProperty('name.formatted');
    expect(profile).not.toHaveProperty('displayName');
  });

  test.each([
    [{ displayName: 'Ada King Lovelace' }, 'Ada King', 'Lovelace'],
    [{ name: { formatted: 'Lovelace, Ada' } }, 'Ada', 'Lovelace'],
    [{ name: { formatted: 'Ada de la Cruz', familyName: 'de la Cruz' } }, 'Ada', undefined],
    [{ name: { formatted: 'Mary Jane van Dyke', givenName: 'Mary Jane' } }, undefined, 'van Dyke'],
  ])('a missing half of the name is guessed: %o', async (sent, given, family) => {
    const { initial } = await mapPerson({ userName: 'a@example.com', ...sent } as JsonObject, settings);
    expect(initial['name.givenName']).toBe(given);
    expect(initial['name.familyName']).toBe(family);
  });

  test('what Concur requires and cannot be guessed is named', async () => {
    expect(reasons(await mapPerson({ displayName: 'Plato' }, settings)).split('\n')).toEqual([
      'Concur requires userName, which the client does not send',
      'Concur requires name.givenName, which the client does not send',
      'Concur requires emails, which the client does not send',
    ]);
  });

  test('without an e-mail the userName serves when it is an address', async () => {
    expect((await map({ emails: [] })).initial['emails[work].value']).toBe('ada@example.com');
    const plain = await map({ emails: [], userName: 'ada' });
    expect(plain.initial).not.toHaveProperty('emails[work].value');
    expect(reasons(plain)).toContain('emails');
  });

  test('a language is sent as Concur spells it, an unknown one is named instead', async () => {
    expect((await map({ preferredLanguage: 'de-AT' })).profile.preferredLanguage).toBe('de');
    const welsh = await map({ preferredLanguage: 'cy-GB' });
    expect(welsh.profile).not.toHaveProperty('preferredLanguage');
    expect(reasons(welsh)).toContain('cy-GB');
  });
});

describe('entitlements', () => {
  test('become plain strings, by value or by display name, in any case', async () => {
    const { profile, gaps } = await map({
      entitlements: [{ value: 'travel' }, { value: '77', display: 'TRAVEL' }],
    });
    expect(unflatten(profile).entitlements).toEqual(['Travel']);
    expect(gaps).toEqual([]);
  });

  test('what Concur does not have is named', async () => {
    const { profile, gaps } = await map({ entitlements: ['Payroll', 'Travel'] });
    expect(unflatten(profile).entitlements).toEqual(['Travel']);
    expect(gaps).toEqual([{ extension: CORE, why: expect.stringContaining('"Payroll"') }]);
  });
});

describe('enterprise', () => {
  const enterprise = (part: JsonObject) => map({ [ENTERPRISE]: part });

  test('goes through, except the organization, which Concur only shows', async () => {
    const part = { employeeNumber: '7', costCenter: 'C', department: 'D', division: 'V', organization: 'O' };
    const { organization: _, ...sent } = part;
    const { profile, initial } = await enterprise(part);
    expect(unflatten(profile)[ENTERPRISE]).toEqual({ ...sent, companyId: COMPANY });
    expect(initial).toEqual({});
  });

  test('a manager is a reference to be resolved', async () => {
    const { profile, references } = await enterprise({
      manager: { value: 'boss@example.com', displayName: 'B' },
    });
    expect(references).toEqual([{ key: `${ENTERPRISE}:manager.value`, reference: 'boss@example.com' }]);
    expect(Object.keys(profile).filter((key) => key.includes('manager'))).toEqual([]);
  });

  test('dates and leaves go through where they are sent, what is no date is named', async () => {
    const { profile, gaps } = await enterprise({
      startDate: '2026-01-31T00:00:00Z',
      terminationDate: 'soon',
      leavesOfAbsence: [
        { startDate: '2026-05-01', endDate: '2026-06-01', type: 'voluntary' },
        { type: 'mandatory' },
      ],
    });
    expect(unflatten(profile)[ENTERPRISE]).toEqual({
      companyId: COMPANY,
      startDate: '2026-01-31T00:00:00',
      leavesOfAbsence: [{ startDate: '2026-05-01', endDate: '2026-06-01', type: 'voluntary' }],
    });
    expect(gaps.map(({ why }) => why)).toEqual([
      expect.stringContaining('leavesOfAbsence.startDate'),
      expect.stringContaining('terminationDate'),
    ]);
  });
});

describe('the spend profile', () => {
  const swiss = { addresses: [{ type: 'work', country: 'ch' }], preferredLanguage: 'de' };

  test('is derived from address and language when all three values are there, to fill gaps only', async () => {
    const { profile, initial, gaps } = await map(swiss);
    expect(unflatten(initial)[SPEND]).toEqual({
      country: 'CH',
      locale: 'de-CH',
      reimbursementCurrency: 'CHF',
    });
    expect(unflatten(profile)).not.toHaveProperty([SPEND]);
    expect(gaps).toEqual([]);
  });

  test('what the client sends is asked for, and the currency follows the country sent', async () => {
    const { profile, initial } = await map({ ...swiss, [SPEND]: { country: 'gb', ledgerCode: 'L' } });
    expect(unflatten(profile)[SPEND]).toEqual({ country: 'GB', ledgerCode: 'L' });
    expect(unflatten(initial)[SPEND]).toEqual({ locale: 'de-DE', reimbursementCurrency: 'GBP' });
  });

  test('the first address with a country serves when the work address has none', async () => {
    const { initial } = await map({
      addresses: [
        { type: 'work', locality: 'X' },
        { type: 'home', country: 'US' },
      ],
      locale: 'en-us',
    });
    expect(unflatten(initial)[SPEND]).toEqual({
      country: 'US',
      locale: 'en-US',
      reimbursementCurrency: 'USD',
    });
  });

  test('a configured currency goes before the table', async () => {
    const { initial } = await map(swiss, { currencies: { CH: 'EUR' } });
    expect(initial[`${SPEND}:reimbursementCurrency`]).toBe('EUR');
  });

  test('nothing is asked and nothing lacks for a person who has nothing to do with spend', async () => {
    const { initial, gaps } = await map({ entitlements: ['Travel'], preferredLanguage: 'de' });
    expect(unflatten(initial)).not.toHaveProperty([SPEND]);
    expect(gaps).toEqual([]);
  });

  test.each(['Expense', 'Invoice', 'Request'])(
    '%s without a country names what lacks and how to send it',
    async (name) => {
      const { initial, gaps } = await map({ entitlements: [name], locale: 'en-US' });
      expect(unflatten(initial)).not.toHaveProperty([SPEND]);
      expect(gaps).toHaveLength(1);
      expect(gaps[0]?.extension).toBe(SPEND);
      expect(gaps[0]?.why).toMatch(/lacks country \(.*address.*reimbursementCurrency/);
      expect(gaps[0]?.why).not.toMatch(/locale or preferredLanguage/);
    },
  );

  test('incomplete, it keeps the other spend parts back, each with the reason, but neither travel nor sap', async () => {
    const { profile, gaps } = await map({
      [SPEND]: { customData: [{ id: 'custom1', value: 'x' }] },
      [SPEND_ROLE]: { roles: [{ roleName: 'EXP_APPROVER' }] },
      [TRAVEL]: { ruleClass: { name: 'Default' }, groups: [1, 2] },
      [SAP]: { userUuid: 'u' },
    });
    const user = unflatten(profile);
    expect(
      Object.keys(user)
        .filter((name) => name.startsWith('urn:'))
        .sort(),
    ).toEqual([ENTERPRISE, SAP, TRAVEL]);
    expect(user[TRAVEL]).toEqual({ ruleClass: { name: 'Default' }, groups: [1, 2] });
    expect(gaps.map(({ extension }) => extension)).toEqual([SPEND, SPEND_ROLE]);
  });

  test('complete, the other spend parts go through', async () => {
    const roles = [{ roleName: 'EXP_APPROVER', roleGroups: ['CH', 'DE'] }];
    const { profile } = await map({
      ...swiss,
      [SPEND]: { customData: [{ id: 'custom1', value: 'x' }, { id: 'custom2' }] },
      [SPEND_ROLE]: { roles },
    });
    expect(unflatten(profile)).toMatchObject({ [SPEND_ROLE]: { roles } });
    expect(unflatten(profile)[SPEND]).toEqual({ customData: [{ id: 'custom1', value: 'x' }] });
  });
});

describe('configured defaults', () => {
  test('stand in for what nothing else gave', async () => {
    const defaults = { timezone: 'Europe/Berlin', title: 'Employee', [`${ENTERPRISE}:employeeNumber`]: '0' };
    const { profile, initial } = await map({ title: 'Analyst' }, { defaults });
    expect(profile).toMatchObject({ timezone: 'Europe/Berlin', title: 'Analyst' });
    expect(initial[`${ENTERPRISE}:employeeNumber`]).toBe('ada@example.com');
  });

  test('of country, locale and currency only fill gaps, after what can be derived', async () => {
    const defaults = { [`${SPEND}:country`]: 'US', [`${SPEND}:locale`]: 'en-US' };
    const { profile, initial, gaps } = await map({ preferredLanguage: 'fr' }, { defaults });
    expect(unflatten(initial)[SPEND]).toEqual({
      country: 'US',
      locale: 'fr-FR',
      reimbursementCurrency: 'USD',
    });
    expect(unflatten(profile)).not.toHaveProperty([SPEND]);
    expect(gaps).toEqual([]);
  });

  test.each([
    ['in words', [{ type: 'work', country: 'Switzerland' }], 'CH'],
    ['that nobody can read', [{ type: 'work', country: 'Helvetia' }], undefined],
    [
      'that nobody can read, beside another one',
      [
        { type: 'home', country: 'FR' },
        { type: 'work', country: 'Helvetia' },
      ],
      undefined,
    ],
    ['that finds no place in Concur', [{ type: 'work' }, { type: 'work', country: 'FR' }], 'FR'],
    ['without a text', [{ type: 'work', country: ' ' }], 'US'],
  ])('of country never take the place of one %s', async (_, addresses, country) => {
    const defaults = { [`${SPEND}:country`]: 'US', 'entitlements[Expense]': true };
    const { initial, gaps } = await map({ addresses, locale: 'fr' }, { defaults });
    expect(initial[`${SPEND}:country`]).toBe(country);
    const told = gaps.filter(({ extension }) => extension === SPEND).map(({ why }) => why);
    expect(told).toEqual(country === undefined ? [expect.stringMatching(/country \(.*no default/)] : []);
  });

  test('of other spend values ask for a spend profile', async () => {
    const defaults = { [`${SPEND}:ledgerCode`]: 'L' };
    expect((await map({}, { defaults })).gaps.map(({ extension }) => extension)).toEqual([SPEND]);
    const complete = await map({ addresses: [{ country: 'US' }], locale: 'en-US' }, { defaults });
    expect(complete.profile[`${SPEND}:ledgerCode`]).toBe('L');
  });
});

describe('laws', () => {
  const word = fc.oneof(
    fc.string({ maxLength: 8 }),
    fc.constantFrom('work', 'mobile', 'US', 'de', 'Expense', 'a@b.c'),
  );
  const scalar = fc.oneof(word, fc.boolean(), fc.integer(), fc.constant(null));
  const names = [
    'type',
    'value',
    'primary',
    'display',
    'country',
    'formatted',
    'id',
    'roleName',
    'roleGroups',
    'startDate',
    'givenName',
    'familyName',
    'customData',
    'roles',
    'manager',
    'leavesOfAbsence',
    'employeeNumber',
    'report',
    'locale',
    '__proto__',
    'a.b',
  ];
  const complex = fc.dictionary(
    fc.constantFrom(...names),
    fc.oneof(scalar, fc.array(scalar, { maxLength: 2 })),
  );
  const value = fc.oneof(scalar, complex, fc.array(fc.oneof(scalar, complex), { maxLength: 4 }));
  const part = fc.dictionary(fc.constantFrom(...names), value);
  const resources = fc.dictionary(
    fc.constantFrom(
      'userName',
      'name',
      'emails',
      'phoneNumbers',
      'addresses',
      'entitlements',
      'active',
      'externalId',
      'displayName',
      'preferredLanguage',
      'locale',
      'timezone',
      'title',
      'unknown',
      ...EXTENSIONS,
    ),
    fc.oneof(part, value),
  ) as fc.Arbitrary<JsonObject>;

  test('mapping is total, pure, and gives profiles of known extensions only', async () => {
    await fc.assert(
      fc.asyncProperty(resources, async (resource) => {
        const before = structuredClone(resource);
        const mapped = await mapPerson(resource, settings);
        expect(await mapPerson(resource, settings)).toEqual(mapped);
        expect(resource).toEqual(before);
        for (const key of [...Object.keys(mapped.profile), ...Object.keys(mapped.initial)]) {
          expect(EXTENSIONS).toContain(extensionOf(key));
        }
      }),
      { numRuns: 500 },
    );
  });

  test('a profile survives being put together and taken apart again', async () => {
    await fc.assert(
      fc.asyncProperty(resources, async (resource) => {
        const { profile, initial } = await mapPerson(resource, settings);
        expect(flatten(unflatten(profile))).toEqual(profile);
        expect(flatten(unflatten(initial))).toEqual(initial);
      }),
      { numRuns: 500 },
    );
  });

  test('nothing is both asked for and derived, and lists have one element of a type', async () => {
    await fc.assert(
      fc.asyncProperty(resources, async (resource) => {
        const { profile, initial } = await mapPerson(resource, settings);
        expect(Object.keys(initial).filter((key) => profile[key] !== undefined)).toEqual([]);
        for (const [attribute, elements] of Object.entries(unflatten(profile))) {
          if (!isList(attribute) || attribute === 'entitlements' || !Array.isArray(elements)) continue;
          const types = elements
            .map((element) => (element as JsonObject).type)
            .filter((type) => type !== 'mobile');
          expect(new Set(types).size).toBe(types.length);
        }
      }),
    );
  });
});

test('an entitlement that the configuration gives to everybody asks for a spend profile too', async () => {
  const settings = { companyId: 'company', defaults: { 'entitlements[Expense]': true }, currencies: {} };
  const { gaps } = await mapPerson({ userName: 'ada@example.com', displayName: 'Ada Lovelace' }, settings);
  expect(gaps.map(({ extension }) => extension)).toContain(SPEND);
});

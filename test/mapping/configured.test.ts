import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MappingSettings } from '../../src/domain/connection.ts';
import { CORE, ENTERPRISE, SPEND, SPEND_APPROVER, SPEND_ROLE, TRAVEL } from '../../src/domain/extensions.ts';
import type { JsonObject, JsonValue } from '../../src/domain/json.ts';
import { flatten, unflatten } from '../../src/domain/profile.ts';
import { compileMapping } from '../../src/mapping/configured/compile.ts';
import { mapPerson } from '../../src/mapping/person.ts';

const ada: JsonObject = {
  userName: 'ada@example.com',
  name: { givenName: 'Ada', familyName: 'Lovelace' },
  title: 'Analyst',
  userType: 'Contractor',
  locale: 'en-GB',
  emails: [
    { type: 'home', value: 'home@example.com' },
    { type: 'work', value: 'ada@example.com', primary: true },
  ],
  addresses: [{ type: 'work', country: 'GB', locality: 'London', region: 'LDN' }],
  roles: [{ value: 'Approvers' }],
  [ENTERPRISE]: { costCenter: 'C1', department: 'Engines', manager: { value: 'boss@example.com' } },
};

function compiled(attributes: JsonObject, files: Readonly<Record<string, string>> = {}) {
  return compileMapping({
    attributes,
    placeOf: ([name = '']) => `bridge.yaml:${1 + Object.keys(attributes).indexOf(name)}`,
    readFile: (path) => {
      const text = files[path];
      if (text === undefined) throw Object.assign(new Error(), { code: 'ENOENT' });
      return text;
    },
  });
}

/** What becomes of Ada when these attributes are mapped. */
function map(attributes: JsonObject, more: JsonObject = {}, files: Readonly<Record<string, string>> = {}) {
  const { attributes: mapped, problems } = compiled(attributes, files);
  expect(problems).toEqual([]);
  const settings: MappingSettings = { companyId: 'c', defaults: {}, currencies: {}, attributes: mapped };
  return mapPerson({ ...ada, ...more }, settings);
}

const problemsOf = (attributes: JsonObject, files: Readonly<Record<string, string>> = {}) =>
  compiled(attributes, files).problems.map(({ path, message }) => `${path.join('.')} ${message}`);

describe('a source', () => {
  test.each<[JsonValue, JsonValue]>([
    ['title', 'Analyst'],
    ['enterprise:costCenter', 'C1'],
    [`${ENTERPRISE}:costCenter`, 'C1'],
    ['emails[type eq "home"].value', 'home@example.com'],
    ['emails', 'ada@example.com'],
    ['emails[type eq "home" or type eq "work"]', 'ada@example.com'],
    ['addresses[type eq "work"].locality', 'London'],
    [{ from: 'name.givenName' }, 'Ada'],
    [{ value: 42 }, '42'],
    [{ template: '{name.givenName}.{name.familyName} ({enterprise:department})' }, 'Ada.Lovelace (Engines)'],
    [{ expression: '$uppercase(name.familyName)' }, 'LOVELACE'],
    [{ expression: '$join(emails.value, ";")' }, 'home@example.com;ada@example.com'],
    [{ from: 'enterprise:division', default: 'none yet' }, 'none yet'],
    [{ template: '{enterprise:division}-{title}', default: 'X' }, 'X'],
    [{ expression: 'nothing.there', default: 'X' }, 'X'],
    [{ from: 'enterprise:costCenter', table: { C1: 'L-1' } }, 'L-1'],
    [{ from: 'enterprise:costCenter', table: { C9: 'L-9' }, default: 'L-0' }, 'L-0'],
    [{ from: 'enterprise:costCenter', table: { file: 'centers.csv' } }, 'Leeds, GB'],
  ])('%j gives %j', async (source, value) => {
    const files = { 'centers.csv': '\uFEFFcenter;x,ledger\n"C1","Leeds, GB"\n\nC2,L-2\n' };
    const { profile, gaps } = await map({ nickName: source }, {}, files);
    expect(profile.nickName).toBe(value);
    expect(gaps).toEqual([]);
  });

  test('that has nothing leaves the attribute out, and what the built-in mapping would send too', async () => {
    const { profile, gaps } = await map({ title: 'enterprise:division' });
    expect(profile).not.toHaveProperty('title');
    expect(gaps).toEqual([]);
  });

  test('that a table does not have is a gap, which names attribute and line and no value', async () => {
    const { profile, gaps } = await map({
      title: 'title',
      'spend:ledgerCode': { from: 'enterprise:costCenter', table: { C9: 'L' } },
    });
    expect(profile[`${SPEND}:ledgerCode`]).toBeUndefined();
    expect(gaps).toEqual([
      {
        extension: SPEND,
        why: 'spend:ledgerCode (bridge.yaml:2): the table has no entry for enterprise:costCenter',
      },
    ]);
  });
});

describe('an expression', () => {
  test.each([
    ['without an end', '($f := function($n) { $f($n + 1) }; $f(1))', /took longer|not come to an end/],
    ['that calls itself ever deeper', '($f := function($n) { 1 + $f($n + 1) }; $f(1))', /not come to an end/],
    ['with an endless list', '$sum([1..9000000])', /not come to an end|D2014/],
    ['that fails', 'title + 1', /JSONata error T2001 at character/],
    ['that throws', '$error("secret")', /JSONata error D3137/],
  ])('%s is a gap, and the others go on', async (_, expression, why) => {
    const { profile, gaps } = await map({ nickName: { expression } });
    expect(profile.title).toBe('Analyst');
    expect(profile).not.toHaveProperty('nickName');
    expect(gaps).toEqual([{ extension: CORE, why: expect.stringMatching(why) }]);
    expect(gaps[0]?.why).not.toContain('secret');
  });

  test.each([
    '$now()',
    '$millis()',
    '$random()',
    '$shuffle([1,2])',
    '($e := $eval; $e("1"))',
    '$map([1], $random)',
  ])('must map the same person the same: %s is refused', (expression) => {
    expect(problemsOf({ nickName: { expression } })).toEqual([
      expect.stringMatching(/^nickName\.expression must not use \$\w+: the same person/),
    ]);
  });

  test('does not change the person', async () => {
    const before = structuredClone(ada);
    await map({ nickName: { expression: '$ ~> |name|{"givenName": "X"}|.name.givenName' } });
    expect(ada).toEqual(before);
  });
});

describe('values take the form of the attribute', () => {
  test.each<[string, JsonValue, JsonValue]>([
    ['userPreference:showTotalOnReport', 'yes', true],
    ['userPreference:showTotalOnReport', 'False', false],
    ['userPreference:showExpenseOnReport', 'parent', 'PARENT'],
    ['travel:ruleClass.id', '560485', 560485],
    ['dateOfBirth', '1815-12-10T00:00:00Z', '1815-12-10'],
    ['enterprise:startDate', '2026-01-31', '2026-01-31T00:00:00'],
    ['enterprise:startDate', '2026-01-31T08:30:00.000Z', '2026-01-31T08:30:00'],
    ['addresses[work].country', 'pl', 'PL'],
    ['preferredLanguage', 'de-AT', 'de'],
    ['emergencyContacts.relationship', 'life partner', 'Life Partner'],
    ['title', '  X ', 'X'],
  ])('%s of %j is %j', async (name, value, expected) => {
    const key = Object.keys((await map({ [name]: { value } })).profile);
    const { profile } = await map({ [name]: { value } });
    const target = key.find((one) => one.endsWith(name.slice(name.indexOf(':') + 1))) ?? '';
    expect(profile[target]).toBe(expected);
  });

  test.each<[string, string]>([
    ['userPreference:showTotalOnReport', 'true or false'],
    ['travel:ruleClass.id', 'a whole number'],
    ['enterprise:startDate', 'a date'],
    ['addresses[work].country', 'ISO 3166-1'],
    ['preferredLanguage', 'a language that Concur has'],
    ['userPreference:showExpenseOnReport', 'one of ALL, PARENT, NOTHING'],
  ])('what does not fit %s is a gap, and as a constant a problem', async (name, wanted) => {
    const { gaps } = await map({ [name]: 'title' });
    expect(gaps).toEqual([expect.objectContaining({ why: expect.stringContaining(`title is not`) })]);
    expect(gaps[0]?.why).toContain(wanted);
    expect(problemsOf({ [name]: { value: 'Analyst' } })).toEqual([
      expect.stringMatching(new RegExp(`value must be .*${wanted.slice(0, 12)}`)),
    ]);
    expect(problemsOf({ [name]: { from: 'title', default: 'Analyst' } })).toHaveLength(1);
    expect(problemsOf({ [name]: { from: 'title', table: { a: 'Analyst' } } })).toHaveLength(1);
  });

  test("a value that is nobody else's business is not in the gap", async () => {
    const { gaps } = await map({ dateOfBirth: 'title' }, { title: 'secret' });
    expect(JSON.stringify(gaps)).not.toContain('secret');
  });

  test('whatever comes, the profile survives being put together and taken apart again', async () => {
    const names = [
      'title',
      'dateOfBirth',
      'entitlements[Expense]',
      'travel:groups[7]',
      'travel:ruleClass.id',
    ];
    const word = fc.oneof(fc.string(), fc.constantFrom('true', '7', '2026-01-31'));
    await fc.assert(
      fc.asyncProperty(word, async (title) => {
        const attributes = Object.fromEntries(names.map((name) => [name, 'title']));
        const { profile } = await map(attributes, { title });
        expect(flatten(unflatten(profile))).toEqual(profile);
      }),
    );
  });
});

describe('what the configuration maps', () => {
  test("goes before the built-in mapping and before what the client sends in Concur's extensions", async () => {
    const { profile, initial } = await map(
      { 'spend:country': { value: 'PL' }, 'spend:customData[custom1]': 'title' },
      {
        [SPEND]: {
          country: 'US',
          customData: [
            { id: 'custom1', value: 'a' },
            { id: 'custom2', value: 'b' },
          ],
        },
      },
    );
    expect(profile[`${SPEND}:country`]).toBe('PL');
    expect(initial[`${SPEND}:reimbursementCurrency`]).toBe('PLN');
    expect(profile[`${SPEND}:customData[custom1].value`]).toBe('Analyst');
    expect(profile[`${SPEND}:customData[custom2].value`]).toBe('b');
  });

  test('displaces what names the same thing in another way', async () => {
    const { profile } = await map(
      { 'travel:ruleClass.name': { value: 'New' } },
      { [TRAVEL]: { ruleClass: { id: 1 } } },
    );
    expect(unflatten(profile)[TRAVEL]).toEqual({ ruleClass: { name: 'New' } });
  });

  test('belongs to a spend profile or waits for one', async () => {
    const { profile, gaps } = await map({ 'spend:ledgerCode': { value: 'L' } }, { locale: 'xx' });
    expect(profile).not.toHaveProperty(`${SPEND}:ledgerCode`);
    expect(gaps).toEqual([{ extension: SPEND, why: expect.stringContaining('lacks locale') }]);
    const decided = await map({ 'spend:country': 'enterprise:division', 'spend:ledgerCode': { value: 'L' } });
    expect(decided.gaps[0]?.why).toContain('country (mapping.attributes, spend:country)');
  });

  test('only fills a gap when: create says so, and where Concur takes it at the creation only', async () => {
    const { profile, initial } = await map({
      'spend:ledgerCode': { value: 'L', when: 'create' },
      'spend:testEmployee': { value: false },
    });
    expect(initial).toMatchObject({ [`${SPEND}:ledgerCode`]: 'L', [`${SPEND}:testEmployee`]: false });
    expect(Object.keys(profile).filter((key) => /ledger|test/.test(key))).toEqual([]);
  });

  test('is switched off by none or by nothing, alone or with everything under it', async () => {
    const { profile, initial } = await map({ title: 'none', addresses: 'none', 'spend:locale': null });
    expect(Object.keys({ ...profile, ...initial }).filter((key) => /title|address|locale/.test(key))).toEqual(
      [],
    );
  });

  test('names people, who are looked up', async () => {
    const { references, profile } = await map({
      'approver:report[primary]': 'enterprise:manager.value',
      'enterprise:manager.value': { value: 10001 },
      'spend:biManager.employeeNumber': { value: '9' },
    });
    expect(references).toEqual([
      { key: `${SPEND_APPROVER}:report[primary].approver.value`, reference: 'boss@example.com' },
      { key: `${ENTERPRISE}:manager.value`, reference: '10001' },
    ]);
    expect(profile[`${SPEND}:biManager.employeeNumber`]).toBe('9');
  });

  test('has elements that are there or not', async () => {
    const { profile } = await map({
      'entitlements[Travel]': { expression: '"Approvers" in roles.value' },
      'entitlements[Invoice]': { expression: 'userType = "Employee"' },
      'role:roles[EXP_APPROVER]': { expression: '"Approvers" in roles.value' },
      'role:roles[EXP_APPROVER].roleGroups': { value: ['EU', 'US'] },
      'travel:groups[7]': { value: true },
    });
    expect(unflatten(profile).entitlements).toEqual(['Travel']);
    expect(unflatten(profile)[SPEND_ROLE]).toEqual({
      roles: [{ roleName: 'EXP_APPROVER', roleGroups: ['EU', 'US'] }],
    });
    expect(unflatten(profile)[TRAVEL]).toEqual({ groups: [7] });
  });

  test('makes a mobile number primary', async () => {
    const { profile } = await map({ 'phoneNumbers[mobile]': { value: '+1' } });
    expect(unflatten(profile).phoneNumbers).toEqual([{ type: 'mobile', value: '+1', primary: true }]);
  });
});

describe('problems', () => {
  test('are all told at once', () => {
    expect(
      problemsOf(
        {
          timezoone: 'timezone',
          'spent:country': 'title',
          'spend:customData': 'title',
          'spend:customData[custom23]': 'title',
          'spend:country.code': 'title',
          'name.legalName': 'title',
          'enterprise:companyId': 'title',
          title: 'titel',
          nickName: 'name',
          externalId: 'id',
          'emails[work]': 'emails[type like "work"].value',
          userName: 'none',
          'name.givenName': {},
          'name.familyName': { from: 'title', value: 'X' },
          timezone: { form: 'timezone' },
          dateOfBirth: { template: 'no path' },
          'name.middleName': { template: '{title' },
          'name.honorificPrefix': { expression: '$$$(' },
          'name.honorificSuffix': { from: 'title', when: 'always' },
          'enterprise:manager.value': { from: 'enterprise:manager.value', when: 'create' },
          'enterprise:costCenter': { from: 'title', table: { file: 'gone.csv' } },
          'enterprise:division': { from: 'title', table: { file: 'bad.csv' } },
          'enterprise:department': { from: 'title', table: { file: 'twice.csv' } },
          [`${SPEND}:locale`]: 'locale',
          'spend:locale': 'locale',
          preferredLanguage: ['de'],
          'travel:ruleClass': 'title',
        },
        { 'bad.csv': 'a,b\n1,2,3\n', 'twice.csv': 'a,b\n1,2\n1,3\n' },
      ),
    ).toEqual([
      "timezoone is no attribute of Concur's (did you mean timezone?)",
      expect.stringMatching(
        /^spent:country names no part of Concur's profile; before the colon may stand enterprise,/,
      ),
      expect.stringMatching(/^spend:customData is a list: name an element, as in customData\[…\]/),
      expect.stringMatching(
        /^spend:customData\[custom23\] has an element that Concur does not have; .*custom1 to custom22/,
      ),
      "spend:country.code is no attribute of Concur's (did you mean spend:country?)",
      'name.legalName cannot be mapped: read-only in Concur',
      'enterprise:companyId cannot be mapped: the company of the connection',
      'title.from "titel" is no attribute of a SCIM User',
      expect.stringMatching(
        /^nickName\.from "name" is no single value; name one of its sub-attributes: formatted,/,
      ),
      'externalId.from "id" is nothing that clients write',
      expect.stringMatching(/^emails\[work\]\.from .*like/),
      'userName is required by Concur and cannot be switched off',
      'name.givenName must have exactly one of from, value, template, expression',
      'name.familyName must have exactly one of from, value, template, expression',
      expect.stringMatching(/^timezone\.form is not known; valid are from,/),
      'timezone must have exactly one of from, value, template, expression',
      'dateOfBirth.template has no path in braces; write value instead',
      'name.middleName.template has a brace without its other half',
      expect.stringMatching(/^name\.honorificPrefix\.expression is no JSONata expression: Expected/),
      'name.honorificSuffix.when must be create, or be left out',
      'enterprise:manager.value.when does not go with a person, who is always looked up',
      'enterprise:costCenter.table names gone.csv, which cannot be read (ENOENT)',
      'enterprise:division.table names bad.csv, whose row 1 below the head has not two columns',
      'enterprise:department.table names twice.csv, whose row 2 below the head has "1" a second time',
      expect.stringMatching(/^spend:locale is mapped at bridge\.yaml:\d+ already$/),
      'preferredLanguage must be a SCIM path, none, or a mapping with one of from, value, template, expression',
      expect.stringMatching(
        /^travel:ruleClass is no attribute of Concur's; valid are travel:ruleClass\.id, travel:ruleClass\.name$/,
      ),
    ]);
  });
});

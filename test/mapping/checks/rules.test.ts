import { describe, expect, test } from 'vitest';
import { ENTERPRISE, PAYROLL, SPEND, SPEND_ROLE, TRAVEL } from '../../../src/domain/extensions.ts';
import { faultOf } from '../../../src/mapping/checks/rules.ts';

/** SAP's own list (User Provisioning, `userName`). */
const FORBIDDEN = [...'%[#!*&()~\'{^}\\/?><,;:+=]"|'];

const letters = (count: number) => 'x'.repeat(count);
const mail = (count: number) => `${letters(count - 4)}@b.c`;

describe('every rule takes what is valid, and refuses what is not', () => {
  test.each<[key: string, accepted: readonly unknown[], refused: readonly unknown[]]>([
    [
      'userName',
      ['ada@example.com', 'a_b-c$d.é@x', 'ADA@EXAMPLE.COM'],
      ['ada', '@example.com', 'ada@', 'a@b@c', 'a b@c', ...FORBIDDEN.map((one) => `a${one}b@example.com`)],
    ],
    ['name.givenName', ['A', letters(32), '😀'.repeat(32)], [letters(33)]],
    ['name.familyName', [letters(32)], [letters(33)]],
    ['name.middleName', [letters(60)], [letters(61)]],
    ['name.middleInitial', ['B', '😀'], ['BB']],
    ['name.familyNamePrefix', [letters(28)], [letters(29)]],
    ['name.honorificPrefix', [letters(60)], [letters(61)]],
    ['name.honorificSuffix', [letters(60)], [letters(61)]],
    ['nickName', [letters(60)], [letters(61)]],
    ['title', [letters(255)], [letters(256)]],
    ['externalId', [letters(1000)], []],
    ['emails[work].value', ['a@b', mail(255)], ['ada', 'a@b@c', 'a @b', mail(256)]],
    ['emails[pager].value', [], ['a@b.c']],
    ['phoneNumbers[mobile:+48 600].value', ['+48 600', 'ext. 7'], []],
    ['addresses[work].locality', [letters(30)], [letters(31)]],
    ['addresses[home].region', [letters(30)], [letters(31)]],
    ['addresses[bank].postalCode', [letters(20)], [letters(21)]],
    ['addresses[work].streetAddress', [letters(500)], []],
    ['addresses[work].country', ['DE', 'GB'], ['UK', 'de', 'DEU', 'Germany', 'XX']],
    ['addresses[office].locality', [], ['Berlin']],
    ['preferredLanguage', ['de', 'en-US', 'fr-CA'], ['el', 'de-AT', 'EN-us']],
    ['timezone', ['Europe/Berlin', 'UTC'], ['Europe/Vienna', 'CET+1', 'europe/berlin', 'Berlin']],
    ['dateOfBirth', ['2000-02-29'], ['1999-02-29', '29.02.2000', '2000-13-01', '2000-01-00']],
    ['entitlements[Expense]', [true], []],
    ['entitlements[Golf]', [], [true]],
    [`${ENTERPRISE}:employeeNumber`, [letters(48)], [letters(49)]],
    [`${ENTERPRISE}:costCenter`, [letters(25)], [letters(26)]],
    [`${ENTERPRISE}:division`, [letters(48)], [letters(49)]],
    [`${ENTERPRISE}:department`, [letters(500)], []],
    [
      `${ENTERPRISE}:startDate`,
      ['1900-01-01T00:00:00', '2079-06-06T23:59:59'],
      ['1899-12-31T00:00:00', '2079-06-07T00:00:00', '2026-02-30T00:00:00', '2026-01-31T24:00:00', 'soon'],
    ],
    [`${ENTERPRISE}:terminationDate`, ['2026-01-31T00:00:00'], ['2080-01-01T00:00:00']],
    [`${ENTERPRISE}:leavesOfAbsence[2026-05-01].type`, ['voluntary', 'mandatory'], ['Voluntary', 'sick']],
    [`${SPEND}:country`, ['CH'], ['CHE', 'ch']],
    [`${SPEND}:budgetCountryCode`, ['CH'], ['Switzerland']],
    [`${SPEND}:locale`, ['en-US', 'xx-YY', 'de_DE'], ['en', 'en-us', 'zh-Hans-CN', 'English']],
    [`${SPEND}:reimbursementCurrency`, ['EUR', 'CLF', '978'], ['eur', 'EURO', 'XXZ', '€']],
    [`${SPEND}:stateProvince`, ['WA', '01'], ['Washington', 'W']],
    [`${SPEND}:ledgerCode`, [letters(20)], [letters(21)]],
    [`${SPEND}:cashAdvanceAccountCode`, [letters(20)], [letters(21)]],
    [
      `${SPEND}:reimbursementType`,
      ['ACCOUNTS_PAYABLE', 'ADP_PAYROLL', 'CONCUR_PAY', 'OTHER'],
      ['other', 'CASH'],
    ],
    [`${SPEND}:customData[custom22].value`, [letters(48)], [letters(49)]],
    [`${SPEND}:customData[orgUnit6].value`, ['x'], []],
    [`${SPEND}:customData[custom23].value`, [], ['x']],
    [`${SPEND}:customData[orgUnit0].value`, [], ['x']],
    [`${TRAVEL}:gender`, ['Female', 'Male'], ['f']],
  ])('%s', (key, accepted, refused) => {
    expect(accepted.filter((value) => faultOf(key, value) !== null)).toEqual([]);
    expect(refused.filter((value) => faultOf(key, value) === null)).toEqual([]);
  });

  test('currencies that are young are known', () => {
    const currencies = ['XCG', 'ZWG', 'SLE', 'VES', 'MRU', 'STN', 'BYN'];
    expect(currencies.filter((one) => faultOf(`${SPEND}:reimbursementCurrency`, one) !== null)).toEqual([]);
  });
});

describe('what only the company knows is not judged', () => {
  test.each([
    `${SPEND_ROLE}:roles[NO_SUCH_ROLE].roleName`,
    `${SPEND}:customData[custom1].value`,
    `${SPEND}:ledgerCode`,
    `${PAYROLL}:adp.companyCode`,
    `${TRAVEL}:ruleClass.name`,
    `${TRAVEL}:customFields[whatever].value`,
    `${TRAVEL}:groups[7]`,
    `${TRAVEL}:orgUnit`,
  ])('%s', (key) => {
    expect(faultOf(key, 'whatever')).toBeNull();
  });
});

import { describe, expect, test } from 'vitest';
import { ATTRIBUTE_RULES } from '../../src/domain/attribute-rules.ts';
import { explain, explanations } from '../../src/domain/explanation.ts';
import {
  CORE,
  ENTERPRISE,
  EXTENSIONS,
  PAYROLL,
  SPEND,
  SPEND_APPROVER,
  SPEND_ROLE,
  TRAVEL,
} from '../../src/domain/extensions.ts';
import { message } from './records.ts';

const about = (schemaPath: string | null, value?: Parameters<typeof explain>[1]) =>
  explain(message('Invalid', schemaPath), value);

describe('an explanation', () => {
  test('names the attribute, the value, what Concur wants, and where the value came from', () => {
    expect(about(`${SPEND}:reimbursementCurrency`, 'THB')).toBe(
      'spend:reimbursementCurrency ("THB"): Concur wants one of the company\'s reimbursement currencies, in the ' +
        "three letters of ISO 4217; the value is the spend extension's, else derived from the country " +
        '(mapping.currencies goes first), else the configured default.',
    );
  });

  test.each([
    [
      'userName',
      'a%b@x.com',
      /^userName \("a%b@x\.com"\): .*name@domain.*without any of % \[ #.*what the client sends/,
    ],
    [`${CORE}:userName`, 'a', /^userName \("a"\): /],
    ['name.familyName', 'x', /1 to 32 characters.*displayName/],
    [
      'emails.type',
      undefined,
      /^emails\.type: .*work, home, work2, other and other2.*userName that is an address/,
    ],
    ['emails[type eq "work"].value', 'x', /^emails\.value \("x"\): /],
    ['phoneNumbers.primary', true, /exactly one that is primary/],
    [
      'addresses.country',
      'Germany',
      /^addresses\.country \("Germany"\): Concur wants a country of ISO 3166-1/,
    ],
    ['entitlements', 'Expense', /Expense, Invoice, Request or Travel.*configured default/],
    ['timezone', 'CET', /time zones that SAP lists/],
    ['preferredLanguage', 'xx', /SAP's language codes/],
    [
      `${ENTERPRISE}:employeeNumber`,
      '7',
      /^enterprise:employeeNumber \("7"\): .*nobody else.*else the userName/,
    ],
    [`${ENTERPRISE}:manager.value`, 'u', /^enterprise:manager\.value .*UUID of a manager whom Concur holds/],
    [`${ENTERPRISE}:companyId`, 'u', /from the configuration/],
    [`${ENTERPRISE}:startDate`, '2026', /YYYY-MM-DDThh:mm:ssZ/],
    [`${SPEND}:country`, 'XX', /derived from the work address/],
    [`${SPEND}:locale`, 'xx', /derived from locale or preferredLanguage/],
    [`${SPEND}:stateProvince`, 'Texas', /two characters/],
    [
      `${SPEND}:customData[id eq "custom3"].value`,
      'v',
      /^spend:customData\.value .*custom1 to custom22 and orgUnit1/,
    ],
    [`${SPEND_ROLE}:roles.roleName`, 'EXP_USER', /^spend Role:roles\.roleName .*follow from entitlements/],
    [
      `${SPEND_APPROVER}:report.approver`,
      undefined,
      /^spend Approver:report\.approver: .*already has the approver role/,
    ],
    [`${TRAVEL}:ruleClass`, { name: 'X' }, /^travel:ruleClass \(\{"name":"X"\}\): .*rule class/],
  ] as const)('of %s', (schemaPath, value, sentence) => {
    expect(about(schemaPath, value)).toMatch(sentence);
    expect(about(schemaPath, value)).toMatch(/^[^\n]*\.$/);
  });

  test.each([
    null,
    '',
    'unheardOf',
    'constructor',
    `${SPEND}:unheardOf`,
    SPEND,
    'urn:ietf:params:scim:schemas:extension:other:2.0:User:country',
  ])('there is none of %j', (schemaPath) => {
    expect(about(schemaPath, 'x')).toBeNull();
  });

  test('takes a path without a URN for the first part that has the attribute', () => {
    expect(about('locale', 'x')).toMatch(/^spend:locale /);
    expect(about('manager.value', 'x')).toMatch(/^enterprise:manager\.value /);
  });

  test('repeats no more than the beginning of a value, and no line breaks', () => {
    const sentence = about('timezone', `${'x'.repeat(1000)}\nsecret`) ?? '';
    expect(sentence).toContain('("xxx');
    expect(sentence).toContain('…)');
    expect(sentence.length).toBeLessThan(250);
    expect(about('timezone', 'a\nb')).toContain('("a\\nb")');
  });

  test.each(['dateOfBirth', 'emergencyContacts', `${PAYROLL}:adp`, `${TRAVEL}:gender`])(
    'never repeats a value of %s',
    (schemaPath) => {
      expect(about(schemaPath, 'private-value')).not.toContain('private-value');
      const key = schemaPath === 'emergencyContacts' ? 'emergencyContacts' : schemaPath;
      const [sentence] = explanations({
        messages: [message('bad', schemaPath)],
        desired: { [key]: 'private-value' },
      });
      expect(sentence).not.toContain('private-value');
    },
  );
});

describe('the explanations of a refusal', () => {
  const desired = {
    userName: 'ada@example.com',
    'emails[work].value': 'ada@work.example',
    'emails[home].value': 'ada@home.example',
    'phoneNumbers[mobile].primary': true,
    'phoneNumbers[mobile].value': '+1',
    'entitlements[Expense]': true,
    [`${ENTERPRISE}:manager.value`]: 'boss-id',
    [`${SPEND_ROLE}:roles[EXP_PROCESSOR].roleGroups[R&D]`]: true,
    [`${SPEND_ROLE}:roles[EXP_APPROVER].roleName`]: 'EXP_APPROVER',
  };
  const of = (...paths: (string | null)[]) =>
    explanations({ messages: paths.map((path) => message('bad', path)), desired });

  test('show the value that was desired', () => {
    expect(of('userName')).toEqual([expect.stringMatching(/^userName \("ada@example\.com"\): /)]);
    expect(of('emails[type eq "home"].value')).toEqual([expect.stringContaining('("ada@home.example")')]);
    expect(of('entitlements')).toEqual([expect.stringContaining('("Expense")')]);
    expect(of(`${SPEND_ROLE}:roles.roleGroups`)).toEqual([expect.stringContaining('("R&D")')]);
    expect(of(`${SPEND_ROLE}:roles[roleName eq "EXP_PROCESSOR"].roleGroups`)).toEqual([
      expect.stringContaining('("R&D")'),
    ]);
    expect(of(`${SPEND_ROLE}:roles.roleName`)).toEqual([expect.stringContaining('("EXP_APPROVER")')]);
    expect(of('phoneNumbers.primary')).toEqual([expect.stringContaining('(true)')]);
    expect(of(`${ENTERPRISE}:manager`)).toEqual([expect.stringContaining('("boss-id")')]);
  });

  test('show no value where it can be one of several, or none', () => {
    expect(of('emails.value')).toEqual([expect.stringMatching(/^emails\.value: /)]);
    expect(of(`${ENTERPRISE}:employeeNumber`)).toEqual([
      expect.stringMatching(/^enterprise:employeeNumber: /),
    ]);
  });

  test('say nothing twice, and nothing of what is unknown', () => {
    expect(of('userName', 'userName', null, 'unheardOf')).toHaveLength(1);
    expect(of(null)).toEqual([]);
  });

  test('take a path without a URN for the part that was refused', () => {
    const travel = {
      messages: [message('bad', 'manager')],
      desired: { [`${TRAVEL}:manager`]: { value: 'm' } },
    };
    expect(explanations(travel)).toEqual([expect.stringMatching(/^travel:manager \(\{"value":"m"\}\): /)]);
  });
});

test('every rule is one of the attributes that can be named', () => {
  for (const extension of EXTENSIONS) {
    for (const path of Object.keys(ATTRIBUTE_RULES[extension] ?? {})) {
      expect(about(`${extension}:${path}`)).toMatch(/: Concur wants .*; the value is .*\.$/);
    }
  }
});

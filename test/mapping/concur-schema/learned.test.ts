import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CORE, ENTERPRISE, EXTENSIONS, SPEND, TRAVEL } from '../../../src/domain/extensions.ts';
import type { JsonValue } from '../../../src/domain/json.ts';
import type { LearnedAttribute, LearnedSchemas } from '../../../src/domain/learned-schemas.ts';
import { flatten, unflatten } from '../../../src/domain/profile.ts';
import { faultOf } from '../../../src/mapping/checks/rules.ts';
import { violations } from '../../../src/mapping/checks/violations.ts';
import { beyondBuiltIn } from '../../../src/mapping/concur-schema/beyond.ts';
import { schemaWith } from '../../../src/mapping/concur-schema/learned.ts';
import { CONCUR_SCHEMA, findConcurTarget } from '../../../src/mapping/concur-schema/schema.ts';
import { coerce } from '../../../src/mapping/configured/coerce.ts';
import { compileMapping } from '../../../src/mapping/configured/compile.ts';
import { learned } from '../../domain/arbitrary-schemas.ts';

const attribute = (name: string, more: Partial<LearnedAttribute> = {}): LearnedAttribute => ({
  name,
  type: 'string',
  multiValued: false,
  mutability: 'readWrite',
  canonicalValues: [],
  subAttributes: [],
  ...more,
});

/** What can be mapped by what is built in. */
const MAPPABLE = [
  ...[
    'userName',
    'name.givenName',
    'timezone',
    'emails[work]',
    'emails[work].verified',
    'entitlements[Expense]',
  ],
  ...[
    'preferredLanguage',
    'dateOfBirth',
    'enterprise:manager.value',
    'enterprise:startDate',
    'spend:country',
  ],
  ...['enterprise:leavesOfAbsence[2026-01-31].type', 'spend:reimbursementType', 'spend:customData[custom1]'],
  ...['spend:testEmployee', 'spend:biManager.value', 'approver:report[primary]', 'travel:ruleClass.id'],
  ...['travel:groups[1]', 'travel:gender'],
];

const VALUES: readonly JsonValue[] = [
  ...['x', 'ada@example.com', 'us', 'US', 'de-AT', 'concur_pay', 'VOLUNTARY', '2026-01-31', 'Mars/Base'],
  ...['Europe/Berlin', '7', 'yes', true, 12],
];

describe("what Concur's own schemas add to what is built in", () => {
  it('takes nothing of it away and changes nothing in it', () => {
    fc.assert(
      fc.property(learned, (schemas) => {
        const schema = schemaWith(schemas);
        for (const urn of EXTENSIONS) {
          for (const [name, known] of Object.entries(CONCUR_SCHEMA[urn].attributes)) {
            const { further: _, ...rest } = schema[urn].attributes[name] ?? {};
            expect(rest).toEqual(known);
          }
          expect(Object.keys(schema[urn].lists)).toEqual(Object.keys(CONCUR_SCHEMA[urn].lists));
        }
      }),
    );
  });

  it('requires nothing', () => {
    fc.assert(
      fc.property(learned, (schemas) => {
        const schema = schemaWith(schemas);
        const required = EXTENSIONS.flatMap((urn) =>
          Object.entries(schema[urn].attributes).filter(
            ([name, { isRequired }]) => isRequired && CONCUR_SCHEMA[urn].attributes[name] === undefined,
          ),
        );
        expect(required).toEqual([]);
      }),
    );
  });

  it('leaves valid whatever was valid', () => {
    fc.assert(
      fc.property(
        learned,
        fc.constantFrom(...MAPPABLE),
        fc.constantFrom(...VALUES),
        (schemas, name, value) => {
          const schema = schemaWith(schemas);
          const before = findConcurTarget(name);
          const after = findConcurTarget(name, schema);
          if (before.kind !== 'target' || after.kind !== 'target') throw new Error(`${name} can be mapped`);
          expect(after.target.key).toBe(before.target.key);
          const fit = coerce(before.target, [value]);
          if (fit.kind !== 'unfit') expect(coerce(after.target, [value])).toEqual(fit);
          if (faultOf(before.target.key, value) === null) {
            expect(faultOf(after.target.key, value, schema)).toBeNull();
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('makes nobody break a rule who broke none', () => {
    const names = [
      'newThing',
      `${SPEND}:newThing`,
      `${TRAVEL}:newThing`,
      'name.newPart',
      'emails[work].newPart',
    ];
    fc.assert(
      fc.property(learned, fc.constantFrom(...names), fc.constantFrom(...VALUES), (schemas, key, value) => {
        expect(violations({}, { [key]: value }, schemaWith(schemas))).toEqual([]);
      }),
    );
  });

  it('can be mapped only where a profile holds it value by value', () => {
    fc.assert(
      fc.property(learned, (schemas) => {
        for (const name of beyondBuiltIn(schemas).attributes) {
          const found = findConcurTarget(name, schemaWith(schemas));
          if (found.kind === 'problem') {
            // A part of a list's elements is written with an element.
            expect(found.message).toMatch(/^is a list/);
            continue;
          }
          const { key, attribute } = found.target;
          const profile = { [key]: attribute.type === 'presence' ? true : 'x' };
          expect(flatten(unflatten(profile))).toEqual(profile);
        }
      }),
    );
  });
});

describe('an attribute that only Concur knows', () => {
  const schemas: LearnedSchemas = {
    [CORE]: [
      attribute('emails', {
        type: 'complex',
        subAttributes: [attribute('purpose'), attribute('type', { canonicalValues: ['work9'] })],
      }),
      attribute('name', { type: 'complex', subAttributes: [attribute('patronym')] }),
      attribute('localeOverrides', { type: 'complex', subAttributes: [attribute('newPreference')] }),
      attribute('schemas', { multiValued: true }),
      attribute('password', { mutability: 'writeOnly' }),
      attribute('timezone', { canonicalValues: ['Europe/Berlin', 'Europe/Vienna'] }),
      attribute('entitlements', { multiValued: true, canonicalValues: ['Expense', 'Golf'] }),
    ],
    [SPEND]: [
      attribute('costObject'),
      attribute('level', { type: 'integer' }),
      attribute('kind', { canonicalValues: ['Big', 'Small'] }),
      attribute('badge', { mutability: 'immutable' }),
      attribute('balance', { mutability: 'readOnly' }),
      attribute('cards', { multiValued: true }),
      attribute('office', { type: 'complex', subAttributes: [attribute('city')] }),
      attribute('reimbursementType', { canonicalValues: ['CONCUR_PAY', 'NEW_PAY'] }),
    ],
  };
  const schema = schemaWith(schemas);

  it.each<[name: string, found: object]>([
    ['spend:costObject', { key: `${SPEND}:costObject`, attribute: { type: 'text' } }],
    ['spend:level', { attribute: { type: 'integer' } }],
    ['spend:kind', { attribute: { type: 'text', values: ['Big', 'Small'] } }],
    ['spend:badge', { attribute: { type: 'text', isCreateOnly: true } }],
    ['name.patronym', { key: 'name.patronym' }],
    ['emails[work].purpose', { key: 'emails[work].purpose' }],
    ['emails[work9]', { key: 'emails[work9].value' }],
    ['entitlements[Golf]', { key: 'entitlements[Golf]' }],
  ])('can be mapped as %s', (name, target) => {
    expect(findConcurTarget(name)).toMatchObject({ kind: 'problem' });
    expect(findConcurTarget(name, schema)).toMatchObject({ kind: 'target', target });
  });

  it.each<[name: string, message: RegExp]>([
    ['spend:balance', /read-only in Concur/],
    ['spend:cards', /it is a list/],
    ['spend:office', /it has parts/],
    ['spend:office.city', /is no attribute of Concur's/],
    ['password', /never shows it/],
    ['localeOverrides.newPreference', /is no attribute of Concur's/],
    ['schemas', /is no attribute of Concur's/],
    ['userName.newPart', /is no attribute of Concur's/],
  ])('cannot be mapped as %s', (name, message) => {
    expect(findConcurTarget(name, schema)).toMatchObject({
      kind: 'problem',
      message: expect.stringMatching(message),
    });
  });

  it('has values that are taken besides those that are built in', () => {
    const faults = (key: string, value: JsonValue) => [faultOf(key, value), faultOf(key, value, schema)];
    expect(faults('timezone', 'Europe/Vienna')).toEqual([expect.anything(), null]);
    expect(faults(`${SPEND}:reimbursementType`, 'NEW_PAY')).toEqual([expect.anything(), null]);
    expect(faults('emails[work9].value', 'ada@example.com')).toEqual([expect.anything(), null]);
    expect(faults('entitlements[Golf]', true)).toEqual([expect.anything(), null]);
    expect(faults(`${SPEND}:reimbursementType`, 'OTHER')).toEqual([null, null]);
    expect(faults(`${SPEND}:reimbursementType`, 'CASH')).toEqual([expect.anything(), expect.anything()]);
  });

  it('is told in the words of the configuration', () => {
    expect(beyondBuiltIn(schemas)).toEqual({
      attributes: [
        ...['emails.purpose', 'name.patronym', 'emails[work9]', 'entitlements[Golf]'],
        ...['spend:costObject', 'spend:level', 'spend:kind', 'spend:badge'],
      ],
      values: ['timezone Europe/Vienna', 'spend:reimbursementType NEW_PAY'],
      others: [
        'password (Concur never shows it)',
        'spend:cards (it is a list, which this version does not know)',
        'spend:office (it has parts, which this version does not know)',
      ],
    });
    expect(beyondBuiltIn({})).toEqual({ attributes: [], values: [], others: [] });
  });

  describe('in a configuration', () => {
    const compile = (attributes: Record<string, JsonValue>, known?: LearnedSchemas | null) =>
      compileMapping({
        attributes,
        placeOf: ([name]) => `bridge.yaml:${name}`,
        readFile: () => '',
        ...(known === undefined ? {} : { learned: () => known }),
      });
    const messages = (name: string, known?: LearnedSchemas | null) =>
      compile({ [name]: { value: 'x' } }, known).problems.map(({ path, message }) => `${path} ${message}`);

    it('is compiled, and worked out in its type', () => {
      const { attributes, problems } = compile({ 'spend:level': 'title', 'spend:badge': 'title' }, schemas);
      expect(problems).toEqual([]);
      const [level, badge] = attributes.map((one) => (one.kind === 'mapped' ? one : null));
      expect(level?.read({ title: '7' })).toEqual({ kind: 'value', value: 7, from: 'source' });
      expect(level?.read({ title: 'x' })).toMatchObject({ kind: 'gap' });
      expect([level?.use, badge?.use]).toEqual(['asked', 'initial']);
    });

    it('has a table of its own values and further ones of others', () => {
      const value = (name: string, value: string) => compile({ [name]: { value } }, schemas).problems;
      expect(value('spend:kind', 'big')).toEqual([]);
      expect(value('spend:kind', 'huge')).toMatchObject([{ message: 'must be one of Big, Small' }]);
      expect(value('spend:reimbursementType', 'new_pay')).toEqual([]);
    });

    it('that nobody knows is refused, and says what was looked at', () => {
      const plain = "spend:newest is no attribute of Concur's";
      expect(messages('spend:newest')).toEqual([plain]);
      expect(messages('spend:newest', null)).toEqual([
        expect.stringMatching(/^spend:newest .*were not read yet/),
      ]);
      expect(messages('spend:newest', schemas)).toEqual([
        `${plain}; Concur's own schemas do not have it either`,
      ]);
      expect(messages('nothing:newest', schemas)).toEqual([
        expect.stringMatching(/names no part of Concur's profile/),
      ]);
    });

    it('can be switched off like any other', () => {
      expect(compile({ 'spend:costObject': 'none' }, schemas).problems).toEqual([]);
      expect(compile({ 'enterprise:costObject': 'none' }, schemas).problems).toHaveLength(1);
      expect(ENTERPRISE in schemas).toBe(false);
    });
  });
});

import fc from 'fast-check';
import { CORE, ENTERPRISE, SPEND, SPEND_APPROVER, SPEND_ROLE, TRAVEL } from '../../src/domain/extensions.ts';
import type { LearnedAttribute, LearnedSchemas } from '../../src/domain/learned-schemas.ts';

/** Names that are built in, with parts or without, and names that are not. */
const NAMES = [
  ...[
    'userName',
    'name',
    'emails',
    'timezone',
    'entitlements',
    'preferredLanguage',
    'schemas',
    'dateOfBirth',
  ],
  ...['manager', 'leavesOfAbsence', 'startDate', 'country', 'reimbursementType', 'customData', 'biManager'],
  ...[
    'report',
    'roles',
    'ruleClass',
    'groups',
    'testEmployee',
    'localeOverrides',
    'emergencyContacts',
    '$ref',
    'newThing',
    'other-thing',
  ],
];

const PARTS = ['value', 'type', 'id', 'verified', 'givenName', 'newPart', 'approver', '$ref', 'startDate'];

const VALUES = [
  'work',
  'work9',
  'Expense',
  'Golf',
  'custom23',
  'CONCUR_PAY',
  'NEW_PAY',
  'el',
  'us',
  'Mars/Base',
];

function attributes(names: readonly string[], parts: fc.Arbitrary<readonly LearnedAttribute[]>) {
  return fc.uniqueArray(
    fc.record<LearnedAttribute>({
      name: fc.constantFrom(...names),
      type: fc.constantFrom('string', 'boolean', 'integer', 'decimal', 'complex'),
      multiValued: fc.boolean(),
      mutability: fc.constantFrom('readWrite', 'readOnly', 'immutable', 'writeOnly'),
      canonicalValues: fc.uniqueArray(fc.constantFrom(...VALUES), { maxLength: 3 }),
      subAttributes: parts,
    }),
    { maxLength: 6, selector: ({ name }) => name },
  );
}

const all = attributes(NAMES, attributes(PARTS, fc.constant([])));

/** What Concur's own schemas may say, wherever it contradicts what is built in. */
export const learned: fc.Arbitrary<LearnedSchemas> = fc.record(
  { [CORE]: all, [ENTERPRISE]: all, [SPEND]: all, [SPEND_APPROVER]: all, [SPEND_ROLE]: all, [TRAVEL]: all },
  { requiredKeys: [] },
);

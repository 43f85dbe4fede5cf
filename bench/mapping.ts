import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { MappingSettings } from '../src/domain/connection.ts';
import { difference, isEmpty } from '../src/domain/difference.ts';
import { ENTERPRISE } from '../src/domain/extensions.ts';
import { EVERYTHING } from '../src/domain/granted.ts';
import type { JsonObject } from '../src/domain/json.ts';
import { managerRoles } from '../src/mapping/approvers.ts';
import { deliverable } from '../src/mapping/checks/deliverable.ts';
import { compileMapping } from '../src/mapping/configured/compile.ts';
import { compileGroupRules } from '../src/mapping/groups/compile.ts';
import { mapPerson } from '../src/mapping/person.ts';

/**
 * How long the mapping, the checks and the difference take for one person: `npm run bench:mapping -- [people]`. People are
 * made one at a time and forgotten, so that the memory kept after them is what the work itself holds.
 */
const PEOPLE = Number(process.argv[2] ?? 1_000_000);
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void; // Node's types do not know what the flag exposes.
const COUNTRIES = ['DE', 'PL', 'US', 'GB', 'FR'];
const NOBODYS: ReadonlySet<string> = new Set();

const TWENTY: JsonObject = {
  title: 'enterprise:department',
  timezone: { from: 'timezone', default: 'Europe/Berlin' },
  nickName: { template: '{name.givenName} {name.familyName}' },
  'emails[home]': 'emails[type eq "home"].value',
  'spend:ledgerCode': { from: 'enterprise:costCenter', table: { C0: 'L-0', C1: 'L-1' }, default: 'L-X' },
  'spend:cashAdvanceAccountCode': { value: 'CASH' },
  'spend:reimbursementType': { value: 'CONCUR_PAY' },
  'spend:budgetCountryCode': 'addresses[type eq "work"].country',
  'spend:testEmployee': { value: false },
  'spend:customData[custom1]': 'addresses[type eq "work"].locality',
  'spend:customData[custom2]': 'enterprise:costCenter',
  'spend:customData[custom3]': 'enterprise:department',
  'spend:customData[custom4]': 'enterprise:division',
  'spend:customData[custom5]': 'userName',
  'spend:customData[orgUnit1]': { template: '{enterprise:costCenter}-{enterprise:department}' },
  'approver:report[primary]': 'enterprise:manager.value',
  'userPreference:showTotalOnReport': { value: true },
  'workflowPreference:emailStatusChangeOnReport': { value: true },
  'travel:ruleClass.name': { value: 'Default' },
  'travel:customFields[Badge]': 'externalId',
};

const RULES = [
  { group: 'Everybody', entitlements: ['Expense', 'Request'] },
  { group: { matching: 'Concur *' }, roles: ['EXP_PROCESSOR'] },
];

const BASE: MappingSettings = {
  companyId: 'aa076ada-80a9-4f57-8e98-9300b1c3171d',
  defaults: {},
  currencies: {},
};

function settingsWith(attributes: JsonObject): MappingSettings {
  const compiled = compileMapping({ attributes, placeOf: () => 'bench', readFile: () => '' });
  if (compiled.problems.length > 0) throw new Error(JSON.stringify(compiled.problems));
  return { ...BASE, attributes: compiled.attributes };
}

/** Somebody as Entra ID would send them. */
function person(index: number): JsonObject {
  const address = `person${index}@example.com`;
  return {
    externalId: `ext-${index}`,
    userName: address,
    name: { givenName: `Given${index % 997}`, familyName: `Family${index % 7919}` },
    active: true,
    locale: 'en-US',
    title: 'Analyst',
    emails: [
      { type: 'work', value: address, primary: true },
      { type: 'home', value: `home${index}@example.com` },
    ],
    phoneNumbers: [{ type: 'mobile', value: `+48 600 ${index}` }],
    addresses: [{ type: 'work', country: COUNTRIES[index % COUNTRIES.length] ?? 'DE', locality: 'City' }],
    entitlements: [{ value: 'Expense' }],
    [ENTERPRISE]: {
      employeeNumber: String(index),
      costCenter: `C${index % 3}`,
      department: `D${index % 50}`,
      manager: { value: String(index % 1000) },
    },
  };
}

/** What is in memory once everything that nobody needs is gone, in MB. */
function kept(): string {
  collectGarbage();
  return (process.memoryUsage().heapUsed / 2 ** 20).toFixed(1);
}

/** The groups that somebody is in, of which two give something. */
const GROUPS = ['Everybody', 'Concur Approvers', 'Berlin'].map((displayName) => ({
  displayName,
  externalId: null,
}));

/** Every tenth person has another title in Concur; mapping, checks and difference see to it. */
async function measure(what: string, settings: MappingSettings): Promise<void> {
  let changed = 0;
  const before = kept();
  const started = performance.now();
  for (let index = 0; index < PEOPLE; index++) {
    const roles = index % 20 === 0 ? managerRoles(settings) : [];
    const { profile, initial, gaps } = await mapPerson(person(index), settings, GROUPS, roles);
    const asked = { profile, initial, gaps, waiting: [], missingFor: EVERYTHING.missingFor };
    const held = { ...initial, ...profile, ...(index % 10 === 0 ? { title: 'Before' } : {}) };
    const provisioning = { concurId: 'c', applied: { profile: held, unknown: [] }, owned: [] };
    const wanted = deliverable(asked, provisioning);
    if (!isEmpty(difference(wanted, held, NOBODYS))) changed += 1;
  }
  const microseconds = ((performance.now() - started) * 1_000) / PEOPLE;
  console.log(
    `${what}: ${microseconds.toFixed(1)} µs per person, ${PEOPLE} people, ${changed} changed, ${before} MB kept before and ${kept()} MB after`,
  );
}

await measure('built-in mapping', BASE);
await measure('with 20 configured attributes', settingsWith(TWENTY));
await measure('with 20, groups and managers', {
  ...settingsWith(TWENTY),
  groups: { ownership: 'additive', rules: compileGroupRules(RULES).rules },
  managerApproves: ['report', 'request'],
});
await measure(
  'with 20, one of them an expression',
  settingsWith({ ...TWENTY, title: { expression: '$uppercase(title)' } }),
);

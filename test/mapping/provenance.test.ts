import { expect, test } from 'vitest';
import { ENTERPRISE, SPEND, SPEND_ROLE } from '../../src/domain/extensions.ts';
import { compileMapping } from '../../src/mapping/configured/compile.ts';
import { mapPerson } from '../../src/mapping/person.ts';
import { explainMapping } from '../../src/mapping/provenance.ts';

const resource = {
  userName: 'ada@example.com',
  name: { givenName: 'Ada', familyName: 'Lovelace' },
  emails: [{ type: 'work', value: 'ada@example.com' }],
  addresses: [{ type: 'work', country: 'GB' }],
  [ENTERPRISE]: { costCenter: 'C1', manager: { value: '10001' } },
};
const { attributes } = compileMapping({
  attributes: {
    'spend:ledgerCode': { from: 'enterprise:costCenter', table: { C1: 'L-1' } },
    nickName: { from: 'enterprise:division', default: 'X' },
    title: { template: '{name.givenName}!' },
    'phoneNumbers[mobile]': { value: '+1' },
  },
  placeOf: ([name]) => `bridge.yaml:${name?.length}`,
  readFile: () => '',
});
const settings = {
  companyId: 'c-1',
  currencies: {},
  defaults: { timezone: 'Europe/London', [`${SPEND}:locale`]: 'en-GB' },
  attributes,
};

test('says of every value of the mapping where it comes from', async () => {
  const { attributes: filled, gaps } = await explainMapping(resource, settings);
  const from = Object.fromEntries(
    filled.map(({ key, use, origin }) => [key, [use, origin.kind, origin.from]]),
  );
  expect(from).toEqual({
    userName: ['asked', 'client', 'userName'],
    active: ['asked', 'client', 'active, true unless it is false'],
    'name.givenName': ['asked', 'client', 'name.givenName'],
    'name.familyName': ['asked', 'client', 'name.familyName'],
    'emails[work].value': ['asked', 'client', 'emails[type eq "work"].value'],
    'addresses[work].country': ['asked', 'client', 'addresses[type eq "work"].country'],
    timezone: ['asked', 'default', 'mapping.defaults'],
    nickName: ['asked', 'configuration', 'the default beside enterprise:division (bridge.yaml:8)'],
    title: ['asked', 'configuration', 'the template {name.givenName}! (bridge.yaml:5)'],
    'phoneNumbers[mobile].value': ['asked', 'configuration', 'a constant (bridge.yaml:20)'],
    'phoneNumbers[mobile].primary': ['asked', 'derived', 'the number that mapping.attributes gives'],
    [`${ENTERPRISE}:companyId`]: ['asked', 'connection', 'companyId'],
    [`${ENTERPRISE}:costCenter`]: ['asked', 'client', `${ENTERPRISE}:costCenter`],
    [`${ENTERPRISE}:employeeNumber`]: ['initial', 'derived', 'userName'],
    [`${ENTERPRISE}:manager.value`]: ['reference', 'client', `${ENTERPRISE}:manager.value`],
    [`${SPEND}:country`]: ['initial', 'derived', 'addresses.country'],
    [`${SPEND}:locale`]: ['initial', 'default', 'locale or preferredLanguage, else mapping.defaults'],
    [`${SPEND}:reimbursementCurrency`]: ['initial', 'derived', 'the country'],
    [`${SPEND}:ledgerCode`]: [
      'asked',
      'configuration',
      'enterprise:costCenter, through the table (bridge.yaml:16)',
    ],
  });
  expect(gaps).toEqual([]);
});

test('explains exactly what is mapped', async () => {
  const { profile, initial, references, gaps } = await mapPerson(resource, settings);
  const explained = await explainMapping(resource, settings);
  const valuesOf = (use: string) =>
    Object.fromEntries(
      explained.attributes.filter((one) => one.use === use).map(({ key, value }) => [key, value]),
    );
  expect(valuesOf('asked')).toEqual(profile);
  expect(valuesOf('initial')).toEqual(initial);
  expect(valuesOf('reference')).toEqual(
    Object.fromEntries(references.map(({ key, reference }) => [key, reference])),
  );
  expect(explained.gaps).toEqual(gaps);
});

test('says of every group of a role who gives it', async () => {
  const spend = { country: 'GB', locale: 'en-GB', reimbursementCurrency: 'GBP' };
  const roles = [{ roleName: 'EXP_PROXY_USER', roleGroups: ['EU'] }, { roleName: 'INV_APPROVER' }];
  const mapped = compileMapping({
    attributes: {
      'role:roles[EXP_PCARD_ADMIN]': { value: true },
      'role:roles[EXP_PCARD_ADMIN].roleGroups': { from: 'enterprise:costCenter' },
    },
    placeOf: () => 'bridge.yaml:9',
    readFile: () => '',
  });
  const gives = (displayName: string, code: string, ...groups: string[]) => ({
    group: { by: 'displayName', value: displayName } as const,
    entitlements: [],
    roles: [{ code, groups }],
    travelGroups: [],
    travelRuleClass: null,
  });
  const rules = [gives('A', 'EXP_PROXY_USER', 'US'), gives('B', 'EXP_PROXY_USER', 'EU', 'US')];
  const { attributes: filled } = await explainMapping(
    { ...resource, [SPEND]: spend, [SPEND_ROLE]: { roles } },
    { ...settings, attributes: mapped.attributes, groups: { ownership: 'additive', rules } },
    [
      { displayName: 'A', externalId: null },
      { displayName: 'B', externalId: null },
    ],
  );
  const from = filled
    .filter(({ key }) => key.startsWith(SPEND_ROLE))
    .map(({ key, origin }) => [key.slice(`${SPEND_ROLE}:roles`.length), origin.kind, origin.from]);
  expect(from).toEqual([
    ['[EXP_PCARD_ADMIN].roleGroups[C1]', 'configuration', 'enterprise:costCenter (bridge.yaml:9)'],
    ['[EXP_PROXY_USER].roleGroups[EU]', 'giver', 'group "B", and the client'],
    ['[INV_APPROVER].roleName', 'client', `${SPEND_ROLE}:roles`],
    ['[EXP_PROXY_USER].roleGroups[US]', 'giver', 'group "A", group "B"'],
  ]);
});

import { describe, expect, test } from 'vitest';
import { loadConfiguration } from '../../src/config/configuration.ts';
import { compileGroupRules } from '../../src/mapping/groups/compile.ts';

const HEAD = `store: { secretKey: '${'0'.repeat(64)}' }
connections:
  default:
    baseUrl: https://us2.api.concursolutions.com
    companyId: 3f2504e0-4f89-11d3-9a0c-0305e82c3301
    clientId: client
    clientSecret: secret
`;

function load(lines: readonly string[], compilers = { compileGroupRules }) {
  const text = HEAD + lines.map((line) => `    ${line}\n`).join('');
  return loadConfiguration({ env: {}, configFile: 'bridge.yaml', readFile: () => text, ...compilers });
}

/** The problems of a file with these rules: where, and what. */
function problemsOf(...rules: readonly string[]): readonly (readonly [string, string])[] {
  const loaded = load(['groups:', '  rules:', ...rules.map((rule) => `    ${rule}`)]);
  if (loaded.kind === 'ok') return [];
  return loaded.problems.map(({ path, message }) => [
    path.replace('connections.default.groups.rules.', ''),
    message,
  ]);
}

describe('groups.rules', () => {
  test('are compiled in their order', () => {
    const loaded = load([
      'groups:',
      '  ownership: exclusive',
      '  rules:',
      '    - { group: Approvers, roles: exp_approver, entitlements: [expense] }',
      '    - group: { matching: concur-* }',
      '      roles: [{ role: EXP_PROCESSOR, groups: [EU, US] }, { role: EXP_APPROVER, groups: [Global] }]',
      '    - { group: { externalId: e }, travelGroups: [7, "8"], travelRuleClass: 9 }',
      '    - { group: { displayName: x }, travelRuleClass: Default }',
    ]);
    if (loaded.kind === 'invalid') throw new Error(JSON.stringify(loaded.problems));
    const [connection] = loaded.configuration.connections;
    const nothing = { entitlements: [], roles: [], travelGroups: [], travelRuleClass: null };
    const approver = { code: 'EXP_APPROVER', groups: [] };
    expect(connection?.mapping.groups).toEqual({
      ownership: 'exclusive',
      rules: [
        {
          ...nothing,
          group: { by: 'displayName', value: 'Approvers' },
          roles: [approver],
          entitlements: ['Expense'],
        },
        {
          ...nothing,
          group: { by: 'matching', value: 'concur-*' },
          roles: [{ code: 'EXP_PROCESSOR', groups: ['EU', 'US'] }, approver],
        },
        {
          ...nothing,
          group: { by: 'externalId', value: 'e' },
          travelGroups: [7, 8],
          travelRuleClass: { id: 9 },
        },
        { ...nothing, group: { by: 'displayName', value: 'x' }, travelRuleClass: { name: 'Default' } },
      ],
    });
    expect(connection?.groups).toEqual({ unknownMembers: 'accept' });
  });

  test('are none where there are none', () => {
    for (const lines of [[], ['groups: { rules: [] }'], ['groups: { ownership: additive }']]) {
      const loaded = load(lines);
      if (loaded.kind === 'invalid') throw new Error(JSON.stringify(loaded.problems));
      expect(loaded.configuration.connections[0]?.mapping).not.toHaveProperty('groups');
    }
  });

  test('are refused with place and line', () => {
    const found = problemsOf(
      '- group: A',
      '  roles:',
      '    - EXP_CONFIG_ADMIN',
      '    - EXP_USER',
      '    - EXP_CONFIG_ADMIN_RO',
      '    - NO_ROLE',
      '  entitlements: [Golf]',
      '- { group: B }',
    );
    expect(found).toEqual([
      ['0.entitlements.0 (bridge.yaml:16)', expect.stringContaining('is no entitlement')],
      ['0.roles.1 (bridge.yaml:13)', expect.stringContaining('the entitlement Expense')],
      ['0.roles.2 (bridge.yaml:14)', expect.stringContaining('beside EXP_CONFIG_ADMIN')],
      ['0.roles.3 (bridge.yaml:15)', expect.stringContaining('no role')],
      ['1 (bridge.yaml:17)', expect.stringContaining('gives nothing')],
    ]);
  });

  test.each<[rule: string, place: string, message: string]>([
    ['- just text', '0', 'must be a mapping'],
    ['- { group: A, role: EXP_APPROVER, travelGroups: [1] }', '0.role', 'is not known'],
    ['- { travelGroups: [1] }', '0.group', 'must be the displayName'],
    ['- { group: " ", travelGroups: [1] }', '0.group', 'must be the displayName'],
    ['- { group: { displayName: A, matching: B }, travelGroups: [1] }', '0.group', 'must be the displayName'],
    ['- { group: { name: A }, travelGroups: [1] }', '0.group', 'must be the displayName'],
    ['- { group: A, travelGroups: [x] }', '0.travelGroups.0', 'must be the id'],
    ['- { group: A, travelGroups: [] }', '0.travelGroups', 'is empty'],
    ['- { group: A, travelRuleClass: [] }', '0.travelRuleClass', 'must be the name'],
    ['- { group: A, roles: [EXP_APPROVER, EXP_APPROVER] }', '0.roles.1', 'a second time'],
    [
      '- { group: A, roles: [{ role: EXP_APPROVER, groups: [EU] }] }',
      '0.roles.0.groups',
      'cannot be limited',
    ],
    ['- { group: A, roles: [{ role: EXP_PROCESSOR, groups: EU }] }', '0.roles.0.groups', 'must be a list'],
    ['- { group: A, roles: [{ code: EXP_PROCESSOR }] }', '0.roles.0', 'is no role'],
    ['- { group: A, roles: [EXP_PROCESSOR_AUDIT, EXP_PROCESSOR] }', '0.roles.1', 'nobody both'],
    ['- { group: A, roles: [SHD_EMPLOYEE_ADMIN_RO, SHD_PASSWORD_ADMIN] }', '0.roles.1', 'nobody both'],
  ])('such as %s', (rule, place, message) => {
    expect(problemsOf(rule)).toContainEqual([`${place} (bridge.yaml:10)`, expect.stringContaining(message)]);
  });

  test('may stand together where Concur does not say otherwise', () => {
    expect(problemsOf('- { group: A, roles: [EXP_PROCESSOR, EXP_PROCESSOR_ADMIN, SHD_TAX_ADMIN] }')).toEqual(
      [],
    );
  });

  test('are a list, and ownership is one of two', () => {
    const loaded = load(['groups: { rules: x, ownership: mine }']);
    expect(loaded).toMatchObject({
      problems: [
        { path: 'connections.default.groups.ownership', message: 'must be additive or exclusive' },
        { path: 'connections.default.groups.rules', message: 'must be a list of rules' },
      ],
    });
  });

  test('cannot be used by whoever gives nobody anything', () => {
    const text = `${HEAD}    groups: { rules: [{ group: A, travelGroups: [1] }] }\n`;
    expect(loadConfiguration({ env: {}, configFile: 'b.yaml', readFile: () => text })).toMatchObject({
      problems: [{ path: 'connections.default.groups.rules', message: 'cannot be used here' }],
    });
  });
});

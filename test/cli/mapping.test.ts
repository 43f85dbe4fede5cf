import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { run } from './child.ts';

const folder = mkdtempSync(join(tmpdir(), 'bridge-mapping-'));
afterAll(() => rmSync(folder, { recursive: true }));

const ADA = {
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
  userName: 'ada@example.com',
  name: { givenName: 'Ada', familyName: 'Lovelace' },
  'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': {
    costCenter: 'C1',
    manager: { value: '10001' },
  },
};

writeFileSync(join(folder, 'ledgers.csv'), 'center,ledger\nC1,L-1\n');
writeFileSync(
  join(folder, 'bridge.yaml'),
  `store: { secretKey: '${'0'.repeat(64)}' }
connections:
  default:
    baseUrl: https://us2.api.concursolutions.com
    companyId: 3f2504e0-4f89-11d3-9a0c-0305e82c3301
    clientId: client
    clientSecret: secret
    mapping:
      defaults: { timezone: Europe/Berlin }
      attributes:
        title: { from: enterprise:costCenter, table: { file: ledgers.csv } }
    approvers: { fromManager: [report] }
    groups:
      rules:
        - { group: Concur Travellers, entitlements: [Travel] }
`,
);
writeFileSync(
  join(folder, 'scoped.yaml'),
  `store: { secretKey: '${'0'.repeat(64)}' }
connections:
  default:
    baseUrl: https://us2.api.concursolutions.com
    companyId: 3f2504e0-4f89-11d3-9a0c-0305e82c3301
    clientId: client
    clientSecret: secret
    scope: userType eq "Employee" or groups.display eq "Clerks"
`,
);
writeFileSync(
  join(folder, 'wrong.yaml'),
  'connections:\n  default:\n    mapping:\n      attributes:\n        titel: title\n',
);

const mappingTest = (args: readonly string[], input: unknown) =>
  run(['mapping', 'test', ...args], {}, { cwd: folder, input: JSON.stringify(input) });

test('mapping test shows each value with where it comes from, and what is looked up', async () => {
  const { code, stdout } = await mappingTest(['-'], ADA);
  const rows = stdout.split('\n').map((line) => line.split(/ {2,}/));
  expect(rows).toContainEqual([
    'title',
    'L-1',
    'always',
    expect.stringMatching(/^enterprise:costCenter, through the table \(.*bridge\.yaml:11\)$/),
  ]);
  expect(rows).toContainEqual([
    'enterprise:manager.value',
    '10001',
    'as their Concur UUID',
    expect.stringMatching(/^client: /),
  ]);
  expect(rows).toContainEqual([
    'emails[work].value',
    'ada@example.com',
    'where Concur has nothing',
    'derived from userName',
  ]);
  expect(rows).toContainEqual(['timezone', 'Europe/Berlin', 'always', 'mapping.defaults (./bridge.yaml:9)']);
  expect(stdout).toMatch(/not fit to be sent\n {2}nothing/);
  expect(code).toBe(0);
});

test('mapping test says whether the User is in the scope, and what would be sent otherwise', async () => {
  const scoped = (...args: string[]) => mappingTest(['-', '--config', 'scoped.yaml', ...args], ADA);
  const outside = await scoped();
  expect(outside.stdout).toMatch(
    /^Outside the scope of this connection \(userType eq "Employee" or groups\.display eq "Clerks"\): nothing of this is sent/,
  );
  expect(outside.stdout).toContain('name.givenName');
  expect(outside.code).toBe(0);
  expect(JSON.parse((await scoped('--json')).stdout)).toMatchObject({ inScope: false });
  const inside = await scoped('--group', 'clerks');
  expect(inside.stdout).not.toContain('scope');
  expect(inside.stderr).toBe('');
});

test('mapping test says what breaks a rule of Concur, as the server would', async () => {
  const { code, stdout } = await mappingTest(['-'], { ...ADA, timezone: 'Mars/Olympus' });
  expect(stdout).toMatch(/timezone "Mars\/Olympus" breaks a rule of Concur's\./);
  expect(code).toBe(1);
});

test('mapping test says which of two roles counts, as they are named', async () => {
  const roles = [{ roleName: 'SHD_TAX_ADMIN_RO' }, { roleName: 'SHD_TAX_ADMIN' }];
  const { code, stdout } = await mappingTest(['-'], {
    ...ADA,
    locale: 'en-US',
    addresses: [{ type: 'work', country: 'US' }],
    'urn:ietf:params:scim:schemas:extension:spend:2.0:Role': { roles },
  });
  expect(stdout).toMatch(/SHD_TAX_ADMIN_RO, which is named first and counts: SHD_TAX_ADMIN is left out/);
  expect(code).toBe(1);
});

test('mapping test shows which group a value comes from', async () => {
  const { stdout } = await mappingTest(['-', '--group', 'Other', 'concur travellers'], ADA);
  const rows = stdout.split('\n').map((line) => line.split(/ {2,}/));
  expect(rows).toContainEqual(['entitlements[Travel]', 'true', 'always', 'group "concur travellers"']);
  expect((await mappingTest(['-'], ADA)).stdout).not.toContain('entitlements');
});

test('mapping test shows whom a manager approves for, and what a manager is given', async () => {
  const boss = { ...ADA, locale: 'en-US', addresses: [{ type: 'work', country: 'US' }] };
  const { stdout } = await mappingTest(['-', '--manager'], boss);
  const rows = stdout.split('\n').map((line) => line.split(/ {2,}/));
  const manager = 'the manager, by approvers.fromManager';
  expect(rows).toContainEqual([
    'approver:report[primary].approver.value',
    '10001',
    'as their Concur UUID',
    manager,
  ]);
  expect(rows).toContainEqual([
    'role:roles[EXP_APPROVER].roleName',
    'EXP_APPROVER',
    'always',
    'the people who report to them',
  ]);
});

test('mapping test says which groups no rule is about, and what may have been meant', async () => {
  const { code, stderr } = await mappingTest(
    ['-', '--group', 'Concur Travelers', 'concur travellers', 'X'],
    ADA,
  );
  expect(stderr.split('\n')).toEqual([
    'No rule is about the group "Concur Travelers": did you mean "Concur Travellers"?',
    'No rule is about the group "X": the rules are about "Concur Travellers".',
    '',
  ]);
  expect(code).toBe(0);
});

test('mapping test says that there are no rules for groups', async () => {
  const env = {
    BRIDGE_SECRET_KEY: '0'.repeat(64),
    CONCUR_BASE_URL: 'https://us2.api.concursolutions.com',
    CONCUR_COMPANY_ID: '3f2504e0-4f89-11d3-9a0c-0305e82c3301',
    CONCUR_CLIENT_ID: 'client',
    CONCUR_CLIENT_SECRET: 'secret',
  };
  const { stderr } = await run(['mapping', 'test', '-', '--group', 'A'], env, { input: JSON.stringify(ADA) });
  expect(stderr).toBe('No rule is about the group "A": the connection has no groups.rules.\n');
});

test('mapping test returns 1 when something required is missing, also for programs', async () => {
  writeFileSync(join(folder, 'ada.json'), JSON.stringify({ ...ADA, name: { givenName: 'Ada' } }));
  const { code, stdout } = await mappingTest(['ada.json', '--json'], '');
  const { attributes, gaps } = JSON.parse(stdout);
  expect(attributes).toContainEqual({
    key: 'name.givenName',
    value: 'Ada',
    use: 'asked',
    origin: { kind: 'client', from: 'name.givenName' },
  });
  expect(gaps).toContainEqual(expect.objectContaining({ why: expect.stringContaining('name.familyName') }));
  expect(code).toBe(1);
});

test('mapping test says what is wrong with the file, the User, and every line of the configuration', async () => {
  expect(await mappingTest(['gone.json'], '')).toMatchObject({
    code: 1,
    stderr: 'gone.json cannot be read (ENOENT).\n',
  });
  expect(await mappingTest(['-'], [ADA])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('no SCIM User'),
  });
  expect(await mappingTest(['-'], { ...ADA, userName: 7 })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('userName'),
  });
  const { code, stderr } = await mappingTest(['-', '--config', 'wrong.yaml'], ADA);
  expect(stderr).toMatch(
    /mapping\.attributes\.titel \(wrong\.yaml:5\): is no attribute of Concur's \(did you mean title\?\)/,
  );
  expect(code).toBe(2);
});

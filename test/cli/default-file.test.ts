import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { run } from './child.ts';

const folder = mkdtempSync(join(tmpdir(), 'bridge-default-'));
afterAll(() => rmSync(folder, { recursive: true }));
for (const name of ['bridge', 'option', 'variable']) {
  writeFileSync(join(folder, `${name}.yaml`), `connections: { ${name}: {} }\n`);
}

it.each([
  ['./bridge.yaml where nothing is named', [], {}, 'bridge'],
  ['./bridge.yaml where the variable is empty', [], { BRIDGE_CONFIG: '' }, 'bridge'],
  ['the file of the variable', [], { BRIDGE_CONFIG: 'variable.yaml' }, 'variable'],
  ['the file of the option', ['--config', 'option.yaml'], { BRIDGE_CONFIG: 'variable.yaml' }, 'option'],
])('reads %s', async (_, args, env, name) => {
  const { code, stderr } = await run(['status', ...args], env, { cwd: folder });
  expect(stderr).toContain(`  connections.${name}.companyId: is missing`);
  expect(stderr).not.toContain('init');
  expect(code).toBe(2);
});

it('takes the environment alone where no bridge.yaml is, and says how to get one', async () => {
  const { code, stderr } = await run(['status']);
  expect(stderr).toContain('  CONCUR_COMPANY_ID: is missing');
  expect(stderr).toContain('npm run bridge -- init');
  expect(code).toBe(2);
});

const WELL = `server: { port: 0 }
store:
  url: sqlite:./none/bridge.db
  secretKey: ${'ab'.repeat(32)}
connections:
  default:
    baseUrl: https://us2.api.concursolutions.com
    companyId: 3f2504e0-4f89-11d3-9a0c-0305e82c3301
    clientId: client
    clientSecret: secret
`;
writeFileSync(join(folder, 'well.yaml'), WELL);

it.each([['status'], ['status', '--json'], ['doctor', '--json']])(
  'says once which variables the file overrules, on stderr: %j',
  async (...args) => {
    const { stdout, stderr } = await run(
      [...args, '--config', 'well.yaml'],
      { BRIDGE_PORT: '8080', BRIDGE_HOST: '127.0.0.1', CONCUR_CLIENT_ID: 'other' },
      { cwd: folder },
    );
    const [line] = stderr.split('\n');
    expect(line).toMatch(
      /passed over.*: BRIDGE_PORT \(server\.port, well\.yaml:1\), CONCUR_CLIENT_ID \(connections\.default\.clientId, well\.yaml:9\)$/,
    );
    expect(stdout + stderr.slice(line?.length)).not.toContain('passed over');
  },
);

it('names the setting in the file, with its line, where a file is in use, and nobody’s variable', async () => {
  const { code, stderr } = await run(['status', '--config', 'well.yaml'], {}, { cwd: folder });
  expect(stderr).toMatch(
    /^There is no database at .*\(npm run bridge -- serve\), or set store\.url \(well\.yaml:3\) to/,
  );
  expect(code).toBe(2);
});

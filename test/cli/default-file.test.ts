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

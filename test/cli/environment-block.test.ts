import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { run, start } from './child.ts';

it.each([
  ['beside nothing', false],
  ['beside a bridge.yaml of somebody’s own', true],
])('the environment that simulate prints leads to the simulator, %s', async (_, isBeside) => {
  const cwd = mkdtempSync(join(tmpdir(), 'bridge-block-'));
  onTestFinished(() => rmSync(cwd, { recursive: true }));
  if (isBeside) writeFileSync(join(cwd, 'bridge.yaml'), 'connections: { mine: {} }\n');
  const simulator = start(['simulate', '--port', '0'], {}, { cwd });
  await simulator.line(/Ctrl-C/);
  const lines = simulator.output().matchAll(/^export (\w+)='(.*)'$/gm);
  const environment = Object.fromEntries([...lines].map(([, name = '', value = '']) => [name, value]));
  expect('BRIDGE_CONFIG' in environment).toBe(isBeside);
  const { code, stdout, stderr } = await run(['token', 'create', 'okta'], environment, { cwd });
  expect(stderr).toBe('');
  expect(stdout).toContain('token of okta');
  expect(code).toBe(0);
  const doctor = await run(['doctor'], environment, { cwd });
  expect(doctor.stderr).toBe('');
  expect(doctor.stdout).toMatch(/^ok +Concur gives out a token/m);
  simulator.signal('SIGTERM');
  await simulator.ended;
});

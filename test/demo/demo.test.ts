import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { run } from '../cli/child.ts';

it('lives through the day: everybody is where they should be, and nothing is left behind', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bridge-demo-'));
  const { code, stdout, stderr } = await run(['demo', '--once'], { TMPDIR: folder });
  expect(stderr).toBe('');
  expect(stdout).toContain('64 people, 64 as they should be.');
  // Two wait for their manager then, and one has a currency that Concur refuses.
  expect(stdout).toContain('63/63 (3 partial)\n');
  expect(stdout).toMatch(/nikhil\S+ +Entra +in_sync .*currency refused, currency corrected/);
  expect(stdout).toMatch(/marcus\S+ +Okta +in_sync +overridden +inactive/);
  expect(stdout).toMatch(/gregor\S+ +Entra +in_sync +active +active .*deleted, hired again/);
  // How many go in one request depends on how fast the machine is.
  expect(stdout).toMatch(/(user|bulk) +\d+ +completed/);
  expect(code).toBe(0);
  expect(readdirSync(folder)).toEqual([]);
  rmSync(folder, { recursive: true });
}, 60_000);

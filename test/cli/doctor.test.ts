import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { environmentFor } from '../../src/demo/environment.ts';
import { CHECKS } from '../../src/doctor/checks.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { run } from './child.ts';

const folder = mkdtempSync(join(tmpdir(), 'bridge-cli-'));
let simulator: Simulator;
let environment: Record<string, string>;

beforeAll(async () => {
  simulator = await startSimulator();
  environment = {
    ...environmentFor(simulator),
    BRIDGE_PORT: '0',
    BRIDGE_DATABASE_URL: `sqlite:${join(folder, 'bridge.db')}`,
  };
});

afterAll(async () => {
  await simulator.close();
  rmSync(folder, { recursive: true });
});

describe('doctor', () => {
  it('prints every line with what was found, and returns 0 where nothing failed', async () => {
    const { code, stdout, stderr } = await run(['doctor'], environment);
    expect(stderr).toBe('');
    const ids = [...stdout.matchAll(/^(?:ok|warning) +\S.* \((\S+)\)\n {9}\S/gm)].map(([, id]) => id);
    expect(ids).toEqual(CHECKS.map(({ id }) => id));
    expect(stdout).toMatch(/\nConnection default\n/);
    expect(stdout).toMatch(/\n {9}→ Set server\.publicUrl/);
    expect(stdout).toMatch(/\d+ ok, 3 warnings, 0 failed, 0 not checked\. Nothing stands in the way/);
    expect(stdout).not.toContain('\u001b');
    expect(code).toBe(0);
  });

  it('names the cause and the remedy, and returns 1', async () => {
    const wrong = { ...environment, CONCUR_CLIENT_SECRET: 'wrong-secret' };
    const { code, stdout } = await run(['doctor'], wrong);
    expect(stdout).toMatch(
      /^failed +Concur gives out a token \(token\)\n +The client secret is wrong.*\n +→ \S/m,
    );
    expect(stdout).toMatch(
      /^skipped +\S.* \(scopes\)\n +Not checked before this is right: Concur gives out/m,
    );
    expect(stdout).toMatch(/Provisioning would not work until/);
    expect(stdout).not.toContain('wrong-secret');
    expect(code).toBe(1);
  });

  it('prints JSON for programs', async () => {
    const wrong = { ...environment, BRIDGE_SECRET_KEY: 'ab'.repeat(32) };
    const { code, stdout } = await run(['doctor', '--json'], wrong);
    const { ok, checks } = JSON.parse(stdout);
    expect(ok).toBe(false);
    expect(checks).toContainEqual({
      id: 'secret-key',
      title: expect.any(String),
      connection: 'default',
      state: 'failed',
      found: expect.stringContaining('BRIDGE_SECRET_KEY'),
      remedy: expect.stringContaining('Set the key'),
    });
    expect(code).toBe(1);
  });

  it('says what is wrong with the configuration as one of its lines', async () => {
    const { code, stdout } = await run(['doctor', '--json'], { BRIDGE_PORT: 'http' });
    const [first] = JSON.parse(stdout).checks;
    expect(first).toMatchObject({ id: 'configuration', state: 'failed' });
    expect(first.found).toMatch(/^BRIDGE_PORT: must be/m);
    expect(first.found).toMatch(/^CONCUR_CLIENT_ID: is missing/m);
    expect(code).toBe(1);
  });

  it('tells people in one line of all the checks that need a configuration', async () => {
    const { code, stdout } = await run(['doctor'], { BRIDGE_PORT: 'http' });
    expect(stdout.match(/^skipped.*$/gm)).toEqual([
      `skipped  ${CHECKS.length - 1} checks: they need a configuration that can be used`,
    ]);
    expect(stdout).toContain(`1 failed, ${CHECKS.length - 1} not checked.`);
    expect(code).toBe(1);
  });

  it('returns 2 for a connection that is not configured', async () => {
    const { code, stdout, stderr } = await run(['doctor', '--connection', 'emea'], environment);
    expect(stderr).toMatch(/no connection "emea"; it has: default/);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });
});

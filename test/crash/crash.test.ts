import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ENTERPRISE, SPEND } from '../../src/domain/extensions.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import type { CrashOrder } from './crashing-bridge.ts';

const BRIDGE = resolve(import.meta.dirname, 'crashing-bridge.ts');

/** Leases last ten seconds: for a process whose clock is this far ahead those of the dead have lapsed. */
const AFTER_LEASES = 15_000;

/** Every point between two statements that matter, and the passings at which the process is cut there. */
const POINTS: Readonly<Record<string, readonly number[]>> = {
  'accept:before': [1, 3],
  'accept:after': [1, 3, 5],
  'claim:before': [2],
  'claim:after': [2, 3, 8],
  'find:before': [1, 2],
  'find:after': [1, 2],
  'storeToken:before': [1],
  'storeToken:after': [1],
  'read:before': [1],
  'read:after': [1],
  'recordRequest:before': [1, 2, 3, 5],
  'recordRequest:after': [1, 2, 3, 5],
  'sendBulk:before': [1, 2],
  'sendBulk:after': [1, 2],
  'send:before': [1, 2, 3],
  'send:after': [1, 2, 3],
  'commit:before': [1, 3, 5, 8],
  'commit:inside': [1, 3, 5, 8],
  'commit:after': [1, 3, 5, 8],
  'claimPolls:after': [3],
  'status:before': [1, 3],
  'status:after': [1, 3],
  'recover:before': [1],
  'recover:after': [1],
};

describe.concurrent('a process that is cut with SIGKILL', () => {
  it('is cut at every point that the day passes', async ({ expect }) => {
    await inFolder(async (simulator, order) => {
      const { code, output } = await run({ ...order, trace: true });
      expect(code).toBe(0);
      const passed = new Set(
        output
          .trim()
          .split('\n')
          .map((line) => line.split(' ')[0] ?? ''),
      );
      const readOnly =
        /^(renew|resolve|claims|refreshToken|seedRefreshToken|search|get|list|close|claimPolls|available):?/;
      const unnamed = [...passed].filter((point) => !(point in POINTS) && !readOnly.test(point));
      expect(unnamed).toEqual([]);
      expectTheDay(simulator);
    });
  });

  for (const [point, passings] of Object.entries(POINTS)) {
    for (const passing of passings) {
      it(`at ${point} (passing ${passing}) leaves Concur as asked for, once it runs again`, async ({
        expect,
      }) => {
        await inFolder(async (simulator, order) => {
          const cut = await run({ ...order, dieAt: { point, passing } });
          expect(cut.signal, cut.output).toBe('SIGKILL');
          const again = await run({ ...order, ahead: AFTER_LEASES });
          expect(again.code, again.output).toBe(0);
          expectTheDay(simulator);
        });
      });
    }
  }
});

/** Everybody is in Concur exactly once, as the day left them, and no rule of Concur's was broken. */
function expectTheDay(simulator: Simulator): void {
  const { company } = simulator;
  const users = [...simulator.state.users.values()];
  expect(users.map(({ identity }) => identity.userName).sort()).toEqual(
    ['ada', 'ben', 'cleo', 'dan', 'eve'].map((name) => `${name}@example.com`),
  );
  const of = (name: string) => {
    const user = simulator.state.find(`${name}@example.com`);
    return { ...user?.identity, ...user?.spend };
  };
  const currency = (reimbursementCurrency: string) => ({ [SPEND]: { country: 'US', reimbursementCurrency } });
  expect(of('ada')).toMatchObject({ active: true, title: 'Director', ...currency('EUR') });
  expect(of('ben')).toMatchObject({ active: true, title: 'Manager', ...currency('GBP') });
  expect(of('cleo')).toMatchObject({ active: true, ...currency('USD') });
  expect(of('dan')).toMatchObject({ active: true, title: 'Rehired', ...currency('USD') });
  expect(of('eve')).toMatchObject({
    active: true,
    [ENTERPRISE]: { companyId: company.id },
    ...currency('USD'),
  });
  expect(simulator.violations).toEqual([]);
}

async function inFolder(work: (simulator: Simulator, order: CrashOrder) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bridge-crash-'));
  const simulator = await startSimulator({ pollInterval: 50, latency: { identity: 20, extensions: 40 } });
  const { id: companyId, clientId, clientSecret, refreshToken } = simulator.company;
  try {
    await work(simulator, {
      database: join(folder, 'bridge.db'),
      simulator: simulator.url,
      companyId,
      clientId,
      clientSecret,
      refreshToken,
      dieAt: null,
      ahead: 0,
      trace: false,
    });
  } finally {
    await simulator.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function run(
  order: CrashOrder,
): Promise<{ code: number | null; signal: string | null; output: string }> {
  const child = spawn(process.execPath, [BRIDGE, JSON.stringify(order)]);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const [code, signal] = await once(child, 'close');
  return { code, signal, output };
}

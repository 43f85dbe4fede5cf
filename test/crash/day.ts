import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { ENTERPRISE, SPEND } from '../../src/domain/extensions.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import type { CrashOrder } from './crashing-bridge.ts';

/** Gives `work` an empty Concur, and the order for a process that lives a whole day with it. */
export async function inFolder(
  work: (simulator: Simulator, order: CrashOrder) => Promise<void>,
): Promise<void> {
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
      grave: null,
      waits: false,
      leaseDuration: 10_000,
      ahead: 0,
      trace: false,
    });
  } finally {
    await simulator.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Everybody is in Concur exactly once, as the day left them, and no rule of Concur's was broken. */
export function expectTheDay(simulator: Simulator): void {
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

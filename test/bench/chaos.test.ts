import { expect, it } from 'vitest';
import { runChaos } from '../../bench/chaos/chaos.ts';

it('what was accepted arrives through some rounds of chaos', async () => {
  const seed = Number(process.env.CHAOS_SEED ?? Math.floor(Math.random() * 2 ** 32));
  const { failures, writes } = await runChaos({ rounds: 3, seed }, () => undefined);
  expect(failures, `CHAOS_SEED=${seed} decides the same`).toEqual([]);
  expect(writes).toBeGreaterThan(10);
}, 120_000);

import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { oneARound } from '../../src/store/one-a-round.ts';

it('lets one through in each round of the event loop, in order', async () => {
  const turn = oneARound();
  const through: number[] = [];
  for (const number of [1, 2, 3]) void turn().then(() => through.push(number));
  const seen: number[] = [];
  while (through.length < 3) {
    await setImmediate();
    seen.push(through.length);
  }
  // Each round at most one more.
  expect(seen.map((number, round) => number - (seen[round - 1] ?? 0)).every((more) => more <= 1)).toBe(true);
  expect(through).toEqual([1, 2, 3]);
});

it('begins anew after a pause', async () => {
  const turn = oneARound();
  await turn();
  await turn();
  let isThrough = false;
  void turn().then(() => {
    isThrough = true;
  });
  await Promise.resolve();
  expect(isThrough).toBe(false);
  await turn();
  expect(isThrough).toBe(true);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pollDelay, retryDelay } from '../../src/domain/retry-policy.ts';

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const count = fc.integer({ min: 1, max: 10_000 });

test('a retry waits at least a second and at most ten minutes, and longer after each failure until then', () => {
  fc.assert(
    fc.property(count, random, random, (attempts, one, other) => {
      const delay = retryDelay(attempts, one);
      expect(delay).toBeGreaterThanOrEqual(1_000);
      expect(delay).toBeLessThanOrEqual(600_000);
      expect(retryDelay(attempts + 1, other)).toBeGreaterThanOrEqual(Math.min(delay, 300_000));
    }),
  );
  expect([1, 2, 3, 100].map((attempts) => retryDelay(attempts, 0))).toEqual([1_000, 2_000, 4_000, 300_000]);
});

test('people who failed together come back apart', () => {
  expect(retryDelay(5, 0.9)).toBeGreaterThan(retryDelay(5, 0.1));
});

test('a request is never looked at before the interval is over, nor more than a little after a minute', () => {
  fc.assert(
    fc.property(fc.nat(10_000), fc.integer({ min: 10, max: 300_000 }), random, (polls, interval, jitter) => {
      const delay = pollDelay(polls, interval, jitter);
      expect(delay).toBeGreaterThanOrEqual(interval);
      expect(delay).toBeLessThanOrEqual(Math.ceil(Math.max(60_000, interval) * 1.2));
      expect(pollDelay(polls + 1, interval, jitter)).toBeGreaterThanOrEqual(delay);
    }),
  );
  expect([0, 1, 2].map((polls) => pollDelay(polls, 5_000, 0))).toEqual([5_000, 7_500, 11_250]);
});

import { describe, expect, it } from 'vitest';
import { daysLeft, EXPIRY_WARNING } from '../../src/domain/credential.ts';

const DAY = 24 * 3_600_000;
const NOW = 1_000 * DAY;

describe('daysLeft', () => {
  it.each([
    [null, null],
    [NOW + EXPIRY_WARNING + 1, null],
    [NOW + EXPIRY_WARNING, 30],
    [NOW + 2 * DAY - 1, 1],
    [NOW + DAY - 1, 0],
    [NOW - DAY, 0],
  ])('of a token that ends at %s is %s', (expiresAt, days) => {
    expect(daysLeft({ expiresAt }, NOW)).toBe(days);
  });
});

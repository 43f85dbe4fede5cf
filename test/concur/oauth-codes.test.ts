import { describe, expect, it } from 'vitest';
import { explainCode, OAUTH_CODES, oauthCode } from '../../src/concur/oauth-codes.ts';

/** The codes of `/token` in SAP's pages "Authentication" and "Company Level Authentication". */
const DOCUMENTED = [
  5, 10, 11, 12, 13, 14, 16, 19, 20, 21, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63, 64, 65, 80, 81,
  83, 84, 85, 100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 115, 117, 118, 119, 120, 121, 122, 123, 124,
  134, 135, 136, 139,
];

describe('the codes of the token endpoint', () => {
  it('are all there, each once', () => {
    const listed = OAUTH_CODES.flatMap(({ codes }) => codes);
    expect(listed.toSorted((left, right) => left - right)).toEqual(DOCUMENTED);
  });

  it('pass only where the company lives elsewhere or is under maintenance', () => {
    expect(OAUTH_CODES.filter(({ passing }) => passing).flatMap(({ codes }) => codes)).toEqual([16, 134]);
  });

  it('have a meaning and a remedy in whole sentences', () => {
    for (const { meaning, remedy } of [...OAUTH_CODES, oauthCode(999)]) {
      expect(meaning).toMatch(/^[A-Z].*\.$/);
      expect(remedy).toMatch(/^[A-Z].*\.$/);
    }
  });

  it('say something general of a code that nobody knows, and of none', () => {
    expect(oauthCode(999)).toEqual(oauthCode(null));
    expect(oauthCode(999).passing).toBe(false);
    expect(explainCode(999)).toContain('OAuth code 999');
    expect(explainCode(null)).not.toContain('OAuth code');
  });
});

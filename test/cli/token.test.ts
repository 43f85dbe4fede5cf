import { expect, it } from 'vitest';
import { tokenNamed } from '../../src/cli/token.ts';
import type { ScimToken } from '../../src/store/scim-tokens.ts';

const TOKENS: readonly ScimToken[] = [
  token('5f0c1111-aaaa', 'okta'),
  token('5f0c2222-aaaa', 'entra'),
  token('77777777-aaaa', '5f0c1111-aaaa'),
  token('88888888-aaaa', 'okta', 1),
  token('99999999-aaaa', 'old', 1),
];

it.each([
  ['its id, whatever others are called', '5f0c1111-aaaa', 'okta'],
  ['its name, which revoked ones may have too', 'okta', 'okta'],
  ['the beginning of its id', '5f0c2', 'entra'],
  ['four characters of it', '7777', '5f0c1111-aaaa'],
  ['the beginning in capitals', '5F0C2222-AA', 'entra'],
])('a token is named by %s', (_, named, name) => {
  expect(tokenNamed(named, TOKENS).name).toBe(name);
});

it.each(['5f0', '777', 'none', 'old', '9999', '', 'okt'])('%j names no valid token', (named) => {
  expect(() => tokenNamed(named, TOKENS)).toThrow(/No valid token/);
});

it('lists the candidates where a beginning means several', () => {
  expect(() => tokenNamed('5f0c', TOKENS)).toThrow(
    expect.objectContaining({
      exitCode: 1,
      message: expect.stringMatching(/several.*\n {2}5f0c1111-aaaa {2}okta\n {2}5f0c2222-aaaa {2}entra$/),
    }),
  );
});

function token(id: string, name: string, revoked: number | null = null): ScimToken {
  return { id, name, created: 0, revoked };
}

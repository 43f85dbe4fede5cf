import { expect, test } from 'vitest';
import { connectionTroubles } from '../../src/domain/connection-trouble.ts';
import type { Credential } from '../../src/domain/credential.ts';
import {
  IDENTITY_WRITE,
  PROVISION_READ,
  PROVISION_WRITE,
  QUIET,
  SCOPES,
  SPEND_WRITE,
} from '../../src/domain/granted.ts';

const DAY = 24 * 3_600_000;
const NOW = 1_000 * DAY;
const ALL = SCOPES.map(({ name }) => name);
const well: Credential = {
  principal: 'company',
  refreshToken: 'secret',
  geolocation: null,
  scopes: ALL,
  expiresAt: NOW + 31 * DAY,
  refreshedAt: NOW,
};

test('nothing is wrong with a company that granted everything, or of which nothing is known', () => {
  expect(connectionTroubles(well, NOW, 'auto')).toEqual([]);
  expect(connectionTroubles({ ...well, scopes: null, expiresAt: null }, NOW, 'auto')).toEqual([]);
});

test.each<[what: string, credential: Credential | null, said: string]>([
  ['no credential', null, 'Not connected'],
  ['a user', { ...well, principal: 'user' }, 'Connected as a user'],
  [
    'an application',
    { ...well, principal: 'application', refreshToken: null },
    'Connected as an application',
  ],
  ['a month', { ...well, expiresAt: NOW + 30 * DAY }, 'runs out in 30 days'],
  ['a day', { ...well, expiresAt: NOW + DAY }, 'runs out in 1 day:'],
  ['hours', { ...well, expiresAt: NOW + 1 }, 'runs out within a day'],
  ['an end', { ...well, expiresAt: NOW }, 'has run out'],
  ['a missing scope', { ...well, scopes: ALL.filter((name) => name !== SPEND_WRITE) }, SPEND_WRITE],
])('%s is said in one sentence', (_, credential, said) => {
  const troubles = connectionTroubles(credential, NOW, 'auto');
  expect(troubles).toHaveLength(1);
  expect(troubles[0]).toContain(said);
  expect(troubles[0]).not.toContain('secret');
});

test('missing scopes come with what to do about them', () => {
  const without = (scope: string) =>
    connectionTroubles({ ...well, scopes: ALL.filter((name) => name !== scope) }, NOW, 'auto');
  expect(without(IDENTITY_WRITE)[0]).toMatch(/grant.* Ask the Concur administrator .* then connect again\.$/);
  expect(without(PROVISION_WRITE)[0]).toMatch(/then connect again; or, .* set writeApi to identity\.$/);
});

test('scopes that writing to Identity takes no notice of are not missed where it was chosen', () => {
  const scopes = ALL.filter((name) => ![PROVISION_READ, PROVISION_WRITE, SPEND_WRITE].includes(name));
  expect(connectionTroubles({ ...well, scopes }, NOW, 'identity')).toEqual([]);
  expect(connectionTroubles({ ...well, scopes: [] }, NOW, 'identity')[0]).toContain(IDENTITY_WRITE);
});

test('scopes that leave attributes out without a word are passed over', () => {
  expect(
    connectionTroubles({ ...well, scopes: ALL.filter((name) => !QUIET.has(name)) }, NOW, 'auto'),
  ).toEqual([]);
});

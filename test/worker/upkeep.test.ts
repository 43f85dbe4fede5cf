import { expect, onTestFinished, test, vi } from 'vitest';
import type { Credential } from '../../src/domain/credential.ts';
import type { Failure } from '../../src/domain/outcome.ts';
import { startUpkeep } from '../../src/worker/upkeep.ts';
import { Delivery } from './harness.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** An upkeep whose clock a test moves, and what it logged; its loop is woken instead of waited for. */
function upkeep(found: { credential: Credential | null; failure: Failure | null }) {
  let now = 1_000 * DAY;
  const lines: string[] = [];
  const note = (level: string) => (_: object, message: string) => void lines.push(`${level} ${message}`);
  const log = { info: note('info'), warn: note('warn'), error: note('error') };
  const keepFresh = vi.fn(async () => found);
  const loop = startUpkeep({ concur: { keepFresh }, clock: () => now, log });
  onTestFinished(() => loop.stop());
  return {
    lines,
    keepFresh,
    now: () => now,
    /** Moves the clock on by hours, and resolves when the upkeep has looked in each of them. */
    async pass(hours: number) {
      for (let hour = 0; hour < hours; hour += 1) {
        const before = keepFresh.mock.calls.length;
        now += HOUR;
        loop.wake();
        await vi.waitFor(() => expect(keepFresh).toHaveBeenCalledTimes(before + 1), { interval: 1 });
      }
    },
  };
}

const credential: Credential = {
  principal: 'company',
  refreshToken: 'secret',
  geolocation: null,
  scopes: null,
  expiresAt: null,
  refreshedAt: 0,
};

test('looks once an hour and says nothing while all is well', async () => {
  const { lines, keepFresh, pass } = upkeep({ credential, failure: null });
  await vi.waitFor(() => expect(keepFresh).toHaveBeenCalledTimes(1));
  await pass(30);
  expect(keepFresh).toHaveBeenCalledTimes(31);
  expect(lines).toEqual([]);
});

test('warns once a day from 30 days before the end, and then says each day that it is over', async () => {
  const found = { credential: { ...credential, expiresAt: 0 }, failure: null };
  const { lines, now, pass } = upkeep(found);
  found.credential = { ...credential, expiresAt: now() + 32 * DAY };
  await pass(24);
  lines.length = 0;
  await pass(23);
  expect(lines).toEqual([]);
  await pass(2 * 24 + 1);
  expect(lines).toEqual(Array(3).fill('warn the refresh token runs out soon'));

  lines.length = 0;
  found.credential = { ...credential, expiresAt: now() + 1 };
  await pass(25);
  expect(lines).toEqual(Array(2).fill('error the refresh token has run out: the connection needs another'));
});

test.each<[what: string, found: { credential: Credential | null; failure: Failure | null }, line: string]>([
  [
    'a refusal of the token',
    { credential, failure: { kind: 'retry', why: 'token', after: null, message: 'bad' } },
    'error Concur refused the refresh token',
  ],
  ['no credential', { credential: null, failure: null }, 'warn not connected to SAP Concur'],
])('says %s once a day', async (_, found, line) => {
  const { lines, pass } = upkeep(found);
  await pass(25);
  expect(lines).toEqual([expect.stringContaining(line), expect.stringContaining(line)]);
});

test('says nothing of a Concur that does not answer: that passes', async () => {
  const failure: Failure = { kind: 'retry', why: 'transient', after: null, message: 'no connection' };
  const { lines, pass } = upkeep({ credential, failure });
  await pass(3);
  expect(lines).toEqual([]);
});

test('a refresh token stays in use though there is nothing to do', async () => {
  const delivery = await Delivery.prepare();
  const client = delivery.client();
  const log = { info() {}, warn() {}, error() {} };
  const loop = startUpkeep({ concur: client, clock: delivery.clock.now, log });
  onTestFinished(async () => {
    await loop.stop();
    await client.close();
  });
  const refreshes = () => delivery.calls('POST', /oauth2/);
  await vi.waitFor(() => expect(refreshes()).toBe(1));
  const first = (await delivery.store.credentials.read())?.refreshedAt ?? 0;
  delivery.clock.advance(25 * HOUR);
  loop.wake();
  await vi.waitFor(() => expect(refreshes()).toBe(2));
  await vi.waitFor(async () => {
    expect((await delivery.store.credentials.read())?.refreshedAt).toBeGreaterThanOrEqual(first + 25 * HOUR);
  });
});

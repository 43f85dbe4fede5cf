import { expect, test } from 'vitest';
import {
  EXTERNAL_ID_WRITE,
  type Granted,
  grantedBy,
  SCOPES,
  SPEND_WRITE,
  VERIFIED_WRITE,
} from '../../src/domain/granted.ts';
import { watchGrants } from '../../src/worker/grants.ts';

const ALL = SCOPES.map(({ name }) => name);
const without = (...scopes: string[]) =>
  grantedBy(new Set(ALL.filter((name) => !scopes.includes(name))), 'auto');

/** A watch over what a test says is granted, with what it queued and logged. */
function watch(first: Granted) {
  const seen = { granted: first, queued: [] as boolean[], lines: [] as string[], fails: false };
  const note = (_: object, message: string) => void seen.lines.push(message);
  const step = watchGrants({
    store: {
      queueForGrant: async (alsoInSync: boolean) => {
        if (seen.fails) throw new Error('no disk');
        seen.queued.push(alsoInSync);
      },
    },
    concur: { granted: () => seen.granted },
    clock: () => 1,
    log: { info: note, warn: note, error: note },
  });
  return { seen, step };
}

test('queues who lacks a scope at the start and on each change, and nobody in between', async () => {
  const { seen, step } = watch(without(SPEND_WRITE));
  expect(await step()).toBe(1);
  seen.granted = without(SPEND_WRITE);
  expect(await step()).toBe(0);
  seen.granted = without();
  expect(await step()).toBe(1);
  expect(seen.queued).toEqual([false, false]);
});

test('queues everybody in sync only when a quiet scope has come', async () => {
  const { seen, step } = watch(without(EXTERNAL_ID_WRITE, VERIFIED_WRITE));
  await step();
  seen.granted = without(VERIFIED_WRITE, SPEND_WRITE);
  await step();
  seen.granted = without(EXTERNAL_ID_WRITE, VERIFIED_WRITE);
  await step();
  expect(seen.queued).toEqual([false, true, false]);
});

test('queues who could not be read when a scope for reading has come', async () => {
  const { seen, step } = watch(without('spend.user.general.read'));
  await step();
  seen.granted = without();
  await step();
  expect(seen.queued).toEqual([false, true]);
});

test('a change that could not be written is found again', async () => {
  const { seen, step } = watch(without(EXTERNAL_ID_WRITE));
  await step();
  seen.granted = without();
  seen.fails = true;
  await expect(step()).rejects.toThrow('no disk');
  seen.fails = false;
  await step();
  expect(seen.queued).toEqual([false, true]);
});

test('says once what is left out without a word', async () => {
  const { seen, step } = watch(without(EXTERNAL_ID_WRITE));
  await step();
  seen.granted = without();
  await step();
  seen.granted = without(EXTERNAL_ID_WRITE, VERIFIED_WRITE, SPEND_WRITE);
  await step();
  expect(seen.lines).toEqual([
    'externalId is left out, because the company did not grant the scope',
    'whether an e-mail address is verified is left out, because the company did not grant the scope',
  ]);
});

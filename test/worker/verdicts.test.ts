import { expect, test } from 'vitest';
import { EVERYTHING } from '../../src/domain/granted.ts';
import type { PersonRecord } from '../../src/domain/person.ts';
import { createVerdicts } from '../../src/worker/verdicts.ts';
import { record } from '../domain/records.ts';

/** Verdicts over a world that a test changes. */
function world() {
  const state = {
    now: 1_000_000,
    backlog: 0,
    counted: 0,
    pause: 0,
    isOff: false,
    delivered: 0,
    errors: [] as object[],
    person: null as PersonRecord | null,
    delivery: 'on' as 'on' | 'off',
    commit: () => {},
  };
  const make = () =>
    createVerdicts({
      store: {
        backlog: async (limit) => {
          state.counted += 1;
          return Math.min(limit, state.backlog);
        },
        isSwitchedOff: async () => state.isOff,
        isGivenUp: async () => false,
        resolve: async () => new Map(),
        withRelations: async (records) => records,
      },
      get: async () => state.person,
      concur: { granted: () => EVERYTHING, pause: () => state.pause },
      settings: {
        name: 'default',
        companyId: 'c',
        baseUrl: '',
        allowedHosts: [],
        writeApi: 'auto',
        mapping: { companyId: 'c', defaults: {}, currencies: {} },
        polling: { interval: 60 },
        batching: { operations: 100, bytes: 400_000 },
        delivery: state.delivery,
        verdictWindow: 2_000,
        deletion: 'deactivate',
        scopeExit: 'deactivate',
        deactivationGuard: null,
      },
      commits: {
        next: () =>
          new Promise((resolve) => {
            state.commit = resolve;
          }),
      },
      deliver: () => {
        state.delivered += 1;
      },
      clock: () => state.now,
      log: { info() {}, warn() {}, error: (fields) => void state.errors.push(fields) },
    });
  return { state, make, verdicts: make() };
}

function newcomer(verdictUntil: number | null): PersonRecord {
  return record({
    state: 'queued',
    lane: 'creation',
    due: 0,
    concurId: null,
    applied: { profile: {}, unknown: [] },
    verdictUntil,
  });
}

test('as many writes wait as may, and others once one of them waits no longer', async () => {
  const { verdicts } = world();
  const admitted = await Promise.all(Array.from({ length: 10 }, () => verdicts.admit(2_000)));
  expect(admitted.filter((one) => one !== null)).toHaveLength(8);
  admitted[0]?.end();
  admitted[0]?.end();
  expect(await verdicts.admit(2_000)).not.toBeNull();
  expect(await verdicts.admit(2_000)).toBeNull();
});

test('nobody waits while Concur is left alone, behind a queue, or for no time', async () => {
  const { state, verdicts, make } = world();
  state.pause = 1;
  expect(await verdicts.admit(2_000)).toBeNull();
  state.pause = 0;
  expect(await verdicts.admit(0)).toBeNull();
  state.delivery = 'off';
  expect(await make().admit(2_000)).toBeNull();
  expect(state.counted).toBe(0);
  state.isOff = true;
  expect(await verdicts.admit(2_000)).toBeNull();
  state.isOff = false;
  state.now += 200;
  state.backlog = 3;
  expect((await verdicts.admit(2_000))?.until).toBe(state.now + 2_000);
  state.backlog = 4;
  expect(await verdicts.admit(2_000)).toBeNull();
  const { counted } = state;
  state.backlog = 0;
  // A load is not counted for every write.
  expect(await verdicts.admit(2_000)).toBeNull();
  expect(state.counted).toBe(counted);
  state.now += 200;
  expect(await verdicts.admit(2_000)).not.toBeNull();
});

test('whoever writes thousands one after the other waits a minute in all, and a quarter of the time after that', async () => {
  const { state, verdicts } = world();
  const begun = state.now;
  let waited = 0;
  for (let writes = 0; writes < 10_000; writes += 1) {
    const wait = await verdicts.admit(2_000);
    state.now += wait === null ? 10 : 1_500;
    if (wait !== null) waited += 1_500;
    wait?.end();
  }
  const elapsed = state.now - begun;
  expect(waited).toBeGreaterThan(60_000);
  expect(waited).toBeLessThan(61_500 + elapsed / 4);
  // Without any wait it takes 100 s.
  expect(elapsed).toBeLessThan(250_000);
});

test('what waits stands as soon as the delivery ends', async () => {
  const { state, verdicts } = world();
  const wait = await verdicts.admit(2_000);
  const after = newcomer(wait?.until ?? 0);
  state.person = after;
  const judged = wait?.judge({ before: null, after });
  await expect.poll(() => state.delivered).toBe(1);
  verdicts.close();
  state.commit();
  expect(await judged).toEqual({ kind: 'stands', record: after });
  expect(await verdicts.admit(2_000)).toBeNull();
});

test('a write of whom the store says that nobody waits is not waited for', async () => {
  const { state, verdicts } = world();
  const wait = await verdicts.admit(2_000);
  const after = newcomer(null);
  expect(await wait?.judge({ before: null, after })).toEqual({ kind: 'stands', record: after });
  expect(state.delivered).toBe(0);
});

test('a write stands when its verdict cannot be read, and the log says so', async () => {
  const { state, make } = world();
  const verdicts = make();
  const wait = await verdicts.admit(2_000);
  const after = newcomer(wait?.until ?? 0);
  Object.defineProperty(state, 'person', {
    get: () => {
      throw new Error('no disk');
    },
  });
  expect(await wait?.judge({ before: null, after })).toEqual({ kind: 'stands', record: after });
  expect(state.errors).toHaveLength(1);
});

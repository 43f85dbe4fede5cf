import { describe, it } from 'vitest';
import { type BridgeProcess, type End, startBridge } from './bridge-process.ts';
import type { CrashOrder } from './crashing-bridge.ts';
import { expectTheDay, inFolder } from './day.ts';

/**
 * Where one of two processes on one database is cut while the other goes on, and at which passing; whoever of
 * the two is there first is cut. Not every point of `crash.test.ts` is here, since each takes as long as a
 * lease: points between which nothing is written, here or in Concur, leave the other process the same, so that
 * one stands for all of them. These are a write nobody was told of, people who are claimed and not sent, a
 * request that is written and not sent, a Bulk and a single request whose answers nobody heard, a transaction
 * that is open and locks the database for the other, and a request that was asked about just now.
 */
const POINTS: Readonly<Record<string, readonly number[]>> = {
  'accept:after': [3],
  'claim:after': [1],
  'recordRequest:after': [1, 3],
  'sendBulk:after': [1],
  'send:after': [2],
  'commit:inside': [1, 5],
  'status:after': [1],
};

/** Short, so that the other process need not wait long, in ms. */
const LEASE = 2_000;

describe.concurrent('of two processes on one database', { timeout: 60_000 }, () => {
  for (const [point, passings] of Object.entries(POINTS)) {
    for (const passing of passings) {
      it(`the other goes on when one is cut at ${point} (passing ${passing})`, async ({ expect }) => {
        await inFolder(async (simulator, order) => {
          const { cut, left } = await cutOne({ ...order, dieAt: { point, passing } });
          expect(cut.signal, cut.output).toBe('SIGKILL');
          left.goOn();
          const { code, output } = await left.ended;
          expect(code, output).toBe(0);
          expectTheDay(simulator);
        });
      });
    }
  }

  it('the one that was cut shares the rest of the day with the other when started again', async ({
    expect,
  }) => {
    await inFolder(async (simulator, order) => {
      const { cut, left } = await cutOne({ ...order, dieAt: { point: 'commit:inside', passing: 3 } });
      expect(cut.signal, cut.output).toBe('SIGKILL');
      const again = startBridge({ ...order, waits: true, leaseDuration: LEASE });
      await again.working;
      left.goOn();
      const ends = [await left.ended];
      again.stop();
      ends.push(await again.ended);
      for (const { code, output } of ends) expect(code, output).toBe(0);
      expectTheDay(simulator);
    });
  });

  it('the other may be cut too when it takes over, once one runs again', async ({ expect }) => {
    await inFolder(async (simulator, whole) => {
      const order = { ...whole, leaseDuration: LEASE };
      const one = startBridge({ ...order, dieAt: { point: 'recordRequest:after', passing: 1 } });
      expect((await one.ended).signal).toBe('SIGKILL');
      const other = startBridge({ ...order, waits: true, dieAt: { point: 'recover:after', passing: 1 } });
      expect((await other.ended).signal).toBe('SIGKILL');
      const { code, output } = await startBridge(order).ended;
      expect(code, output).toBe(0);
      expectTheDay(simulator);
    });
  });
});

/** Starts two processes, one of which begins the day, and waits until one is cut, or until the day is over. */
async function cutOne(whole: CrashOrder): Promise<{ cut: End; left: BridgeProcess }> {
  const order = { ...whole, leaseDuration: LEASE, grave: `${whole.database}.grave` };
  const waiting = startBridge({ ...order, waits: true });
  await waiting.working;
  const beginning = startBridge(order);
  return Promise.race([
    beginning.ended.then((cut) => ({ cut, left: waiting })),
    waiting.ended.then((cut) => ({ cut, left: beginning })),
  ]);
}

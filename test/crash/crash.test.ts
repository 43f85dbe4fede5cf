import { describe, it } from 'vitest';
import { startBridge } from './bridge-process.ts';
import { expectTheDay, inFolder } from './day.ts';

/** Leases last ten seconds: for a process whose clock is this far ahead those of the dead have lapsed. */
const AFTER_LEASES = 15_000;

/** Every point between two statements that matter, and the passings at which the process is cut there. */
const POINTS: Readonly<Record<string, readonly number[]>> = {
  'accept:before': [1, 3],
  'accept:after': [1, 3, 5],
  'claim:before': [2],
  'claim:after': [1, 2, 4],
  'find:before': [1, 2],
  'find:after': [1, 2],
  'credential-write:before': [1],
  'credential-write:after': [1],
  'read:before': [1],
  'read:after': [1],
  'admitLosses:before': [1],
  'admitLosses:after': [1],
  'recordRequest:before': [1, 2, 3, 5],
  'recordRequest:after': [1, 2, 3, 5],
  'sendBulk:before': [1, 2],
  'sendBulk:after': [1, 2],
  'send:before': [1, 2, 3],
  'send:after': [1, 2, 3],
  'commit:before': [1, 3, 5, 8],
  'commit:inside': [1, 3, 5, 8],
  'commit:after': [1, 3, 5, 8],
  'claimPolls:after': [1, 3],
  'status:before': [1, 3],
  'status:after': [1, 3],
  'recover:before': [1],
  'queueForGrant:before': [1],
  'queueForGrant:after': [1],
};

describe.concurrent('a process that is cut with SIGKILL', { timeout: 60_000 }, () => {
  it('is cut at every point that the day passes', async ({ expect }) => {
    await inFolder(async (simulator, order) => {
      const { code, output } = await startBridge({ ...order, trace: true }).ended;
      expect(code).toBe(0);
      const passed = new Set(
        output
          .trim()
          .split('\n')
          .map((line) => line.split(' ')[0] ?? ''),
      );
      const readOnly =
        /^(renew|resolve|claims|lostCreates|createsOfLeavers|newcomers|beingCreated|isSwitchedOff|heldByGuard|credential-read|seedRefreshToken|search|get|list|close|claimPolls|available|working):?/;
      const unnamed = [...passed].filter(
        (point) => !(point in POINTS) && point !== '' && !readOnly.test(point),
      );
      expect(unnamed).toEqual([]);
      expectTheDay(simulator);
    });
  });

  for (const [point, passings] of Object.entries(POINTS)) {
    for (const passing of passings) {
      it(`at ${point} (passing ${passing}) leaves Concur as asked for, once it runs again`, async ({
        expect,
      }) => {
        await inFolder(async (simulator, order) => {
          const cut = await startBridge({ ...order, dieAt: { point, passing } }).ended;
          expect(cut.signal, cut.output).toBe('SIGKILL');
          const again = await startBridge({ ...order, ahead: AFTER_LEASES }).ended;
          expect(again.code, again.output).toBe(0);
          expectTheDay(simulator);
        });
      });
    }
  }
});

import type { Sent } from './transport.ts';

/** So many requests in a row that Concur does not serve mean that it is down. */
const FAILURES_IN_A_ROW = 5;

/** How long nothing is sent before one request tries again, in ms, at most; every rest is twice the one before. */
const LONGEST_REST = 5 * 60_000;

/** Sends nothing while Concur is down, but for one request at a time that tries. */
export interface Breaker {
  /** Sends, unless Concur is down: then null. While a request tries, others wait for what becomes of it. */
  run(send: () => Promise<Sent>): Promise<Sent | null>;
  /** How long nothing is sent at all, in ms; 0 when one request may try, or Concur is up. */
  pause(): number;
}

/**
 * Makes the breaker of a connection.
 *
 * @param now a time that never goes back, in ms
 * @param firstRest how long the first rest is, in ms
 */
export function createBreaker(now: () => number, firstRest: number): Breaker {
  let failures = 0;
  // How often it rested since Concur last served; 0: Concur is up.
  let rests = 0;
  let restsUntil = Number.NEGATIVE_INFINITY;
  let trial: Promise<Sent> | null = null;

  function rest(): void {
    restsUntil = now() + Math.min(LONGEST_REST, firstRest * 2 ** Math.min(rests, 10));
    rests += 1;
  }

  async function count(send: () => Promise<Sent>): Promise<Sent> {
    const sent = await send();
    failures = isDown(sent) ? failures + 1 : 0;
    // Of those that were under way together only the first opens it.
    if (failures >= FAILURES_IN_A_ROW && rests === 0) rest();
    return sent;
  }

  async function tryOut(send: () => Promise<Sent>): Promise<Sent> {
    try {
      const sent = await send();
      if (isDown(sent)) rest();
      else [failures, rests] = [0, 0];
      return sent;
    } finally {
      trial = null;
    }
  }

  async function run(send: () => Promise<Sent>): Promise<Sent | null> {
    if (rests === 0) return count(send);
    if (now() < restsUntil) return null;
    if (trial !== null) {
      await Promise.allSettled([trial]);
      return run(send);
    }
    trial = tryOut(send);
    return trial;
  }

  return { run, pause: () => (rests === 0 ? 0 : Math.max(0, restsUntil - now())) };
}

/** Whether Concur did not serve at all; a refusal, or 429, says that it does. */
export function isDown(sent: Sent): boolean {
  if (sent.kind === 'answered') return sent.status >= 500;
  return sent.kind !== 'not-allowed';
}

import { bulkhead } from 'cockatiel';
import type { Log } from '../domain/log.ts';
import { createAdaptiveRate } from './adaptive-rate.ts';
import { watchAvailability } from './availability.ts';
import { createBreaker } from './breaker.ts';
import { retryAfter } from './failures.ts';
import type { HttpRequest, Sent, Transport } from './transport.ts';

/** Where the rate begins and between what it moves, in requests a second. */
const RATE = { first: 20, least: 0.2, most: 100 };

/** How many requests are under way at once; deactivations come on top. */
const AT_ONCE = 10;

/** How long nothing is sent before one request tries again whether Concur is up, in ms, at first. */
const FIRST_REST = 5_000;

/** A transport that sends as fast as Concur takes it. */
export interface PacedTransport extends Transport {
  /** How long Concur is to be left alone, in ms; a deactivation is held up only while Concur is down. */
  pause(urgent: boolean): number;
}

/**
 * Lets requests through as fast as Concur takes them: an adaptive rate, a bound on requests under
 * way, and a circuit breaker that sends nothing while Concur is down, but for one request at a time
 * that tries. An urgent request waits for neither rate nor bound. Only the worker ever waits here, and
 * `close` and `abort` end every wait: what had waited is not sent.
 *
 * @param options.clock the time, in ms since the epoch, to which a date in `Retry-After` is compared
 * @param options.monotonic the time by which waits are measured, in ms: unlike a clock it never goes back
 * @param options.sleep resolves after so many ms, and rejects when the signal is aborted
 * @param options.firstRest how long the breaker rests at first, in ms
 */
export function withFlowControl(
  transport: Transport,
  options: {
    readonly clock: () => number;
    readonly monotonic: () => number;
    readonly sleep: (ms: number, signal: AbortSignal) => Promise<unknown>;
    readonly newId: () => string;
    readonly log: Log;
    readonly firstRest?: number;
  },
): PacedTransport {
  const { clock, monotonic, sleep, newId, log, firstRest = FIRST_REST } = options;
  const rate = createAdaptiveRate(RATE, monotonic);
  const breaker = createBreaker(monotonic, firstRest);
  const availability = watchAvailability(monotonic, log);
  const atOnce = bulkhead(AT_ONCE, Number.POSITIVE_INFINITY);
  const ending = new AbortController();
  const notSent = (): Sent => ({ kind: 'no-connection', correlationId: newId() });

  async function paced(request: HttpRequest): Promise<Sent> {
    const wait = rate.book();
    // A wait is cut short by the end alone, and then `guarded` sends nothing.
    if (wait > 0) await sleep(wait, ending.signal).catch(() => undefined);
    return guarded(request);
  }

  async function guarded(request: HttpRequest): Promise<Sent> {
    if (ending.signal.aborted) return notSent();
    const sent = await breaker.run(() => transport.send(request));
    if (sent === null) return notSent();
    // What the end cut says nothing about Concur.
    if (!ending.signal.aborted) availability.saw(sent);
    if (sent.kind !== 'answered') return sent;
    if (sent.status === 429) rate.slowDown(retryAfter(sent.retryAfter, clock()) ?? 0);
    else if (sent.status < 500) rate.succeeded();
    return sent;
  }

  return {
    send: (request) => (request.urgent ? guarded(request) : atOnce.execute(() => paced(request))),
    pause: (urgent) => Math.max(urgent ? 0 : rate.pause(), breaker.pause()),
    close: () => {
      ending.abort();
      return transport.close();
    },
    abort: () => {
      ending.abort();
      transport.abort();
    },
  };
}

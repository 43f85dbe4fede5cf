import {
  BrokenCircuitError,
  bulkhead,
  ConsecutiveBreaker,
  circuitBreaker,
  DelegateBackoff,
  handleWhenResult,
  type IHalfOpenAfterBackoffContext,
} from 'cockatiel';
import { createAdaptiveRate } from './adaptive-rate.ts';
import { retryAfter } from './failures.ts';
import type { HttpRequest, Sent, Transport } from './transport.ts';

/** Where the rate begins and between what it moves, in requests a second. */
const RATE = { first: 20, least: 0.2, most: 100 };

/** How many requests are under way at once; deactivations come on top. */
const AT_ONCE = 10;

/** So many requests in a row that Concur does not serve mean that it is down. */
const FAILURES_IN_A_ROW = 5;

/** How long nothing is sent before one request tries again, in ms: at first, and at most. */
const FIRST_REST = 5_000;
const LONGEST_REST = 5 * 60_000;

/** A transport that sends as fast as Concur takes it. */
export interface PacedTransport extends Transport {
  /** How long Concur is to be left alone, in ms; a deactivation is held up only while Concur is down. */
  pause(urgent: boolean): number;
}

/**
 * Lets requests through as fast as Concur takes them: an adaptive rate, a bound on requests under
 * way, and a circuit breaker that sends nothing while Concur is down, but for one request at a time
 * that tries. An urgent request waits for neither rate nor bound. Only the worker ever waits here.
 *
 * @param options.sleep resolves after so many ms
 * @param options.firstRest how long the breaker rests at first, in ms
 */
export function withFlowControl(
  transport: Transport,
  options: {
    readonly clock: () => number;
    readonly sleep: (ms: number) => Promise<unknown>;
    readonly newId: () => string;
    readonly firstRest?: number;
  },
): PacedTransport {
  const { clock, sleep, newId, firstRest = FIRST_REST } = options;
  const rate = createAdaptiveRate(RATE, clock);
  const atOnce = bulkhead(AT_ONCE, Number.POSITIVE_INFINITY);
  let restsUntil = 0;
  const breaker = circuitBreaker(
    handleWhenResult((sent) => isDown(sent as Sent)),
    {
      breaker: new ConsecutiveBreaker(FAILURES_IN_A_ROW),
      halfOpenAfter: new DelegateBackoff<IHalfOpenAfterBackoffContext>(({ attempt }) => {
        const rest = Math.min(LONGEST_REST, firstRest * 2 ** Math.min(attempt - 1, 10));
        restsUntil = clock() + rest;
        return rest;
      }),
    },
  );

  async function paced(request: HttpRequest): Promise<Sent> {
    const wait = rate.book();
    if (wait > 0) await sleep(wait);
    return guarded(request);
  }

  async function guarded(request: HttpRequest): Promise<Sent> {
    try {
      const sent = await breaker.execute(() => transport.send(request));
      if (sent.kind !== 'answered') return sent;
      if (sent.status === 429) rate.slowDown(retryAfter(sent.retryAfter, clock()) ?? 0);
      else if (sent.status < 500) rate.succeeded();
      return sent;
    } catch (error) {
      if (!(error instanceof BrokenCircuitError)) throw error;
      return { kind: 'no-connection', correlationId: newId() };
    }
  }

  return {
    send: (request) => (request.urgent ? guarded(request) : atOnce.execute(() => paced(request))),
    pause: (urgent) => Math.max(urgent ? 0 : rate.pause(), restsUntil - clock(), 0),
    close: () => transport.close(),
    abort: () => transport.abort(),
  };
}

/** Whether Concur did not serve at all; a refusal, or 429, says that it does. */
function isDown(sent: Sent): boolean {
  if (sent.kind === 'answered') return sent.status >= 500;
  return sent.kind !== 'not-allowed';
}

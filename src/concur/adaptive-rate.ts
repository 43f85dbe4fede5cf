/** How fast a connection may call Concur, in requests a second. */
export interface RateLimits {
  readonly first: number;
  readonly least: number;
  readonly most: number;
}

/**
 * SAP publishes no numbers ("429 Too Many Requests: slow down"), so the rate is found by trying:
 * doubled about every second until Concur asks for fewer requests for the first time; halved whenever it
 * does, and from then on grown by about one request a second every second while it does not.
 */
export interface AdaptiveRate {
  /** Books the next call and returns how long to wait before making it, in ms. */
  book(): number;
  /** Concur took a call. */
  succeeded(): void;
  /** Concur asked for fewer requests, and for none at all for `pause` ms. */
  slowDown(pause: number): void;
  /** The present rate, in requests a second. */
  readonly rate: number;
  /** How long nothing may be called at all, in ms; 0 when calls may be made. */
  pause(): number;
}

/** One answer with 429 is seldom alone: those that arrive within this time, in ms, count once. */
const SAME_STORM = 1_000;

/**
 * Makes the rate of one connection.
 *
 * @param monotonic a time that never goes back, in ms
 */
export function createAdaptiveRate(limits: RateLimits, monotonic: () => number): AdaptiveRate {
  let rate = limits.first;
  let next = Number.NEGATIVE_INFINITY;
  let pausedUntil = Number.NEGATIVE_INFINITY;
  let slowedAt = Number.NEGATIVE_INFINITY;
  return {
    book() {
      const now = monotonic();
      const at = Math.max(now, next, pausedUntil);
      next = at + 1000 / rate;
      return at - now;
    },
    succeeded() {
      const isFound = slowedAt !== Number.NEGATIVE_INFINITY;
      rate = Math.min(limits.most, rate + (isFound ? 1 / rate : 1));
    },
    slowDown(pause) {
      const now = monotonic();
      pausedUntil = Math.max(pausedUntil, now + pause);
      if (now - slowedAt < SAME_STORM) return;
      slowedAt = now;
      rate = Math.max(limits.least, rate / 2);
    },
    get rate() {
      return rate;
    },
    pause: () => Math.max(0, pausedUntil - monotonic()),
  };
}

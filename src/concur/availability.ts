import type { Log } from '../domain/log.ts';
import { isDown } from './breaker.ts';
import type { Sent } from './transport.ts';

/** One request that Concur does not serve happens; from so many in a row on the operator is told. */
const FAILURES_IN_A_ROW = 2;

/** After so long without a 429 Concur no longer slows us, in ms: a rate that grows again meets its limit sooner. */
const CALM = 60_000;

/** Tells the log when Concur stops serving or slows us, and when that is over: a line each, however many requests. */
export interface Availability {
  /** Takes notice of what became of a request. */
  saw(sent: Sent): void;
}

/**
 * Makes the availability of a connection.
 *
 * @param now a time that never goes back, in ms
 */
export function watchAvailability(now: () => number, log: Log): Availability {
  let failures = 0;
  let downSince = 0;
  let slowed: { readonly since: number; readonly last: number } | null = null;

  function failed(sent: Sent): void {
    if (failures === 0) downSince = now();
    failures += 1;
    if (failures !== FAILURES_IN_A_ROW) return;
    log.warn(
      { correlationId: sent.correlationId },
      `SAP Concur ${whyDown(sent)}: what is due waits, and goes on by itself`,
    );
  }

  function served(): void {
    if (failures >= FAILURES_IN_A_ROW) {
      const seconds = secondsSince(downSince);
      log.info({ seconds }, `SAP Concur serves requests again, after ${seconds} s`);
    }
    failures = 0;
  }

  function pace({ status, correlationId }: Extract<Sent, { kind: 'answered' }>): void {
    if (status === 429) {
      if (slowed === null) {
        log.warn({ correlationId }, 'SAP Concur asks for fewer requests (429): delivery goes more slowly');
      }
      slowed = { since: slowed?.since ?? now(), last: now() };
    } else if (slowed !== null && now() - slowed.last >= CALM) {
      const seconds = secondsSince(slowed.since);
      slowed = null;
      log.info({ seconds }, `SAP Concur no longer asks for fewer requests; it began ${seconds} s ago`);
    }
  }

  function secondsSince(since: number): number {
    return Math.round((now() - since) / 1_000);
  }

  return {
    saw: (sent) => {
      if (isDown(sent)) failed(sent);
      else if (sent.kind === 'answered') {
        served();
        pace(sent);
      }
    },
  };
}

/** How Concur fails us, as the end of a sentence about it. */
function whyDown(sent: Sent): string {
  switch (sent.kind) {
    case 'answered':
      return `does not serve requests (HTTP ${sent.status})`;
    case 'silent':
      return 'does not answer in time';
    default:
      return 'cannot be reached';
  }
}

import { type Credential, daysLeft } from '../domain/credential.ts';
import type { Log } from '../domain/log.ts';
import type { Failure } from '../domain/outcome.ts';
import { type Loop, startLoop } from './loop.ts';

/** How often the refresh token is looked at, in ms. */
const LOOK_INTERVAL = 3_600_000;

/** How often the same trouble is said, in ms. */
const SAY_INTERVAL = 24 * 3_600_000;

/** The connection's client, as far as its credential goes. */
interface Keeper {
  /** Asks Concur for a token where that was last done long ago; says what is stored, and what went wrong. */
  keepFresh(): Promise<{ readonly credential: Credential | null; readonly failure: Failure | null }>;
}

/** What is wrong with a credential, in words for the operator. */
interface Trouble {
  readonly level: 'warn' | 'error';
  readonly message: string;
  readonly fields: object;
}

/**
 * Keeps the refresh token of a connection in use though nothing is provisioned: Concur ends one that nobody used
 * for six months (Authentication, "Refresh Token"). Says once a day what is wrong with it.
 */
export function startUpkeep({
  concur,
  clock,
  log,
}: {
  readonly concur: Keeper;
  /** The time, in ms since the epoch. */
  readonly clock: () => number;
  readonly log: Log;
}): Loop {
  let lookedAt: number | null = null;
  let said: { readonly message: string; readonly at: number } | null = null;

  async function look(): Promise<number> {
    const now = clock();
    if (lookedAt !== null && now - lookedAt < LOOK_INTERVAL) return 0;
    lookedAt = now;
    const { credential, failure } = await concur.keepFresh();
    const trouble = troubleOf(credential, failure, now);
    if (trouble === null) {
      said = null;
    } else if (said === null || said.message !== trouble.message || now - said.at >= SAY_INTERVAL) {
      said = { message: trouble.message, at: now };
      log[trouble.level](trouble.fields, trouble.message);
    }
    return 0;
  }

  return startLoop({
    step: look,
    onError: (error) => log.error({ err: error }, 'the upkeep of the refresh token failed'),
  });
}

function troubleOf(credential: Credential | null, failure: Failure | null, now: number): Trouble | null {
  if (credential === null) {
    return {
      level: 'warn',
      message: 'not connected to SAP Concur: there is no refresh token',
      fields: {},
    };
  }
  const { expiresAt } = credential;
  if (expiresAt !== null && expiresAt <= now) {
    return {
      level: 'error',
      message: 'the refresh token has run out: the connection needs another',
      fields: { expiresAt },
    };
  }
  if (failure?.kind === 'refused' || (failure?.kind === 'retry' && failure.why === 'token')) {
    const why = failure.kind === 'retry' ? failure.message : failure.messages[0]?.message;
    return { level: 'error', message: 'Concur refused the refresh token', fields: { why } };
  }
  const days = daysLeft(credential, now);
  if (days === null) return null;
  return { level: 'warn', message: 'the refresh token runs out soon', fields: { days, expiresAt } };
}

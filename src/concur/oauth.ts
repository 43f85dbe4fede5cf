import type { ConnectionSecrets, ConnectionSettings } from '../domain/connection.ts';
import { isAllowedConcurUrl } from '../domain/hosts.ts';
import type { Log } from '../domain/log.ts';
import type { Failure, Retry } from '../domain/outcome.ts';
import { tokenAnswer, tokenRefusal } from './answers.ts';
import { failureOf } from './failures.ts';
import type { Answered, Sent, Transport } from './transport.ts';

/** The stored refresh token and where it is valid. Times are ms since the epoch. */
export interface StoredToken {
  readonly token: string;
  /** Concur's base URL for this token; null before the first refresh. */
  readonly geolocation: string | null;
  /** When the refresh token runs out, as far as it is known. */
  readonly expiresAt: number | null;
}

/** Where the rotated refresh token is kept. */
export interface CredentialStore {
  refreshToken(): Promise<StoredToken | null>;
  /** Resolves once the token is durable: losing it means that a person must connect anew. */
  storeToken(value: {
    refreshToken: string;
    geolocation: string | null;
    expiresAt: number | null;
  }): Promise<void>;
}

/** Leave to call Concur. */
export interface Access {
  readonly kind: 'access';
  readonly token: string;
  /** The base URL of every call with this token, without a slash at its end. */
  readonly base: string;
  /** What the token is good for; null when Concur did not say. */
  readonly scopes: ReadonlySet<string> | null;
}

/** Why there is no access token. */
export interface NoAccess {
  readonly kind: 'no-access';
  readonly failure: Failure;
  readonly correlationId: string | null;
  readonly httpStatus: number | null;
}

/** The access tokens of one connection. */
export interface Tokens {
  /**
   * A valid access token, refreshed if need be; never `rejected`, which Concur did not accept.
   * Rejects only when the store fails.
   */
  access(rejected?: string): Promise<Access | NoAccess>;
}

/** Codes of `/oauth2/v0/token` that pass: user lives elsewhere, and company under maintenance. All others are final. */
const ELSEWHERE = 16;
const COMPANY_MAINTENANCE = 134;

/** A refused refresh token is not tried again before this, in ms, so that a backlog does not hammer Concur. */
const PAUSE = 60_000;

/** A token is renewed this long before it runs out, in ms: longer than a call may last. */
const MARGIN = 120_000;

/** Six months, counted short, in ms: how long a refresh token lives (Authentication, "Refreshing a token"). */
const REFRESH_TOKEN_LIFE = 180 * 24 * 3_600_000;

/** How often one refresh may be sent: again at another geolocation, or with a token that was stored meanwhile. */
const TRIES = 3;

/** Epoch times below this are in seconds (in ms it is a day in 1973). */
const SECONDS_BELOW = 100_000_000_000;

/** Makes the token source of a connection (OAuth 2.0 refresh grant, RFC 6749 §6). */
export function createTokens(options: {
  settings: Pick<ConnectionSettings, 'baseUrl' | 'allowedHosts'>;
  secrets: ConnectionSecrets;
  credentials: CredentialStore;
  transport: Transport;
  clock: () => number;
  log: Log;
}): Tokens {
  const { settings, secrets, credentials, transport, clock, log } = options;
  let current: (Access & { readonly renewAt: number }) | null = null;
  let refreshing: Promise<Access | NoAccess> | null = null;
  let refused: { readonly token: string; readonly until: number; readonly answer: NoAccess } | null = null;

  async function access(rejected?: string): Promise<Access | NoAccess> {
    if (current !== null && current.token !== rejected && clock() < current.renewAt) return current;
    // One refresh at a time: a second one could send a refresh token that the first has replaced.
    refreshing ??= refresh().finally(() => {
      refreshing = null;
    });
    return refreshing;
  }

  async function refresh(): Promise<Access | NoAccess> {
    let held = await heldToken();
    let base = baseOf(held?.geolocation ?? null);
    let answer = noAccess(final('This connection has no refresh token: connect it to Concur'), null);
    for (let tries = 0; held !== null && tries < TRIES; tries += 1) {
      if (refused !== null && refused.token === held.token && clock() < refused.until) return refused.answer;
      const sent = await transport.send(refreshGrant(base, held.token));
      if (sent.kind === 'answered' && sent.status === 200) return take(sent, held, base);
      answer = noAccess(refusalOf(sent, clock()), sent);

      const elsewhere = geolocationOf(sent);
      if (elsewhere !== null && elsewhere !== base) {
        base = elsewhere;
        continue;
      }
      if (answer.failure.kind !== 'retry' || answer.failure.why !== 'token') return answer;
      refused = { token: held.token, until: clock() + PAUSE, answer };
      log.warn({ correlationId: answer.correlationId }, 'Concur refused to refresh the access token');
      // Another process, or an admin who connected anew, may have stored another token meanwhile.
      const stored = await heldToken();
      if (stored === null || stored.token === held.token) return answer;
      held = stored;
      base = baseOf(stored.geolocation);
    }
    return answer;
  }

  async function heldToken(): Promise<StoredToken | null> {
    const stored = await credentials.refreshToken();
    if (stored !== null || secrets.refreshToken === null) return stored;
    return { token: secrets.refreshToken, geolocation: null, expiresAt: null };
  }

  /** Believes a token only after its refresh token is stored: Concur may have ended the one before. */
  async function take(sent: Answered, held: StoredToken, base: string): Promise<Access | NoAccess> {
    const answer = tokenAnswer.safeParse(sent.body);
    if (!answer.success) return noAccess(failureOf(sent, READ, clock()), sent);
    const { access_token, expires_in, refresh_token, refresh_expires_in, geolocation, scope } = answer.data;
    const named = geolocation ? baseUrl(geolocation) : base;
    const allowed = named !== null && isAllowedConcurUrl(named, settings.allowedHosts);
    const next = allowed ? named : base;
    const isNew = refresh_token != null && refresh_token !== held.token;
    await credentials.storeToken({
      refreshToken: refresh_token ?? held.token,
      geolocation: next,
      expiresAt:
        refresh_expires_in == null
          ? isNew
            ? clock() + REFRESH_TOKEN_LIFE
            : held.expiresAt
          : epoch(refresh_expires_in),
    });
    if (!allowed) {
      log.warn({ correlationId: sent.correlationId }, 'Concur named a base URL that is not allowed');
      return noAccess(final('Concur named a base URL that is not among the allowed hosts'), sent);
    }
    const life = expires_in * 1000;
    current = {
      kind: 'access',
      token: access_token,
      base: next,
      scopes: scope ? new Set(scope.split(/\s+/)) : null,
      renewAt: clock() + life - Math.min(MARGIN, life / 2),
    };
    log.info({ correlationId: sent.correlationId }, 'refreshed the access token');
    return current;
  }

  function refreshGrant(base: string, refreshToken: string) {
    const text = new URLSearchParams({
      client_id: secrets.clientId,
      client_secret: secrets.clientSecret,
      grant_type: 'refresh_token',
      refresh_token: refreshToken,
    }).toString();
    const body = { type: 'application/x-www-form-urlencoded', text };
    return { method: 'POST' as const, url: `${base}/oauth2/v0/token`, body };
  }

  /** The base URL for a stored geolocation, as long as the configuration still allows it. */
  function baseOf(geolocation: string | null): string {
    const stored = geolocation === null ? null : baseUrl(geolocation);
    if (stored !== null && isAllowedConcurUrl(stored, settings.allowedHosts)) return stored;
    return baseUrl(settings.baseUrl) ?? settings.baseUrl;
  }

  function geolocationOf(sent: Sent): string | null {
    const refusal = sent.kind === 'answered' ? tokenRefusal.safeParse(sent.body) : null;
    if (refusal?.success !== true || refusal.data.code !== ELSEWHERE) return null;
    const named = refusal.data.geolocation ? baseUrl(refusal.data.geolocation) : null;
    return named !== null && isAllowedConcurUrl(named, settings.allowedHosts) ? named : null;
  }

  return { access };
}

/** A refresh that got no answer is simply made again: the token that is stored is all there is. */
const READ = { write: false, missing: 'Concur does not offer tokens at this address', canMiss: false };

/** Judges a refused refresh (Authentication, "Response Codes"): what is not listed as passing is final. */
function refusalOf(sent: Sent, now: number): Failure {
  const failure = failureOf(sent, READ, now);
  if (sent.kind !== 'answered' || sent.status < 400 || sent.status >= 500) return failure;
  if (failure.kind === 'retry' && failure.why !== 'token' && sent.status !== 404) return failure;
  const refusal = tokenRefusal.safeParse(sent.body);
  const code = refusal.success ? refusal.data.code : 0;
  const passing = (why: Retry['why'], message: string): Retry => ({
    kind: 'retry',
    why,
    after: null,
    message,
  });
  if (code === ELSEWHERE)
    return passing('transient', 'Concur says that the company lives in another data centre');
  if (code === COMPANY_MAINTENANCE)
    return passing('maintenance', 'Concur maintains the company at the moment');
  return final(`Concur does not accept the credentials of this connection (code ${code})`);
}

function final(message: string): Retry {
  return { kind: 'retry', why: 'token', after: PAUSE, message };
}

function noAccess(failure: Failure, sent: Sent | null): NoAccess {
  return {
    kind: 'no-access',
    failure,
    correlationId: sent?.correlationId ?? null,
    httpStatus: sent?.kind === 'answered' ? sent.status : null,
  };
}

function baseUrl(geolocation: string): string | null {
  return URL.canParse(geolocation) ? new URL(geolocation).origin : null;
}

function epoch(time: number): number {
  return time < SECONDS_BELOW ? time * 1000 : time;
}

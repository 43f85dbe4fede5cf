import type { ConnectionSecrets, ConnectionSettings } from '../domain/connection.ts';
import {
  type Credential,
  type CredentialStore,
  newCredential,
  type Principal,
} from '../domain/credential.ts';
import { isAllowedConcurUrl } from '../domain/hosts.ts';
import type { Log } from '../domain/log.ts';
import type { Failure } from '../domain/outcome.ts';
import { tokenRequest } from './grant.ts';
import { originOf, type TokenGiven, tokenGiven } from './token-answer.ts';
import { final, livesAt, PAUSE, type TokenFailure, tokenFailure } from './token-refusal.ts';
import type { Sent, Transport } from './transport.ts';

/** Leave to call Concur. */
export interface Access {
  readonly kind: 'access';
  readonly token: string;
  /** The base URL of every call with this token, without a slash at its end. */
  readonly base: string;
  /** What the token is good for; null when Concur did not say. */
  readonly scopes: ReadonlySet<string> | null;
  readonly principal: Principal;
}

/** Why there is no access token. */
export interface NoAccess {
  readonly kind: 'no-access';
  /** `not connected`: there is nothing to ask with. */
  readonly reason: TokenFailure['kind'] | 'not connected';
  /** The code with which Concur refused; null without one. */
  readonly code: number | null;
  readonly failure: Failure;
  readonly correlationId: string | null;
  readonly httpStatus: number | null;
}

/** The credential as it stands, and why Concur gave out no token for it now (null: it did, or was not asked). */
export interface Freshness {
  readonly credential: Credential | null;
  readonly failure: Failure | null;
}

/** The access tokens of one connection. Every method that waits rejects only when the store fails. */
export interface Tokens {
  /** A valid access token, refreshed if need be; never `rejected`, which Concur did not accept. */
  access(rejected?: string): Promise<Access | NoAccess>;
  /**
   * Refreshes a refresh token that no process refreshed for a day, so that its six months begin anew even
   * where nothing is provisioned (OAuth2 Migration Best Practices, "Refresh Token Expiry"). Also learns what
   * another process stored meanwhile.
   */
  keepFresh(): Promise<Freshness>;
  /** The scopes that Concur named last; null when it never did. */
  scopes(): ReadonlySet<string> | null;
}

/** What a token of another principal than a company is good for. */
export const NO_COMPANY =
  "The token is not a company's, and Concur lets nobody else provision: connect with a company request token.";

/** A token is renewed this long before it runs out, in ms: longer than a call may last. */
const MARGIN = 120_000;

/** How often one refresh may be sent: again at another geolocation, or with a token that was stored meanwhile. */
const TRIES = 3;

/** "This date should be checked by a daily script" (OAuth2 Migration Best Practices), in ms. */
const DAY = 24 * 3_600_000;

/**
 * Makes the token source of a connection: the refresh grant (RFC 6749 §6), or client credentials (§4.4) for an
 * application.
 *
 * @param options.scopes those that Concur named last, as stored; null: not known
 */
export function createTokens(options: {
  settings: Pick<ConnectionSettings, 'baseUrl' | 'allowedHosts'>;
  secrets: ConnectionSecrets;
  credentials: CredentialStore;
  scopes: readonly string[] | null;
  transport: Transport;
  clock: () => number;
  log: Log;
}): Tokens {
  const { settings, secrets, credentials, transport, clock, log } = options;
  let scopes = setOf(options.scopes);
  let current: (Access & { readonly renewAt: number }) | null = null;
  let refreshing: Promise<Access | NoAccess> | null = null;
  let refused: { readonly token: string | null; readonly until: number; readonly answer: NoAccess } | null =
    null;

  async function access(rejected?: string): Promise<Access | NoAccess> {
    if (current !== null && current.token !== rejected && clock() < current.renewAt) return current;
    // One refresh at a time: a second one could send a refresh token that the first has replaced.
    refreshing ??= refresh().finally(() => {
      refreshing = null;
    });
    return refreshing;
  }

  async function refresh(): Promise<Access | NoAccess> {
    let held = await heldCredential();
    if (held === null) return NOT_CONNECTED;
    let base = baseOf(held.geolocation);
    let answer = NOT_CONNECTED;
    for (let tries = 0; tries < TRIES; tries += 1) {
      if (refused !== null && refused.token === held.refreshToken && clock() < refused.until)
        return refused.answer;
      const sent = await transport.send(tokenRequest(base, grantOf(held), secrets));
      const given = tokenGiven(sent, held, base, settings.allowedHosts, clock());
      if (given !== null) return take(given, sent, held.refreshToken);
      answer = noAccess(tokenFailure(sent, clock()), sent);

      const elsewhere = livesAt(sent, settings.allowedHosts);
      if (elsewhere !== null && elsewhere !== base) {
        base = elsewhere;
        continue;
      }
      if (answer.failure.kind !== 'retry' || answer.failure.why !== 'token') return answer;
      refused = { token: held.refreshToken, until: clock() + PAUSE, answer };
      const { code, correlationId } = answer;
      log.warn({ correlationId, code }, `Concur gave out no access token: ${answer.failure.message}`);
      // Another process, or an admin who connected anew, may have stored another token meanwhile.
      const stored = await heldCredential();
      if (stored === null || stored.refreshToken === held.refreshToken) return answer;
      held = stored;
      base = baseOf(stored.geolocation);
    }
    return answer;
  }

  async function heldCredential(): Promise<Credential | null> {
    const { refreshToken } = secrets;
    const stored = await credentials.read();
    if (stored !== null || refreshToken === null) return stored;
    return newCredential('company', refreshToken);
  }

  /**
   * Believes a token only after its refresh token is stored: Concur may have ended the one before. Where somebody
   * stored another credential meanwhile, that one stays, and this token is good for the calls that wait for it only.
   *
   * @param replacing the refresh token that was used
   */
  async function take(given: TokenGiven, sent: Sent, replacing: string | null): Promise<Access | NoAccess> {
    const { accessToken, life, credential, isAllowed } = given;
    const { correlationId } = sent;
    const isStored = await credentials.write(credential, { replacing });
    scopes = setOf(credential.scopes);
    if (!isAllowed) {
      log.warn({ correlationId }, 'Concur named a base URL that is not allowed');
      const failure = final('Concur named a base URL that is not among the allowed hosts');
      return noAccess({ kind: 'refused', code: null, failure }, sent);
    }
    const { principal, geolocation } = credential;
    current = {
      kind: 'access',
      token: accessToken,
      base: baseOf(geolocation),
      scopes,
      principal,
      renewAt: isStored ? clock() + life - Math.min(MARGIN, life / 2) : clock(),
    };
    if (principal === 'company') log.info({ correlationId }, 'refreshed the access token');
    else log.warn({ correlationId, principal }, `refreshed the access token. ${NO_COMPANY}`);
    return current;
  }

  async function keepFresh(): Promise<Freshness> {
    const credential = await heldCredential();
    // A token with other scopes, from an admin who connected anew, counts from now on: a 403 brings it here.
    if (credential !== null) scopes = setOf(credential.scopes);
    const isDue = credential?.refreshedAt == null || clock() - credential.refreshedAt >= DAY;
    if (credential === null || credential.refreshToken === null || !isDue)
      return { credential, failure: null };
    const answer = await access(current?.token);
    const failure = answer.kind === 'no-access' ? answer.failure : null;
    return { credential: await heldCredential(), failure };
  }

  /** The base URL for a stored geolocation, as long as the configuration still allows it. */
  function baseOf(geolocation: string | null): string {
    const stored = geolocation === null ? null : originOf(geolocation);
    if (stored !== null && isAllowedConcurUrl(stored, settings.allowedHosts)) return stored;
    return originOf(settings.baseUrl) ?? settings.baseUrl;
  }

  return { access, keepFresh, scopes: () => scopes };
}

const NOT_CONNECTED: NoAccess = {
  kind: 'no-access',
  reason: 'not connected',
  code: null,
  failure: final('This connection has no refresh token: connect it to Concur'),
  correlationId: null,
  httpStatus: null,
};

function noAccess({ kind, code, failure }: TokenFailure, sent: Sent): NoAccess {
  return {
    kind: 'no-access',
    reason: kind,
    code,
    failure,
    correlationId: sent.correlationId,
    httpStatus: sent.kind === 'answered' ? sent.status : null,
  };
}

function grantOf({ refreshToken }: Credential) {
  return refreshToken === null
    ? ({ kind: 'client credentials' } as const)
    : ({ kind: 'refresh token', refreshToken } as const);
}

function setOf(scopes: readonly string[] | null): ReadonlySet<string> | null {
  return scopes === null ? null : new Set(scopes);
}

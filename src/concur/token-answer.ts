import { z } from 'zod';
import type { Credential, Principal } from '../domain/credential.ts';
import { isAllowedConcurUrl } from '../domain/hosts.ts';
import { tokenAnswer } from './answers.ts';
import type { Sent } from './transport.ts';

/** What Concur gave out. */
export interface TokenGiven {
  readonly accessToken: string;
  /** How long the access token lives, in ms. */
  readonly life: number;
  /** What is to be stored from now on. */
  readonly credential: Credential;
  /** The UUID of the company that the token stands for; null: not named, or no company's token. */
  readonly companyId: string | null;
  /** Whether tokens may be sent to the base URL that Concur named; if not, the credential keeps the one before. */
  readonly isAllowed: boolean;
}

/** Six months, counted short, in ms: how long a refresh token lives (Authentication, "Refreshing a token"). */
const REFRESH_TOKEN_LIFE = 180 * 24 * 3_600_000;

/** Epoch times below this are in seconds (in ms it is a day in 1973). */
const SECONDS_BELOW = 100_000_000_000;

/**
 * Reads an answer with a token (Authentication, "Token Response"); null when it is none.
 *
 * @param held the credential that was asked with
 * @param base the base URL that was asked
 */
export function tokenGiven(
  sent: Sent,
  held: Credential,
  base: string,
  allowedHosts: readonly string[],
  now: number,
): TokenGiven | null {
  const answer = tokenAnswer.safeParse(sent.kind === 'answered' ? sent.body : null);
  if (sent.kind !== 'answered' || sent.status !== 200 || !answer.success) return null;
  const { access_token, expires_in, refresh_token, refresh_expires_in, geolocation, scope } = answer.data;
  // "Client Credentials grant": there is no refresh token.
  const refreshToken = held.principal === 'application' ? null : (refresh_token ?? held.refreshToken);
  const named = geolocation ? originOf(geolocation) : base;
  const isAllowed = named !== null && isAllowedConcurUrl(named, allowedHosts);
  const claims = claimsOf(answer.data.id_token);
  const principal = principalOf(claims?.['concur.type'], held.principal, refreshToken);
  return {
    accessToken: access_token,
    life: expires_in * 1000,
    credential: {
      principal,
      refreshToken,
      geolocation: isAllowed ? named : base,
      // RFC 6749 §5.1, §6: what is not named is what was granted before.
      scopes: scope?.trim() ? scope.trim().split(/\s+/) : held.scopes,
      expiresAt: expiryOf(refreshToken, refresh_expires_in ?? null, held, now),
      refreshedAt: now,
    },
    companyId: principal === 'company' ? (claims?.sub?.toLowerCase() ?? null) : null,
    isAllowed,
  };
}

/** The base URL in what Concur calls a geolocation, which SAP's samples also show with a path; null when it is none. */
export function originOf(geolocation: string): string | null {
  return URL.canParse(geolocation) ? new URL(geolocation).origin : null;
}

function expiryOf(
  refreshToken: string | null,
  named: number | null,
  held: Credential,
  now: number,
): number | null {
  if (refreshToken === null) return null;
  const expiry = named === null ? null : named < SECONDS_BELOW ? named * 1000 : named;
  // A token that was given out just now is not over: whatever says so is no epoch time.
  if (expiry !== null && expiry > now) return expiry;
  return refreshToken === held.refreshToken ? held.expiresAt : now + REFRESH_TOKEN_LIFE;
}

const idClaims = z.looseObject({
  'concur.type': z.string().nullish().catch(null),
  sub: z.string().nullish().catch(null),
});

/**
 * What the ID token says of whom the token is for (Authentication, "ID Token"). Its signature is not checked: it came
 * from the token endpoint itself, and nothing is decided by it but the words for an admin.
 */
function claimsOf(idToken: unknown): z.infer<typeof idClaims> | null {
  if (typeof idToken !== 'string') return null;
  try {
    const payload = Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString('utf8');
    return idClaims.safeParse(JSON.parse(payload)).data ?? null;
  } catch {
    // No JSON: then nothing is known of it.
    return null;
  }
}

/** Only an application has no refresh token, and has none. */
function principalOf(
  claim: string | null | undefined,
  held: Principal,
  refreshToken: string | null,
): Principal {
  if (held === 'application' || refreshToken === null) return held;
  return claim === 'company' || claim === 'user' ? claim : held;
}

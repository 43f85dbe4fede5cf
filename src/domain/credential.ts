/**
 * Whom Concur gave a connection its tokens for. User Provisioning and Identity take a company's only; with a
 * user's or an application's the bridge connects and cannot provision.
 */
export type Principal = 'company' | 'user' | 'application';

/** What a connection asks Concur for access tokens with, and what Concur said beside the last one. Times are ms since the epoch. */
export interface Credential {
  readonly principal: Principal;
  /** Null for an application: client credentials have none. */
  readonly refreshToken: string | null;
  /** Where the company's data is: the base address of every other call; null: not known yet. */
  readonly geolocation: string | null;
  /** The scopes that Concur named last; null when it named none, or was not asked yet. */
  readonly scopes: readonly string[] | null;
  /** When the refresh token runs out, as far as it is known. */
  readonly expiresAt: number | null;
  /** When Concur last gave out an access token; null: not yet. */
  readonly refreshedAt: number | null;
}

/** A credential of which nothing is known yet but whom it is for, until Concur says otherwise. */
export function newCredential(principal: Principal, refreshToken: string | null): Credential {
  return { principal, refreshToken, geolocation: null, scopes: null, expiresAt: null, refreshedAt: null };
}

/** Where the credential of a connection is kept, encrypted. Reading fails under another secret key. */
export interface CredentialStore {
  read(): Promise<Credential | null>;
  /**
   * Resolves once it is durable: Concur may have ended the refresh token before. Whoever refreshed a token says which:
   * when another is stored by now, from an admin who connected anew or another process, that one stays, and nothing is
   * written. Returns whether it was written.
   */
  write(credential: Credential, refreshed?: { readonly replacing: string | null }): Promise<boolean>;
}

/** How long before its end a refresh token is worth a warning, in ms: 30 days. */
export const EXPIRY_WARNING = 30 * 24 * 3_600_000;

/**
 * In how many whole days the refresh token runs out, where that is soon enough for a warning: 0 means within a day, or
 * that it is over. Null: later, or not known.
 *
 * @param now ms since the epoch
 */
export function daysLeft({ expiresAt }: Pick<Credential, 'expiresAt'>, now: number): number | null {
  if (expiresAt === null || expiresAt - now > EXPIRY_WARNING) return null;
  return Math.max(0, Math.floor((expiresAt - now) / (24 * 3_600_000)));
}

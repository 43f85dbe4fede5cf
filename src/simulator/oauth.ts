import type { Principal } from './company.ts';
import type { Answer } from './errors.ts';
import { tokenError } from './token-errors.ts';
import { elsewhere, type World } from './world.ts';

/** An access token that the simulator has given out. */
export interface AccessToken {
  readonly principal: Principal;
  readonly scopes: ReadonlySet<string>;
  readonly expires: number;
  revoked: boolean;
}

/** A refresh token that the simulator has given out. */
export interface RefreshToken {
  readonly principal: Principal;
  readonly expires: number;
  revoked: boolean;
}

/** The Oauth2 service: the tokens that it has given out, by their text, and the grants. */
export interface Tokens {
  readonly access: Map<string, AccessToken>;
  readonly refresh: Map<string, RefreshToken>;
  /** Takes the worth from every token of a kind that was given out so far. */
  revoke(kind: 'access' | 'refresh'): void;
  /** Ends the 24 hours of the company request token. */
  expireRequestToken(): void;
  /** Gives out a new company request token for the old one, as an administrator does on Concur's page for it. */
  renewRequestToken(): string;
  /** Answers `POST /oauth2/v0/token`. */
  grant(form: URLSearchParams): Answer;
}

const HOUR = 3_600_000;
/** "An accessToken has a one hour lifetime." */
const ACCESS_LIFETIME = HOUR;
/** "A refresh token has a six month lifetime." */
const REFRESH_LIFETIME = 182 * 24 * HOUR;
/** The UUID of the person who may sign in. */
const USER_ID = '76459ad3-f77b-4d98-a21a-55333c9179f0';
/** A company request token lives for 24 hours (company-auth.markdown). */
const REQUEST_TOKEN_LIFETIME = 24 * HOUR;

/**
 * Makes the Oauth2 service (authentication/apidoc.markdown).
 * @param strictRotation a refresh token is worth nothing any more once it has been used
 * @param sibling the tokens of another data centre of the same Concur, which are good here too
 */
export function createTokens(
  world: World,
  strictRotation: boolean,
  sibling?: Pick<Tokens, 'access' | 'refresh'>,
): Tokens {
  const { company } = world;
  const access = sibling?.access ?? new Map<string, AccessToken>();
  const refresh = sibling?.refresh ?? new Map<string, RefreshToken>();
  let requestTokenExpires = world.now() + REQUEST_TOKEN_LIFETIME;
  if (!refresh.has(company.refreshToken)) {
    const expires = world.now() + REFRESH_LIFETIME;
    refresh.set(company.refreshToken, { principal: company.refreshTokenOf, expires, revoked: false });
  }

  const issue = (principal: Principal, form: URLSearchParams): Answer => {
    const granted = company.scopes;
    const asked = form.get('scope')?.split(' ').filter(Boolean) ?? granted;
    if (asked.some((scope) => !granted.includes(scope))) return tokenError(54);
    const accessToken = `access-${world.newId()}`;
    const now = world.now();
    access.set(accessToken, {
      principal,
      scopes: new Set(asked),
      expires: now + ACCESS_LIFETIME,
      revoked: false,
    });
    const body = {
      // "expires_in | string"
      expires_in: String(ACCESS_LIFETIME / 1000),
      scope: asked.join(' '),
      token_type: 'Bearer',
      access_token: accessToken,
      geolocation: company.geolocation ?? elsewhere(world) ?? world.baseUrl(),
    };
    // Client credentials are answered without a refresh token ("Client Credentials grant"). So is a client that may not
    // refresh: an assumption, since the pages say nothing of it but code 107.
    if (principal === 'application' || !company.grants.includes('refresh_token'))
      return { status: 200, body };
    const refreshToken = `refresh-${world.newId()}`;
    const expires = now + REFRESH_LIFETIME;
    refresh.set(refreshToken, { principal, expires, revoked: false });
    return {
      status: 200,
      body: {
        ...body,
        refresh_token: refreshToken,
        refresh_expires_in: Math.floor(expires / 1000),
        id_token: idToken(world, principal),
      },
    };
  };

  const refreshGrant = (form: URLSearchParams): Answer => {
    const token = form.get('refresh_token');
    if (!token) return tokenError(106);
    const refused = companyRefusal(world);
    if (refused) return refused;
    const known = refresh.get(token);
    if (!known || known.revoked || known.expires <= world.now()) return tokenError(108);
    const answer = issue(known.principal, form);
    if (strictRotation && answer.status === 200) known.revoked = true;
    return answer;
  };

  const passwordGrant = (form: URLSearchParams): Answer => {
    const username = form.get('username');
    const password = form.get('password');
    if (!username) return tokenError(51);
    if (!password) return tokenError(52);
    // "if omitted, oauth2 will assume the type is password"
    const credtype = form.get('credtype') ?? 'password';
    if (credtype === 'authtoken') {
      if (company.maintenance) return tokenError(134);
      const expired = world.now() >= requestTokenExpires;
      // "Use the GLZ base URI": a company request token is taken by a data centre where the company does not live.
      if (username !== company.id || password !== company.requestToken || expired) return tokenError(5);
      return issue('company', form);
    }
    if (credtype !== 'password') return tokenError(120);
    const refused = companyRefusal(world);
    if (refused) return refused;
    if (username !== company.login.username || password !== company.login.password) return tokenError(5);
    return issue('user', form);
  };

  // Nobody signs in to the simulator, so no code was ever given out.
  const codeGrant = (form: URLSearchParams): Answer => {
    if (!form.get('code')) return tokenError(101);
    return tokenError(form.get('redirect_uri') ? 103 : 102);
  };

  return {
    access,
    refresh,
    revoke(kind) {
      for (const token of (kind === 'access' ? access : refresh).values()) token.revoked = true;
    },
    expireRequestToken() {
      requestTokenExpires = world.now();
    },
    renewRequestToken() {
      company.requestToken = world.newId();
      requestTokenExpires = world.now() + REQUEST_TOKEN_LIFETIME;
      return company.requestToken;
    },
    grant(form) {
      const clientId = form.get('client_id');
      const grantType = form.get('grant_type');
      if (!clientId) return tokenError(62);
      if (!form.get('client_secret')) return tokenError(63);
      if (!grantType) return tokenError(65);
      if (clientId !== company.clientId) return tokenError(61);
      if (form.get('client_secret') !== company.clientSecret) return tokenError(64);
      if (company.tokenRefusal !== null) return tokenError(company.tokenRefusal);
      if (!company.grants.includes(grantType)) return tokenError(grantType === 'refresh_token' ? 107 : 60);
      switch (grantType) {
        case 'refresh_token':
          return refreshGrant(form);
        case 'client_credentials':
          return issue('application', form);
        case 'password':
          return passwordGrant(form);
        case 'authorization_code':
          return codeGrant(form);
        default:
          return tokenError(60);
      }
    },
  };
}

/** Why a company gets no token here, however good its credentials are. */
function companyRefusal(world: World): Answer | undefined {
  const home = elsewhere(world);
  // The geolocation "only redirects you to the correct API endpoint" (e-receipts-user-app-integration-guide.markdown).
  if (home !== undefined) return tokenError(16, home);
  return world.company.maintenance ? tokenError(134) : undefined;
}

/** The answer to a body that is not a form: "unsupported request format". */
export function unsupportedFormat(): Answer {
  return tokenError(135);
}

// "ID Token": a JWT that says whom the token is for. Its signature means nothing here.
function idToken(world: World, principal: Principal): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const seconds = Math.floor(world.now() / 1000);
  const claims = {
    aud: world.company.clientId,
    'concur.version': 2,
    'concur.type': principal,
    sub: principal === 'company' ? world.company.id : USER_ID,
    iss: world.baseUrl(),
    iat: seconds,
    nbf: seconds,
    exp: seconds + ACCESS_LIFETIME / 1000,
  };
  return `${part({ alg: 'none' })}.${part(claims)}.`;
}

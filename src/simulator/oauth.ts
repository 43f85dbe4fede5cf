import type { Answer } from './errors.ts';
import type { World } from './world.ts';

/** Whom a token stands for; the provisioning and identity services take company tokens only. */
export type Principal = 'company' | 'user' | 'application';

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
  /** Answers `POST /oauth2/v0/token`. */
  grant(form: URLSearchParams): Answer;
}

const HOUR = 3_600_000;
/** "An accessToken has a one hour lifetime." */
const ACCESS_LIFETIME = HOUR;
/** "A refresh token has a six month lifetime." */
const REFRESH_LIFETIME = 182 * 24 * HOUR;
/** A company request token lives for 24 hours (company-auth.markdown). */
const REQUEST_TOKEN_LIFETIME = 24 * HOUR;

/**
 * Makes the Oauth2 service (authentication/apidoc.markdown).
 * @param strictRotation a refresh token is worth nothing any more once it has been used
 */
export function createTokens(world: World, strictRotation: boolean): Tokens {
  const access = new Map<string, AccessToken>();
  const refresh = new Map<string, RefreshToken>();
  const started = world.now();
  refresh.set(world.company.refreshToken, {
    principal: 'company',
    expires: started + REFRESH_LIFETIME,
    revoked: false,
  });

  const issue = (principal: Principal, form: URLSearchParams): Answer => {
    const granted = world.company.scopes;
    const asked = form.get('scope')?.split(' ').filter(Boolean) ?? granted;
    if (asked.some((scope) => !granted.includes(scope))) return failure(54);
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
      geolocation: world.company.geolocation ?? world.baseUrl(),
    };
    // Client credentials are answered without a refresh token ("Client Credentials grant").
    if (principal === 'application') return { status: 200, body };
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

  return {
    access,
    refresh,
    grant(form) {
      const { company } = world;
      const clientId = form.get('client_id');
      if (!clientId) return failure(62);
      if (!form.get('client_secret')) return failure(63);
      if (!form.get('grant_type')) return failure(65);
      if (clientId !== company.clientId) return failure(61);
      if (form.get('client_secret') !== company.clientSecret) return failure(64);
      switch (form.get('grant_type')) {
        case 'refresh_token': {
          const token = form.get('refresh_token');
          if (!token) return failure(106);
          const known = refresh.get(token);
          if (!known || known.revoked || known.expires <= world.now()) return failure(108);
          const answer = issue(known.principal, form);
          if (strictRotation && answer.status === 200) known.revoked = true;
          return answer;
        }
        case 'client_credentials':
          return issue('application', form);
        case 'password': {
          const username = form.get('username');
          const password = form.get('password');
          if (!username) return failure(51);
          if (!password) return failure(52);
          // "if omitted, oauth2 will assume the type is password"
          const credtype = form.get('credtype') ?? 'password';
          if (credtype === 'authtoken') {
            const expired = world.now() >= started + REQUEST_TOKEN_LIFETIME;
            if (username !== company.id || password !== company.requestToken || expired) return failure(5);
            return issue('company', form);
          }
          if (credtype !== 'password') return failure(120);
          if (username !== company.login.username || password !== company.login.password) return failure(5);
          return issue('user', form);
        }
        default:
          return failure(60);
      }
    },
  };
}

/** The answer to a body that is not a form: "unsupported request format". */
export function unsupportedFormat(): Answer {
  return failure(135);
}

// "Response Codes", "/token". The page names 400, 401, 403 and 404 without saying which code goes with which: client
// authentication is 401 as in RFC 6749 section 5.2, a client that may not is 403, the rest 400.
const FAILURES = {
  5: [400, 'invalid_grant', 'Incorrect credentials. Please Retry'],
  51: [400, 'invalid_request', 'username was not supplied'],
  52: [400, 'invalid_request', 'password was not supplied'],
  54: [400, 'invalid_scope', 'requested scope exceeds granted scope'],
  60: [400, 'invalid_grant', 'these are not the grants you are looking for'],
  61: [401, 'invalid_client', 'client not found'],
  62: [400, 'invalid_request', 'client_id was not supplied'],
  63: [400, 'invalid_request', 'client_secret was not supplied'],
  64: [401, 'invalid_client', 'Incorrect credentials. Please Retry'],
  65: [400, 'invalid_request', 'grant_type was not supplied'],
  106: [400, 'invalid_request', 'refresh_token was not supplied'],
  108: [400, 'invalid_grant', 'bad or expired refresh token'],
  120: [400, 'invalid_request', 'credtype is invalid'],
  135: [400, 'invalid_request', 'unsupported request format'],
} as const;

function failure(code: keyof typeof FAILURES): Answer {
  const [status, error, description] = FAILURES[code];
  return { status, body: { code, error, error_description: description } };
}

// "ID Token": a JWT that says whom the token is for. Its signature means nothing here.
function idToken(world: World, principal: Principal): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const seconds = Math.floor(world.now() / 1000);
  const claims = {
    aud: world.company.clientId,
    'concur.version': 2,
    'concur.type': principal,
    sub: world.company.id,
    iss: world.baseUrl(),
    iat: seconds,
    nbf: seconds,
    exp: seconds + ACCESS_LIFETIME / 1000,
  };
  return `${part({ alg: 'none' })}.${part(claims)}.`;
}

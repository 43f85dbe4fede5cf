import type { Answer } from './errors.ts';

// "Response Codes", "/token", of apidoc.markdown; 134 stands in company-auth.markdown only. Those of one-time passwords
// and of `/authorize` are left out. The pages name 400, 401, 403 and 404 and do not say which code goes with which, but
// that "the bulk of errors will be returned as 400" and that 403 is for "companies that are not authorized by their
// administrators" (oauth2-migration-best-practices.markdown). Client authentication is 401 as in RFC 6749 section 5.2. The
// same page has 5 for a wrong client secret too, where the lists have 64: the lists are followed.
const TOKEN_ERRORS = {
  5: [400, 'invalid_grant', 'Incorrect credentials. Please Retry'],
  10: [400, 'invalid_grant', 'Account is disabled. Please contact support'],
  11: [400, 'invalid_grant', 'Account is disabled. Please contact support'],
  12: [400, 'invalid_grant', 'Logon Denied. Please contact support'],
  13: [400, 'invalid_grant', 'Logon Denied. Please contact support'],
  14: [400, 'invalid_grant', 'Account Locked. Please contact support'],
  16: [400, 'invalid_request', 'user lives elsewhere'],
  19: [400, 'invalid_grant', 'Incorrect credentials. Please Retry'],
  20: [400, 'invalid_grant', 'Logon Denied. Please contact support'],
  21: [400, 'invalid_request', 'Incorrect credentials. SSO-only client attempted a password login.'],
  51: [400, 'invalid_request', 'username was not supplied'],
  52: [400, 'invalid_request', 'password was not supplied'],
  53: [403, 'invalid_client', 'company is not enabled for this client'],
  54: [400, 'invalid_scope', 'requested scope exceeds granted scope'],
  55: [400, 'invalid_request', "we don't know this email"],
  59: [403, 'access_denied', 'client disabled'],
  60: [400, 'invalid_grant', 'these are not the grants you are looking for'],
  61: [401, 'invalid_client', 'client not found'],
  62: [400, 'invalid_request', 'client_id was not supplied'],
  63: [400, 'invalid_request', 'client_secret was not supplied'],
  64: [401, 'invalid_client', 'Incorrect credentials. Please Retry'],
  65: [400, 'invalid_request', 'grant_type was not supplied'],
  100: [400, 'invalid_request', 'backend does not know about this username'],
  101: [400, 'invalid_request', 'code was not supplied'],
  102: [400, 'invalid_request', 'redirect_uri was not supplied'],
  103: [400, 'invalid_request', 'code is bad or expired'],
  104: [400, 'invalid_grant', 'redirect_uri does not match the previous grant'],
  105: [400, 'invalid_grant', 'this grant was not issued to you!'],
  106: [400, 'invalid_request', 'refresh_token was not supplied'],
  107: [400, 'invalid_request', 'refresh disallowed for app'],
  108: [400, 'invalid_grant', 'bad or expired refresh token'],
  109: [400, 'invalid_request', 'loginid was not supplied'],
  115: [400, 'invalid_request', 'unauthenticated client will not be issued token!'],
  119: [400, 'invalid_request', 'prompt is invalid'],
  120: [400, 'invalid_request', 'credtype is invalid'],
  121: [400, 'invalid_request', 'login_type is invalid'],
  122: [400, 'invalid_request', 'proxies supplied are invalid'],
  123: [400, 'invalid_request', 'principal is disabled'],
  124: [400, 'invalid_request', 'product is invalid'],
  134: [400, 'invalid_request', 'Company undergoing scheduled maintenance.'],
  135: [400, 'invalid_request', 'unsupported request format'],
  136: [400, 'invalid_request', 'Authtoken was not issued for you'],
  139: [400, 'invalid_request', 'Logon Denied. Password must be changed to meet company policy.'],
} as const;

/** A code that the token endpoint refuses with. */
export type TokenErrorCode = keyof typeof TOKEN_ERRORS;

/** Whether the token endpoint refuses with this code. */
export function isTokenErrorCode(code: number): code is TokenErrorCode {
  return code in TOKEN_ERRORS;
}

/** The answer of the token endpoint that refuses with `code`; `geolocation` stands beside code 16. */
export function tokenError(code: TokenErrorCode, geolocation?: string): Answer {
  const [status, error, description] = TOKEN_ERRORS[code];
  return {
    status,
    body: {
      code,
      error,
      error_description: description,
      ...(geolocation === undefined ? {} : { geolocation }),
    },
  };
}

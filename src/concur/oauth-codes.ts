/** What a code of Concur's token endpoint means; both texts are whole sentences for an admin, without hosts or secrets. */
export interface OAuthCode {
  readonly codes: readonly number[];
  readonly meaning: string;
  /** What to do about it. */
  readonly remedy: string;
  /** Whether it passes by itself; otherwise the same request is refused again. */
  readonly passing: boolean;
}

/** The company is served by another data centre, which the answer names. */
export const LIVES_ELSEWHERE = 16;

/** The company is under scheduled maintenance. */
export const COMPANY_MAINTENANCE = 134;

const NEW_REQUEST_TOKEN =
  'Make a new company request token in Concur (Authentication Admin, Company Request Token) and run connect with it.';
const SUPPORT = 'Give SAP Concur support the correlation id.';
const CONNECT_COMPANY =
  'Connect with a company request token, which needs no sign-in; for this account, ask the Concur administrator.';

/**
 * Every code of `/oauth2/v0/token` (Authentication and Company Level Authentication, "Response Codes"). Those that
 * are not listed as passing are final.
 */
export const OAUTH_CODES: readonly OAuthCode[] = [
  final(
    [5, 19],
    'Concur does not accept the credentials: the company request token, the sign-in or the client secret is wrong.',
    'Check the company UUID, the client id and the client secret, and make a new company request token for that client id: it lives for 24 hours.',
  ),
  final([10, 11], 'The account is disabled in Concur.', CONNECT_COMPANY),
  final([12, 13], 'Concur denies the sign-in.', CONNECT_COMPANY),
  final([14], 'The account is locked in Concur.', CONNECT_COMPANY),
  passing(
    [LIVES_ELSEWHERE],
    'The company lives in another Concur data centre.',
    "Set baseUrl to the base URI of the company's data centre, and allowedHosts where that is none of SAP's own hosts.",
  ),
  final(
    [20],
    'Concur denies the sign-in, typically because of a restriction of IP addresses.',
    'Ask the Concur administrator to allow the address of the bridge, or connect with a company request token.',
  ),
  final([21], 'The user may only sign in through SSO, not with a password.', CONNECT_COMPANY),
  final(
    [51, 52, 62, 63, 65, 106, 120, 135],
    'Concur says that the request for a token lacks something or has a wrong form.',
    'Check that client id and client secret are configured without blanks or quotes; if they are, give SAP Concur support the correlation id.',
  ),
  final(
    [53],
    'The company is not enabled for this client.',
    'Ask the Concur administrator to connect the company with this application, or check that client id and company belong together.',
  ),
  final(
    [54],
    'A scope was asked for that the client is not granted.',
    'Compare the allowed scopes of the application in Concur (OAuth 2.0 Application Management) with those that doctor lists.',
  ),
  final(
    [55, 100],
    'Concur does not know the user name or the company UUID.',
    'Check the company UUID (or the user name) and that baseUrl names the data centre where the company lives.',
  ),
  final(
    [59],
    'The client is disabled in Concur.',
    'Ask the Concur administrator, or SAP Concur support, to enable the application again.',
  ),
  final(
    [60],
    'The client may not use this grant.',
    'Allow the application the grants password and refresh_token in Concur (OAuth 2.0 Application Management, Allowed Grants).',
  ),
  final(
    [61],
    'Concur does not know the client id.',
    'Check the client id, and that baseUrl names the data centre where it was made: clients of an implementation site are known there only.',
  ),
  final(
    [64],
    'The client secret is wrong.',
    'Configure the client secret that Concur showed last; a secret that was renewed replaces the one before.',
  ),
  final(
    [105],
    'The refresh token was given to another client.',
    'Configure the client id that the token was made for, or connect with a company request token for this client id.',
  ),
  final(
    [107],
    'The client may not refresh tokens.',
    'Allow the application the grant refresh_token in Concur (OAuth 2.0 Application Management, Allowed Grants), then connect anew.',
  ),
  final([108], 'The refresh token is wrong, revoked, or older than six months.', NEW_REQUEST_TOKEN),
  final(
    [115],
    'Concur gives a token only to a client that proves who it is.',
    'Check the client id and the client secret.',
  ),
  final(
    [123],
    'The company or the user that the token stands for is disabled in Concur.',
    'Ask the Concur administrator, or SAP Concur support, why.',
  ),
  passing(
    [COMPANY_MAINTENANCE],
    'The company is under scheduled maintenance.',
    'Nothing is to be done: the bridge tries again by itself.',
  ),
  final([136], 'The company request token was made for another client id.', NEW_REQUEST_TOKEN),
  final(
    [139],
    'Concur denies the sign-in until the password is changed.',
    'Change the password in Concur, or connect with a company request token.',
  ),
  final(
    [56, 57, 58, 80, 81, 83, 84, 85, 101, 102, 103, 104, 109, 117, 118, 119, 121, 122, 124],
    'Concur answered as if the bridge had asked for a kind of token that it never asks for.',
    SUPPORT,
  ),
];

const UNKNOWN = final(
  [],
  'Concur gives out no token and names no reason that its documentation knows.',
  SUPPORT,
);

/** What a code means; null, or one that SAP does not document: final, in general words. */
export function oauthCode(code: number | null): OAuthCode {
  return OAUTH_CODES.find(({ codes }) => code !== null && codes.includes(code)) ?? UNKNOWN;
}

/** Meaning, code and remedy in one text. */
export function explainCode(code: number | null): string {
  const { meaning, remedy } = oauthCode(code);
  return code === null ? `${meaning} ${remedy}` : `${meaning} ${remedy} (OAuth code ${code})`;
}

function final(codes: readonly number[], meaning: string, remedy: string): OAuthCode {
  return { codes, meaning, remedy, passing: false };
}

function passing(codes: readonly number[], meaning: string, remedy: string): OAuthCode {
  return { codes, meaning, remedy, passing: true };
}

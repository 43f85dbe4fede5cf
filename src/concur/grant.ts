import type { ConnectionSecrets } from '../domain/connection.ts';
import type { HttpRequest } from './transport.ts';

/** What Concur gives out a token for (Authentication, "Obtaining a token", and Company Level Authentication). */
export type Grant =
  | { readonly kind: 'company request token'; readonly companyId: string; readonly requestToken: string }
  | { readonly kind: 'user password'; readonly username: string; readonly password: string }
  | { readonly kind: 'client credentials' }
  | { readonly kind: 'refresh token'; readonly refreshToken: string };

/** The request for a token at a base URL (RFC 6749 §4.3.2, §4.4.2, §6), as a form with the client's own credentials. */
export function tokenRequest(
  base: string,
  grant: Grant,
  { clientId, clientSecret }: Pick<ConnectionSecrets, 'clientId' | 'clientSecret'>,
): HttpRequest {
  const client = { client_id: clientId, client_secret: clientSecret };
  const text = new URLSearchParams({ ...client, ...fieldsOf(grant) }).toString();
  const body = { type: 'application/x-www-form-urlencoded', text };
  return { method: 'POST', url: `${base}/oauth2/v0/token`, body };
}

function fieldsOf(grant: Grant): Readonly<Record<string, string>> {
  switch (grant.kind) {
    case 'company request token': {
      const { companyId: username, requestToken: password } = grant;
      return { grant_type: 'password', credtype: 'authtoken', username, password };
    }
    case 'user password': {
      const { username, password } = grant;
      return { grant_type: 'password', credtype: 'password', username, password };
    }
    case 'client credentials':
      return { grant_type: 'client_credentials' };
    case 'refresh token':
      return { grant_type: 'refresh_token', refresh_token: grant.refreshToken };
  }
}

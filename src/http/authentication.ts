import type { RequestHandler } from 'express';
import { unauthorized } from '../scim/error.ts';
import { noteToken } from './request-log.ts';

/**
 * Lets a request through whose token `verify` knows, and notes the token's name. Otherwise 401 with a challenge
 * (RFC 6750 §3). Comes before anything is read of the body.
 */
export function authentication(verify: (token: string) => Promise<{ name: string } | null>): RequestHandler {
  return async (req, res, next) => {
    const token = tokenFrom(req.get('authorization'));
    const known = token === null ? null : await verify(token);
    if (known === null) {
      const error = token === null ? '' : ', error="invalid_token"';
      res.set('WWW-Authenticate', `Bearer realm="concur-scim-bridge"${error}`);
      throw unauthorized(
        token === null ? 'The Authorization header must carry a bearer token.' : 'The token is not valid.',
      );
    }
    noteToken(res, known.name);
    next();
  };
}

/**
 * The token of an `Authorization` header; null when there is none. RFC 9110 §11.1: the scheme has no case. Okta's
 * "HTTP header" authentication sends what its admin typed, often the token alone.
 */
function tokenFrom(header: string | undefined): string | null {
  const [, scheme = '', credentials = ''] = /^\s*(?:(\S+)\s+)?(\S+)\s*$/.exec(header ?? '') ?? [];
  if (credentials === '') return null;
  return scheme === '' || scheme.toLowerCase() === 'bearer' ? credentials : null;
}

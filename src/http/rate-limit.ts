import type { RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import { ScimError } from '../scim/error.ts';
import { tokenOf } from './request-log.ts';

/** How long requests are counted together, in ms. */
const WINDOW = 1_000;

/** After how many seconds the next window is open: an integer, as Okta reads no date. */
const RETRY_AFTER = '1';

/**
 * Lets at most `perSecond` requests of a token through in each second, and refuses the others with 429 (RFC 6585 §4).
 * Comes after the authentication: clients share addresses behind a proxy, and a stranger spends nobody's share.
 *
 * @param perSecond the limit as it is now; null: any number
 */
export function tokenRateLimit(perSecond: () => number | null): RequestHandler {
  const limited = rateLimit({
    windowMs: WINDOW,
    limit: () => perSecond() ?? 0,
    keyGenerator: (_req, res) => tokenOf(res),
    legacyHeaders: false,
    standardHeaders: false,
    handler: (_req, res) => {
      res.set('Retry-After', RETRY_AFTER);
      throw new ScimError(
        429,
        undefined,
        `More requests than a token may send, which is ${perSecond()} per second; try again in ${RETRY_AFTER} second.`,
      );
    },
  });
  return (req, res, next) => (perSecond() === null ? next() : limited(req, res, next));
}

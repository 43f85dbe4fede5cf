import type { ErrorRequestHandler } from 'express';
import { operatorCause, RETRY_AFTER, toClientError } from '../failure.ts';
import { noteFailure, requestIdOf } from '../request-log.ts';

/** The codes of the admin API's errors, by HTTP status. */
const CODES: { readonly [status: number]: string } = {
  400: 'invalid_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  409: 'conflict',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
  503: 'unavailable',
};

/** The one place where anything thrown becomes an error answer of the admin API. */
export const answerAdminFailure: ErrorRequestHandler = (error, _req, res, next) => {
  const requestId = requestIdOf(res);
  const { status, detail } = toClientError(error, requestId);
  noteFailure(res, operatorCause(error), status);
  if (res.headersSent) return next(error);
  if (status === 503) res.set('Retry-After', RETRY_AFTER);
  res.status(status).json({ error: { code: CODES[status] ?? 'internal_error', message: detail, requestId } });
};

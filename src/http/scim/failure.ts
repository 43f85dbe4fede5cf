import type { ErrorRequestHandler } from 'express';
import { toErrorBody } from '../../scim/error.ts';
import { operatorCause, RETRY_AFTER, toClientError } from '../failure.ts';
import { noteFailure, requestIdOf } from '../request-log.ts';
import { answer } from './answer.ts';

/** The one place where anything thrown becomes a SCIM error answer (RFC 7644 §3.12). */
export const answerScimFailure: ErrorRequestHandler = (error, req, res, _next) => {
  const told = toClientError(error, requestIdOf(res));
  noteFailure(res, operatorCause(error), told.status);
  if (res.headersSent) {
    // A part of the answer is with the client: that the connection ends without its end says that it is none.
    res.destroy();
    return;
  }
  if (told.status === 503) res.set('Retry-After', RETRY_AFTER);
  answer(req, res, told.status, toErrorBody(told));
};

import type { RequestHandler, Response } from 'express';
import type { Logger } from 'pino';

/** What a request is known by, in its answer and in its log line. */
interface RequestContext {
  readonly requestId: string;
  /** The pattern of the route, never the address itself: addresses hold names and e-mails. */
  route: string | null;
  token: string | null;
  failure: unknown;
}

/**
 * Gives every request an id (`x-request-id`) and writes one log line when it is over: method, route pattern,
 * status (null when none was sent), duration in ms, request id, token name, and the cause of a failure. Bodies, addresses, query strings and
 * headers are never logged.
 */
export function requestLog(log: Logger, newId: () => string): RequestHandler {
  return (req, res, next) => {
    const context: RequestContext = { requestId: newId(), route: null, token: null, failure: undefined };
    const started = performance.now();
    res.locals.context = context;
    res.set('X-Request-Id', context.requestId);
    res.once('close', () => {
      const { failure, ...known } = context;
      const line = {
        ...known,
        method: req.method,
        status: res.headersSent ? res.statusCode : null,
        ms: Math.round(performance.now() - started),
        ...(res.writableFinished ? {} : { aborted: true }),
        ...(failure === undefined ? {} : { err: failure }),
      };
      if (res.statusCode === 500 || res.statusCode === 503) log.error(line, 'request');
      else log.info(line, 'request');
    });
    next();
  };
}

/** The id of the request, as its answer carries it. */
export function requestIdOf(res: Response): string {
  return contextOf(res).requestId;
}

/** Notes the route pattern for the log line. */
export function noteRoute(res: Response, route: string): void {
  contextOf(res).route = route;
}

/** Notes the name (never the value) of the token for the log line. */
export function noteToken(res: Response, name: string): void {
  contextOf(res).token = name;
}

/** The name of the token that the request was authenticated with. */
export function tokenOf(res: Response): string {
  const { token } = contextOf(res);
  if (token === null) throw new Error('The request was not authenticated');
  return token;
}

/** Notes why the request failed, for the operator alone. */
export function noteFailure(res: Response, failure: unknown): void {
  contextOf(res).failure = failure;
}

function contextOf(res: Response): RequestContext {
  return res.locals.context;
}

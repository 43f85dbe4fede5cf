import type { RequestHandler, Response } from 'express';
import type { Logger } from 'pino';

/** What a request is known by, in its answer and in its log line. */
interface RequestContext {
  readonly requestId: string;
  /** The pattern of the route, never the address itself: addresses hold names and e-mails. */
  route: string | null;
  token: string | null;
  /** What failed, for the operator alone. */
  readonly failures: unknown[];
  /** Something failed that nobody foresaw, or the service itself did. */
  isSevere: boolean;
}

/**
 * Gives every request an id (`x-request-id`) and writes one log line when it is over: method, route pattern,
 * status (null when none was sent), duration in ms, request id, token name, and the cause of a failure. Bodies, addresses, query strings and
 * headers are never logged.
 */
export function requestLog(log: Logger, newId: () => string): RequestHandler {
  return (req, res, next) => {
    const context: RequestContext = {
      requestId: newId(),
      route: null,
      token: null,
      failures: [],
      isSevere: false,
    };
    const started = performance.now();
    res.locals.context = context;
    res.setHeader('X-Request-Id', context.requestId);
    res.once('close', () => {
      const { failures, isSevere, ...known } = context;
      const line = {
        ...known,
        method: req.method,
        status: res.headersSent ? res.statusCode : null,
        ms: Math.round(performance.now() - started),
        ...(res.writableFinished ? {} : { aborted: true }),
        ...(failures.length === 0 ? {} : { err: asOne(failures) }),
      };
      if (isSevere) log.error(line, 'request');
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

/** The route pattern that was noted; null for an address where there is nothing. */
export function routeOf(res: Response): string | null {
  return contextOf(res).route;
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

/**
 * Notes why the request, or an operation of a Bulk, failed, for the operator alone.
 *
 * @param cause undefined: the client was told everything
 * @param status what the client was answered with
 */
export function noteFailure(res: Response, cause: unknown, status: number): void {
  const context = contextOf(res);
  if (cause !== undefined) context.failures.push(cause);
  if (status === 500 || status === 503) context.isSevere = true;
}

function asOne(failures: readonly unknown[]): unknown {
  return failures.length === 1 ? failures[0] : new AggregateError(failures, 'several operations failed');
}

function contextOf(res: Response): RequestContext {
  return res.locals.context;
}

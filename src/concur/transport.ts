import { Agent, buildConnector, request } from 'undici';
import { isAllowedConcurUrl } from '../domain/hosts.ts';
import type { JsonValue } from '../domain/json.ts';

/** A request as it goes over the wire. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly authorization?: string;
  readonly body?: { readonly type: string; readonly text: string };
  /** A deactivation, which flow control does not hold up. */
  readonly urgent?: boolean;
}

/** An answer of Concur's, read to its end. */
export interface Answered {
  readonly kind: 'answered';
  readonly status: number;
  readonly retryAfter: string | null;
  /** The body as JSON; null when it is empty or no JSON. */
  readonly body: JsonValue;
  readonly correlationId: string;
}

/** Why no answer came back. */
export interface Unanswered {
  /**
   * `not-allowed`: the address is no place for tokens; `no-connection`: nothing was sent, so a
   * repetition is safe; `silent`: no whole answer within the time; `lost`: the connection broke
   * after the request may have left.
   */
  readonly kind: 'not-allowed' | 'no-connection' | 'silent' | 'lost';
  readonly correlationId: string;
}

/** What became of a request. */
export type Sent = Answered | Unanswered;

/** Sends requests to Concur; `send` never rejects for anything that the network or Concur does. */
export interface Transport {
  send(request: HttpRequest): Promise<Sent>;
  /** Waits for the requests under way; whatever is sent later is not sent. */
  close(): Promise<void>;
  /** Cuts the requests under way, whose answers are then lost. */
  abort(): void;
}

/** The longest body that is read, in bytes: a page of a thousand users is a few megabytes. */
const LONGEST_BODY = 16 * 1024 * 1024;

/** How long a connection may take to stand, in ms. */
const CONNECT_TIMEOUT = 10_000;

/**
 * Makes a transport with connections of its own.
 *
 * @param options.allowedHosts hosts besides SAP's own that may be called
 * @param options.timeout how long a whole answer may take, in ms
 * @param options.newId makes the UUID that is sent as `concur-correlationid`
 */
export function createTransport(options: {
  allowedHosts: readonly string[];
  timeout: number;
  newId: () => string;
}): Transport {
  const { allowedHosts, timeout, newId } = options;
  // An error of the connector means that nothing was sent; any later one may have come too late.
  const beforeSending = new WeakSet<object>();
  // One protocol only, so that it is always known whether a request had left when its connection broke.
  const connector = buildConnector({ timeout: Math.min(CONNECT_TIMEOUT, timeout), allowH2: false });
  const agent = new Agent({
    maxResponseSize: LONGEST_BODY,
    // The whole exchange has one deadline (`signal` below).
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: (target, callback) =>
      connector(target, (error, socket) => {
        if (error === null) return callback(null, socket);
        beforeSending.add(error);
        return callback(error, null);
      }),
  });

  let closing: Promise<void> | null = null;
  const cut = new AbortController();

  async function send({ method, url, authorization, body }: HttpRequest): Promise<Sent> {
    const correlationId = newId();
    if (!isAllowedConcurUrl(url, allowedHosts)) return { kind: 'not-allowed', correlationId };
    if (closing !== null) return { kind: 'no-connection', correlationId };
    const deadline = AbortSignal.timeout(timeout);
    try {
      // A Buffer has a length, so undici sends Content-Length: Concur does not support chunked transfer
      // encoding (HTTP Status Codes, 400). undici's `request` follows no redirect.
      const response = await request(url, {
        method,
        dispatcher: agent,
        signal: AbortSignal.any([deadline, cut.signal]),
        headers: {
          accept: 'application/json',
          'concur-correlationid': correlationId,
          ...(authorization === undefined ? {} : { authorization }),
          ...(body === undefined ? {} : { 'content-type': body.type }),
        },
        body: body === undefined ? null : Buffer.from(body.text, 'utf8'),
      });
      const text = await response.body.text();
      return {
        kind: 'answered',
        status: response.statusCode,
        retryAfter: single(response.headers['retry-after']) ?? null,
        body: parse(text),
        correlationId: returnedId(single(response.headers['concur-correlationid'])) ?? correlationId,
      };
    } catch (error) {
      return { kind: reasonOf(error, deadline), correlationId };
    }
  }

  function reasonOf(error: unknown, deadline: AbortSignal): Unanswered['kind'] {
    if (typeof error === 'object' && error !== null && beforeSending.has(error)) return 'no-connection';
    return deadline.aborted ? 'silent' : 'lost';
  }

  function close(): Promise<void> {
    closing ??= agent.close();
    return closing;
  }

  return { send, close, abort: () => cut.abort() };
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

/** Only what can be an id is kept, since it is stored and shown. */
function returnedId(header: string | undefined): string | undefined {
  return header !== undefined && /^[\w.:-]{1,100}$/.test(header) ? header : undefined;
}

function parse(text: string): JsonValue {
  try {
    return JSON.parse(text);
  } catch {
    // Gateways answer in HTML. What the status means does not depend on the body.
    return null;
  }
}

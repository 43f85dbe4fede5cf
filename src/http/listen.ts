import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ScimError, toErrorBody } from '../scim/error.ts';

/** How long open requests may take to end once the server is closing, in ms. */
const GRACE = 5_000;
/** How often connections that no longer serve a request are looked for while closing, in ms. */
const SWEEP = 50;

/**
 * How long a connection may be idle, in ms: longer than the 60 s after which usual load balancers drop theirs, so
 * that it is never we who close one on which a request is on its way.
 */
const KEEP_ALIVE = 65_000;

const SCIM = 'application/scim+json; charset=utf-8';

/** The error of Node's parser, with what had arrived last. */
type Unread = Error & { readonly code?: string; readonly rawPacket?: Buffer };

/** What a client is told of a request that could not be read. */
type Refusal = readonly [status: number, reason: string, detail: string];

/** RFC 9112 §3.2: a request of HTTP/1.1 says for which host it is. */
const NO_HOST: Refusal = [400, 'Bad Request', 'The request has no Host header.'];

/** RFC 9110 §10.1.1: what is expected besides "100-continue" nobody knows. */
const UNKNOWN_EXPECTATION: Refusal = [
  417,
  'Expectation Failed',
  'The only Expect that is met is 100-continue.',
];

/** RFC 9110 §9.3.6, §15.6.2: there is nothing here to be connected to. */
const NO_TUNNEL: Refusal = [501, 'Not Implemented', 'CONNECT is for proxies, which this service is none.'];

const NOT_HTTP: Refusal = [400, 'Bad Request', 'The request is not valid HTTP.'];

/** The refusals of Node's parser that have a status of their own (RFC 6585 §5, RFC 9110 §15.5.9). */
const REFUSALS: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: [
    431,
    'Request Header Fields Too Large',
    'The address and the headers are larger than 16 KB; POST a long filter to .search.',
  ],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout', 'The request took too long to arrive.'],
};

/** A server that listens. */
export interface Listening {
  readonly server: Server;
  /** Takes no new connections, lets open requests end (at most 5 s), and resolves when all is closed. */
  readonly close: () => Promise<void>;
}

/** What a connection last carried. */
interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
}

/** Serves the app on an address. Fails with Node's error when the address cannot be had (EADDRINUSE, EACCES). */
export function listen(app: RequestListener, host: string, port: number): Promise<Listening> {
  const server = createServer({
    keepAliveTimeout: KEEP_ALIVE,
    headersTimeout: KEEP_ALIVE + 1_000,
    // Node's own refusal has no body.
    requireHostHeader: false,
  });
  const connections = new Map<Socket, Exchange | null>();
  server.on('connection', (socket) => {
    connections.set(socket, null);
    socket.once('close', () => connections.delete(socket));
  });
  const serve: RequestListener = (req, res) => {
    connections.set(req.socket, { req, res });
    if (req.httpVersion === '1.1' && req.headers.host === undefined) refuseRequest(res, NO_HOST);
    else app(req, res);
  };
  server.on('request', serve);
  // RFC 9110 §10.1.1: "100 Continue" is for a body that will be read, which the app decides. A client that is refused
  // before that may or may not still send it, and nothing after it on the connection could be told apart.
  server.on('checkContinue', (req, res) => {
    res.setHeader('Connection', 'close');
    serve(req, res);
  });
  server.on('checkExpectation', (_req, res) => refuseRequest(res, UNKNOWN_EXPECTATION));
  server.on('connect', (_req, socket) => {
    // Node has let go of the connection: whoever ends it in between must not end the process.
    socket.on('error', () => socket.destroy());
    refuseConnection(socket, NO_TUNNEL);
  });
  server.on('clientError', (error, socket) => {
    refuse(error, socket, (socket instanceof Socket && connections.get(socket)) || null);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve({ server, close: () => close(server, connections) });
    });
  });
}

/**
 * Answers what is no HTTP request, or too long a one: the app never hears of it, and Node's own answer has no body,
 * where SCIM clients read JSON (RFC 7644 §3.12).
 */
function refuse(error: Unread, socket: Duplex, exchange: Exchange | null): void {
  // What comes after the beginning of another answer would be taken for a part of it.
  const isAnswering = exchange?.res.headersSent === true && !exchange.res.writableFinished;
  if (error.code === 'ECONNRESET' || !socket.writable || isAnswering) {
    socket.destroy();
    return;
  }
  // RFC 9110 §9.3.2: the answer to HEAD has no body; Node's client fails over one.
  const isHead = error.rawPacket?.toString('latin1', 0, 5) === 'HEAD ';
  refuseConnection(socket, REFUSALS[error.code ?? ''] ?? NOT_HTTP, isHead);
}

function refuseConnection(socket: Duplex, refusal: Refusal, isHead = false): void {
  const [status, reason] = refusal;
  const body = bodyOf(refusal);
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\nContent-Type: ${SCIM}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${isHead ? '' : body}`,
  );
}

/** A body may follow that nobody reads: nothing after it on the connection could be told apart. */
function refuseRequest(res: ServerResponse, refusal: Refusal): void {
  const body = bodyOf(refusal);
  const headers = { 'Content-Type': SCIM, 'Content-Length': Buffer.byteLength(body), Connection: 'close' };
  res.writeHead(refusal[0], refusal[1], headers).end(body);
}

function bodyOf([status, , detail]: Refusal): string {
  return JSON.stringify(toErrorBody(new ScimError(status, undefined, detail)));
}

function close(server: Server, connections: ReadonlyMap<Socket, Exchange | null>): Promise<void> {
  // Who has not sent a whole request is owed no answer, and must not hold up the end.
  const sweep = () => {
    for (const [socket, exchange] of connections) {
      if (exchange === null || !isOpen(exchange)) socket.destroy();
    }
  };
  return new Promise((resolve) => {
    const timer = setInterval(sweep, SWEEP);
    const force = setTimeout(() => server.closeAllConnections(), GRACE);
    server.close(() => {
      clearInterval(timer);
      clearTimeout(force);
      resolve();
    });
    sweep();
  });
}

/** Whether a whole request was received whose answer is not yet sent. */
function isOpen({ req, res }: Exchange): boolean {
  return req.complete && !res.writableFinished;
}

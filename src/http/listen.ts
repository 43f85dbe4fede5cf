import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';

/** How long open requests may take to end once the server is closing, in ms. */
const GRACE = 5_000;
/** How often connections that no longer serve a request are looked for while closing, in ms. */
const SWEEP = 50;

/**
 * How long a connection may be idle, in ms: longer than the 60 s after which usual load balancers drop theirs, so
 * that it is never we who close one on which a request is on its way.
 */
const KEEP_ALIVE = 65_000;

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
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE, headersTimeout: KEEP_ALIVE + 1_000 });
  const connections = new Map<Socket, Exchange | null>();
  server.on('connection', (socket) => {
    connections.set(socket, null);
    socket.once('close', () => connections.delete(socket));
  });
  const serve: RequestListener = (req, res) => {
    connections.set(req.socket, { req, res });
    app(req, res);
  };
  server.on('request', serve);
  // RFC 9110 §10.1.1: "100 Continue" is for a body that will be read, which the app decides. A client that is refused
  // before that may or may not still send it, and nothing after it on the connection could be told apart.
  server.on('checkContinue', (req, res) => {
    res.setHeader('Connection', 'close');
    serve(req, res);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve({ server, close: () => close(server, connections) });
    });
  });
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

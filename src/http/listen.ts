import { createServer, type RequestListener, type Server } from 'node:http';

/** How long open requests may take to end once the server is closing, in ms. */
const GRACE = 10_000;
/** How often connections that have become idle are looked for while closing, in ms. */
const SWEEP = 50;

/** A server that listens. */
export interface Listening {
  readonly server: Server;
  /** Takes no new connections, lets open requests end (at most 10 s), and resolves when all is closed. */
  readonly close: () => Promise<void>;
}

/** Serves the app on an address. Fails with Node's error when the address cannot be had (EADDRINUSE, EACCES). */
export function listen(app: RequestListener, host: string, port: number): Promise<Listening> {
  const server = createServer(app);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve({ server, close: () => close(server) });
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    // A kept-alive connection is not idle while its request runs: it is closed at the next look.
    const sweep = setInterval(() => server.closeIdleConnections(), SWEEP);
    const force = setTimeout(() => server.closeAllConnections(), GRACE);
    server.close(() => {
      clearInterval(sweep);
      clearTimeout(force);
      resolve();
    });
  });
}

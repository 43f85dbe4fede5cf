import { Client, type Dispatcher } from 'undici';

/** A request to send. */
export interface Request {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  readonly path: string;
  readonly body?: string;
}

/** What a run of requests came to; times in ms. */
export interface Measured {
  /** How long each request took. */
  readonly times: readonly number[];
  /** How long all of them took. */
  readonly elapsed: number;
}

/**
 * Sends requests for a time, each connection one after the other, over connections that stand already. Fails when an
 * answer has another status than those that are expected.
 *
 * @param next makes the next request
 * @param duration in ms
 */
export async function load(
  origin: string,
  headers: Readonly<Record<string, string>>,
  connections: number,
  duration: number,
  next: () => Request,
  isExpected = isSuccess,
): Promise<Measured> {
  const clients = Array.from({ length: connections }, () => new Client(origin, { pipelining: 1 }));
  const times: number[] = [];
  // A server takes few new connections at a time, and identity providers keep theirs.
  await Promise.all(clients.map((client) => send(client, { ...next(), headers }, isExpected)));
  const begun = performance.now();
  const end = begun + duration;
  const run = async (client: Client) => {
    do {
      const started = performance.now();
      await send(client, { ...next(), headers }, isExpected);
      times.push(performance.now() - started);
    } while (performance.now() < end);
  };
  try {
    await Promise.all(clients.map(run));
  } finally {
    await Promise.all(clients.map((client) => client.destroy()));
  }
  return { times, elapsed: performance.now() - begun };
}

/** Leaves out all that a general client does with an answer: the machine is the server's. */
function send(
  client: Client,
  request: Dispatcher.DispatchOptions,
  isExpected: (status: number) => boolean,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let status = 0;
    client.dispatch(request, {
      onRequestStart() {},
      onResponseStart(_controller, statusCode) {
        status = statusCode;
      },
      onResponseData() {},
      onResponseEnd() {
        if (isExpected(status)) resolve();
        else reject(new Error(`${request.method} ${request.path} was answered ${status}`));
      },
      onResponseError(_controller, error) {
        reject(error);
      },
    });
  });
}

function isSuccess(status: number): boolean {
  return status < 300;
}

/** Several runs as one. */
export function together(runs: readonly Measured[]): Measured {
  return {
    times: runs.flatMap(({ times }) => times),
    elapsed: runs.reduce((sum, { elapsed }) => sum + elapsed, 0),
  };
}

/** Requests per second. */
export function rateOf({ times, elapsed }: Measured): number {
  return (times.length / elapsed) * 1_000;
}

/** The time that so many of a hundred requests took at most, in ms. */
export function percentile({ times }: Measured, percent: number): number {
  const sorted = times.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? Number.NaN;
}

import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Which requests a test meddles with. */
export interface Match {
  readonly method?: string;
  readonly path?: RegExp;
}

/** An answer of Concur's. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** A request that is on its way until the test lets it arrive, whether or not its sender still waits. */
export interface Held {
  /** Resolves when a request is held. */
  readonly here: Promise<void>;
  release(): void;
}

/** What stands between the bridge and Concur: what it does to requests and answers a test decides. */
export interface Gateway {
  readonly url: string;
  /** Says where Concur is. */
  aim(url: string): void;
  /** Holds back the first request that matches, or all of them, until released. */
  hold(match: Match, which?: 'first' | 'all'): Held;
  /** Changes the answers to the first request that matches, or to all of them. */
  alter(match: Match, change: (answer: Answer) => Partial<Answer>, which?: 'first' | 'all'): void;
  close(): void;
}

interface Rule<Effect> {
  readonly match: Match;
  readonly which: 'first' | 'all';
  readonly effect: Effect;
}

interface Hold {
  arrived(): void;
  readonly released: Promise<void>;
}

/** Starts a gateway on the loopback address. */
export async function startGateway(): Promise<Gateway> {
  let target = '';
  const holds = new Set<Rule<Hold>>();
  const changes = new Set<Rule<(answer: Answer) => Partial<Answer>>>();

  async function pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await textOf(incoming);
    const hold = take(holds, incoming);
    hold?.arrived();
    await hold?.released;
    const change = take(changes, incoming);
    const headers = { ...incoming.headers, host: new URL(target).host };
    const onward = forward(
      `${target}${incoming.url}`,
      { method: incoming.method, headers },
      async (answer) => {
        const told = { status: answer.statusCode ?? 502, body: await textOf(answer) };
        const { status, body: text } = { ...told, ...change?.(told) };
        const { 'content-length': _, 'transfer-encoding': __, ...kept } = answer.headers;
        outgoing.writeHead(status, kept).end(text);
      },
    );
    onward.on('error', () => outgoing.destroy());
    onward.end(body);
  }

  const server = createServer((incoming, outgoing) => {
    pass(incoming, outgoing).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo; // never a pipe: it listens on a host and a port
  return {
    url: `http://127.0.0.1:${port}`,
    aim: (url) => {
      target = url;
    },
    hold: (match, which = 'first') => {
      const here = Promise.withResolvers<void>();
      const released = Promise.withResolvers<void>();
      const rule = { match, which, effect: { arrived: here.resolve, released: released.promise } };
      holds.add(rule);
      return {
        here: here.promise,
        release: () => {
          holds.delete(rule);
          released.resolve();
        },
      };
    },
    alter: (match, effect, which = 'first') => {
      changes.add({ match, which, effect });
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function take<Effect>(rules: Set<Rule<Effect>>, { method, url = '' }: IncomingMessage): Effect | undefined {
  for (const rule of rules) {
    const { match, which, effect } = rule;
    if (match.method !== undefined && match.method !== method) continue;
    if (match.path !== undefined && !match.path.test(url.replace(/\?.*/, ''))) continue;
    if (which === 'first') rules.delete(rule);
    return effect;
  }
  return undefined;
}

async function textOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

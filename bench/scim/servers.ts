import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Filled } from './fill.ts';

// As it is shipped: to take the types out of the sources needs more memory than the server.
const PROGRAM = fileURLToPath(new URL('../../dist/bin.js', import.meta.url));
const BARE = fileURLToPath(new URL('./bare-express.ts', import.meta.url));
const SCIM_TOKEN = 'the-scim-token-of-the-benchmark';
const ADMIN_TOKEN = 'the-admin-token-of-the-benchmark';

/** How long a server may take to start, in ms. */
const START = 60_000;

/** A server in a process of its own. */
export interface Server {
  readonly origin: string;
  /** What every request carries. */
  readonly headers: Readonly<Record<string, string>>;
  /** The memory that the process has in use, in MB. */
  memory(): Promise<number>;
  stop(): Promise<void>;
}

/** The bridge's server, which says of itself how it fares. */
export interface Bridge extends Server {
  /** The 99th percentile of the event loop's delay since it was last asked, in ms; idle, it is some 10. */
  delay(): Promise<number>;
}

/** Starts the bridge on a database, without delivery, and waits until it is ready. */
export async function startBridge({ url, secretKey, companyId }: Filled, folder: string): Promise<Bridge> {
  const port = await freePort();
  const child = spawn(process.execPath, [...process.execArgv, PROGRAM, 'serve', '--role', 'api'], {
    // Without a bridge.yaml of the developer's own.
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env.PATH,
      BRIDGE_PORT: String(port),
      BRIDGE_DATABASE_URL: url,
      BRIDGE_SECRET_KEY: secretKey.toString('hex'),
      BRIDGE_SCIM_TOKEN: SCIM_TOKEN,
      BRIDGE_ADMIN_TOKEN: ADMIN_TOKEN,
      CONCUR_BASE_URL: 'https://us2.api.concursolutions.com',
      CONCUR_COMPANY_ID: companyId,
      CONCUR_CLIENT_ID: 'client',
      CONCUR_CLIENT_SECRET: 'secret',
    },
  });
  const origin = `http://127.0.0.1:${port}`;
  await ready(`${origin}/readyz`);
  return {
    ...server(child, origin),
    headers: { authorization: `Bearer ${SCIM_TOKEN}`, 'content-type': 'application/scim+json' },
    delay: async () => {
      const answer = await fetch(`${origin}/metrics`, {
        headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
      });
      const [, seconds] = /^nodejs_eventloop_lag_p99_seconds (\S+)$/m.exec(await answer.text()) ?? [];
      return Number(seconds) * 1_000;
    },
  };
}

/** Starts the bare server on a new file with so many people. */
export async function startBare(path: string, people: number): Promise<Server> {
  const child = fork(BARE, [path, String(people)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const [port] = await once(child, 'message');
  return {
    ...server(child, `http://127.0.0.1:${port}`),
    headers: { 'content-type': 'application/scim+json' },
  };
}

function server(child: ChildProcess, origin: string): Pick<Server, 'origin' | 'memory' | 'stop'> {
  return {
    origin,
    memory: async () => {
      const [, kilobytes] =
        /^VmRSS:\s+(\d+)/m.exec(await readFile(`/proc/${child.pid}/status`, 'utf8')) ?? [];
      return Number(kilobytes) / 1_024;
    },
    stop: async () => {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
  };
}

async function ready(address: string): Promise<void> {
  const end = performance.now() + START;
  for (;;) {
    const answer = await fetch(address).catch(() => null);
    if (answer?.ok === true) return;
    if (performance.now() > end) throw new Error('The bridge does not start');
    await setTimeout(50);
  }
}

async function freePort(): Promise<number> {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const address = holder.address();
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port');
  holder.close();
  await once(holder, 'close');
  return address.port;
}

import { type ChildProcess, fork, type StdioOptions, spawn } from 'node:child_process';
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

/**
 * Starts the bridge on a database, without delivery, and waits until it is ready.
 *
 * @param sync by how many ms each sync of the disk is slowed
 */
export async function startBridge(
  { url, secretKey, companyId }: Filled,
  folder: string,
  sync: number,
): Promise<Bridge> {
  const port = await freePort();
  const [command = '', ...options] = [...withSyncs(sync), process.execPath, ...process.execArgv];
  const child = spawn(command, [...options, PROGRAM, 'serve', '--role', 'api'], {
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

/**
 * Starts the bare server on a new file with so many people.
 *
 * @param sync as for `startBridge`
 */
export async function startBare(path: string, people: number, sync: number): Promise<Server> {
  const [execPath = '', ...execArgv] = [...withSyncs(sync), process.execPath, ...process.execArgv];
  const stdio: StdioOptions = ['ignore', 'ignore', 'inherit', 'ipc'];
  const child = fork(BARE, [path, String(people)], { execPath, execArgv, stdio });
  const [port] = await once(child, 'message');
  return {
    ...server(child, `http://127.0.0.1:${port}`),
    headers: { 'content-type': 'application/scim+json' },
  };
}

/** What makes the syncs of a program take longer. */
function withSyncs(sync: number): readonly string[] {
  if (sync === 0) return [];
  const calls = 'fsync,fdatasync';
  const inject = `inject=${calls}:delay_exit=${Math.round(sync * 1_000)}`;
  return ['strace', '-f', '-qq', '--seccomp-bpf', '-o', '/dev/null', '-e', `trace=${calls}`, '-e', inject];
}

function server(child: ChildProcess, origin: string): Pick<Server, 'origin' | 'memory' | 'stop'> {
  /** The server itself, where something else has started it. */
  const pid = async (): Promise<number> => {
    const children = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8');
    return Number(children.trim().split(' ')[0] || child.pid);
  };
  return {
    origin,
    memory: async () => {
      const [, kilobytes] =
        /^VmRSS:\s+(\d+)/m.exec(await readFile(`/proc/${await pid()}/status`, 'utf8')) ?? [];
      return Number(kilobytes) / 1_024;
    },
    stop: async () => {
      const exited = once(child, 'exit');
      process.kill(await pid(), 'SIGTERM');
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

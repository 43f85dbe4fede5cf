import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it, vi } from 'vitest';

const PROGRAM = resolve(import.meta.dirname, '../../src/bin.ts');
const TOKEN = 'the-token-of-the-durability-test';
const PEOPLE = 20;
const WATCHED = ['-f', '-y', '-s', '64', '-e', 'trace=fdatasync,fsync,write,writev,sendto,sendmsg'];

/** What the program asked of the kernel, in order: a sync of the database's log, or a 2xx to a client. */
type Event = 'sync' | 'answer';

/**
 * SIGKILL does not prove durability: what the kernel holds survives it. So the system calls themselves
 * are watched: between two answers to writes there must be a sync of the write-ahead log, and none may
 * come before its own.
 */
it('no write is answered before the write-ahead log that holds it was synced', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bridge-durability-'));
  const trace = join(folder, 'trace');
  const port = await freePort();
  const child = spawn(process.execPath, [PROGRAM, 'serve', '--role', 'api'], {
    // Without a bridge.yaml of the developer's own.
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      BRIDGE_PORT: String(port),
      BRIDGE_DATABASE_URL: `sqlite:${join(folder, 'bridge.db')}`,
      BRIDGE_SECRET_KEY: '22'.repeat(32),
      BRIDGE_SCIM_TOKEN: TOKEN,
      BRIDGE_LOG_LEVEL: 'silent',
      CONCUR_BASE_URL: 'https://us2.api.concursolutions.com',
      CONCUR_COMPANY_ID: 'aa076ada-80a9-4f57-8e98-9300b1c3171d',
      CONCUR_CLIENT_ID: 'client',
      CONCUR_CLIENT_SECRET: 'secret',
    },
    stdio: 'ignore',
  });
  try {
    await vi.waitFor(async () => expect((await fetch(`http://127.0.0.1:${port}/readyz`)).ok).toBe(true), {
      timeout: 30_000,
    });
    const tracer = spawn('strace', [...WATCHED, '-o', trace, '-p', String(child.pid)]);
    const traced = once(tracer, 'exit');
    await once(tracer.stderr, 'data');
    for (let number = 0; number < PEOPLE; number++) {
      const answer = await fetch(`http://127.0.0.1:${port}/scim/v2/Users`, {
        method: 'POST',
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/scim+json' },
        body: JSON.stringify({ userName: `person${number}@example.com` }),
      });
      expect(answer.status).toBe(201);
    }
    child.kill('SIGTERM');
    await traced;
    const events = eventsOf(await readFile(trace, 'utf8'));
    expect(events.filter((event) => event === 'answer')).toHaveLength(PEOPLE);
    const unsynced = events.filter((event, index) => event === 'answer' && events[index - 1] !== 'sync');
    expect(unsynced).toEqual([]);
  } finally {
    child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }
}, 60_000);

/** A sync counts when it has returned: strace then shows its result on the same or on a resumed line. */
function eventsOf(trace: string): Event[] {
  return trace.split('\n').flatMap((line): Event[] => {
    if (/f(data)?sync.*= 0$/.test(line) && (/bridge\.db-wal/.test(line) || /resumed/.test(line)))
      return ['sync'];
    return /HTTP\/1\.1 201 /.test(line) ? ['answer'] : [];
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port');
  server.close();
  await once(server, 'close');
  return address.port;
}

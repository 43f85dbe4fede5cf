import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import type { Simulator } from '../../src/simulator/simulator.ts';

const PROGRAM = resolve(import.meta.dirname, '../../src/bin.ts');

export const SCIM_TOKEN = 'scim-token-of-the-end-to-end-test';
export const ADMIN_TOKEN = 'admin-token-of-the-end-to-end-test';

/** The real program as a child process, on a database file that outlives its kills. */
export class BridgeProcess {
  readonly url: string;
  readonly #folder: string;
  readonly #port: number;
  #child: ChildProcess | undefined;
  #output = '';

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#port = port;
    this.url = `http://127.0.0.1:${port}`;
  }

  /** Makes the configuration and an empty database folder for a bridge to the simulator. */
  static async prepare(simulator: Simulator): Promise<BridgeProcess> {
    const folder = await mkdtemp(join(tmpdir(), 'bridge-end-to-end-'));
    const process = new BridgeProcess(folder, await freePort());
    const { company } = simulator;
    await writeFile(
      join(folder, 'bridge.yaml'),
      stringify({
        connections: {
          default: {
            baseUrl: simulator.url,
            companyId: company.id,
            clientId: company.clientId,
            clientSecret: company.clientSecret,
            refreshToken: company.refreshToken,
            allowedHosts: ['127.0.0.1'],
            polling: { interval: '200ms' },
          },
        },
      }),
    );
    return process;
  }

  /** Starts the program and resolves when it answers that it is ready. */
  async start(): Promise<void> {
    const child = this.#spawn(['serve', '--config', join(this.#folder, 'bridge.yaml')]);
    this.#child = child;
    const ended = once(child, 'exit').then(() => 'ended' as const);
    while (true) {
      const ready = await fetch(`${this.url}/readyz`).then(
        (answer) => answer.ok,
        () => false,
      );
      if (ready) return;
      const next = await Promise.race([ended, turn()]);
      if (next === 'ended') throw new Error(`The program ended: ${this.#output}`);
    }
  }

  /** Runs a command of the program beside the server and returns what it printed and its exit code. */
  async run(...args: string[]): Promise<{ code: number | null; output: string }> {
    const child = this.#spawn([...args, '--config', join(this.#folder, 'bridge.yaml')]);
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    const [code] = await once(child, 'close');
    return { code, output };
  }

  /** Cuts the process where it stands. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Asks the process to stop and returns its exit code. */
  async stop(): Promise<number | null> {
    return this.#end('SIGTERM');
  }

  /** Ends the process if it runs and removes its folder. */
  async dispose(): Promise<void> {
    if (this.#child !== undefined) await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child;
    if (child === undefined) throw new Error('The program is not running');
    this.#child = undefined;
    if (child.exitCode !== null) return child.exitCode;
    const exited = once(child, 'exit');
    child.kill(signal);
    const [code] = await exited;
    return code;
  }

  #spawn(args: string[]): ChildProcess {
    const child = spawn(process.execPath, [PROGRAM, ...args], {
      env: {
        PATH: process.env.PATH,
        BRIDGE_PORT: String(this.#port),
        BRIDGE_DATABASE_URL: `sqlite:${join(this.#folder, 'bridge.db')}`,
        BRIDGE_SECRET_KEY: '11'.repeat(32),
        BRIDGE_SCIM_TOKEN: SCIM_TOKEN,
        BRIDGE_ADMIN_TOKEN: ADMIN_TOKEN,
        BRIDGE_LOG_LEVEL: 'warn',
      },
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#output += chunk.toString();
      });
    }
    return child;
  }
}

/** Lets other events happen before the next look. */
export function turn(): Promise<void> {
  return new Promise((resume) => {
    setTimeout(resume, 25);
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

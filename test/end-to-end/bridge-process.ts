import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import type { JsonObject } from '../../src/domain/json.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';

const PROGRAM = resolve(import.meta.dirname, '../../src/bin.ts');

export const SCIM_TOKEN = 'scim-token-of-the-end-to-end-test';
export const ADMIN_TOKEN = 'admin-token-of-the-end-to-end-test';

/** How a bridge differs from one that knows a simulator and nothing else. */
export interface BridgeSettings {
  /** More of the connection's section of the configuration. */
  readonly connection?: JsonObject;
  /** Of a module that is loaded before the program: its URL, asked for anew at each start. */
  readonly preload?: () => string;
}

/** The real program as a child process, on a database file that outlives its kills. */
export class BridgeProcess {
  readonly url: string;
  readonly #folder: string;
  readonly #port: number;
  readonly #preload: BridgeSettings['preload'];
  #child: ChildProcess | undefined;
  #output = '';

  private constructor(folder: string, port: number, { preload }: BridgeSettings) {
    this.#folder = folder;
    this.#port = port;
    this.#preload = preload;
    this.url = `http://127.0.0.1:${port}`;
  }

  /** Makes the configuration and an empty database folder for a bridge to the simulator. */
  static async prepare(
    simulator: Pick<Simulator, 'url' | 'company'>,
    settings: BridgeSettings = {},
  ): Promise<BridgeProcess> {
    const folder = await mkdtemp(join(tmpdir(), 'bridge-end-to-end-'));
    const process = new BridgeProcess(folder, await freePort(), settings);
    await process.configure(simulator, settings.connection);
    return process;
  }

  /** Writes the configuration, which counts from the next start or reload on; `connection` is more of the connection's section. */
  async configure(simulator: Pick<Simulator, 'url' | 'company'>, connection: JsonObject = {}): Promise<void> {
    const { company } = simulator;
    await writeFile(
      join(this.#folder, 'bridge.yaml'),
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
            ...connection,
          },
        },
      }),
    );
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

  /** All that the server wrote, over all its lives. */
  get output(): string {
    return this.#output;
  }

  /** Tells the preloaded module something, if the program runs. */
  tell(message: number): void {
    if (this.#child?.connected) this.#child.send(message, () => undefined);
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

  /** Asks the process to read its configuration again. */
  reload(): void {
    if (this.#child === undefined) throw new Error('The program is not running');
    this.#child.kill('SIGHUP');
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
    const preload = this.#preload === undefined ? [] : ['--import', this.#preload()];
    const child = spawn(process.execPath, [...preload, PROGRAM, ...args], {
      stdio: ['pipe', 'pipe', 'pipe', this.#preload === undefined ? null : 'ipc'],
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

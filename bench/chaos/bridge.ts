import { setTimeout as wait } from 'node:timers/promises';
import type { JsonObject } from '../../src/domain/json.ts';
import { isJsonObject } from '../../src/domain/json.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { ADMIN_TOKEN, BridgeProcess, SCIM_TOKEN } from '../../test/end-to-end/bridge-process.ts';
import { GROUPS } from './people.ts';
import type { Time } from './time.ts';

/** The bridge of a run, which is killed and started again. */
export interface Bridge {
  readonly url: string;
  /** The tokens of its two clients. */
  readonly tokens: readonly [string, string];
  /** Resolves when it runs. */
  running(): Promise<void>;
  /**
   * Cuts it with SIGKILL, and starts it again after so many ms.
   *
   * @param again after how many ms of its new life it is cut once more, which may be before it is ready; null: it is not
   */
  kill(down: number, again: number | null): Promise<void>;
  /** Reads from the admin API, below `/api/v1`. */
  admin(path: string): Promise<JsonObject>;
  /** Reads from the SCIM API. */
  scim(path: string): Promise<JsonObject>;
  /** What it logged as errors: every run expects nothing. */
  defects(): readonly string[];
  tell(ahead: number): void;
  dispose(): Promise<void>;
}

/** How often the bridge looks at an open request. */
const LOOKS = '200ms';

/** Prepares and starts the real program for a simulator. */
export async function startBridge(simulator: Simulator, time: Pick<Time, 'clockModule'>): Promise<Bridge> {
  const program = await BridgeProcess.prepare(simulator, {
    connection: {
      allowedHosts: ['127.0.0.1', 'localhost'],
      polling: { interval: LOOKS },
      // More people leave within minutes than any guard allows.
      deactivationGuard: 'off',
      groups: {
        rules: Object.entries(GROUPS).map(([group, given]) => ({ group, ...given })),
      },
    },
    preload: () => time.clockModule(),
  });
  await program.start();
  const { code, output } = await program.run('token', 'create', 'hr', '--json');
  if (code !== 0) throw new Error(`No second token: ${output}`);
  const second: unknown = JSON.parse(output);
  if (!isJsonObject(second)) throw new Error(`No second token: ${output}`);
  let starting: Promise<void> = Promise.resolve();

  async function read(path: string, token: string): Promise<JsonObject> {
    const answer = await fetch(`${program.url}${path}`, { headers: { authorization: `Bearer ${token}` } });
    const body: unknown = await answer.json();
    if (!answer.ok || !isJsonObject(body)) throw new Error(`GET ${path} was answered ${answer.status}`);
    return body;
  }

  async function killAndStart(down: number, again: number | null): Promise<void> {
    await program.kill();
    await wait(down);
    if (again !== null) {
      // Whoever is cut while it starts never becomes ready.
      const started = program.start().catch(() => undefined);
      await wait(again);
      await program.kill();
      await started;
    }
    await program.start();
  }

  return {
    url: program.url,
    tokens: [SCIM_TOKEN, String(second.token)],
    running: () => starting,
    kill(down, again) {
      starting = starting.then(() => killAndStart(down, again));
      return starting;
    },
    admin: (path) => read(`/api/v1${path}`, ADMIN_TOKEN),
    scim: (path) => read(`/scim/v2${path}`, SCIM_TOKEN),
    defects: () => program.output.split('\n').filter((line) => /"level":[56]0|^\S*Error: /.test(line)),
    tell: (ahead) => program.tell(ahead),
    dispose: () => program.dispose(),
  };
}

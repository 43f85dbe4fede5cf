import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { isJsonObject, type JsonObject } from '../../src/domain/json.ts';
import type { Company } from '../../src/simulator/company.ts';
import type { LoggedRequest } from '../../src/simulator/simulator.ts';

const PROGRAM = resolve(import.meta.dirname, '../../src/bin.ts');

/** The shortest time between two looks at one request that the simulator puts up with, in ms. */
const POLL_INTERVAL = 150;

/** A simulated Concur as a process of its own: what it takes, it takes from no other part of the bench. */
export interface ConcurProcess {
  readonly url: string;
  readonly company: Company;
  /** The requests to Concur since a time, oldest first: at most the last 5000. */
  requestsSince(at: number): Promise<readonly LoggedRequest[]>;
  state(): Promise<{ readonly users: readonly JsonObject[]; readonly provisions: readonly JsonObject[] }>;
  violations(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts `concur-scim-bridge simulate` on any free port; Concur answers at once. */
export async function startConcur(): Promise<ConcurProcess> {
  const options = ['--port', '0', '--latency', '0', '--poll-interval', String(POLL_INTERVAL), '--json'];
  const child = spawn(process.execPath, [PROGRAM, 'simulate', ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  let url: string | undefined;
  for await (const chunk of child.stdout) {
    output += String(chunk);
    url = urlIn(output);
    if (url !== undefined) break;
  }
  if (url === undefined) throw new Error(`The simulator did not start: ${output}`);
  const base = url;
  const read = async (path: string): Promise<unknown> => (await fetch(`${base}/simulator${path}`)).json();
  const state = async () => objectOf(await read('/state'));
  return {
    url: base,
    // Its own answer about itself.
    company: (await read('/company')) as Company,
    requestsSince: async (at) => ((await read('/requests')) as LoggedRequest[]).filter((one) => one.at >= at),
    state: async () => {
      const { users, provisions } = await state();
      return { users: listOf(users), provisions: listOf(provisions) };
    },
    violations: async () => listOf((await state()).violations).length,
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function urlIn(output: string): string | undefined {
  try {
    const { url } = objectOf(JSON.parse(output));
    return typeof url === 'string' ? url : undefined;
  } catch {
    // Not all of it is there yet.
    return undefined;
  }
}

/** An answer that is to be an object. */
export function objectOf(value: unknown): JsonObject {
  if (isJsonObject(value)) return value;
  throw new Error(`No object: ${JSON.stringify(value)}`);
}

/** The objects of a list. */
export function listOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

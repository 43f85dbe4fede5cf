import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Simulator } from '../../src/simulator/simulator.ts';
import type { Bridge } from './bridge.ts';
import type { People } from './people.ts';

/**
 * Writes down what a failure is looked into with, and returns the file: what the bridge knows of everybody who is named
 * in the failures, what is wanted of them, and what Concur was asked for, oldest first.
 */
export async function keepEvidence(
  failures: readonly string[],
  { people, bridge, simulator, seed }: { people: People; bridge: Bridge; simulator: Simulator; seed: number },
): Promise<string> {
  const keys = [...new Set(failures.flatMap((failure) => failure.match(/chaos-\d+/g) ?? []))];
  const known = await Promise.all(
    keys.map(async (key) => {
      const seen = await bridge.admin(`/users/${key}`).catch((error: unknown) => String(error));
      return [key, { wanted: people.get(key), seen }];
    }),
  );
  const requests = simulator.requests.map(({ headers: _, ...request }) => request);
  const path = join(tmpdir(), `chaos-${seed}.json`);
  const inConcur = [...simulator.state.users.values()];
  const text = JSON.stringify({ failures, people: Object.fromEntries(known), inConcur, requests }, sets, 2);
  await writeFile(path, `${text}\n`);
  return path;
}

function sets(_name: string, value: unknown): unknown {
  return value instanceof Set ? [...value] : value;
}

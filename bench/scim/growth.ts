import type { BenchDatabase } from './database.ts';
import { load, type Measured, percentile, together } from './load.ts';
import { WARM_UP } from './measure.ts';
import { operations } from './operations.ts';
import { type Bridge, startBridge } from './servers.ts';

/** Turns that the servers take at every operation, so that what else the machine does falls on all. */
const ROUNDS = 6;
/** How long one turn takes, in ms. */
const TURN = 500;

/** The median time of one operation, in ms, by the number of people, fewest first; one request at a time. */
export interface Growth {
  readonly operation: string;
  readonly points: readonly { readonly people: number; readonly ms: number }[];
}

/**
 * Measures how the operations grow with the number of people: every database has a server, all of them at once, and they
 * are asked by turns. Before POST is measured, and by that, some thousand people come to each.
 *
 * @param sync by how many ms each sync of the disk is slowed
 */
export async function measureGrowth(
  databases: readonly BenchDatabase[],
  sync: number,
): Promise<readonly Growth[]> {
  const sizes: { people: number; server: Bridge; operations: ReturnType<typeof operations> }[] = [];
  try {
    for (const { people, filled, folder, warm } of databases) {
      await warm();
      const server = await startBridge(filled, folder, sync);
      sizes.push({ people, server, operations: operations(people) });
    }
    const grown: Growth[] = [];
    for (const [index, { name }] of (sizes[0]?.operations ?? []).entries()) {
      const asked = sizes.flatMap(({ people, server, operations }) => {
        const operation = operations[index];
        return operation === undefined ? [] : [{ people, server, operation, turns: [] as Measured[] }];
      });
      for (const { server, operation } of asked) {
        await operation.prepare?.(server);
        await load(server.origin, server.headers, 64, WARM_UP, operation.request);
      }
      for (let round = 0; round < ROUNDS; round++) {
        for (const { server, operation, turns } of asked) {
          turns.push(await load(server.origin, server.headers, 1, TURN, operation.request));
        }
      }
      const points = asked.map(({ people, turns }) => ({ people, ms: percentile(together(turns), 50) }));
      grown.push({ operation: name, points });
    }
    return grown;
  } finally {
    await Promise.all(sizes.map(({ server }) => server.stop()));
  }
}

/** How many times what an operation takes with the fewest people it takes with the most. */
export function factorOf({ points }: Growth): number {
  return (points.at(-1)?.ms ?? Number.NaN) / (points.at(0)?.ms ?? Number.NaN);
}

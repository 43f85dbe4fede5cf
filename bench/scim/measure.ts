import { join } from 'node:path';
import type { BenchDatabase } from './database.ts';
import { load, type Measured, together } from './load.ts';
import { type Beside, besideNeighbours } from './neighbours.ts';
import { operations } from './operations.ts';
import { startBare, startBridge } from './servers.ts';

/** The numbers of connections that requests come over. */
export const WIDTHS = [1, 64] as const;

/** Turns that the two servers take at every operation, so that what else the machine does falls on both. */
const ROUNDS = 3;
/** How long one turn takes, in ms. */
const TURN = 1_000;
/** How long each operation is asked for before anything is measured, in ms: until V8 has compiled what it runs. */
export const WARM_UP = 1_500;

/** An operation at one number of connections. */
export interface Row {
  readonly operation: string;
  readonly connections: (typeof WIDTHS)[number];
  readonly ours: Measured;
  /** Null where there is nothing to compare with. */
  readonly bare: Measured | null;
  /** The 99th percentile of the event loop's delay, in ms. */
  readonly delay: number;
  /** The memory of our server afterwards, in MB. */
  readonly memory: number;
}

/** What was measured with so many people. */
export interface Size {
  readonly people: number;
  readonly rows: readonly Row[];
  readonly beside: readonly Beside[];
}

/**
 * Measures all operations on a database.
 *
 * @param sync by how many ms each sync of the disk is slowed
 */
export async function measure({ people, folder, filled }: BenchDatabase, sync: number): Promise<Size> {
  const bare = await startBare(join(folder, 'bare.db'), people, sync);
  const ours = await startBridge(filled, folder, sync);
  try {
    const all = operations(people);
    for (const { request, bare: bareRequest, prepare } of all) {
      await prepare?.(ours);
      await load(ours.origin, ours.headers, 64, WARM_UP, request);
      if (bareRequest) await load(bare.origin, bare.headers, 64, WARM_UP, bareRequest);
    }
    const rows: Row[] = [];
    for (const { name, request, bare: bareRequest } of all) {
      for (const connections of WIDTHS) {
        // What was delayed before is forgotten.
        await ours.delay();
        const turns: Measured[] = [];
        const bareTurns: Measured[] = [];
        for (let round = 0; round < ROUNDS; round++) {
          turns.push(await load(ours.origin, ours.headers, connections, TURN, request));
          if (bareRequest) {
            bareTurns.push(await load(bare.origin, bare.headers, connections, TURN, bareRequest));
          }
        }
        rows.push({
          operation: name,
          connections,
          ours: together(turns),
          bare: bareTurns.length === 0 ? null : together(bareTurns),
          delay: await ours.delay(),
          memory: await ours.memory(),
        });
      }
    }
    return { people, rows, beside: await besideNeighbours(ours, people) };
  } finally {
    await Promise.all([ours.stop(), bare.stop()]);
  }
}

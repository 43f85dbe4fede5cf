import { createReadStream } from 'node:fs';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Filled, fill } from './fill.ts';

/** A database of the benchmark, in a folder of its own. */
export interface BenchDatabase {
  readonly people: number;
  readonly folder: string;
  readonly filled: Filled;
  /** Reads the file through: a system that is short of memory forgets what nobody has read for minutes. */
  warm(): Promise<void>;
  /** Makes another as this one is; nobody may have it open. */
  copy(): Promise<BenchDatabase>;
  remove(): Promise<void>;
}

/** Makes a database with so many people. */
export function makeDatabase(people: number): Promise<BenchDatabase> {
  return databaseIn(people, (_path, filled) => fill(filled, people));
}

async function databaseIn(
  people: number,
  make: (path: string, filled: Filled) => Promise<void>,
): Promise<BenchDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'bridge-bench-'));
  const path = join(folder, 'bridge.db');
  const remove = () => rm(folder, { recursive: true, force: true });
  const filled: Filled = {
    url: `sqlite:${path}`,
    secretKey: Buffer.alloc(32, 7),
    companyId: 'aa076ada-80a9-4f57-8e98-9300b1c3171d',
  };
  try {
    await make(path, filled);
  } catch (error) {
    await remove();
    throw error;
  }
  const warm = async () => {
    for await (const _ of createReadStream(path, { highWaterMark: 4_194_304 }));
  };
  const copy = () => databaseIn(people, (other) => copyFile(path, other));
  return { people, folder, filled, warm, copy, remove };
}

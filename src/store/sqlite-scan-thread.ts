/** A thread that reads one SQLite file: see `sqlite-scanner.ts`. */
import { performance } from 'node:perf_hooks';
import { parentPort, workerData } from 'node:worker_threads';
import BetterSqlite from 'better-sqlite3';
import { registerFunctions } from './sqlite-functions.ts';

/** What the thread reads, and how long SQLite waits for a lock, in ms. */
export interface ScannedFile {
  readonly path: string;
  readonly busyTimeout: number;
}

/** What the thread is asked: queries that are read in one snapshot, within so many ms. */
export interface ScanRequest {
  readonly queries: readonly { readonly sql: string; readonly parameters: readonly unknown[] }[];
  readonly limit: number;
}

/** What the thread answers. */
export type ScanAnswer =
  | { readonly kind: 'rows'; readonly rows: readonly (readonly unknown[])[] }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'failed'; readonly code: string | null; readonly message: string };

class TimeIsOver extends Error {}

/** Rows between two looks at the clock. */
const STRIDE = 64;

const { path, busyTimeout }: ScannedFile = workerData;
const database = new BetterSqlite(path, { readonly: true, timeout: busyTimeout });
let deadline = Number.POSITIVE_INFINITY;
let rows = 0;
registerFunctions(database, () => {
  rows += 1;
  if (rows % STRIDE === 0 && performance.now() > deadline) throw new TimeIsOver();
});

parentPort?.on('message', (request: ScanRequest) => parentPort?.postMessage(answer(request)));

function answer({ queries, limit }: ScanRequest): ScanAnswer {
  deadline = performance.now() + limit;
  try {
    return { kind: 'rows', rows: database.transaction(() => readAll(queries))() };
  } catch (error) {
    if (error instanceof TimeIsOver) return { kind: 'timeout' };
    const code = error instanceof BetterSqlite.SqliteError ? error.code : null;
    return { kind: 'failed', code, message: error instanceof Error ? error.message : String(error) };
  }
}

function readAll(queries: ScanRequest['queries']): readonly (readonly unknown[])[] {
  const read: (readonly unknown[])[] = [];
  for (const { sql, parameters } of queries) {
    const found = database.prepare<readonly unknown[]>(sql).all(parameters);
    read.push(found);
    if (found.length === 0) break;
  }
  return read;
}

/** A thread that reads one SQLite file: see `sqlite-scanner.ts`. */
import { performance } from 'node:perf_hooks';
import { parentPort, workerData } from 'node:worker_threads';
import BetterSqlite from 'better-sqlite3';
import { registerFunctions } from './sqlite-functions.ts';
import { withStatementCache } from './sqlite-statements.ts';

/** What the thread reads, and how long SQLite waits for a lock, in ms. */
export interface ScannedFile {
  readonly path: string;
  readonly busyTimeout: number;
}

/** What the thread is asked: as `Read` is, for queries that are read in one snapshot, within so many ms. */
export interface ScanRequest {
  readonly queries: readonly { readonly sql: string; readonly parameters: readonly unknown[] }[];
  readonly fewest: number;
  readonly limit: number;
}

/**
 * What the thread tells: that it is ready, and then of every request parts in the order of the queries, at least one for
 * each that was read, and an ending.
 */
export type ScanAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'part'; readonly query: number; readonly rows: readonly unknown[] }
  | { readonly kind: 'done' }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'failed'; readonly code: string | null; readonly message: string };

/** KB of pages that a thread keeps in memory: what it walks through is too much for any cache. */
const CACHE = 2_000;

class TimeIsOver extends Error {}

/** Rows that are handed over at a time: to take over very many at once would keep the process busy. */
const PART = 1_000;

const { path, busyTimeout }: ScannedFile = workerData;
const database = new BetterSqlite(path, { readonly: true, timeout: busyTimeout });
database.pragma(`cache_size = -${CACHE}`);
const prepare = withStatementCache(database);
let deadline = Number.POSITIVE_INFINITY;
registerFunctions(database, () => {
  // A single row may take long to look at: a look at the clock costs less than any.
  if (performance.now() > deadline) throw new TimeIsOver();
});

const tell = (answer: ScanAnswer) => parentPort?.postMessage(answer);

parentPort?.on('message', (request: ScanRequest) => tell(answer(request)));
tell({ kind: 'ready' });

function answer({ queries, fewest, limit }: ScanRequest): ScanAnswer {
  deadline = performance.now() + limit;
  try {
    database.transaction(() => readAll(queries, fewest))();
    return { kind: 'done' };
  } catch (error) {
    if (error instanceof TimeIsOver) return { kind: 'timeout' };
    const code = error instanceof BetterSqlite.SqliteError ? error.code : null;
    return { kind: 'failed', code, message: error instanceof Error ? error.message : String(error) };
  }
}

function readAll(queries: ScanRequest['queries'], fewest: number): void {
  for (const [query, { sql, parameters }] of queries.entries()) {
    let part: unknown[] = [];
    let found = 0;
    for (const row of prepare(sql).iterate(parameters)) {
      found += 1;
      if (part.length === PART) {
        tell({ kind: 'part', query, rows: part });
        part = [];
      }
      part.push(row);
    }
    tell({ kind: 'part', query, rows: part });
    if (found < fewest) break;
  }
}

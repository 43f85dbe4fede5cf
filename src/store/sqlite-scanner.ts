import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { StoreUnavailable } from '../domain/store-unavailable.ts';
import { tooMany } from '../scim/error.ts';
import type { Read } from './list.ts';
import { BUSY_TIMEOUT, isPassing } from './sqlite-driver.ts';
import type { ScanAnswer, ScannedFile, ScanRequest } from './sqlite-scan-thread.ts';

/** Reads a file on threads of its own, so that nothing else waits for a query that looks at everybody. */
export interface Scanner {
  /**
   * Fails with ScimError 400 tooMany when the time is over, and with `StoreUnavailable` when no thread was free in
   * that time, when too many wait already, or when the thread died.
   */
  readonly read: Read;
  /** Ends the threads; what they were reading fails with `StoreUnavailable`. */
  close(): Promise<void>;
}

/** What bounds a scanner. */
export interface ScanLimits {
  readonly threads: number;
  /** How many reads may wait for a thread. */
  readonly waiting: number;
  /** How long one read may take from when it is asked for, in ms. */
  readonly time: number;
  /** How long a thread that has nothing to read is kept, in ms: it has some 10 MB, and another begins in 0.1 s. */
  readonly rest: number;
}

/** One long search must not keep the next from being answered; more threads would take the processor from everything else. */
export const SEARCH_LIMITS: ScanLimits = { threads: 2, waiting: 50, time: 5_000, rest: 15_000 };

/**
 * No search runs on this thread, so that what takes moments never waits for one. Each takes so short a time that the
 * time alone bounds how many may wait.
 */
export const MOMENTS_LIMITS: ScanLimits = { ...SEARCH_LIMITS, threads: 1, waiting: 5_000 };

interface Job {
  readonly queries: ScanRequest['queries'];
  readonly fewest: number;
  /** When its time is over, on the clock of `performance`. */
  readonly deadline: number;
  take(part: Extract<ScanAnswer, { kind: 'part' }>): void;
  end(ending: Ending): void;
  reject(error: unknown): void;
}

type Ending = Exclude<ScanAnswer, { kind: 'ready' | 'part' }>;

interface Thread {
  readonly worker: Worker;
  /** Resolves when the thread has loaded what it needs, or is gone. */
  readonly ready: PromiseWithResolvers<void>;
  job: Job | null;
  /** Ends it, once it has had nothing to read for long. */
  rest: NodeJS.Timeout | undefined;
}

/** Rows are handed over as they are read, a thread keeps none of them. */
const SMALL = { maxYoungGenerationSizeMb: 4 };

// In dist the thread is JavaScript, as this file is.
const THREAD_FILE = new URL(`./sqlite-scan-thread${extname(import.meta.filename)}`, import.meta.url);

/** Opens a scanner of the file at `path`; its threads start when there is something to read. */
export function openScanner(path: string, limits: ScanLimits): Scanner {
  const workerData: ScannedFile = { path, busyTimeout: BUSY_TIMEOUT };
  const threads: Thread[] = [];
  const waiting: Job[] = [];
  const leaving = new Set<Promise<unknown>>();
  let closed = false;

  function start(): Thread {
    const thread: Thread = {
      worker: new Worker(THREAD_FILE, { workerData, resourceLimits: SMALL }),
      ready: Promise.withResolvers(),
      job: null,
      rest: undefined,
    };
    // A thread that rests keeps no process alive.
    thread.worker.unref();
    thread.worker.on('message', (answer: ScanAnswer) => {
      if (answer.kind === 'ready') return thread.ready.resolve();
      const { job } = thread;
      if (answer.kind === 'part') return job?.take(answer);
      thread.job = null;
      // Whoever closes waits for the thread to end.
      if (!closed) thread.worker.unref();
      job?.end(answer);
      next();
      if (thread.job === null && !closed) thread.rest = setTimeout(() => letGo(thread), limits.rest).unref();
    });
    thread.worker.on('error', (cause) => end(thread, cause));
    thread.worker.on('exit', () => end(thread, undefined));
    threads.push(thread);
    return thread;
  }

  /** The thread is gone; another takes its place when there is something to read. */
  function end(thread: Thread, cause: unknown): void {
    const place = threads.indexOf(thread);
    if (place >= 0) threads.splice(place, 1);
    thread.ready.resolve();
    thread.job?.reject(new StoreUnavailable('SCAN_ENDED', cause));
    thread.job = null;
    if (!closed) next();
  }

  function letGo(thread: Thread): void {
    const place = threads.indexOf(thread);
    if (place < 0) return;
    threads.splice(place, 1);
    const gone = thread.worker.terminate().finally(() => leaving.delete(gone));
    leaving.add(gone);
  }

  function next(): void {
    const free = threads.find((thread) => thread.job === null);
    const thread = free ?? (threads.length < limits.threads && waiting.length > 0 ? start() : undefined);
    if (thread === undefined) return;
    const now = performance.now();
    // Whoever runs began to wait before, so that a thread is free again before the time of who waits is long over.
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      if (job.deadline > now) {
        thread.job = job;
        clearTimeout(thread.rest);
        thread.worker.ref();
        const request: ScanRequest = { queries: job.queries, fewest: job.fewest, limit: job.deadline - now };
        thread.worker.postMessage(request);
        return;
      }
      job.reject(new StoreUnavailable('SCAN_QUEUE_SLOW', undefined));
    }
  }

  return {
    read: (queries, fewest = 1) =>
      new Promise((resolve, reject) => {
        if (closed) return reject(new StoreUnavailable('SCAN_ENDED', undefined));
        if (waiting.length >= limits.waiting)
          return reject(new StoreUnavailable('SCAN_QUEUE_FULL', undefined));
        waiting.push(jobOf(queries, fewest, limits, resolve, reject));
        next();
      }),
    async close() {
      closed = true;
      for (const job of waiting.splice(0)) job.reject(new StoreUnavailable('SCAN_ENDED', undefined));
      await Promise.all([
        ...leaving,
        ...threads.map(async ({ worker, ready, rest }) => {
          clearTimeout(rest);
          // A thread that is cut while it loads the database driver takes the process with it.
          worker.ref();
          await ready.promise;
          await worker.terminate();
        }),
      ]);
    },
  };
}

function jobOf(
  queries: Parameters<Read>[0],
  fewest: number,
  { time }: ScanLimits,
  resolve: (rows: Awaited<ReturnType<Read>>) => void,
  reject: Job['reject'],
): Job {
  const read: unknown[][] = [];
  return {
    queries: queries.map(({ sql, parameters }) => ({ sql, parameters })),
    fewest,
    deadline: performance.now() + time,
    take({ query, rows }) {
      const before = read[query] ?? [];
      before.push(...rows);
      read[query] = before;
    },
    end: (ending) => (ending.kind === 'done' ? resolve(read) : reject(errorOf(ending, time))),
    reject,
  };
}

function errorOf(answer: Exclude<Ending, { kind: 'done' }>, time: number): Error {
  switch (answer.kind) {
    case 'timeout':
      return tooMany(
        `The list took longer than ${time / 1_000} seconds to make. Narrow it by comparing an attribute that is ` +
          'indexed with eq, such as userName, externalId, emails.value or id; compare less, or leave sortBy out.',
      );
    case 'failed': {
      const error = new Error(answer.message);
      return answer.code !== null && isPassing(answer.code)
        ? new StoreUnavailable(answer.code, error)
        : error;
    }
  }
}

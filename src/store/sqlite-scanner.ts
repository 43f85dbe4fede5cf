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
   * Fails with ScimError 400 tooMany when the time is over, and with `StoreUnavailable` when too many wait already, or
   * when the thread died.
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
  /** How long one read may take, in ms. */
  readonly time: number;
}

/** One long read must not keep the next from being answered; more threads would take the processor from everything else. */
export const SCAN_LIMITS: ScanLimits = { threads: 2, waiting: 50, time: 5_000 };

interface Job {
  readonly queries: ScanRequest['queries'];
  readonly resolve: (rows: readonly (readonly unknown[])[]) => void;
  readonly reject: (error: unknown) => void;
}

interface Thread {
  readonly worker: Worker;
  job: Job | null;
}

// In dist the thread is JavaScript, as this file is.
const THREAD_FILE = new URL(`./sqlite-scan-thread${extname(import.meta.filename)}`, import.meta.url);

/** Opens a scanner of the file at `path`; its threads start when there is something to read. */
export function openScanner(path: string, limits: ScanLimits = SCAN_LIMITS): Scanner {
  const workerData: ScannedFile = { path, busyTimeout: BUSY_TIMEOUT };
  const threads: Thread[] = [];
  const waiting: Job[] = [];
  let closed = false;

  function start(): Thread {
    const thread: Thread = { worker: new Worker(THREAD_FILE, { workerData }), job: null };
    // A thread that rests keeps no process alive.
    thread.worker.unref();
    thread.worker.on('message', (answer: ScanAnswer) => {
      const { job } = thread;
      thread.job = null;
      thread.worker.unref();
      if (job !== null) settle(job, answer, limits);
      next();
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
    thread.job?.reject(new StoreUnavailable('SCAN_ENDED', cause));
    thread.job = null;
    if (!closed) next();
  }

  function next(): void {
    const [job] = waiting;
    if (job === undefined) return;
    const free = threads.find((thread) => thread.job === null);
    const thread = free ?? (threads.length < limits.threads ? start() : undefined);
    if (thread === undefined) return;
    waiting.shift();
    thread.job = job;
    thread.worker.ref();
    thread.worker.postMessage({ queries: job.queries, limit: limits.time } satisfies ScanRequest);
  }

  return {
    read: (queries) =>
      new Promise((resolve, reject) => {
        if (closed) return reject(new StoreUnavailable('SCAN_ENDED', undefined));
        if (waiting.length >= limits.waiting)
          return reject(new StoreUnavailable('SCAN_QUEUE_FULL', undefined));
        const plain = queries.map(({ sql, parameters }) => ({ sql, parameters }));
        waiting.push({ queries: plain, resolve, reject });
        next();
      }),
    async close() {
      closed = true;
      for (const job of waiting.splice(0)) job.reject(new StoreUnavailable('SCAN_ENDED', undefined));
      await Promise.all(threads.map(({ worker }) => worker.terminate()));
    },
  };
}

function settle({ resolve, reject }: Job, answer: ScanAnswer, { time }: ScanLimits): void {
  if (answer.kind === 'rows') resolve(answer.rows);
  else reject(errorOf(answer, time));
}

function errorOf(answer: Exclude<ScanAnswer, { kind: 'rows' }>, time: number): Error {
  switch (answer.kind) {
    case 'timeout':
      return tooMany(
        `The list took longer than ${time / 1_000} seconds to make. Narrow it by comparing an attribute that is ` +
          'indexed with eq, such as userName, externalId, emails.value or id; or leave sortBy out.',
      );
    case 'failed': {
      const error = new Error(answer.message);
      return answer.code !== null && isPassing(answer.code)
        ? new StoreUnavailable(answer.code, error)
        : error;
    }
  }
}

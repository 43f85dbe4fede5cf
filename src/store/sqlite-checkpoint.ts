import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Asked, CheckpointedFile, Pass } from './sqlite-checkpoint-thread.ts';

/**
 * Keeps the log of a SQLite file short (sqlite.org/wal.html, "Checkpointing"). SQLite itself would move the log's
 * pages to their places within some commit, for a tenth of a second at times, in which nobody is served.
 */
export interface Checkpoints {
  /** Is told of every commit. */
  committed(): void;
  close(): Promise<void>;
}

/** When the log is moved. */
export interface CheckpointLimits {
  /** Commits between two passes. */
  readonly every: number;
  /** From how many pages (4 KB each) on the log is to begin anew. */
  readonly long: number;
}

/** A commit may write some hundred pages. */
const LIMITS: CheckpointLimits = { every: 50, long: 8_000 };

/** Where SQLite moves the log within a commit although the thread does it too, in pages: it must not grow without bounds. */
export const BEHIND = 80_000;

/** The same where the thread does not: SQLite's own default. */
export const WITHOUT_THREAD = 1_000;

// In dist the thread is JavaScript, as this file is.
const THREAD_FILE = new URL(`./sqlite-checkpoint-thread${extname(import.meta.filename)}`, import.meta.url);

/** The thread holds next to nothing in JavaScript. */
const SMALL = { maxYoungGenerationSizeMb: 1 };

/** What whoever writes the file does for it. */
interface Writer {
  /** Does something between two transactions: nothing is written until it is done. */
  between(work: () => Promise<unknown>): Promise<void>;
  /** Leaves the log to SQLite from now on, as it is without all this. */
  doWithoutThread(): void;
}

/** Opens the checkpoints of a file that is there; the thread starts when there is something to move. */
export function openCheckpoints(
  workerData: CheckpointedFile,
  { between, doWithoutThread }: Writer,
  { every, long }: CheckpointLimits = LIMITS,
): Checkpoints {
  let thread: Worker | null = null;
  const ended = Promise.withResolvers<void>();
  /** Is told how the pass ended that is under way; null: the thread is gone. */
  let passed: (pass: Pass | null) => void = () => {};
  let commits = 0;
  let isAtWork = false;
  let isClosed = false;

  function start(): Worker {
    const worker = new Worker(THREAD_FILE, { workerData, resourceLimits: SMALL });
    worker.on('message', (pass: Pass) => passed(pass));
    // After an error the thread exits.
    worker.on('error', () => {});
    worker.once('exit', () => {
      if (!isClosed) giveUp();
      passed(null);
      ended.resolve();
    });
    return worker;
  }

  function ask(worker: Worker, asked: Asked): void {
    // Whoever waits for an answer, as a write may, keeps the process alive; a thread that rests does not.
    worker.ref();
    worker.postMessage(asked);
  }

  function giveUp(): void {
    isClosed = true;
    doWithoutThread();
  }

  /** Nobody answers who is gone: without a thread there is no pass. */
  async function pass(): Promise<Pass | null> {
    if (isClosed) return null;
    try {
      thread ??= start();
    } catch {
      // The system has no thread for us.
      giveUp();
      return null;
    }
    const { promise, resolve } = Promise.withResolvers<Pass | null>();
    passed = resolve;
    ask(thread, 'pass');
    const answer = await promise;
    if (!isClosed) thread.unref();
    return answer;
  }

  async function work(): Promise<void> {
    isAtWork = true;
    commits = 0;
    const first = await pass();
    if (first !== null && first.log >= long) {
      // What was written during the first pass, so that next to nothing is left. The log begins anew only where nothing is.
      await pass();
      await between(pass);
    }
    isAtWork = false;
  }

  return {
    committed: () => {
      commits++;
      if (commits >= every && !isAtWork && !isClosed) void work();
    },
    close: async () => {
      isClosed = true;
      if (thread === null) return;
      // It ends by itself: a thread that is cut while it loads the database driver takes the process with it.
      ask(thread, 'end');
      await ended.promise;
    },
  };
}

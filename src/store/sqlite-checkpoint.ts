import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { CheckpointedFile, Pass } from './sqlite-checkpoint-thread.ts';

/**
 * Keeps the log of a SQLite file short (sqlite.org/wal.html, "Checkpointing"). SQLite itself would move the log's
 * pages to their places within some commit, for a tenth of a second at times, in which nobody is served.
 */
export interface Checkpoints {
  /** Is told of every commit. */
  committed(): void;
  close(): Promise<void>;
}

/** Commits between two passes, each of which may have written some hundred pages. */
const EVERY = 50;

/** From how many pages (4 KB each) on the log is to begin anew. */
const LONG = 8_000;

/** Where the log of a file that is not moved on a thread is moved in place, in pages: SQLite's own default. */
export const IN_PLACE = 1_000;

/** Where SQLite moves the log in place although the thread does it too: so that it never grows without bounds. */
export const BEHIND = 10 * LONG;

// In dist the thread is JavaScript, as this file is.
const THREAD_FILE = new URL(`./sqlite-checkpoint-thread${extname(import.meta.filename)}`, import.meta.url);

/** What whoever writes the file does for it. */
export interface Writer {
  /** Does something between two transactions: nothing is written until it is done. */
  between(work: () => Promise<unknown>): Promise<void>;
  /** Moves the log in place from now on. */
  moveInPlace(): void;
}

/** Opens the checkpoints of a file that is there; the thread starts when there is something to move. */
export function openCheckpoints(workerData: CheckpointedFile, { between, moveInPlace }: Writer): Checkpoints {
  let thread: Worker | null = null;
  /** Is told how the pass ended that is under way; null: the thread is gone. */
  let passed: (pass: Pass | null) => void = () => {};
  let commits = 0;
  let isAtWork = false;
  let isClosed = false;

  function start(): Worker {
    const worker = new Worker(THREAD_FILE, { workerData, resourceLimits: { maxYoungGenerationSizeMb: 1 } });
    // A thread that rests keeps no process alive.
    worker.unref();
    worker.on('message', (pass: Pass) => passed(pass));
    // It exits then.
    worker.on('error', () => {});
    worker.once('exit', () => {
      if (!isClosed) giveUp();
      passed(null);
    });
    return worker;
  }

  function giveUp(): void {
    isClosed = true;
    moveInPlace();
  }

  function pass(): Promise<Pass | null> {
    const { promise, resolve } = Promise.withResolvers<Pass | null>();
    try {
      thread ??= start();
      passed = resolve;
      thread.postMessage(null);
    } catch {
      // The system has no thread for us.
      giveUp();
      resolve(null);
    }
    return promise;
  }

  async function work(): Promise<void> {
    isAtWork = true;
    commits = 0;
    const first = await pass();
    if (first !== null && first.log >= LONG) {
      // What was written during the first pass, so that next to nothing is left. The log begins anew only where nothing is.
      await pass();
      await between(pass);
    }
    isAtWork = false;
  }

  return {
    committed: () => {
      commits++;
      if (commits >= EVERY && !isAtWork && !isClosed) void work();
    },
    close: async () => {
      isClosed = true;
      await thread?.terminate();
    },
  };
}

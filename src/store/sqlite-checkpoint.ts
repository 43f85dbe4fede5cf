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

/** What the one who writes the file does for it. */
export interface Writer {
  /**
   * Moves what is left of the log between two transactions. A log begins anew only where nothing of it is left, and
   * what is written during a pass is left by it.
   */
  moveRest(): Promise<void>;
  /** Moves the log in place from now on. */
  moveInPlace(): void;
}

/** Opens the checkpoints of a file; the thread starts when there is something to move. */
export function openCheckpoints(
  workerData: CheckpointedFile,
  { moveRest, moveInPlace }: Writer,
): Checkpoints {
  let thread: Worker | null = null;
  let commits = 0;
  let isAtWork = false;
  let isClosed = false;

  function start(): Worker {
    const worker = new Worker(THREAD_FILE, { workerData });
    // A thread that rests keeps no process alive.
    worker.unref();
    worker.once('exit', () => {
      if (!isClosed) moveInPlace();
      isClosed = true;
    });
    // It exits then.
    worker.on('error', () => {});
    return worker;
  }

  function pass(): Promise<Pass> {
    thread ??= start();
    const { promise, resolve } = Promise.withResolvers<Pass>();
    thread.once('message', resolve);
    thread.postMessage(null);
    return promise;
  }

  async function work(): Promise<void> {
    isAtWork = true;
    commits = 0;
    const { log } = await pass();
    if (log >= LONG) {
      // What was written during the first pass, so that next to nothing is left.
      await pass();
      await moveRest();
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

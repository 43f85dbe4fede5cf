/** A thread that moves what was written of one SQLite file from its log to its place: see `sqlite-checkpoint.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import BetterSqlite from 'better-sqlite3';

/** What the thread works on, and how long SQLite waits for a lock, in ms. */
export interface CheckpointedFile {
  readonly path: string;
  readonly busyTimeout: number;
}

/** What the thread is asked for: a pass, or to end. */
export type Asked = 'pass' | 'end';

/** How a pass ended: how many pages the log had when it began; 0 where it failed. */
export interface Pass {
  readonly log: number;
}

const { path, busyTimeout }: CheckpointedFile = workerData;
// To make another file at this place would take the log from under whoever writes the one that was here.
const database = new BetterSqlite(path, { timeout: busyTimeout, fileMustExist: true });
// What is in its place already is on the disk before the log begins anew.
database.pragma('synchronous = FULL');
const checkpoint = database.prepare<[], Pass>('pragma wal_checkpoint(passive)');

parentPort?.on('message', (asked: Asked) => {
  if (asked === 'pass') return parentPort?.postMessage(pass());
  database.close();
  parentPort?.close();
});

function pass(): Pass {
  try {
    return { log: checkpoint.get()?.log ?? 0 };
  } catch {
    // As when the disk is full. Nothing is lost: the log has it, and the next pass tries again.
    return { log: 0 };
  }
}

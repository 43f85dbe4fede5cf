import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { sql } from 'kysely';
import { expect, it, onTestFinished, vi } from 'vitest';
import { openCheckpoints } from '../../src/store/sqlite-checkpoint.ts';
import { openStore } from '../../src/store/store.ts';

const MEGABYTE = 1_048_576;
/** More than a pass is waited for, each larger than what SQLite writes at once. */
const COMMITS = 400;

it('keeps the log short while writes go on, and loses none of them', async () => {
  const path = newPath();
  const options = { url: `sqlite:${path}`, secretKey: Buffer.alloc(32), clock: () => 0, newId: () => '' };
  const store = await openStore(options);
  await sql`create table blobs (number integer primary key, value blob)`.execute(store.db);
  for (let number = 0; number < COMMITS; number++) {
    await sql`insert into blobs values (${number}, zeroblob(${MEGABYTE}))`.execute(store.db);
    // As between two requests.
    await new Promise(setImmediate);
  }
  await vi.waitFor(async () => {
    await sql`insert into blobs values (null, null)`.execute(store.db);
    expect(logOf(path)).toBeLessThan(1_000);
  });
  expect(statSync(`${path}-wal`).size).toBeLessThan(COMMITS * 0.75 * MEGABYTE);
  await store.close();
  const again = new BetterSqlite(path, { readonly: true });
  onTestFinished(() => {
    again.close();
  });
  expect(again.prepare('select count(*) from blobs where value is not null').pluck().get()).toBe(COMMITS);
});

it('leaves the log to SQLite where the thread cannot work, and makes no file', async () => {
  const moveInPlace = vi.fn();
  const path = newPath();
  const checkpoints = openCheckpoints({ path, busyTimeout: 0 }, { between: nothing, moveInPlace });
  for (let commit = 0; commit < 100; commit++) checkpoints.committed();
  await vi.waitFor(() => expect(moveInPlace).toHaveBeenCalledOnce());
  for (let commit = 0; commit < 100; commit++) checkpoints.committed();
  await checkpoints.close();
  expect(moveInPlace).toHaveBeenCalledOnce();
  expect(existsSync(path)).toBe(false);
});

it('leaves the log to SQLite where the system has no thread', async () => {
  const moveInPlace = vi.fn();
  const checkpoints = openCheckpoints(
    // What cannot be handed to a thread keeps it from being started, as the want of threads does.
    { path: newPath(), busyTimeout: 0, ...{ unfit: () => 0 } },
    { between: nothing, moveInPlace },
  );
  for (let commit = 0; commit < 100; commit++) checkpoints.committed();
  expect(moveInPlace).toHaveBeenCalledOnce();
  await checkpoints.close();
});

it('ends while it is at work', async () => {
  const path = newPath();
  new BetterSqlite(path).pragma('journal_mode = WAL');
  const moveInPlace = vi.fn();
  const checkpoints = openCheckpoints({ path, busyTimeout: 0 }, { between: nothing, moveInPlace });
  for (let commit = 0; commit < 100; commit++) checkpoints.committed();
  await checkpoints.close();
  expect(moveInPlace).not.toHaveBeenCalled();
});

async function nothing(): Promise<void> {
  throw new Error('There is nothing to move');
}

function newPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bridge-checkpoint-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'bridge.db');
}

/** How many pages of the log are not in their place, and nobody has to be asked to move them. */
function logOf(path: string): number {
  const database = new BetterSqlite(path);
  try {
    const [{ log }] = database.pragma('wal_checkpoint(passive)') as [{ log: number }];
    return log;
  } finally {
    database.close();
  }
}

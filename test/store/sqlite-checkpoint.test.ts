import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import BetterSqlite from 'better-sqlite3';
import { sql } from 'kysely';
import { expect, it, onTestFinished, vi } from 'vitest';
import { openCheckpoints } from '../../src/store/sqlite-checkpoint.ts';
import { openStore } from '../../src/store/store.ts';

const MEGABYTE = 1_048_576;
const LIMITS = { every: 5, long: 100 } as const;
/** As long as a thread may take to start on a busy machine. */
const PATIENT = { timeout: 20_000 } as const;

it('moves what was written to its place beside the writes, and loses none of it', async () => {
  const path = newPath();
  const options = { url: `sqlite:${path}`, secretKey: Buffer.alloc(32), clock: () => 0, newId: () => '' };
  const store = await openStore(options);
  await sql`create table blobs (number integer primary key, value blob)`.execute(store.db);
  for (let number = 0; number < 60; number++) {
    await sql`insert into blobs values (${number}, zeroblob(${MEGABYTE}))`.execute(store.db);
    await setImmediate();
  }
  // Long before SQLite itself would do it, and before anything is closed.
  await vi.waitFor(() => expect(statSync(path).size).toBeGreaterThan(30 * MEGABYTE), PATIENT);
  await store.close();
  const again = new BetterSqlite(path, { readonly: true });
  expect(again.prepare('select count(*) from blobs').pluck().get()).toBe(60);
  again.close();
});

it('lets a long log begin anew, with a turn of the writer', async () => {
  const { path, writer } = openWriter();
  const between = vi.fn(async (work: () => Promise<unknown>) => void (await work()));
  const checkpoints = openCheckpoints({ path, busyTimeout: 0 }, { between, doWithoutThread: never }, LIMITS);
  let isDone = false;
  between.mockImplementation(async (work) => {
    await work();
    isDone = true;
  });
  for (let commit = 0; commit < LIMITS.every; commit++) {
    writer.prepare('insert into blobs values (zeroblob(?))').run(MEGABYTE);
    checkpoints.committed();
  }
  await vi.waitFor(() => expect(isDone).toBe(true), PATIENT);
  writer.exec('insert into blobs values (null)');
  // What the log holds since it began anew.
  expect(writer.pragma('wal_checkpoint(passive)')).toEqual([
    expect.objectContaining({ log: expect.toSatisfy((pages: number) => pages < 10) }),
  ]);
  await checkpoints.close();
});

it('does without a thread that cannot work, and makes no file', async () => {
  const doWithoutThread = vi.fn();
  const path = newPath();
  const checkpoints = openCheckpoints({ path, busyTimeout: 0 }, { between: never, doWithoutThread }, LIMITS);
  commit(checkpoints, 10);
  await vi.waitFor(() => expect(doWithoutThread).toHaveBeenCalledOnce(), PATIENT);
  commit(checkpoints, 10);
  await checkpoints.close();
  expect(doWithoutThread).toHaveBeenCalledOnce();
  expect(existsSync(path)).toBe(false);
});

it('does without a thread where the system has none', async () => {
  const doWithoutThread = vi.fn();
  const checkpoints = openCheckpoints(
    // What cannot be handed to a thread keeps it from being started, as the want of threads does.
    { path: newPath(), busyTimeout: 0, ...{ unfit: () => 0 } },
    { between: never, doWithoutThread },
    LIMITS,
  );
  commit(checkpoints, 10);
  expect(doWithoutThread).toHaveBeenCalledOnce();
  await checkpoints.close();
});

it('gives the writer back its turn when it is closed meanwhile', async () => {
  const { path, writer } = openWriter();
  writer.prepare('insert into blobs values (zeroblob(?))').run(MEGABYTE);
  let isGivenBack = false;
  const checkpoints = openCheckpoints(
    { path, busyTimeout: 0 },
    {
      between: async (work) => {
        await checkpoints.close();
        await work();
        isGivenBack = true;
      },
      doWithoutThread: never,
    },
    LIMITS,
  );
  commit(checkpoints, LIMITS.every);
  await vi.waitFor(() => expect(isGivenBack).toBe(true), PATIENT);
});

it('takes nothing with it when a store is closed while its threads start or work', () => {
  const script = fileURLToPath(new URL('./closing.ts', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, newPath()], { encoding: 'utf8' });
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'closed\n', stderr: '' });
}, 60_000);

it('ends while it is at work', async () => {
  const { path } = openWriter();
  const checkpoints = openCheckpoints(
    { path, busyTimeout: 0 },
    { between: never, doWithoutThread: never },
    LIMITS,
  );
  commit(checkpoints, LIMITS.every);
  await checkpoints.close();
});

function commit(checkpoints: ReturnType<typeof openCheckpoints>, times: number): void {
  for (let time = 0; time < times; time++) checkpoints.committed();
}

function never(): never {
  throw new Error('There is no reason for that');
}

/** A file with a log that nobody but the checkpoints moves. */
function openWriter() {
  const path = newPath();
  const writer = new BetterSqlite(path);
  writer.pragma('journal_mode = WAL');
  writer.pragma('wal_autocheckpoint = 0');
  writer.exec('create table blobs (value blob)');
  onTestFinished(() => {
    writer.close();
  });
  return { path, writer };
}

function newPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bridge-checkpoint-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'bridge.db');
}

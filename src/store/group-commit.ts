import { setImmediate } from 'node:timers/promises';
import { CompiledQuery, type Kysely } from 'kysely';
import type { Database } from './tables.ts';

/** How many pieces of work one transaction takes. */
const MOST = 100;

/** After how long a transaction takes no further piece, in ms: so long nothing else is served. */
const HOLD = 10;

/**
 * Does a piece of work in a transaction that it shares with whatever else is asked for at the same time. Resolves with
 * what the work returned when the transaction is durable. What the work throws undoes it alone. Where a piece failed, or
 * the transaction itself, all of its pieces are done once more, and what fails of the transaction then fails them all:
 * work must leave nothing behind but what it writes and returns.
 */
export type GroupCommit = <Result>(
  work: (transaction: Kysely<Database>) => Promise<Result>,
) => Promise<Result>;

interface Piece {
  /** Does the work, and returns what says so once that is durable. */
  attempt(transaction: Kysely<Database>): Promise<() => void>;
  fail(error: unknown): void;
}

const SAVE = CompiledQuery.raw('savepoint piece');
const KEEP = CompiledQuery.raw('release piece');
const UNDO = CompiledQuery.raw('rollback to piece');

/**
 * Commits in groups: a sync of the disk takes as long for one write as for many. What arrives while a transaction is
 * under way is the next one's, in the order of arrival; between two, others who write have their turn.
 *
 * @param elapsed a time in ms, since whenever
 */
export function groupCommit(db: Kysely<Database>, elapsed = () => performance.now()): GroupCommit {
  const waiting: Piece[] = [];
  let isUnderWay = false;

  async function commitAll(): Promise<void> {
    isUnderWay = true;
    while (waiting.length > 0) {
      // Requests that arrived together are all read before the first of them is written.
      await setImmediate();
      await commitGroup();
    }
    isUnderWay = false;
  }

  async function commitGroup(): Promise<void> {
    const taken: Piece[] = [];
    try {
      const endings = await db.transaction().execute(async (transaction) => {
        const begun = elapsed();
        const attempted: (() => void)[] = [];
        do {
          const piece = waiting.shift();
          if (piece === undefined) break;
          taken.push(piece);
          attempted.push(await piece.attempt(transaction));
        } while (taken.length < MOST && elapsed() - begun < HOLD);
        return attempted;
      });
      for (const end of endings) end();
    } catch (error) {
      if (taken.length > 0) await commitApart(db, taken);
      // Without a transaction nothing was taken; whoever waits has waited as long as anybody should.
      else for (const piece of waiting.splice(0)) piece.fail(error);
    }
  }

  return (work) =>
    new Promise((resolve, reject) => {
      waiting.push({
        attempt: async (transaction) => {
          const result = await work(transaction);
          return () => resolve(result);
        },
        fail: reject,
      });
      if (!isUnderWay) void commitAll();
    });
}

/**
 * Does pieces of which one failed once more, now so that each can be undone alone. Not so at once, since hardly any ever
 * fails: to be able to undo a piece, SQLite copies every page that it writes.
 */
async function commitApart(db: Kysely<Database>, pieces: readonly Piece[]): Promise<void> {
  try {
    const endings = await db.transaction().execute(async (transaction) => {
      const attempted: (() => void)[] = [];
      for (const piece of pieces) attempted.push(await attemptAlone(transaction, piece));
      return attempted;
    });
    for (const end of endings) end();
  } catch (error) {
    for (const piece of pieces) piece.fail(error);
  }
}

/** Does a piece of work or undoes it, and returns what says so once that is durable. */
async function attemptAlone(transaction: Kysely<Database>, piece: Piece): Promise<() => void> {
  await transaction.executeQuery(SAVE);
  try {
    const end = await piece.attempt(transaction);
    await transaction.executeQuery(KEEP);
    return end;
  } catch (error) {
    // On a full disk SQLite has undone the whole transaction by itself, and knows of no piece any more.
    await transaction.executeQuery(UNDO).catch(() => Promise.reject(error));
    await transaction.executeQuery(KEEP);
    return () => piece.fail(error);
  }
}

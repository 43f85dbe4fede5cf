import { CommanderError } from 'commander';
import { UnexpectedAnswer } from '../demo/http-client.ts';
import { NotSettled } from '../demo/settle.ts';
import { StartRefused } from '../main.ts';
import { ScimError } from '../scim/error.ts';
import { NewerDatabaseError } from '../store/migrate.ts';
import { SecretKeyError } from '../store/sealed.ts';
import { ForeignDatabaseError } from '../store/sqlite.ts';

/** What a program returns: 1 when it failed, 2 when it was called or configured wrongly. */
export type ExitCode = 1 | 2;

/** A command that cannot do what it was asked to, in words for whoever called it. */
export class CommandFailure extends Error {
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** What is said of an error, null when it has been said already, and what the program returns. */
export interface Explanation {
  readonly message: string | null;
  readonly exitCode: 0 | ExitCode;
}

/**
 * Turns anything thrown into one plain statement and an exit code; nobody is shown a stack.
 *
 * @param port what chooses the port that the command listens on, such as `--port`
 */
export function explain(error: unknown, port: string): Explanation {
  if (error instanceof CommanderError) return { message: null, exitCode: error.exitCode === 0 ? 0 : 2 };
  if (error instanceof CommandFailure) return { message: error.message, exitCode: error.exitCode };
  if (
    error instanceof StartRefused ||
    error instanceof NewerDatabaseError ||
    error instanceof ForeignDatabaseError
  ) {
    return { message: error.message, exitCode: 2 };
  }
  if (error instanceof SecretKeyError) {
    return {
      message: `${error.message}.\nStart with the key that the database was made with, or give the connection a new refresh token.`,
      exitCode: 2,
    };
  }
  if (error instanceof ScimError) return { message: error.detail, exitCode: 1 };
  if (error instanceof NotSettled || error instanceof UnexpectedAnswer) {
    return { message: error.message, exitCode: 1 };
  }
  if (error instanceof Error && 'code' in error) {
    return { message: explainSystemError(error, String(error.code), port), exitCode: 1 };
  }
  return { message: `Unexpected failure: ${messageOf(error)}`, exitCode: 1 };
}

function explainSystemError(error: Error, code: string, chosenBy: string): string {
  if (FOLDER_PROBLEMS.has(code) && 'syscall' in error && error.syscall === 'mkdir') {
    const folder = 'path' in error ? `, ${String(error.path)},` : '';
    return `The folder of the database${folder} is not there; make it, or set BRIDGE_DATABASE_URL.`;
  }
  const port = 'port' in error ? ` ${String(error.port)}` : '';
  switch (code) {
    case 'EADDRINUSE':
      return `The port${port} is taken by another program. End that program, or choose another port (${chosenBy}).`;
    case 'EADDRNOTAVAIL':
      return 'The address to listen on does not belong to this machine. Set BRIDGE_HOST to one that does, such as 127.0.0.1.';
    case 'EACCES':
      return `There is no permission for it: ${error.message}.`;
    case 'SQLITE_CANTOPEN':
    case 'SQLITE_READONLY':
      return 'The database file cannot be opened for writing. Check the path in BRIDGE_DATABASE_URL and who owns the file.';
    case 'SQLITE_NOTADB':
    case 'SQLITE_CORRUPT':
      return 'The database file is no readable SQLite database. Check the path in BRIDGE_DATABASE_URL, or restore a backup.';
    case 'SQLITE_BUSY':
      return 'Another process keeps the database locked. Try again in a moment.';
    case 'SQLITE_FULL':
    case 'ENOSPC':
      return 'The disk is full.';
    default:
      return `Unexpected failure (${code}): ${error.message}`;
  }
}

/** Why a folder cannot be made: only the last folder of the path is, and only where nothing else is in its place. */
const FOLDER_PROBLEMS: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'EEXIST']);

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

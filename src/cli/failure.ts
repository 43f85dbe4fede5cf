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

/** What the command that failed was told, and by what. */
export interface Circumstances {
  /** What chooses the port that the command listens on, such as `--port`. */
  readonly port: string;
  /** How the operator changes a setting: in the file, or by a variable. */
  readonly nameOf: (setting: string) => string;
  /** The database file with the place that this user may not use; null where nothing is forbidden. */
  readonly forbiddenDatabase: () => { readonly file: string; readonly place: string } | null;
}

/** Turns anything thrown into one plain statement and an exit code; nobody is shown a stack. */
export function explain(error: unknown, circumstances: Circumstances): Explanation {
  const { nameOf } = circumstances;
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
    const said = error.message.replace('BRIDGE_SECRET_KEY', nameOf('store.secretKey'));
    return {
      message: `${said}.\nStart with the key that the database was made with, or give the connection a new refresh token.`,
      exitCode: 2,
    };
  }
  if (error instanceof ScimError) return { message: error.detail, exitCode: 1 };
  if (error instanceof NotSettled || error instanceof UnexpectedAnswer) {
    return { message: error.message, exitCode: 1 };
  }
  if (error instanceof Error && 'code' in error) {
    return { message: explainSystemError(error, String(error.code), circumstances), exitCode: 1 };
  }
  return { message: `Unexpected failure: ${messageOf(error)}`, exitCode: 1 };
}

function explainSystemError(error: Error, code: string, circumstances: Circumstances): string {
  const { port: chosenBy, nameOf } = circumstances;
  const url = nameOf('store.url');
  // SQLite's further codes begin with that of the matter: SQLITE_READONLY_DIRECTORY.
  const matter = code.replace(/^(SQLITE_[A-Z]+)_.*$/, '$1');
  const forbidden = DATABASE_CLOSED.has(matter) ? explainForbidden(circumstances) : null;
  if (forbidden !== null) return forbidden;
  if (FOLDER_PROBLEMS.has(code) && 'syscall' in error && error.syscall === 'mkdir') {
    const folder = 'path' in error ? `, ${String(error.path)},` : '';
    return `The folder of the database${folder} is not there; make it, or set ${url}.`;
  }
  const port = 'port' in error ? ` ${String(error.port)}` : '';
  switch (matter) {
    case 'EADDRINUSE':
      return `The port${port} is taken by another program. End that program, or choose another port (${chosenBy}).`;
    case 'EADDRNOTAVAIL':
      return `The address to listen on does not belong to this machine. Set ${nameOf('server.host')} to one that does, such as 127.0.0.1.`;
    case 'EACCES':
      return `There is no permission for it: ${error.message}.`;
    case 'SQLITE_CANTOPEN':
    case 'SQLITE_READONLY':
      return `The database file cannot be opened for writing. Check the path in ${url} and who owns the file.`;
    case 'SQLITE_NOTADB':
    case 'SQLITE_CORRUPT':
      return `The database file is no readable SQLite database. Check the path in ${url}, or restore a backup.`;
    case 'SQLITE_BUSY':
      return 'Another process keeps the database locked. Try again in a moment.';
    case 'SQLITE_FULL':
    case 'ENOSPC':
      return 'The disk is full.';
    default:
      return `Unexpected failure (${code}): ${error.message}`;
  }
}

/** What is thrown for a database that this user may not use, among others. */
const DATABASE_CLOSED: ReadonlySet<string> = new Set([
  'EACCES',
  'EPERM',
  'EROFS',
  'SQLITE_CANTOPEN',
  'SQLITE_READONLY',
]);

/** That this user may not use the database, and what to do about it; null where they may. */
function explainForbidden({ forbiddenDatabase, nameOf }: Circumstances): string | null {
  const forbidden = forbiddenDatabase();
  if (forbidden === null) return null;
  const { file, place } = forbidden;
  return (
    `The database ${file} cannot be opened: this user may not read and write ${place}. ` +
    `Run the command as the user whom the server runs as, give this user access to it, or set ${nameOf('store.url')} to another database.`
  );
}

/** Why a folder cannot be made: only the last folder of the path is, and only where nothing else is in its place. */
const FOLDER_PROBLEMS: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'EEXIST']);

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

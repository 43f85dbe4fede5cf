import { accessSync, closeSync, constants, existsSync, openSync, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Check, type Finding, failed, ok, warning } from './check.ts';
import type { Installation } from './installation.ts';

const { R_OK, W_OK, X_OK } = constants;

/** Free space, in bytes: below the first nothing should be accepted any more, below the second somebody should look. */
const TOO_LITTLE = 100 * 2 ** 20;
const LITTLE = 2 ** 30;

/** Whether the file and its folder can be used by this user. */
export const databaseFile: Check<Installation> = {
  id: 'database-file',
  title: 'The database file can be read and written',
  needs: ['configuration'],
  look: ({ path, existed }) => {
    if (path === null) {
      return warning(
        'The database is in memory: it is gone when the program ends.',
        'Set store.url (BRIDGE_DATABASE_URL) to sqlite:PATH.',
      );
    }
    return existed ? existing(path) : missing(path);
  },
};

/** Whether the disk has room for what is accepted. */
export const diskSpace: Check<Installation> = {
  id: 'disk-space',
  title: 'The disk of the database has room',
  needs: ['database-file'],
  look: ({ path }) => {
    if (path === null) return ok('A database in memory needs none.');
    const { bavail, bsize } = statfsSync(nearestFolder(path));
    return judgeRoom(bavail * bsize);
  },
};

/** Judges the room that is left, in bytes. */
export function judgeRoom(free: number): Finding {
  const found = `${Math.floor(free / 2 ** 20)} MB are free.`;
  const remedy = 'Make room, or move the database to another disk (store.url, BRIDGE_DATABASE_URL).';
  if (free < TOO_LITTLE) return failed(found, remedy);
  return free < LITTLE ? warning(found, remedy) : ok(found);
}

function existing(path: string): Finding {
  const folder = dirname(path);
  // SQLite keeps its log in files of its own beside the database.
  if (!succeeds(() => accessSync(folder, R_OK | W_OK | X_OK))) {
    return forbidden(folder, 'the folder');
  }
  if (!statSync(path).isFile()) {
    return failed(
      `${path} is no file.`,
      'Set store.url (BRIDGE_DATABASE_URL) to the path of the database file.',
    );
  }
  if (!succeeds(() => closeSync(openSync(path, 'r+')))) return forbidden(path, 'the file');
  return ok(`${path} is there.`);
}

/** A database is made with its folder, but not with the folder above that. */
function missing(path: string): Finding {
  const folder = nearestFolder(path);
  const parent = dirname(path);
  if (folder !== parent && folder !== dirname(parent)) {
    return failed(
      `There is no database at ${path}, and no folder for it.`,
      `Make the folder ${dirname(parent)}, or set store.url (BRIDGE_DATABASE_URL).`,
    );
  }
  if (!statSync(folder).isDirectory()) {
    return failed(`${folder} is no folder.`, 'Set store.url (BRIDGE_DATABASE_URL) to another path.');
  }
  if (!succeeds(() => accessSync(folder, W_OK | X_OK))) return forbidden(folder, 'the folder');
  return ok(`There is none at ${path} yet; it can be made there.`);
}

function forbidden(place: string, what: string): Finding {
  return failed(
    `This user may not read and write ${place}.`,
    `Run the program as the user who owns ${what}, or give this user access to it.`,
  );
}

function succeeds(attempt: () => void): boolean {
  try {
    attempt();
    return true;
  } catch {
    // Why not is for the operating system to know.
    return false;
  }
}

/** The folder of a path, or the nearest one above that is there. */
function nearestFolder(path: string): string {
  const folder = dirname(path);
  return existsSync(folder) || folder === path ? folder : nearestFolder(folder);
}

import { accessSync, constants } from 'node:fs';
import { dirname } from 'node:path';

const { R_OK, W_OK, X_OK } = constants;

/** What the operating system says where somebody lacks a right, and not where something else is wrong. */
const FORBIDDEN: ReadonlySet<unknown> = new Set(['EACCES', 'EPERM', 'EROFS']);

/**
 * The place that this user would need and may not use: a folder on the way to the database, the file, or one that
 * SQLite keeps beside it; null where nothing is forbidden.
 *
 * @param isForbidden whether this user may not use a place in these ways (`constants` of `node:fs`)
 */
export function forbiddenPlace(file: string, isForbidden = forbids): string | null {
  const folder = dirname(file);
  return (
    waysTo(folder).find((one) => isForbidden(one, X_OK)) ??
    [file, `${file}-wal`, `${file}-shm`].find((one) => isForbidden(one, R_OK | W_OK)) ??
    (isForbidden(folder, W_OK) ? folder : null)
  );
}

/** A folder and all above it, the uppermost first. */
function waysTo(folder: string): readonly string[] {
  const above = dirname(folder);
  return above === folder ? [folder] : [...waysTo(above), folder];
}

function forbids(place: string, mode: number): boolean {
  try {
    accessSync(place, mode);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && FORBIDDEN.has(error.code);
  }
}

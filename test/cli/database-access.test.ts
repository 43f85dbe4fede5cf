import { constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { forbiddenPlace } from '../../src/cli/database-access.ts';
import { databaseFile } from '../../src/store/sqlite.ts';

const { R_OK, W_OK, X_OK } = constants;

/** A user who lacks these rights at these places, and no others. */
const lacking =
  (rights: Readonly<Record<string, number>>) =>
  (place: string, mode: number): boolean =>
    ((rights[place] ?? 0) & mode) !== 0;

it.each([
  ['a folder on the way, and not what lies behind it', { '/data': X_OK, '/data/bridge/b.db': R_OK }, '/data'],
  ['the file', { '/data/bridge/b.db': R_OK }, '/data/bridge/b.db'],
  ['a file that may be read only', { '/data/bridge/b.db': W_OK }, '/data/bridge/b.db'],
  ["SQLite's log beside it", { '/data/bridge/b.db-wal': W_OK }, '/data/bridge/b.db-wal'],
  ['the folder in which SQLite keeps its log', { '/data/bridge': W_OK }, '/data/bridge'],
  ['nothing', { '/data': W_OK }, null],
])('finds %s', (_, rights, place) => {
  expect(forbiddenPlace('/data/bridge/b.db', lacking(rights))).toBe(place);
});

it('finds nothing forbidden in what this user made, and in what is not there', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bridge-access-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'b.db'), '');
  expect(forbiddenPlace(join(folder, 'b.db'))).toBeNull();
  expect(forbiddenPlace(join(folder, 'none/c.db'))).toBeNull();
});

it('knows no file of a database in memory', () => {
  expect(databaseFile('sqlite::memory:')).toBeNull();
  expect(databaseFile('sqlite:./data/bridge.db')).toBe('./data/bridge.db');
});

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MAY_IMPORT } from './rooms.ts';

const SOURCE = resolve(import.meta.dirname, '../src');

const files = readdirSync(SOURCE, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => join(entry.parentPath, entry.name));

function roomOf(file: string): string {
  const [room = '', ...rest] = relative(SOURCE, file).split('/');
  return rest.length === 0 ? '' : room;
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, path = '']) =>
    resolve(dirname(file), path),
  );
}

describe('the rooms of src', () => {
  it('are all known here', () => {
    expect([...new Set(files.map(roomOf))].sort()).toEqual(Object.keys(MAY_IMPORT).sort());
  });

  it('import only in the directions that docs/architecture.md states', () => {
    const wrong = files.flatMap((file) => {
      const room = roomOf(file);
      const allowed = MAY_IMPORT[room] ?? [];
      return importsOf(file)
        .map(roomOf)
        .filter((other) => other !== room && allowed !== 'everything' && !allowed.includes(other))
        .map((other) => `${relative(SOURCE, file)} imports from ${other || 'src'}`);
    });
    expect(wrong).toEqual([]);
  });

  it('read the process environment in one file only', () => {
    const readers = files.filter((file) => readFileSync(file, 'utf8').includes('process.env'));
    expect(readers.map((file) => relative(SOURCE, file))).toEqual(['config/environment.ts']);
  });

  it('hold no file of more than 500 lines', () => {
    const long = files.filter((file) => readFileSync(file, 'utf8').split('\n').length > 500);
    expect(long).toEqual([]);
  });
});

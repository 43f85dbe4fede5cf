import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { SETTINGS } from '../../src/config/reference.ts';

const page = readFileSync(resolve(import.meta.dirname, '../../docs/configuration.md'), 'utf8');

it('docs/configuration.md lists every setting as the program knows it', () => {
  const rows = page.split('\n').filter((line) => line.startsWith('| `'));
  const code = (text: string | null) => (text === null || text === '' ? '–' : `\`${text}\``);
  expect(rows).toEqual(
    SETTINGS.map(
      ({ name, variable, default: standard, required, meaning }) =>
        `| ${code(name)} | ${code(variable)} | ${required ? 'required' : code(standard)} | ${meaning} |`,
    ),
  );
});

import { expect, it } from 'vitest';
import { SETTINGS } from '../../src/config/reference.ts';
import { textOf } from './page.ts';

it('docs/configuration.md lists every setting as the program knows it', () => {
  const rows = textOf('docs/configuration.md')
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  const code = (text: string | null) => (text === null || text === '' ? '–' : `\`${text}\``);
  expect(rows).toEqual(
    SETTINGS.map(
      ({ name, variable, default: standard, required, meaning }) =>
        `| ${code(name)} | ${code(variable)} | ${required ? 'required' : code(standard)} | ${meaning} |`,
    ),
  );
});

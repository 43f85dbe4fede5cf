import { expect, it } from 'vitest';
import { SETTINGS } from '../../src/config/reference.ts';
import { RESTART_SETTINGS } from '../../src/config/restart.ts';
import { codeOf, sectionOf, textOf } from './page.ts';

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

it('docs/configuration.md names what needs a restart', () => {
  const named = codeOf(sectionOf(textOf('docs/configuration.md'), '## What needs a restart'));
  expect(named).toEqual(RESTART_SETTINGS.map((name) => name.replace('connections.<name>.', '')));
});

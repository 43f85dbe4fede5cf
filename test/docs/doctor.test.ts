import { expect, it } from 'vitest';
import { CHECKS, INSTALLATION_CHECKS } from '../../src/doctor/checks.ts';
import { rowsOf, sectionOf, textOf } from './page.ts';

const page = textOf('docs/doctor.md');

function listed(heading: string): readonly string[] {
  return rowsOf(sectionOf(page, heading)).flatMap(([check = '']) => /^`(.+)`$/.exec(check)?.[1] ?? []);
}

it('docs/doctor.md has every check in its order, with what it may find and what to do', () => {
  const ids = CHECKS.map(({ id }) => id);
  const installation = 1 + INSTALLATION_CHECKS.length;
  expect(listed('## The installation')).toEqual(ids.slice(0, installation));
  expect(listed('## Each connection')).toEqual(ids.slice(installation));
  for (const row of rowsOf(page)) expect(row.every((cell) => cell !== '')).toBe(true);
});

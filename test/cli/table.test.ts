import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { fields, table } from '../../src/cli/table.ts';

it('aligns columns whatever their width, letters with accents and colours included', () => {
  const text = table(['name', 'n'], [['Zoë', '1'], ['\u001b[32mBartholomew\u001b[39m', '22'], ['x']]);
  expect(stripVTControlCharacters(text).split('\n')).toEqual([
    'name         n',
    'Zoë          1',
    'Bartholomew  22',
    'x',
  ]);
});

it('leaves out fields that have no value', () => {
  expect(
    fields([
      ['state', 'held'],
      ['last error', null],
      ['id', '7'],
    ]),
  ).toBe('  state  held\n  id     7');
});

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

it('shows what a terminal would obey, in cells and values', () => {
  const evil = 'x\u001b[2J\nforged\u202e';
  expect(table(['name'], [[evil]]).split('\n')).toHaveLength(2);
  expect(fields([['name', evil]])).toBe('  name  x\\u{1b}[2J\\u{a}forged\\u{202e}');
});

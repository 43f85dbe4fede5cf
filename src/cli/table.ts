import { stripVTControlCharacters } from 'node:util';
import { colour } from './colour.ts';
import { visible } from './visible.ts';

const GAP = '  ';

/**
 * Lays rows out in columns that are as wide as their widest cell, below their titles. Cells may be
 * coloured; a cell that is missing is empty. Lines have no blanks at the end.
 */
export function table(titles: readonly string[], cells: readonly (readonly string[])[]): string {
  const rows = cells.map((row) => row.map((cell) => visible(cell)));
  const widths = titles.map((title, column) =>
    Math.max(width(title), ...rows.map((row) => width(row[column] ?? ''))),
  );
  const line = (row: readonly string[]) =>
    widths
      .map((size, column) => pad(row[column] ?? '', size))
      .join(GAP)
      .trimEnd();
  const head = titles.map((title) => colour('bold', title));
  return [line(head), ...rows.map(line)].join('\n');
}

/** Lays names and values out as two columns, indented by two; values that are null are left out. */
export function fields(entries: readonly (readonly [name: string, value: string | null])[]): string {
  const present = entries.flatMap(([name, value]) =>
    value === null ? [] : [[name, visible(value)] as const],
  );
  const size = Math.max(0, ...present.map(([name]) => width(name)));
  return present.map(([name, value]) => `  ${pad(name, size)}${GAP}${value}`.trimEnd()).join('\n');
}

function width(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}

function pad(text: string, size: number): string {
  return text + ' '.repeat(Math.max(0, size - width(text)));
}

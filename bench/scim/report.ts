import { percentile, rateOf } from './load.ts';
import type { Size } from './measure.ts';

const OPERATIONS = [
  'operation',
  'connections',
  'p50 ms',
  'p99 ms',
  'per second',
  'bare Express per second',
  'ratio',
  'event loop delay p99 ms',
  'memory MB',
] as const;

const NEIGHBOURS = [
  'beside one lookup after the other',
  'of these answered',
  'lookups per second',
  'p50 ms',
  'p99 ms',
  'longest ms',
  'event loop delay p99 ms',
] as const;

/** The tables of one size, for a terminal or as Markdown. */
export function tables({ people, rows, beside }: Size, markdown: boolean): string {
  const operations = rows.map(({ operation, connections, ours, bare, delay, memory }) => [
    operation,
    String(connections),
    percentile(ours, 50).toFixed(2),
    percentile(ours, 99).toFixed(2),
    rateOf(ours).toFixed(0),
    bare === null ? '' : rateOf(bare).toFixed(0),
    bare === null ? '' : (rateOf(ours) / rateOf(bare)).toFixed(2),
    delay.toFixed(1),
    memory.toFixed(0),
  ]);
  const neighbours = beside.map(({ neighbour, answered, lookups, delay }) => [
    neighbour,
    answered === 0 ? '' : String(answered),
    rateOf(lookups).toFixed(0),
    ...[50, 99, 100].map((percent) => percentile(lookups, percent).toFixed(2)),
    delay.toFixed(1),
  ]);
  const form = markdown ? markdownTable : textTable;
  const title = `${markdown ? '### ' : ''}${people.toLocaleString('en-US')} people`;
  return [title, form(OPERATIONS, operations), form(NEIGHBOURS, neighbours)].join('\n\n');
}

function markdownTable(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const rule = head.map((_, column) => (column === 0 ? '---' : '---:'));
  return [head, rule, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function textTable(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const all = [head, ...lines];
  const widths = head.map((_, column) => Math.max(...all.map((cells) => (cells[column] ?? '').length)));
  const padded = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
  return all.map((cells) => cells.map(padded).join('  ')).join('\n');
}

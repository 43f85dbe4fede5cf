import { percentile, rateOf } from './load.ts';
import type { Row } from './measure.ts';

/** What was measured with so many people. */
export interface Size {
  readonly people: number;
  readonly rows: readonly Row[];
}

const HEAD = [
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

/** The table of one size, for a terminal or as Markdown. */
export function table({ people, rows }: Size, markdown: boolean): string {
  const lines = rows.map(({ operation, connections, ours, bare, delay, memory }) => [
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
  const title = `${people.toLocaleString('en-US')} people`;
  if (markdown) {
    const rule = HEAD.map((_, column) => (column === 0 ? '---' : '---:'));
    return [
      `### ${title}`,
      '',
      ...[[...HEAD], rule, ...lines].map((cells) => `| ${cells.join(' | ')} |`),
    ].join('\n');
  }
  const all = [[...HEAD], ...lines];
  const widths = HEAD.map((_, column) => Math.max(...all.map((cells) => (cells[column] ?? '').length)));
  const text = all.map((cells) =>
    cells
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  );
  return [title, ...text].join('\n');
}

/** How many times what an operation takes with the fewest people it takes with the most, one request at a time. */
export function growth(
  sizes: readonly Size[],
): readonly { operation: string; isLookup: boolean; factor: number }[] {
  const [fewest, most] = [sizes.at(0), sizes.at(-1)];
  return (fewest?.rows ?? []).flatMap(({ operation, isLookup, connections, ours }) => {
    const then = most?.rows.find((row) => row.operation === operation && row.connections === connections);
    if (connections !== 1 || then === undefined) return [];
    return [{ operation, isLookup, factor: percentile(then.ours, 50) / percentile(ours, 50) }];
  });
}

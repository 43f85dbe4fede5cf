import { cpus } from 'node:os';
import type { LeaverFigures, LoadFigures } from './phases.ts';

/** What the bench found, in lines for a terminal. */
export function plainReport(loads: readonly LoadFigures[], leavers: LeaverFigures): string {
  return [...rowsOf(loads, leavers).map(([what, ...values]) => `${what}: ${values.join('; ')}`)].join('\n');
}

/** The same as a section for docs/performance.md, with the machine and the day. */
export function markdownReport(loads: readonly LoadFigures[], leavers: LeaverFigures, day: Date): string {
  const { model = 'unknown processor' } = cpus()[0] ?? {};
  const machine = `${cpus().length} × ${model.trim()}, Node ${process.versions.node}`;
  const [head, ...rows] = [
    ['load', ...HEADINGS],
    ['---', ...HEADINGS.map(() => '---')],
    ...loads.map((load) => [load.what, ...valuesOf(load)]),
  ];
  const table = [head ?? [], ...rows].map((row) => `| ${row.join(' | ')} |`);
  const lines = leaverLines(leavers).map((line) => `- ${line}`);
  return [`${day.toISOString().slice(0, 10)}, ${machine}:`, '', ...table, '', ...lines].join('\n');
}

const HEADINGS = [
  'accepted in',
  'delivered in',
  'the simulator alone',
  'simulator / bridge',
  'requests to Concur',
  'of them POSTs',
  'operations per write',
  'requests per person',
] as const;

function valuesOf(load: LoadFigures): readonly string[] {
  const { acceptedIn, deliveredIn, concurAlone, requests, posts, writes, operations, people } = load;
  return [
    seconds(acceptedIn),
    seconds(deliveredIn),
    seconds(concurAlone),
    (concurAlone / deliveredIn).toFixed(2),
    String(requests),
    String(posts),
    (operations / writes).toFixed(1),
    (requests / people).toFixed(3),
  ];
}

function leaverLines({ leavers, waits, single, next }: LeaverFigures): readonly string[] {
  return [
    `${leavers} deactivations on top of a backlog of updates, accepted → confirmed: p50 ${at(waits, 0.5)} ms, p99 ${at(waits, 0.99)} ms, longest ${at(waits, 1)} ms`,
    `of ${single} that were sent one at a time, ${next} were the next request that reached Concur`,
  ];
}

function rowsOf(loads: readonly LoadFigures[], leavers: LeaverFigures): readonly (readonly string[])[] {
  return [
    ...loads.map((load) => [
      load.what,
      ...valuesOf(load).map((value, index) => `${HEADINGS[index]} ${value}`),
    ]),
    ...leaverLines(leavers).map((line) => ['deactivations', line]),
  ];
}

function at(sorted: readonly number[], share: number): number {
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { growthPlot } from './growth-plot.ts';
import { measure, type Size } from './measure.ts';
import { growth, tables } from './report.ts';

/**
 * What the SCIM server takes at different numbers of people, beside a bare Express server that commits one row:
 * `npm run bench:scim -- [people…] [--markdown] [--sync MS]`, which builds the program first. Delivery is off. With
 * `--markdown` the tables are those of docs/performance.md, and the drawing beside it is written anew. With `--sync`
 * every sync of the disk takes so many milliseconds longer, for which both servers run under `strace`.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { markdown: { type: 'boolean', default: false }, sync: { type: 'string', default: '0' } },
});
const PLOT = fileURLToPath(new URL('../../docs/performance-growth.svg', import.meta.url));
const sync = Number(values.sync);
if (!(sync >= 0)) throw new Error('--sync takes a number of milliseconds.');
const numbers = positionals.length === 0 ? [1_000, 100_000, 1_000_000] : positionals.map(Number);
const sizes: Size[] = [];
for (const people of numbers.toSorted((one, other) => one - other)) {
  const size = await measure(people, sync);
  sizes.push(size);
  console.log(`${tables(size, values.markdown)}\n`);
}
if (sizes.length > 1) {
  for (const { operation, factor } of growth(sizes)) {
    console.log(`${values.markdown ? '- ' : ''}${operation}: ${factor.toFixed(2)} times`);
  }
}
if (values.markdown) await writeFile(PLOT, growthPlot(sizes));

import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type BenchDatabase, makeDatabase } from './database.ts';
import { factorOf, measureGrowth } from './growth.ts';
import { growthPlot } from './growth-plot.ts';
import { measure } from './measure.ts';
import { tables } from './report.ts';

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
// What is measured adds people: how the operations grow is measured on databases as they were filled.
const untouched: BenchDatabase[] = [];
try {
  for (const people of numbers.toSorted((one, other) => one - other)) {
    const database = await makeDatabase(people);
    try {
      untouched.push(await database.copy());
      console.log(`${tables(await measure(database, sync), values.markdown)}\n`);
    } finally {
      await database.remove();
    }
  }
  if (untouched.length > 1) {
    const grown = await measureGrowth(untouched, sync);
    for (const growth of grown) {
      console.log(`${values.markdown ? '- ' : ''}${growth.operation}: ${factorOf(growth).toFixed(2)} times`);
    }
    if (values.markdown) await writeFile(PLOT, growthPlot(grown));
  }
} finally {
  for (const { remove } of untouched) await remove();
}

import { parseArgs } from 'node:util';
import { startConcur } from './delivery/company.ts';
import { measureLeavers, measureLoad, startDelivering } from './delivery/phases.ts';
import { markdownReport, plainReport } from './delivery/report.ts';
import { createStraight } from './delivery/straight.ts';

/**
 * How fast, and in how many requests, what was accepted gets to Concur: `npm run bench:delivery -- [people] [--markdown]`.
 * So many creates, then as many updates of one attribute, then deactivations of a tenth on top of a backlog of updates,
 * through the real program to a simulated Concur; beside each load the same requests go straight to another one.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { markdown: { type: 'boolean' } },
});
const people = Number(positionals[0] ?? 10_000);
if (!Number.isSafeInteger(people) || people < 10) {
  console.error('Usage: npm run bench:delivery -- [people, at least 10] [--markdown]');
  process.exit(2);
}

const concur = await startConcur();
const alone = await startConcur();
const bridge = await startDelivering(concur);
try {
  const parts = { bridge, concur, straight: await createStraight(concur, alone) };
  const [creates, ids] = await measureLoad(`${people} creates`, people, parts, ({ create }) =>
    create(people),
  );
  const [updates] = await measureLoad(`${people} updates`, people, parts, ({ retitle }) =>
    retitle(ids, 'Manager'),
  );
  const leavers = ids.slice(0, Math.floor(people / 10));
  const figures = await measureLeavers(leavers, ids.slice(leavers.length), parts);
  const loads = [creates, updates];
  console.log(values.markdown ? markdownReport(loads, figures, new Date()) : plainReport(loads, figures));
  const violations = await concur.violations();
  if (violations > 0) {
    console.error(`Concur's rules were broken ${violations} times`);
    process.exitCode = 1;
  }
} finally {
  await bridge.dispose();
  await Promise.all([concur.stop(), alone.stop()]);
}

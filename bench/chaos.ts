import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { createProgress } from '../src/cli/progress.ts';
import { runChaos } from './chaos/chaos.ts';

/**
 * Whether what was accepted arrives whatever happens: `npm run bench:chaos -- [rounds] [--seed N]`. Random writes of two
 * SCIM clients, faults of Concur and the network, and kills of the bridge; at the end Concur must hold what was
 * accepted. Exit code 1 when it does not; the seed that is printed makes the same decisions again.
 */
const { values, positionals } = parseArgs({ allowPositionals: true, options: { seed: { type: 'string' } } });
const rounds = Number(positionals[0] ?? 200);
const seed = Number(values.seed ?? randomInt(2 ** 32));
if (!Number.isSafeInteger(rounds) || rounds < 1 || !Number.isSafeInteger(seed)) {
  console.error('Usage: npm run bench:chaos -- [rounds] [--seed N], both whole numbers');
  process.exit(2);
}

console.log(
  `seed ${seed}: ${rounds} rounds (the same again: npm run bench:chaos -- ${rounds} --seed ${seed})`,
);
const isTerminal = process.stdout.isTTY === true;
const progress = createProgress(process.stdout);
const started = performance.now();
if (isTerminal) progress.begin('rounds');
const outcome = await runChaos({ rounds, seed }, (round, summary) => {
  if (isTerminal) progress.update(round, rounds, summary);
  else console.log(`round ${round}: ${summary}`);
});
progress.end();

const { failures, evidence, round, writes, people, requests, violations } = outcome;
const seconds = Math.round((performance.now() - started) / 1_000);
console.log(
  `${round} rounds in ${seconds} s: ${writes} writes about ${people} people, ${requests} requests to Concur`,
);
for (const [code, count] of Object.entries(violations)) console.log(`Concur's rules: ${code} ${count} times`);
if (failures.length === 0) console.log('Concur holds what was accepted.');
else {
  console.error(`\nround ${round} of seed ${seed}: ${failures.length} things are not as they should be`);
  for (const failure of failures) console.error(`- ${failure}`);
  console.error(`What was known then: ${evidence}`);
  process.exitCode = 1;
}

import closeWithGrace from 'close-with-grace';
import type { Command } from 'commander';
import { type Demo, type Outcome, startDemo } from '../demo/demo.ts';
import { demoInvitation } from './demo-invitation.ts';
import { demoOutcome, isAsItShouldBe } from './demo-outcome.ts';
import { whole, withExamples } from './options.ts';
import { print } from './print.ts';
import { createProgress } from './progress.ts';

interface Options {
  readonly port?: number;
  readonly once?: true;
}

/** Adds `demo`: a whole day of two identity providers against a simulated Concur. */
export function addDemo(program: Command): void {
  const command = program
    .command('demo')
    .description(
      'Run a bridge and a simulated Concur, live through a day of Okta and Microsoft Entra ID, and stay up to be tried.',
    )
    .option('--port <number>', 'where the bridge listens (default: 8080, or any free port)', whole(1, 65_535))
    .option('--once', 'end after the day: 0 when everybody is where they should be, else 1')
    .action((options: Options) => runDemo(options));
  withExamples(command, [
    ['demo', 'the day, and then yours: URLs, tokens and curl lines'],
    ['demo --once', 'only the day, as a test'],
    ['demo --port 9000', 'on a port of your own'],
  ]);
}

async function runDemo({ port, once }: Options): Promise<void> {
  const demo = await startDemo(port ?? null);
  const closing = closeWithGrace({ logger: false }, () => demo.close());
  const end = async () => {
    closing.uninstall();
    await demo.close();
  };
  const outcome = await showDay(demo).catch(async (error: unknown) => {
    await end();
    throw error;
  });
  if (once) {
    await end();
    process.exitCode = isAsItShouldBe(outcome) ? 0 : 1;
  } else print(demoInvitation(demo, outcome.people));
}

async function showDay(demo: Demo): Promise<Outcome> {
  print(`A bridge listens on ${demo.url}, a simulated SAP Concur on ${demo.simulatorUrl}.\n`);
  const progress = createProgress(process.stdout);
  const outcome = await demo
    .live({
      begin: (title) => progress.begin(title),
      watch: (done, total, detail) => progress.update(done, total, detail),
      tell: (sentence) => {
        progress.end();
        print(`  ${sentence}`);
      },
    })
    .finally(() => progress.end());
  print(`\n${demoOutcome(outcome)}`);
  return outcome;
}

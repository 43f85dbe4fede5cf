import closeWithGrace from 'close-with-grace';
import type { Command } from 'commander';
import { environmentFor } from '../demo/environment.ts';
import { startSimulator } from '../simulator/simulator.ts';
import { environmentBlock } from './environment-block.ts';
import { createNewcomer, NEWCOMER } from './newcomer.ts';
import { whole, withExamples, withJsonOption } from './options.ts';
import { print, printJson } from './print.ts';

/** Where the bridge of the printed environment listens. */
const BRIDGE_PORT = '8080';

interface Options {
  readonly port: number;
  readonly host: string;
  readonly latency: number;
  readonly pollInterval: number;
  readonly json?: true;
}

/** Adds `simulate`: the simulated Concur alone. */
export function addSimulate(program: Command): void {
  const command = withJsonOption(program.command('simulate'))
    .description(
      'Run a simulated SAP Concur with one empty company, and print the environment for a bridge against it.',
    )
    .option('--port <number>', 'where it listens; 0 takes any free port', whole(0, 65_535), 8090)
    .option('--host <address>', 'the address it listens on', '127.0.0.1')
    .option(
      '--latency <ms>',
      'how long each part of a provisioning request takes',
      whole(0, 3_600_000),
      1_000,
    )
    .option(
      '--poll-interval <ms>',
      'the shortest time between two looks at a request',
      whole(0, 60_000),
      5_000,
    )
    .action((options: Options) => simulate(options));
  withExamples(command, [
    ['simulate', 'on port 8090'],
    ['simulate --latency 60000', 'as slow as Concur on a bad day'],
  ]);
}

async function simulate({ port, host, latency, pollInterval, json }: Options): Promise<void> {
  const simulator = await startSimulator({
    port,
    host,
    latency: { identity: latency, extensions: latency },
    pollInterval,
  });
  closeWithGrace({ logger: false }, () => simulator.close());
  const environment = environmentFor(simulator);
  const bridge = `http://127.0.0.1:${BRIDGE_PORT}`;
  if (json) {
    printJson({ url: simulator.url, environment });
    return;
  }
  print(
    `A simulated SAP Concur listens on ${simulator.url} (what it holds: ${simulator.url}/simulator/state)`,
  );
  print('\nPaste this into a second and a third terminal, then run in the second: npm run bridge -- serve\n');
  print(environmentBlock({ ...environment, BRIDGE_PORT }));
  print('\nIn the third, create somebody as an identity provider does, and see what became of them:\n');
  print(createNewcomer(`${bridge}/scim/v2`, environment.BRIDGE_SCIM_TOKEN));
  print(`npm run bridge -- status ${NEWCOMER}`);
  print(
    `curl -s -H 'Authorization: Bearer ${environment.BRIDGE_ADMIN_TOKEN}' '${bridge}/api/v1/users/${NEWCOMER}'`,
  );
  print('\nCtrl-C ends it; what it holds is gone then.');
}

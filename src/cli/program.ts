import { Command } from 'commander';
import { loadConfiguration } from '../config/configuration.ts';
import { nameOf } from '../config/standing.ts';
import { databaseFile } from '../store/sqlite.ts';
import { addConnect } from './connect.ts';
import { forbiddenPlace } from './database-access.ts';
import { addDelivery } from './delivery.ts';
import { addDemo } from './demo.ts';
import { addDoctor } from './doctor.ts';
import { type Circumstances, explain } from './failure.ts';
import { addHold } from './hold.ts';
import { addInit } from './init.ts';
import { addMapping } from './mapping.ts';
import { addOffboard } from './offboard.ts';
import { sourcesOf } from './open.ts';
import { withExamples } from './options.ts';
import { warnOfPassedOver } from './passed-over.ts';
import { addRequests } from './requests.ts';
import { addRetry } from './retry.ts';
import { addServe } from './serve.ts';
import { addSimulate } from './simulate.ts';
import { addStatus } from './status.ts';
import { addToken } from './token.ts';
import { version } from './version.ts';

/**
 * Runs the program and sets the exit code of the process: 0 when all went well, 1 when it failed, 2 when
 * it was called or configured wrongly. Never fails.
 *
 * @param argv as the process has it, with the paths of Node and of the program in front
 */
export async function run(argv: readonly string[]): Promise<void> {
  // Whoever reads our output may stop reading, as `head` does; there is nobody left to tell.
  process.stdout.on('error', () => process.exit());
  const program = createProgram();
  let called = program;
  program.hook('preAction', (_, command) => {
    called = command;
    warnOfPassedOver(command);
  });
  try {
    await program.parseAsync(argv);
  } catch (error) {
    const { message, exitCode } = explain(error, circumstancesOf(called));
    if (message !== null) console.error(message);
    process.exitCode = exitCode;
  }
}

/** What matters of the way a command was called when it fails. */
function circumstancesOf(command: Command): Circumstances {
  const sources = sourcesOf(command);
  const nameIn = (setting: string) => nameOf(setting, sources);
  return {
    port: command.options.some(({ long }) => long === '--port') ? '--port' : nameIn('server.port'),
    nameOf: nameIn,
    forbiddenDatabase: () => {
      const loaded = loadConfiguration(sources);
      const file = loaded.kind === 'ok' ? databaseFile(loaded.configuration.store.url) : null;
      const place = file === null ? null : forbiddenPlace(file);
      return file === null || place === null ? null : { file, place };
    },
  };
}

/** The program with all its commands; nothing has run yet. */
export function createProgram(): Command {
  const program = new Command('concur-scim-bridge')
    .description('Takes people in over SCIM 2.0 and makes SAP Concur match.')
    .version(version())
    .option(
      '--config <file>',
      'the configuration file (default: BRIDGE_CONFIG, or ./bridge.yaml where there is one)',
    )
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(--help shows what is possible)');
  withExamples(program, [
    ['demo', 'a whole day against a simulated Concur'],
    ['init', 'a first configuration, from a few questions'],
    ['serve', 'the server, configured by bridge.yaml or the environment'],
    ['status ada@example.com', 'what Concur holds of somebody, and what it should hold'],
  ]);
  addInit(program);
  addConnect(program);
  addServe(program);
  addDemo(program);
  addSimulate(program);
  addDoctor(program);
  addMapping(program);
  addStatus(program);
  addRequests(program);
  addRetry(program);
  addHold(program);
  addOffboard(program);
  addDelivery(program);
  addToken(program);
  return program;
}

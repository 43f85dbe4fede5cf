import closeWithGrace from 'close-with-grace';
import { type Command, Option } from 'commander';
import { pino } from 'pino';
import { type Role, startBridge } from '../main.ts';
import { configurationOf } from './open.ts';
import { withExamples } from './options.ts';

/** How long a server that is to end may take to finish what it began, in ms. */
const GRACE = 10_000;

/** Adds `serve`: the server with its workers. */
export function addServe(program: Command): void {
  const command = program
    .command('serve')
    .description('Run the server: SCIM and the admin API, and the delivery to Concur. Logs JSON lines.')
    .addOption(
      new Option('--role <role>', 'which parts this process runs')
        .choices(['all', 'api', 'worker'])
        .default('all'),
    )
    .action((options: { role: Role }) => serve(command, options.role));
  withExamples(command, [
    ['serve', 'configured by the environment'],
    ['serve --config bridge.yaml', 'configured by a file'],
    ['serve --role worker', 'deliver only, beside a server with --role api'],
  ]);
}

async function serve(command: Command, role: Role): Promise<void> {
  const configuration = configurationOf(command);
  const log = pino({ level: configuration.logLevel });
  const bridge = await startBridge(configuration, role, log);
  log.info({ role, url: bridge.url }, bridge.url === null ? 'delivering' : `listening on ${bridge.url}`);
  closeWithGrace({ delay: GRACE, logger: false }, async ({ err, signal }) => {
    if (err) log.fatal({ err }, 'an error nobody caught: closing');
    else log.info({ signal }, 'closing');
    await bridge.close();
    log.info('closed');
  });
}

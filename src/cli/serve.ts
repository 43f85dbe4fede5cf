import closeWithGrace from 'close-with-grace';
import { type Command, Option } from 'commander';
import { pino } from 'pino';
import { loadConfiguration } from '../config/configuration.ts';
import { type Role, startBridge } from '../main.ts';
import { load, sourcesOf } from './open.ts';
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
  command.addHelpText(
    'after',
    `
Signals:
  SIGHUP           reads the configuration again; the log says how many people change before it takes effect
  SIGTERM, SIGINT  end what was begun and close`,
  );
  withExamples(command, [
    ['serve', 'configured by the environment'],
    ['serve --config bridge.yaml', 'configured by a file'],
    ['serve --role worker', 'deliver only, beside a server with --role api'],
  ]);
}

async function serve(command: Command, role: Role): Promise<void> {
  const sources = sourcesOf(command);
  const configuration = load(sources);
  const log = pino({ level: configuration.logLevel });
  const starting = startBridge(configuration, role, log, () => loadConfiguration(sources));
  // A start that fails says so itself.
  process.on('SIGHUP', () => void starting.then((bridge) => bridge.reload()).catch(() => undefined));
  // From the first moment on: a signal that comes while it starts ends it as one does later.
  const grace = closeWithGrace({ delay: GRACE, logger: false, skip: ['SIGHUP'] }, async ({ err, signal }) => {
    if (err) log.fatal({ err }, 'an error nobody caught: closing');
    else log.info({ signal }, 'closing');
    await (await starting).close();
    log.info('closed');
  });
  try {
    const bridge = await starting;
    log.info({ role, url: bridge.url }, bridge.url === null ? 'delivering' : `listening on ${bridge.url}`);
  } catch (error) {
    grace.uninstall();
    throw error;
  }
}

import { randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { DEFAULT_FILE } from '../config/configuration.ts';
import { readEnvironment } from '../config/environment.ts';
import { SETTINGS } from '../config/reference.ts';
import { configurationFile, type Values } from '../config/template.ts';
import { type ConnectionOptions, connectionQuestions, withRequiredSettings } from './connection-questions.ts';
import { answerDataCentre, dataCentreQuestion } from './data-centre.ts';
import { CommandFailure } from './failure.ts';
import { nextSteps } from './next-steps.ts';
import { load, namedFile } from './open.ts';
import { withExamples } from './options.ts';
import { print } from './print.ts';
import { answerTo, type Question, refuseUnanswerable, settingQuestion } from './questions.ts';

const SQLITE = 'sqlite:';

interface Options extends ConnectionOptions {
  readonly publicUrl?: string;
  readonly port?: string;
  readonly database?: string;
}

/** Adds `init`: a first configuration. */
export function addInit(program: Command): void {
  const command = withRequiredSettings(program.command('init'))
    .description('Write a commented configuration file from a few questions, with new keys and tokens in it.')
    .option('--public-url <url>', 'the address that clients reach the bridge under')
    .option('--port <number>', 'the port to listen on (default: 8080)')
    .option('--database <path>', 'the database file (default: ./data/bridge.db)')
    .action((options: Options) => init(command, options));
  withExamples(command, [
    ['init', 'asks, and writes ./bridge.yaml'],
    ['init --config /etc/bridge/bridge.yaml', 'writes another file'],
    ['init --data-centre us2 --company-id … --client-id … --client-secret -', 'asks nothing'],
  ]);
}

async function init(command: Command, options: Options): Promise<void> {
  const file = namedFile(command) ?? DEFAULT_FILE;
  if (existsSync(file)) throw occupied(file);
  const values = await ask(options);
  const text = configurationFile(values);
  const { server, connections } = load({ env: readEnvironment(), configFile: file, readFile: () => text });
  write(file, text);
  const [connection] = connections;
  print(
    nextSteps({
      file: file === DEFAULT_FILE ? null : file,
      server,
      scimToken: connection?.scimToken ?? '',
      isForTests: (connection?.allowedHosts.length ?? 0) > 0,
    }),
  );
}

/** What the live lines of the file say: the answers, and keys and tokens that are made here. */
async function ask(options: Options): Promise<Values> {
  const connection = connectionQuestions(options);
  const publicUrl = settingQuestion('server.publicUrl', {
    option: '--public-url',
    message: 'The https address that clients reach the bridge under (Enter: not known yet)',
    standard: '',
    given: options.publicUrl,
  });
  const port = settingQuestion('server.port', {
    option: '--port',
    message: 'The port to listen on',
    standard: defaultOf('server.port'),
    given: options.port,
  });
  const database = databaseQuestion(options.database);
  refuseUnanswerable([dataCentreQuestion(options), ...[...connection.values(), publicUrl, port, database]]);

  const { baseUrl, allowedHosts } = await answerDataCentre(options);
  const values = new Map<string, string | number | readonly string[]>([
    ['connections.<name>.baseUrl', baseUrl],
    ['connections.<name>.scimToken', newToken()],
    ['server.adminToken', newToken()],
    ['store.secretKey', randomBytes(32).toString('hex')],
  ]);
  for (const [setting, question] of connection) values.set(setting, await answerTo(question));
  if (allowedHosts.length > 0) values.set('connections.<name>.allowedHosts', allowedHosts);
  const address = await answerTo(publicUrl);
  if (address !== '') values.set('server.publicUrl', address);
  values.set('server.port', Number(await answerTo(port)));
  values.set('store.url', `${SQLITE}${(await answerTo(database)).replace(/^sqlite:/, '')}`);
  return values;
}

function databaseQuestion(given: string | undefined): Question {
  const { check, ...question } = settingQuestion('store.url', {
    option: '--database',
    message: 'The database file',
    standard: defaultOf('store.url').slice(SQLITE.length),
    given,
  });
  return { ...question, check: (path) => check(`${SQLITE}${path}`) };
}

function defaultOf(name: string): string {
  return SETTINGS.find((setting) => setting.name === name)?.default ?? '';
}

function newToken(): string {
  return randomBytes(24).toString('hex');
}

/** Writes the file for its owner alone; what is there already is never overwritten. */
function write(file: string, text: string): void {
  try {
    writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'EEXIST') throw occupied(file);
    if (code === 'ENOENT') throw new CommandFailure(`The folder of ${file} is not there; make it first.`, 1);
    throw error;
  }
}

function occupied(file: string): CommandFailure {
  return new CommandFailure(
    `${file} is there already and is not overwritten. Move it away, or choose another file with --config.`,
    1,
  );
}

import type { Command } from 'commander';
import {
  type Configuration,
  type ConnectionConfiguration,
  missingSettings,
} from '../config/configuration.ts';
import { SETTINGS } from '../config/reference.ts';
import { type ConnectionOptions, connectionQuestions } from './connection-questions.ts';
import { answerDataCentre, dataCentreQuestion } from './data-centre.ts';
import { CommandFailure } from './failure.ts';
import { connectionOf, load, sourcesOf } from './open.ts';
import { answerTo, type Question, refuseUnanswerable } from './questions.ts';

const BASE_URL = 'connections.<name>.baseUrl';
const ALLOWED_HOSTS = 'connections.<name>.allowedHosts';

/** A setting that the configuration does not hold yet, though a server needs it. */
export interface Lacking {
  /** Its place in the file. */
  readonly setting: string;
  readonly variable: string;
  readonly value: string;
  readonly isSecret: boolean;
}

/** A connection with everything that it takes to ask Concur. */
export interface Settled {
  readonly configuration: Configuration;
  readonly connection: ConnectionConfiguration;
  readonly lacking: readonly Lacking[];
}

/**
 * The connection that a command is about, from the configuration; what that lacks of the connection `default` comes
 * from the options or the person at the terminal. Fails with exit code 2 when that leaves something open or wrong, or
 * when an option contradicts the configuration.
 *
 * @param further what else is going to be asked, so that everything that is missing is said at once
 */
export async function settle(
  command: Command,
  options: ConnectionOptions,
  further: readonly Question[],
): Promise<Settled> {
  const { connection: name } = command.optsWithGlobals<{ connection: string }>();
  const sources = sourcesOf(command);
  const missing = name === 'default' ? missingSettings(sources) : [];
  const questions = new Map([[BASE_URL, dataCentreQuestion(options)], ...connectionQuestions(options)]);
  const isOpen = (setting: string) => missing.some((one) => one.name === setting);
  refuseUnanswerable([
    ...[...questions].flatMap(([setting, one]) => (isOpen(setting) || one.given !== undefined ? [one] : [])),
    ...further,
  ]);

  const lacking: Lacking[] = [];
  for (const { name: setting } of missing) {
    const question = questions.get(setting);
    if (setting === BASE_URL) lacking.push(...(await askWhere(options, sources.env.CONCUR_ALLOWED_HOSTS)));
    else if (question !== undefined) lacking.push(lack(setting, await answerTo(question), question.secret));
  }
  const given = Object.fromEntries(lacking.map(({ variable, value }) => [variable, value]));
  const configuration = load({ ...sources, env: { ...sources.env, ...given } });
  const connection = connectionOf(configuration, name);
  refuseContradictions(options, connection);
  return { configuration, connection, lacking };
}

async function askWhere(
  options: ConnectionOptions,
  variable: string | undefined,
): Promise<readonly Lacking[]> {
  const known = (variable ?? '').split(',').filter((host) => host !== '');
  const { baseUrl, allowedHosts } = await answerDataCentre(options, known);
  const hosts = [...known, ...allowedHosts].join(',');
  return [
    lack(BASE_URL, baseUrl, false),
    ...(allowedHosts.length > 0 ? [lack(ALLOWED_HOSTS, hosts, false)] : []),
  ];
}

function lack(name: string, value: string, isSecret: boolean): Lacking {
  const variable = SETTINGS.find((setting) => setting.name === name)?.variable;
  if (variable == null) throw new Error(`The setting ${name} has no variable`);
  return { setting: name.replace('<name>', 'default'), variable, value, isSecret };
}

/** What the configuration says holds for the server too, so an option that says something else is a mistake. */
function refuseContradictions(options: ConnectionOptions, connection: ConnectionConfiguration): void {
  const { baseUrl, companyId, secrets } = connection;
  const { given: address } = dataCentreQuestion(options);
  const wrong = [
    ['--data-centre or --base-url', address === undefined ? undefined : new URL(address).origin, baseUrl],
    ['--company-id', options.companyId, companyId],
    ['--client-id', options.clientId, secrets.clientId],
    [
      '--client-secret',
      options.clientSecret === '-' ? undefined : options.clientSecret,
      secrets.clientSecret,
    ],
  ].flatMap(([option, said, holds]) => (said === undefined || said.trim() === holds ? [] : [option]));
  if (wrong.length === 0) return;
  throw new CommandFailure(
    `The configuration of the connection "${connection.name}" says something else than ${wrong.join(', ')}. ` +
      'Leave the option out, or change the configuration.',
    2,
  );
}

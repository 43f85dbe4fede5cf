import { existsSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { type Configuration, loadConfiguration } from '../config/configuration.ts';
import { readEnvironment } from '../config/environment.ts';
import { type OpenConnection, openData } from '../main.ts';
import { CommandFailure } from './failure.ts';
import type { GlobalOptions } from './options.ts';

/** Loads the configuration that a command was called with. Fails with every problem at once, and exit code 2. */
export function configurationOf(command: Command): Configuration {
  const { config } = command.optsWithGlobals<GlobalOptions>();
  const loaded = loadConfiguration({
    env: readEnvironment(),
    readFile: (path) => readFileSync(path, 'utf8'),
    ...(config === undefined ? {} : { configFile: config }),
  });
  if (loaded.kind === 'ok') return loaded.configuration;
  const problems = loaded.problems.map(({ path, message }) => `  ${path}: ${message}`);
  throw new CommandFailure(`The configuration is not usable:\n${problems.join('\n')}`, 2);
}

/**
 * Opens the database, hands over the connection that the command is about, and closes the database. A
 * running server may have the same database open. Fails when there is no database or no such connection.
 *
 * @param missing what to do about a database that is not there: only some commands may make one
 */
export async function withConnection<Result>(
  command: Command,
  missing: 'make' | 'refuse',
  work: (connection: OpenConnection) => Promise<Result>,
): Promise<Result> {
  const configuration = configurationOf(command);
  const { connection: name } = command.optsWithGlobals<{ connection: string }>();
  if (!configuration.connections.some((one) => one.name === name)) {
    const names = configuration.connections.map((one) => one.name).join(', ');
    throw new CommandFailure(`The configuration has no connection "${name}"; it has: ${names}`, 2);
  }
  if (missing === 'refuse') requireDatabase(configuration.store.url);
  const data = await openData(configuration);
  try {
    const connection = data.connections.find(({ configuration: { name: known } }) => known === name);
    if (connection === undefined) throw new Error(`The connection ${name} was not opened`);
    return await work(connection);
  } finally {
    await data.close();
  }
}

function requireDatabase(url: string): void {
  const path = /^sqlite:(?!:memory:)(.*)$/.exec(url)?.[1];
  if (path === undefined || existsSync(path)) return;
  throw new CommandFailure(
    `There is no database at ${path}. Start the server once (concur-scim-bridge serve), or set BRIDGE_DATABASE_URL to the database of the running server.`,
    2,
  );
}

import { existsSync, readFileSync, statSync } from 'node:fs';
import type { Command } from 'commander';
import {
  type Configuration,
  type ConnectionConfiguration,
  DEFAULT_FILE,
  loadConfiguration,
  type Sources,
} from '../config/configuration.ts';
import { readEnvironment } from '../config/environment.ts';
import { nameOf } from '../config/standing.ts';
import { openData } from '../main.ts';
import { compileMapping } from '../mapping/configured/compile.ts';
import { compileGroupRules } from '../mapping/groups/compile.ts';
import { compileScope } from '../mapping/scope.ts';
import type { OpenConnection } from '../open-connection.ts';
import { learnedSchemas } from '../store/schemas.ts';
import { databaseFile } from '../store/sqlite.ts';
import { CommandFailure } from './failure.ts';
import { invocation } from './invocation.ts';
import type { GlobalOptions } from './options.ts';
import { version } from './version.ts';

/** The configuration file that a command was told of, by its option or by `BRIDGE_CONFIG`; undefined: none. */
export function namedFile(command: Command): string | undefined {
  // An empty variable is as good as none.
  return command.optsWithGlobals<GlobalOptions>().config ?? (readEnvironment().BRIDGE_CONFIG || undefined);
}

/** Where the configuration of a command comes from; `bridge.yaml` is read where it is and no other file is named. */
export function sourcesOf(command: Command): Sources {
  const file = namedFile(command) ?? (existsSync(DEFAULT_FILE) ? DEFAULT_FILE : undefined);
  return {
    env: readEnvironment(),
    readFile: (path) => readFileSync(path, 'utf8'),
    version: version(),
    compileMapping,
    compileGroupRules,
    compileScope,
    learnedSchemas,
    ...(file === undefined ? {} : { configFile: file }),
  };
}

/** Loads the configuration that a command was called with. Fails with every problem at once, and exit code 2. */
export function configurationOf(command: Command): Configuration {
  return load(sourcesOf(command));
}

/** Loads a configuration. Fails with every problem at once, and exit code 2. */
export function load(sources: Sources): Configuration {
  const loaded = loadConfiguration(sources);
  if (loaded.kind === 'ok') return loaded.configuration;
  const problems = loaded.problems.map(({ path, message }) => `  ${path}: ${message}`);
  if (sources.configFile === undefined) {
    problems.push(
      `There is no bridge.yaml here either: ${invocation()} init writes one from a few questions.`,
    );
  }
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
  const sources = sourcesOf(command);
  const configuration = load(sources);
  const { connection: name } = command.optsWithGlobals<{ connection: string }>();
  connectionOf(configuration, name);
  if (missing === 'refuse') requireDatabase(configuration.store.url, nameOf('store.url', sources));
  return await withOpen(configuration, name, work);
}

/** The connection of that name. Fails with exit code 2 when there is none. */
export function connectionOf({ connections }: Configuration, name: string): ConnectionConfiguration {
  const connection = connections.find((one) => one.name === name);
  if (connection !== undefined) return connection;
  const names = connections.map((one) => one.name).join(', ');
  throw new CommandFailure(`The configuration has no connection "${name}"; it has: ${names}`, 2);
}

/** Opens the database, which is made where there is none, hands over a connection, and closes the database. */
export async function withOpen<Result>(
  configuration: Configuration,
  name: string,
  work: (connection: OpenConnection) => Promise<Result>,
): Promise<Result> {
  const data = await openData(configuration);
  try {
    const connection = data.connections.find(({ configuration: { name: known } }) => known === name);
    if (connection === undefined) throw new Error(`The connection ${name} was not opened`);
    return await work(connection);
  } finally {
    await data.close();
  }
}

/**
 * Fails where there is certainly no database; whether this user may open one shows when it is opened.
 *
 * @param setting how the operator names another one
 */
function requireDatabase(url: string, setting: string): void {
  const path = databaseFile(url);
  if (path === null || !isMissing(path)) return;
  throw new CommandFailure(
    `There is no database at ${path}. Start the server once (${invocation()} serve), or set ${setting} to the database of the running server.`,
    2,
  );
}

/** `existsSync` would take what this user may not look at for missing. */
function isMissing(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) === undefined;
  } catch {
    // Whatever keeps it from being looked at will keep it from being opened, and is told then.
    return false;
  }
}

import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { type Exchanged, exchange } from '../concur/exchange.ts';
import type { Grant } from '../concur/grant.ts';
import { createTransport } from '../concur/transport.ts';
import type { ConnectionConfiguration } from '../config/configuration.ts';
import type { Credential } from '../domain/credential.ts';
import { SecretKeyError } from '../store/sealed.ts';
import type { ConnectionStore } from '../store/store.ts';
import { type GrantOptions, grantWanted, withGrantOptions } from './connect-grant.ts';
import { connectReport, connectText } from './connect-outcome.ts';
import { settle } from './connect-settings.ts';
import { type ConnectionOptions, withRequiredSettings } from './connection-questions.ts';
import { CommandFailure } from './failure.ts';
import { sourcesOf, withOpen } from './open.ts';
import { withConnectionOption, withExamples, withJsonOption } from './options.ts';
import { print, printJson } from './print.ts';
import { createProgress } from './progress.ts';

/** How long Concur may take to answer, in ms. */
const ANSWER_WAIT = 60_000;

interface Options extends ConnectionOptions, GrantOptions {
  readonly json?: true;
}

/** Adds `connect`: a first or a new credential for a connection. */
export function addConnect(program: Command): void {
  const plain = withJsonOption(withConnectionOption(program.command('connect')));
  const command = withGrantOptions(withRequiredSettings(plain))
    .description(
      'Trade a company request token for access to the company in Concur, and keep that, encrypted, for the server.',
    )
    .action((options: Options) => connect(command, options));
  withExamples(command, [
    ['connect', 'asks for the company request token'],
    ['connect --request-token - < token.txt', 'reads it, and asks nothing'],
    ['connect --connection emea', 'another connection of the configuration'],
  ]);
}

async function connect(command: Command, options: Options): Promise<void> {
  const wanted = grantWanted(options);
  const { configuration, connection, lacking } = await settle(command, options, wanted.questions);
  const credential = await ask(await wanted.answer(connection.companyId), connection);
  const kept = await withOpen(configuration, connection.name, ({ store }) =>
    keep(store, connection.secrets.refreshToken, credential),
  );
  const report = connectReport(connection, credential, lacking);
  if (options.json) printJson(report);
  else print(connectText(report, kept, sourcesOf(command).configFile ?? null));
}

/** The credential that Concur gives. Fails when it gives none, or that of another company; nothing is stored then. */
async function ask(grant: Grant, connection: ConnectionConfiguration): Promise<Credential> {
  const { name, companyId, baseUrl, allowedHosts, secrets } = connection;
  const transport = createTransport({ allowedHosts, timeout: ANSWER_WAIT, newId: randomUUID });
  const progress = createProgress(process.stderr);
  progress.begin('Asking Concur for a token …');
  const answer = await exchange(
    grant,
    { baseUrl, allowedHosts, clientId: secrets.clientId, clientSecret: secrets.clientSecret },
    { transport, clock: Date.now },
  );
  progress.end();
  await transport.close();
  if (answer.kind !== 'connected') throw refused(answer);
  // A UUID has no case (RFC 9562 §4).
  if (answer.companyId === null || answer.companyId.toLowerCase() === companyId.toLowerCase()) {
    return answer.credential;
  }
  throw new CommandFailure(
    `Concur gave a token of the company ${answer.companyId}, and the connection "${name}" is for ${companyId}. ` +
      'Nothing was stored. Correct companyId, or ask for a company request token of that company.',
    1,
  );
}

function refused(answer: Exclude<Exchanged, { kind: 'connected' }>): CommandFailure {
  const { correlationId } = answer;
  if (answer.kind === 'unreachable') {
    return new CommandFailure(
      `${sentence(answer.message)} Nothing was stored; try again in a moment. (correlation id ${correlationId})`,
      1,
    );
  }
  const { code, explanation, remedy } = answer;
  const of = code === null ? '' : `OAuth code ${code}, `;
  return new CommandFailure(
    `${explanation}\n${remedy}\nNothing was stored. (${of}correlation id ${correlationId})`,
    1,
  );
}

function sentence(message: string): string {
  return message.endsWith('.') ? message : `${message}.`;
}

/** Stores the credential; tells whether that took the place of one that the key does not open. */
async function keep(
  { credentials }: ConnectionStore,
  refreshToken: string | null,
  credential: Credential,
): Promise<'stored' | 'stored_under_new_key'> {
  const isReadable = await credentials.read().then(
    () => true,
    (error: unknown) => {
      if (error instanceof SecretKeyError) return false;
      throw error;
    },
  );
  // A configured token counts as taken over from here on: the next start would put it in the place of this one.
  await credentials.seedRefreshToken(refreshToken);
  await credentials.write(credential);
  return isReadable ? 'stored' : 'stored_under_new_key';
}

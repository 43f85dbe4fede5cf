import closeWithGrace from 'close-with-grace';
import { type Command, InvalidArgumentError } from 'commander';
import { type BridgeEnvironment, environmentFor } from '../demo/environment.ts';
import { ALL_SCOPES, type Company } from '../simulator/company.ts';
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
  readonly withoutScope: readonly string[];
  readonly userLevel?: true;
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
    .option(
      '--without-scope <name>',
      'withhold a scope from the client, as a Concur that was set up in part; may be given several times',
      withheld,
      [],
    )
    .option(
      '--user-level',
      "let the refresh token of the printed environment be a person's, for whom Concur provisions nothing; init and connect do not use it: there, connect --user does the same",
    )
    .action((options: Options) => simulate(options));
  withExamples(command, [
    ['simulate', 'on port 8090'],
    ['simulate --latency 60000', 'as slow as Concur on a bad day'],
    ['simulate --without-scope user.provision.write', 'a client that may not use the provisioning service'],
  ]);
}

async function simulate(options: Options): Promise<void> {
  const { port, host, latency, pollInterval, withoutScope, userLevel, json } = options;
  const simulator = await startSimulator({
    port,
    host,
    latency: { identity: latency, extensions: latency },
    pollInterval,
    company: {
      scopes: ALL_SCOPES.filter((scope) => !withoutScope.includes(scope)),
      refreshTokenOf: userLevel ? 'user' : 'company',
    },
  });
  closeWithGrace({ logger: false }, () => simulator.close());
  const { url, company } = simulator;
  const environment = environmentFor(simulator);
  if (json) {
    const { id, clientId, clientSecret, requestToken, scopes } = company;
    printJson({
      url,
      environment,
      connect: { baseUrl: url, companyId: id, clientId, clientSecret, requestToken },
      scopes,
    });
    return;
  }
  print(`A simulated SAP Concur listens on ${url} (what it holds: ${url}/simulator/state)`);
  if (withoutScope.length > 0) print(`It withholds: ${withoutScope.join(', ')}`);
  if (userLevel) print(userLevelText(company));
  print(`\n${waysToConnect(url, company, environment)}`);
  const bridge = `http://127.0.0.1:${BRIDGE_PORT}`;
  print('\nIn the third, create somebody as an identity provider does, and see what became of them:\n');
  print(createNewcomer(`${bridge}/scim/v2`, environment.BRIDGE_SCIM_TOKEN));
  print(`npm run bridge -- status ${NEWCOMER}`);
  print(
    `curl -s -H 'Authorization: Bearer ${environment.BRIDGE_ADMIN_TOKEN}' '${bridge}/api/v1/users/${NEWCOMER}'`,
  );
  print('\nCtrl-C ends it; what it holds is gone then.');
}

/** Where a person's token comes from, on both ways to connect a bridge. */
function userLevelText({ login: { username, password } }: Company): string {
  return [
    "The refresh token in the environment below is a person's, for whom Concur provisions nothing: serve and doctor say so.",
    "The company request token is the company's all the same. For a person's on the way with init and connect:",
    `npm run bridge -- connect --user ${username} --password '${password}'`,
  ].join('\n');
}

/** How a bridge gets to know the simulated company, and what a person must know to connect one. */
function waysToConnect(url: string, company: Company, environment: BridgeEnvironment): string {
  return [
    'For a bridge against it, run these in a second terminal, one after the other:\n',
    'npm run bridge -- init       asks for the first four of the values below, and says how to create somebody',
    'npm run bridge -- connect    asks for the last (a company request token is good for 24 hours)',
    'npm run bridge -- serve\n',
    `data centre            another address: ${url}`,
    `company UUID           ${company.id}`,
    `client id              ${company.clientId}`,
    `client secret          ${company.clientSecret}`,
    `company request token  ${company.requestToken}`,
    '\nOr without questions and without a bridge.yaml: paste this, with a refresh token in it, into a second',
    'and a third terminal, then run in the second: npm run bridge -- serve\n',
    environmentBlock({ ...environment, BRIDGE_PORT }),
  ].join('\n');
}

function withheld(name: string, others: readonly string[]): readonly string[] {
  if (ALL_SCOPES.includes(name)) return [...others, name];
  throw new InvalidArgumentError(`It must be one of ${ALL_SCOPES.join(', ')}.`);
}

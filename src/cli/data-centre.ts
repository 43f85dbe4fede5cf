import { type Command, Option } from 'commander';
import { problemWith } from '../config/answer.ts';
import { isAllowedConcurUrl } from '../domain/hosts.ts';
import { CommandFailure } from './failure.ts';
import { hasTerminal, promptChoice, promptText, promptYes } from './prompts.ts';
import type { Question } from './questions.ts';

const SETTING = 'connections.<name>.baseUrl';
const ELSEWHERE = 'another';

/** SAP's data centres, in the order in which they are offered (Concur, "Base URIs"). */
const DATA_CENTRES: readonly (readonly [name: string, what: string])[] = [
  ['us2', 'North America'],
  ['eu2', 'Europe'],
  ['apj1', 'Asia and Pacific'],
  ['usg', 'North America, public sector'],
  ['cn', 'China'],
  ['us', 'North America, the older one'],
  ['emea', 'Europe, the older one'],
  ['us-impl', 'implementation (test) site of North America'],
  ['emea-impl', 'implementation (test) site of Europe'],
];

/** What the options of a command say about the data centre. */
export interface DataCentreOptions {
  readonly dataCentre?: string;
  readonly baseUrl?: string;
  readonly allowedHost?: string;
}

/** Where Concur is, and the hosts besides SAP's own that tokens may be sent to for it. */
export interface DataCentre {
  readonly baseUrl: string;
  readonly allowedHosts: readonly string[];
}

/** Lets a command be told the data centre. */
export function withDataCentreOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--data-centre <name>', "SAP's data centre where the company lives")
        .choices(DATA_CENTRES.map(([name]) => name))
        .conflicts('baseUrl'),
    )
    .option('--base-url <url>', 'the base URI of another data centre, or of a simulator')
    .option('--allowed-host <host>', "a host besides SAP's own that tokens may be sent to; for tests only");
}

/** The question for the base URI, as far as the options answer it. */
export function dataCentreQuestion({ dataCentre, baseUrl }: DataCentreOptions): Question {
  return {
    option: '--data-centre or --base-url',
    message: 'In which data centre of SAP does the company live?',
    secret: false,
    check: (value) => problemWith(SETTING, value),
    given: baseUrl ?? (dataCentre === undefined ? undefined : addressOf(dataCentre)),
  };
}

/**
 * The data centre that the options name or somebody chooses. Fails with exit code 2 for an address that tokens must
 * not be sent to, when nobody can be asked.
 *
 * @param allowedHosts hosts besides SAP's own that are allowed already
 */
export async function answerDataCentre(
  options: DataCentreOptions,
  allowedHosts: readonly string[] = [],
): Promise<DataCentre> {
  const { given, message, check } = dataCentreQuestion(options);
  const allowed = options.allowedHost === undefined ? [] : [options.allowedHost];
  let address = given;
  while (true) {
    address ??= await choose(message, check);
    const baseUrl = new URL(address).origin;
    if (isAllowedConcurUrl(baseUrl, [...allowedHosts, ...allowed])) return { baseUrl, allowedHosts: allowed };
    const { host } = new URL(baseUrl);
    if (!hasTerminal()) {
      throw new CommandFailure(
        `${baseUrl} is not https to a host of SAP Concur. --allowed-host ${host} lets tokens be sent there all the same: only for tests.`,
        2,
      );
    }
    const yes = await promptYes(
      `${baseUrl} is not https to a host of SAP Concur. Send tokens to ${host} all the same (allowedHosts)? Only for tests`,
    );
    if (yes) return { baseUrl, allowedHosts: [...allowed, host] };
    address = undefined;
  }
}

async function choose(message: string, check: Question['check']): Promise<string> {
  const chosen = await promptChoice(message, [
    ...DATA_CENTRES.map(([name, hint]) => ({ value: addressOf(name), label: name, hint })),
    { value: ELSEWHERE, label: 'another address', hint: 'also of a simulator' },
  ]);
  return chosen === ELSEWHERE ? await promptText('Its base URI (https://host)', check) : chosen;
}

function addressOf(name: string): string {
  return name === 'cn' ? 'https://cn.api.concurcdc.cn' : `https://${name}.api.concursolutions.com`;
}

import { type Command, Option } from 'commander';
import { REQUEST_STATES, type RequestState } from '../domain/ports.ts';
import { pageReport, requestReport } from '../http/admin/presenters.ts';
import type { OpenConnection } from '../open-connection.ts';
import { colourState } from './colour.ts';
import { CommandFailure } from './failure.ts';
import { findPerson, PERSON } from './find-person.ts';
import { withConnection } from './open.ts';
import { whole, withConnectionOption, withExamples, withJsonOption } from './options.ts';
import { print, printJson, showTime } from './print.ts';
import { durationOf, requestView, type ShownRequest } from './request-view.ts';
import { table } from './table.ts';

/** The fewest characters of an id that one may be found by. */
const SHORTEST = 4;

interface Options {
  readonly state?: RequestState;
  readonly user?: string;
  readonly limit: number;
  readonly json?: true;
}

/** Adds `requests`: what was sent to Concur, and what became of it. */
export function addRequests(program: Command): void {
  const command = withJsonOption(withConnectionOption(program.command('requests')))
    .description('List the provisioning requests that were sent to Concur, or show one with everything.')
    .argument('[id]', 'the id of one request, or its first characters: 4 or more')
    .addOption(new Option('--state <state>', 'only requests in this state').choices(REQUEST_STATES))
    .option('--user <user>', `only requests with this person in them, by ${PERSON}`)
    .option('--limit <number>', 'how many are listed', whole(1, 200), 50)
    .action((id: string | undefined, options: Options) =>
      withConnection(command, 'refuse', (connection) =>
        id === undefined ? list(connection, options) : showOne(connection, id, options.json === true),
      ),
    );
  withExamples(command, [
    ['requests', 'the newest 50'],
    ['requests --state open', 'what Concur is still working on'],
    ['requests --user ada@example.com', 'what was sent for one person'],
    ['requests 5f0c', 'one with its operations and Concur’s results, by the beginning of its id'],
  ]);
}

async function list({ store }: OpenConnection, { state, user, limit, json }: Options): Promise<void> {
  const page = await store.reports.requests({
    limit,
    ...(state === undefined ? {} : { state }),
    ...(user === undefined ? {} : { personId: (await findPerson(store, user)).person.id }),
  });
  if (json) {
    printJson(pageReport(page, requestReport));
    return;
  }
  if (page.items.length === 0) {
    const of = user === undefined ? '' : ` for ${user}`;
    print(state === undefined ? `Nothing has been sent to Concur yet${of}.` : `No request${of} is ${state}.`);
    return;
  }
  print(requestTable(page.items.map(requestReport)));
  if (page.nextCursor !== null) print(`\nThere are older ones (--limit shows up to 200).`);
}

async function showOne({ store }: OpenConnection, id: string, json: boolean): Promise<void> {
  const request = await store.reports.request(id);
  if (request === null && id.length < SHORTEST) {
    throw new CommandFailure(`"${id}" is too short: give at least ${SHORTEST} characters of an id.`, 2);
  }
  if (request === null) {
    throw new CommandFailure(
      `No provisioning request has the id "${id}", and not exactly one has an id that begins so.`,
      1,
    );
  }
  if (json) printJson(requestReport(request));
  else print(requestView(requestReport(request)));
}

function requestTable(requests: readonly ShownRequest[]): string {
  const rows = requests.map((request) => [
    request.id,
    request.kind,
    String(request.operations.length),
    colourState(request.state),
    showTime(request.sentAt),
    String(durationOf(request) ?? '-'),
    request.correlationId ?? '-',
    request.message ?? '',
  ]);
  return table(['id', 'kind', 'people', 'state', 'sent', 'ms', 'correlation id', 'message'], rows);
}

import type { Command } from 'commander';
import type { PersonRecord } from '../domain/person.ts';
import { release } from '../http/admin/decisions.ts';
import { holdReport } from '../http/admin/presenters.ts';
import type { OpenConnection } from '../main.ts';
import { candidateTable } from './candidates.ts';
import { colour } from './colour.ts';
import { decideOne } from './decide.ts';
import { PERSON } from './find-person.ts';
import { withConnection } from './open.ts';
import { withConnectionOption, withExamples, withJsonOption } from './options.ts';
import { print, printJson, showWho } from './print.ts';

/** How many people are read at a time. */
const PAGE = 200;

/** Adds `hold`: the people about whom the bridge must not decide alone. */
export function addHold(program: Command): void {
  const command = program
    .command('hold')
    .description('List the people whom existing Concur users may be, and say who is who.');
  withExamples(command, [
    ['hold list', 'who is held, why, and which Concur users they may be'],
    ['hold release ada@example.com --as 5f0c…', 'this Concur user is the person'],
  ]);
  addList(command);
  addRelease(command);
}

function addList(parent: Command): void {
  const command = withJsonOption(withConnectionOption(parent.command('list')))
    .description('List who is held, why, and which Concur users they may be.')
    .action(({ json }: { json?: true }) =>
      withConnection(command, 'refuse', (connection) => list(connection, json === true)),
    );
  withExamples(command, [['hold list --json', 'for programs']]);
}

function addRelease(parent: Command): void {
  const command = withJsonOption(withConnectionOption(parent.command('release')))
    .description('Say which Concur user a held person is; the bridge then makes that user match.')
    .argument('<user>', PERSON)
    .requiredOption('--as <concur id>', 'the Concur user, one of those that hold list shows for the person')
    .action((user: string, { as, json }: { as: string; json?: true }) =>
      withConnection(command, 'refuse', (connection) =>
        decideOne(
          connection,
          user,
          release(as),
          json === true,
          (who) => `${who} is the Concur user ${as}; the running server reads it and makes it match.`,
        ),
      ),
    );
  withExamples(command, [['hold release ada@example.com --as 5f0c…', 'as hold list shows it']]);
  command.addHelpText(
    'after',
    '\nWhen it is none of them: correct the keys (userName, externalId, employee number) in Concur or in the\n' +
      'identity provider, then retry the person.',
  );
}

async function list({ store: { reports } }: OpenConnection, json: boolean): Promise<void> {
  const held: PersonRecord[] = [];
  let cursor: string | null | undefined;
  while (cursor !== null) {
    const page = await reports.people({ state: 'held', limit: PAGE, ...(cursor && { cursor }) });
    held.push(...page.items);
    cursor = page.nextCursor;
  }
  if (json) printJson({ items: held.map(holdReport) });
  else print(held.length === 0 ? 'Nobody is held.' : held.map(holdView).join('\n\n'));
}

function holdView(record: PersonRecord): string {
  const { lastError, reasonText, candidates } = holdReport(record);
  return `${colour('bold', showWho(record))}  ${lastError ?? reasonText ?? ''}\n${candidateTable(candidates)}`;
}

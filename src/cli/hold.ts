import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { lossName } from '../domain/loss.ts';
import type { PersonRecord } from '../domain/person.ts';
import { release } from '../http/admin/decisions.ts';
import { type GuardDecision, judgeAll, judgeThese } from '../http/admin/held.ts';
import { holdReport } from '../http/admin/presenters.ts';
import type { OpenConnection } from '../open-connection.ts';
import { candidateTable, releaseHint } from './candidates.ts';
import { colour } from './colour.ts';
import { decideOne } from './decide.ts';
import { CommandFailure } from './failure.ts';
import { findPeople, PERSON } from './find-person.ts';
import { withConnection } from './open.ts';
import { withConnectionOption, withExamples, withJsonOption } from './options.ts';
import { print, printJson, showValue, showWho } from './print.ts';

/** How many people are read at a time. */
const PAGE = 200;

/** Adds `hold`: the people about whom the bridge must not decide alone. */
export function addHold(program: Command): void {
  const command = program
    .command('hold')
    .description('List the people about whom the bridge must not decide alone, and decide about them.');
  withExamples(command, [
    ['hold list', 'who is held and why: which Concur users they may be, or what they would lose'],
    ['hold release ada@example.com --as 5f0c…', 'this Concur user is the person'],
    ['hold release --guard --all', 'everybody whom the deactivation guard holds loses the access'],
    ['hold discard --all', 'they keep it'],
  ]);
  addList(command);
  addRelease(command);
  addDiscard(command);
}

function addList(parent: Command): void {
  const command = withJsonOption(withConnectionOption(parent.command('list')))
    .description('List who is held and why: which Concur users they may be, or what they would lose.')
    .action(({ json }: { json?: true }) =>
      withConnection(command, 'refuse', (connection) => list(connection, json === true)),
    );
  withExamples(command, [['hold list --json', 'for programs']]);
}

interface ReleaseOptions extends GuardOptions {
  readonly as?: string;
  readonly guard?: true;
}

interface GuardOptions {
  readonly all?: true;
  readonly reason?: string;
  readonly json?: true;
}

function addRelease(parent: Command): void {
  const command = withJsonOption(withConnectionOption(parent.command('release')))
    .description(
      'Say which Concur user a held person is; the bridge then makes that user match. Or send the losses of access that the deactivation guard holds.',
    )
    .argument('[user...]', PERSON)
    .option('--as <concur id>', 'the Concur user, one of those that hold list shows for the person')
    .option('--guard', 'send the losses of access that the deactivation guard holds of these people')
    .option('--all', 'with --guard: of everybody')
    .option('--reason <text>', 'with --guard: why, for the history')
    .action((users: string[], options: ReleaseOptions) => {
      const { as, guard, json } = options;
      const [user, ...others] = users;
      if (guard) {
        if (as !== undefined) throw new CommandFailure('--guard and --as exclude each other.', 2);
        return judge(command, 'released', users, options);
      }
      if (as === undefined || user === undefined || others.length > 0 || options.all || options.reason) {
        throw new CommandFailure('Name one person and --as, or --guard with people or --all.', 2);
      }
      return withConnection(command, 'refuse', (connection) =>
        decideOne(
          connection,
          user,
          release(as),
          json === true,
          (who) => `${who} is the Concur user ${as}; the running server reads it and makes it match.`,
        ),
      );
    });
  withExamples(command, [
    ['hold release ada@example.com --as 5f0c…', 'as hold list shows it'],
    ['hold release --guard ada@example.com', 'the guard lets this person lose the access'],
    ['hold release --guard --all', 'and everybody else whom it holds'],
  ]);
  command.addHelpText(
    'after',
    '\nWhen it is none of them: correct the keys (userName, externalId, employee number) in Concur or in the\n' +
      'identity provider, then retry the person.',
  );
}

function addDiscard(parent: Command): void {
  const command = withJsonOption(withConnectionOption(parent.command('discard')))
    .description(
      'Have the losses of access that the deactivation guard holds not carried out: Concur keeps the access until a client writes active again.',
    )
    .argument('[user...]', PERSON)
    .option('--all', 'of everybody')
    .option('--reason <text>', 'why, for the history')
    .action((users: string[], options: GuardOptions) => judge(command, 'discarded', users, options));
  withExamples(command, [
    ['hold discard --all --reason "Wrong assignment in Okta"', 'after a mistake in the identity provider'],
    ['hold discard 10042', 'one person, by employee number'],
  ]);
}

/** Decides about people whom the guard holds. A running server sees it by itself. */
async function judge(
  command: Command,
  verdict: GuardDecision['verdict'],
  users: readonly string[],
  { all, reason, json }: GuardOptions,
): Promise<void> {
  if (users.length > 0 === (all === true)) throw new CommandFailure('Name people, or give --all.', 2);
  const actor = { kind: 'cli', name: userInfo().username } as const;
  const judgement = { verdict, actor, reason: reason?.trim() || null };
  await withConnection(command, 'refuse', async ({ store }) => {
    const people = all
      ? await judgeAll(store, judgement)
      : await judgeThese(store, await findPeople(store, users), judgement);
    if (json) return printJson({ [verdict]: people });
    if (people === 0) return print('Nobody is held by the guard.');
    const who = people === 1 ? '1 person' : `${people} people`;
    print(
      verdict === 'released'
        ? `Released: ${who}; the running server takes the access away, leavers first.`
        : `Discarded: ${who}; Concur keeps the access until a client writes active again.`,
    );
  });
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
  const { lastError, reasonText, candidates, wouldLose } = holdReport(record);
  const head = `${colour('bold', showWho(record))}  ${lastError ?? reasonText ?? ''}`;
  return wouldLose.length === 0
    ? `${head}\n${candidateTable(candidates)}\n${releaseHint(showValue(record.person.resource.userName))}`
    : `${head}\n  would lose: ${wouldLose.map(lossName).join(', ')}`;
}

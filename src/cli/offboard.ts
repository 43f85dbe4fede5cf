import { userInfo } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import type { PersonRecord } from '../domain/person.ts';
import type { Reports } from '../domain/reports.ts';
import { type Decide, lift as lifting, offboard as offboarding } from '../http/admin/decisions.ts';
import { personLine } from '../http/admin/presenters.ts';
import type { OpenConnection } from '../open-connection.ts';
import type { Actor } from '../scim/directory.ts';
import { colourState } from './colour.ts';
import { decide } from './decide.ts';
import { CommandFailure } from './failure.ts';
import { findPeople, PERSON } from './find-person.ts';
import { explainOutcome, type Outcome, outcomeOf } from './offboard-outcome.ts';
import { withConnection } from './open.ts';
import { whole, withConnectionOption, withExamples, withJsonOption } from './options.ts';
import { print, printJson, showTime, showWho } from './print.ts';
import { table } from './table.ts';

/** How often the database is looked at while waiting, in ms. */
const LOOK = 200;

interface Options {
  readonly reason?: string;
  readonly by?: string;
  readonly lift?: true;
  readonly wait: number;
  readonly json?: true;
}

type Did =
  | 'offboarded'
  | 'decision replaced'
  | 'already offboarded'
  | 'already deleted'
  | 'lifted'
  | 'was not offboarded';

/** One person with what this command did about them, and what Concur made of it. */
interface Done {
  readonly did: Did;
  readonly record: PersonRecord;
  readonly outcome: Outcome;
}

/** Adds `offboard`: takes access away whatever the identity provider says, and gives it back. */
export function addOffboard(program: Command): void {
  const command = withJsonOption(withConnectionOption(program.command('offboard')))
    .description(
      'Deactivate people in Concur until the decision is lifted, whatever the identity provider writes meanwhile.',
    )
    .argument('<person...>', PERSON)
    .option('--reason <text>', 'why; required unless --lift')
    .option('--by <name>', 'who decided (default: your user name on this machine)')
    .option('--lift', 'lift the decision: what the identity provider says counts again')
    .option(
      '--wait <seconds>',
      'how long to wait until Concur has confirmed it; 1 is returned when it has not, but 0 waits for nothing',
      whole(0, 3_600),
      10,
    )
    .action((names: string[], options: Options) => {
      const actor: Actor = { kind: 'cli', name: options.by ?? userInfo().username };
      const decision = decisionOf(options, actor);
      return withConnection(command, 'refuse', (connection) =>
        offboard(connection, names, options, actor, decision),
      );
    });
  withExamples(command, [
    ['offboard ada@example.com --reason "Contract ended"', 'one person, at once'],
    ['offboard 10042 10043 --reason "Site closed" --by HR', 'several: all of them or nobody'],
    ['offboard --lift ada@example.com', 'the identity provider decides again'],
  ]);
}

/** What is to be decided about each person. Fails with exit code 2 when the reason is missing, or is of no use. */
function decisionOf({ reason, lift }: Options, actor: Actor): Decide {
  const text = reason?.trim() ?? '';
  if (lift) {
    if (text !== '') throw new CommandFailure('--lift takes no --reason.', 2);
    return lifting;
  }
  if (text === '') throw new CommandFailure('--reason is required: it is kept with the decision.', 2);
  return offboarding(text, actor, Date.now());
}

async function offboard(
  { store }: OpenConnection,
  names: readonly string[],
  { lift, wait, json }: Options,
  actor: Actor,
  decision: Decide,
): Promise<void> {
  const people = await findPeople(store, names);
  const results = await decide(store, actor, people, decision);
  const written = results.map(({ record, changed }, index): Done => {
    const overridden = people[index]?.person.override !== null;
    return { did: didOf(record, changed, overridden, lift === true), record, outcome: outcomeOf(record) };
  });
  const done = await untilSettled(store.reports, written, Date.now() + wait * 1_000);
  const isBad = ({ did, outcome }: Done) =>
    did !== 'was not offboarded' &&
    (['held', 'refused', 'out_of_scope'].includes(outcome) || (outcome === 'pending' && wait > 0));
  if (done.some(isBad)) process.exitCode = 1;
  if (json) printJson({ items: done.map(report) });
  else show(done);
}

function didOf({ person }: PersonRecord, changed: boolean, overridden: boolean, lifted: boolean): Did {
  if (person.deleted !== null) return 'already deleted';
  if (lifted) return changed ? 'lifted' : 'was not offboarded';
  if (!changed) return 'already offboarded';
  return overridden ? 'decision replaced' : 'offboarded';
}

/** Reads everybody again until nobody is on their way or the time is over. */
async function untilSettled(
  reports: Reports,
  people: readonly Done[],
  end: number,
): Promise<readonly Done[]> {
  let latest = people;
  while (latest.some(isAwaited) && Date.now() < end) {
    await pause(LOOK);
    latest = await Promise.all(
      latest.map(async (one) => {
        const record = (await reports.person(one.record.person.id)) ?? one.record;
        return { ...one, record, outcome: outcomeOf(record) };
      }),
    );
  }
  return latest;
}

function isAwaited({ did, outcome }: Done): boolean {
  return did !== 'was not offboarded' && outcome === 'pending';
}

function report({ did, record, outcome }: Done) {
  return { did, outcome, message: explainOutcome(outcome, record), person: personLine(record) };
}

const WORDS: Readonly<Record<Outcome, string>> = {
  confirmed: 'confirmed',
  not_in_concur: 'not in Concur: nothing to deactivate',
  held: 'not done',
  refused: 'refused',
  out_of_scope: 'not done',
  pending: 'not confirmed yet',
};

function show(done: readonly Done[]): void {
  const rows = done.map(({ did, record, outcome }) => {
    const { override } = record.person;
    const since = override === null ? '' : showTime(new Date(override.since).toISOString());
    return [
      showWho(record),
      did,
      WORDS[outcome],
      colourState(record.provisioning.state),
      since,
      override === null ? '' : `${override.reason} (${override.by})`,
    ];
  });
  print(table(['userName', 'what', 'Concur', 'state', 'since', 'reason'], rows));
  const explained = done.flatMap(({ outcome, record }) => {
    const why = explainOutcome(outcome, record);
    return why === null ? [] : [`${showWho(record)}: ${why}.`];
  });
  if (explained.length > 0) print(`\n${explained.join('\n')}`);
}

import { userInfo } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import type { Override, PersonRecord } from '../domain/person.ts';
import type { Reports } from '../domain/reports.ts';
import { personLine } from '../http/admin/presenters.ts';
import type { OpenConnection } from '../main.ts';
import type { Decision } from '../scim/directory.ts';
import { colourState } from './colour.ts';
import { decide } from './decide.ts';
import { CommandFailure } from './failure.ts';
import { findPeople, PERSON } from './find-person.ts';
import { withConnection } from './open.ts';
import { whole, withConnectionOption, withExamples, withJsonOption } from './options.ts';
import { print, printJson, showTime, showValue } from './print.ts';
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

/** One person with what this command did about them, and whether Concur has confirmed it. */
interface Done {
  readonly did: 'offboarded' | 'already offboarded' | 'lifted' | 'was not offboarded';
  readonly record: PersonRecord;
  readonly confirmed: boolean;
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
    .option('--wait <seconds>', 'how long to wait until Concur has confirmed it', whole(0, 3_600), 10)
    .action((names: string[], options: Options) => {
      const decision = decisionOf(options);
      return withConnection(command, 'refuse', (connection) =>
        offboard(connection, names, options, decision),
      );
    });
  withExamples(command, [
    ['offboard ada@example.com --reason "Contract ended"', 'one person, at once'],
    ['offboard 10042 10043 --reason "Site closed" --by HR', 'several: all of them or nobody'],
    ['offboard --lift ada@example.com', 'the identity provider decides again'],
  ]);
}

async function offboard(
  { store }: OpenConnection,
  names: readonly string[],
  { by, lift, wait, json }: Options,
  decision: (record: PersonRecord) => Decision,
): Promise<void> {
  const people = await findPeople(store, names);
  const actor = { kind: 'cli', name: by ?? userInfo().username } as const;
  const results = await decide(store, actor, people, decision);
  const written = results.map(({ record, changed }): Done => {
    const changedNow = lift ? 'lifted' : 'offboarded';
    const unchanged = lift ? 'was not offboarded' : 'already offboarded';
    return { did: changed ? changedNow : unchanged, record, confirmed: isConfirmed(record, lift === true) };
  });
  const done = await untilConfirmed(store.reports, written, lift === true, Date.now() + wait * 1_000);
  if (json) {
    printJson(done.map(({ did, record, confirmed }) => ({ did, confirmed, person: personLine(record) })));
  } else show(done);
}

/** What is to be decided about each person. Fails with exit code 2 when the reason is missing, or is of no use. */
function decisionOf({ reason, by, lift }: Options): (record: PersonRecord) => Decision {
  const text = reason?.trim() ?? '';
  if (lift) {
    if (text !== '') throw new CommandFailure('--lift takes no --reason.', 2);
    return ({ person: { override } }) =>
      override === null
        ? { kind: 'unchanged' }
        : { kind: 'override', override: null, reason: `lifted: ${override.reason}` };
  }
  if (text === '') throw new CommandFailure('--reason is required: it is kept with the decision.', 2);
  const override: Override = {
    active: false,
    reason: text,
    by: `cli:${by ?? userInfo().username}`,
    since: Date.now(),
  };
  return ({ person }) =>
    person.override === null ? { kind: 'override', override, reason: text } : { kind: 'unchanged' };
}

/** Reads everybody again until all are confirmed or the time is over. */
async function untilConfirmed(
  reports: Reports,
  people: readonly Done[],
  lifted: boolean,
  end: number,
): Promise<readonly Done[]> {
  let latest = people;
  while (!latest.every(({ confirmed }) => confirmed) && Date.now() < end) {
    await pause(LOOK);
    latest = await Promise.all(
      latest.map(async (one) => {
        const record = (await reports.person(one.record.person.id)) ?? one.record;
        return { ...one, record, confirmed: isConfirmed(record, lifted) };
      }),
    );
  }
  return latest;
}

/** A deactivation counts from the moment that Concur confirms it, whatever else is still on its way. */
function isConfirmed({ provisioning }: PersonRecord, lifted: boolean): boolean {
  const { state, concurId, applied } = provisioning;
  if (!lifted && concurId !== null) return applied.profile.active === false;
  return state !== 'queued' && state !== 'sending' && state !== 'processing';
}

function show(done: readonly Done[]): void {
  const rows = done.map(({ did, record, confirmed }) => {
    const { override } = record.person;
    const since = override === null ? '' : showTime(new Date(override.since).toISOString());
    return [
      showValue(record.person.resource.userName),
      did,
      confirmed ? 'confirmed' : 'on its way',
      colourState(record.provisioning.state),
      since,
      override === null ? '' : `${override.reason} (${override.by})`,
    ];
  });
  print(table(['userName', 'what', 'Concur', 'state', 'since', 'reason'], rows));
  if (done.some(({ confirmed }) => !confirmed)) {
    print('\nNot everything is confirmed yet. The decision is stored: the running server delivers it.');
  }
}

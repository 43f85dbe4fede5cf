import type { Command } from 'commander';
import { connectionTroubles } from '../domain/connection-trouble.ts';
import { deliveryStanding } from '../domain/delivery.ts';
import type { PersonRecord } from '../domain/person.ts';
import { REASONS, type Reason, STATES, type State } from '../domain/provisioning.ts';
import type { Deactivations, Reports, Summary } from '../domain/reports.ts';
import { readPersonReport } from '../http/admin/person.ts';
import { personLine, summaryReport } from '../http/admin/presenters.ts';
import type { OpenConnection } from '../open-connection.ts';
import { colour, colourState } from './colour.ts';
import { HISTORY } from './decide.ts';
import { offText, placeOf } from './delivery.ts';
import { findPerson, PERSON } from './find-person.ts';
import { sourcesOf, withConnection } from './open.ts';
import { withConnectionOption, withExamples, withJsonOption } from './options.ts';
import { originsOf } from './origin.ts';
import { personView } from './person-view.ts';
import { print, printJson, showTime, showValue } from './print.ts';
import { fields, table } from './table.ts';

/** The states in which somebody may have to do something. */
const ATTENTION: readonly State[] = ['failed', 'held', 'partial'];
/** How many people of each of these states are listed. */
const LISTED = 50;
/** Reasons that are no fault of the people: the connection itself is in trouble. */
const TROUBLE: readonly Reason[] = ['credentials', 'concur_unavailable', 'outcome_unknown', 'bridge_failed'];

/** Adds `status`: everybody in numbers, or one person with everything. */
export function addStatus(program: Command): void {
  const command = withJsonOption(withConnectionOption(program.command('status')))
    .description('Show how far everybody is, or what Concur holds of one person and what it should hold.')
    .argument('[user]', PERSON)
    .option('--all', 'of a person also what Concur holds and nobody here asks for')
    .action((user: string | undefined, options: { json?: true; all?: true }) =>
      withConnection(command, 'refuse', async (connection) => {
        await (user === undefined
          ? showSummary(command, connection, options.json === true)
          : showPerson(command, connection, user, options));
      }),
    );
  withExamples(command, [
    ['status', 'the numbers, and who needs attention'],
    ['status ada@example.com', 'one person: desired and why, applied, requests, history'],
    ['status ada@example.com --all', 'with everything that Concur holds of them'],
    ['status 10042 --json', 'the same for programs, by employee number'],
  ]);
}

async function showPerson(
  command: Command,
  connection: OpenConnection,
  user: string,
  { json, all }: { json?: true; all?: true },
): Promise<void> {
  const { store, describe } = connection;
  const record = await findPerson(store, user);
  const report = await readPersonReport({ reports: store.reports, describe }, record, HISTORY);
  if (json) printJson(report);
  else {
    const { name, scope } = connection.configuration;
    const place = placeOf(command, name, 'scope');
    const origins = await originsOf(connection, record, sourcesOf(command), place);
    print(personView(report, { origins, all: all === true, scope: scope?.filter ?? '' }));
  }
}

async function showSummary(
  command: Command,
  { store, configuration }: OpenConnection,
  json: boolean,
): Promise<void> {
  const { reports, credentials, delivery } = store;
  const { writeApi, name } = configuration;
  const switched = await delivery.read();
  const standing = deliveryStanding(configuration.delivery, switched);
  const summary = summaryReport(await reports.summary());
  const attention: PersonRecord[] = [];
  for (const state of ATTENTION) attention.push(...(await reports.people({ state, limit: LISTED })).items);
  const trouble = await readTrouble(reports, summary);
  const leavers = await reports.leavingApprovers(LISTED);
  const troubles = connectionTroubles(await credentials.read(), Date.now(), writeApi);
  if (json) {
    printJson({
      ...summary,
      ...standing,
      connectionTroubles: troubles,
      trouble,
      attention: attention.map(personLine),
      leavingApprovers: leavers,
    });
    return;
  }
  const guarded = summary.reasons.guard ?? 0;
  if (guarded > 0) print(colour('red', guardedText(guarded)));
  if (standing.delivery === 'off') {
    print(`${offText({ standing, switched, ...summary }, placeOf(command, name, 'delivery'))}\n`);
  }
  for (const text of troubles) print(colour('red', text));
  for (const { text, people, lastError } of trouble) {
    const error = lastError === null ? '' : ` Last: ${lastError}`;
    print(colour('red', `${text}: ${people} ${people === 1 ? 'person waits' : 'people wait'}.${error}`));
  }
  if (guarded + troubles.length + trouble.length > 0) print();
  print(
    fields([
      ['connection', summary.connection],
      ['people', String(summary.people)],
      ...STATES.filter((state) => summary.states[state] > 0).map(
        (state) => [colourState(state), String(summary.states[state])] as const,
      ),
      ['open requests', String(summary.openRequests)],
      ['open deactivations', String(summary.openDeactivations)],
      ['oldest open deactivation', showTime(summary.oldestOpenDeactivation)],
      ['deactivations confirmed in 24 h', deactivationsText(summary.deactivations)],
    ]),
  );
  print(`\n${colour('bold', 'People who need attention')}`);
  print(attention.length === 0 ? '  nobody' : attentionTable(attention));
  const waiting = ATTENTION.reduce((sum, state) => sum + summary.states[state], 0);
  if (waiting > attention.length) print(`  and ${waiting - attention.length} more`);
  if (leavers.length === 0) return;
  print(`\n${colour('bold', 'Leavers who still approve for others (status USER lists for whom)')}`);
  print(
    table(
      ['userName', 'people'],
      leavers.map(({ userName, people }) => [userName, String(people)]),
    ),
  );
}

/** What is to be done about those whom the guard holds. */
function guardedText(people: number): string {
  const who = people === 1 ? '1 person who was' : `${people} people who were`;
  return (
    `The deactivation guard holds ${who} to lose access: hold release --guard --all takes it away, ` +
    'hold discard --all leaves it (hold list shows who).'
  );
}

/** How many there were, and how long they took. */
function deactivationsText({ confirmed, p50, p99 }: Deactivations): string {
  if (p50 === null || p99 === null) return String(confirmed);
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
  return `${confirmed} (half within ${seconds(p50)}, 99 of 100 within ${seconds(p99)})`;
}

/** What is wrong with the connection itself, each with one error of those who wait for it to end. */
async function readTrouble(reports: Reports, { reasons }: Pick<Summary, 'reasons'>) {
  const found = TROUBLE.flatMap((reason) => {
    const people = reasons[reason] ?? 0;
    return people > 0 ? [{ reason, text: REASONS[reason], people }] : [];
  });
  return await Promise.all(
    found.map(async (one) => {
      const { items } = await reports.people({ reason: one.reason, limit: 1 });
      return { ...one, lastError: items[0]?.provisioning.lastError ?? null };
    }),
  );
}

function attentionTable(records: readonly PersonRecord[]): string {
  const rows = records.map((record) => {
    const { userName, state, reasonText, lastError } = personLine(record);
    return [showValue(userName), colourState(state), lastError ?? reasonText ?? ''];
  });
  return table(['userName', 'state', 'why'], rows);
}

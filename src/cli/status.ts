import type { Command } from 'commander';
import type { PersonRecord } from '../domain/person.ts';
import { STATES, type State } from '../domain/provisioning.ts';
import { readPersonReport } from '../http/admin/person.ts';
import { personLine, summaryReport } from '../http/admin/presenters.ts';
import type { OpenConnection } from '../main.ts';
import { colour, colourState } from './colour.ts';
import { findPerson, PERSON } from './find-person.ts';
import { withConnection } from './open.ts';
import { withConnectionOption, withExamples, withJsonOption } from './options.ts';
import { personView } from './person-view.ts';
import { print, printJson, showTime, showValue } from './print.ts';
import { fields, table } from './table.ts';

/** The states in which somebody may have to do something. */
const ATTENTION: readonly State[] = ['failed', 'held', 'partial'];
/** How many people of each of these states are listed. */
const LISTED = 50;
/** How many requests and changes of a person are shown, the newest first. */
const HISTORY = 100;

/** Adds `status`: everybody in numbers, or one person with everything. */
export function addStatus(program: Command): void {
  const command = withJsonOption(withConnectionOption(program.command('status')))
    .description('Show how far everybody is, or what Concur holds of one person and what it should hold.')
    .argument('[user]', PERSON)
    .action((user: string | undefined, { json }: { json?: true }) =>
      withConnection(command, 'refuse', async (connection) => {
        await (user === undefined
          ? showSummary(connection, json === true)
          : showPerson(connection, user, json === true));
      }),
    );
  withExamples(command, [
    ['status', 'the numbers, and who needs attention'],
    ['status ada@example.com', 'one person: desired, applied, requests, history'],
    ['status 10042 --json', 'the same for programs, by employee number'],
  ]);
}

async function showPerson({ store, describe }: OpenConnection, user: string, json: boolean): Promise<void> {
  const record = await findPerson(store, user);
  const report = await readPersonReport({ reports: store.reports, describe }, record, HISTORY);
  if (json) printJson(report);
  else print(personView(report));
}

async function showSummary({ store: { reports } }: OpenConnection, json: boolean): Promise<void> {
  const summary = summaryReport(await reports.summary());
  const attention: PersonRecord[] = [];
  for (const state of ATTENTION) attention.push(...(await reports.people({ state, limit: LISTED })).items);
  if (json) {
    printJson({ ...summary, attention: attention.map(personLine) });
    return;
  }
  print(
    fields([
      ['connection', summary.connection],
      ['people', String(summary.people)],
      ...STATES.filter((state) => summary.states[state] > 0).map(
        (state) => [colourState(state), String(summary.states[state])] as const,
      ),
      ['open requests', String(summary.openRequests)],
      ['oldest open deactivation', showTime(summary.oldestOpenDeactivation)],
    ]),
  );
  print(`\n${colour('bold', 'People who need attention')}`);
  print(attention.length === 0 ? '  nobody' : attentionTable(attention));
  const waiting = ATTENTION.reduce((sum, state) => sum + summary.states[state], 0);
  if (waiting > attention.length) print(`  and ${waiting - attention.length} more`);
}

function attentionTable(records: readonly PersonRecord[]): string {
  const rows = records.map((record) => {
    const { userName, state, reasonText, lastError } = personLine(record);
    return [showValue(userName), colourState(state), lastError ?? reasonText ?? ''];
  });
  return table(['userName', 'state', 'why'], rows);
}

import { randomUUID } from 'node:crypto';
import type { WriteStream } from 'node:tty';
import type { Command } from 'commander';
import { loadConfiguration } from '../config/configuration.ts';
import type { State } from '../doctor/check.ts';
import { type Audience, type Checked, examine, isWell } from '../doctor/doctor.ts';
import { colour } from './colour.ts';
import { CommandFailure } from './failure.ts';
import { sourcesOf } from './open.ts';
import { withExamples } from './options.ts';
import { print, printJson } from './print.ts';
import { visible } from './visible.ts';

const COLOURS: Readonly<Record<State, Parameters<typeof colour>[0]>> = {
  ok: 'green',
  warning: 'yellow',
  failed: 'red',
  skipped: 'dim',
};

const WIDTH = Math.max(...Object.keys(COLOURS).map((state) => state.length));

/** Adds `doctor`: the checklist. */
export function addDoctor(program: Command): void {
  const command = program
    .command('doctor')
    .description('Check everything that provisioning needs, and say what to do about what is not right.')
    .option('--connection <name>', 'check this connection to Concur only')
    .option('--json', 'print JSON')
    .action((options: { connection?: string; json?: true }) => doctor(command, options));
  withExamples(command, [
    ['doctor', 'the whole checklist, of every connection'],
    ['doctor --connection emea', 'one connection'],
    ['doctor --json', 'for programs: {"ok", "checks": [{"id", "state", "found", "remedy", …}]}'],
  ]);
}

async function doctor(
  command: Command,
  { connection, json }: { connection?: string; json?: true },
): Promise<void> {
  const loaded = loadConfiguration(sourcesOf(command));
  const names = loaded.kind === 'ok' ? loaded.configuration.connections.map(({ name }) => name) : [];
  if (connection !== undefined && names.length > 0 && !names.includes(connection)) {
    throw new CommandFailure(
      `The configuration has no connection "${connection}"; it has: ${names.join(', ')}`,
      2,
    );
  }
  const surroundings = { clock: Date.now, newId: randomUUID, fetch };
  const audience = json ? SILENT : onScreen(process.stdout, loaded.kind === 'ok' ? 'each' : 'not');
  const checks = await examine(loaded, connection ?? null, surroundings, audience);
  const ok = isWell(checks);
  if (json) printJson({ ok, checks });
  else {
    if (loaded.kind === 'invalid') print(skippedForConfiguration(checks));
    print(`\n${summary(checks)}`);
  }
  if (!ok) process.exitCode = 1;
}

const SILENT: Audience = { begin() {}, end() {} };

/**
 * Prints every line as soon as it is known; on a terminal also what is being looked at.
 *
 * @param skipped whether checks that were skipped are printed each, or not
 */
function onScreen(
  stream: Pick<WriteStream, 'write' | 'isTTY' | 'columns'>,
  skipped: 'each' | 'not',
): Audience {
  let connection: string | null = null;
  const erase = () => {
    if (stream.isTTY) stream.write('\r\u001b[2K');
  };
  return {
    begin: ({ title }) => {
      if (stream.isTTY) stream.write(visible(`… ${title}`).slice(0, (stream.columns || 80) - 1));
    },
    end: (checked) => {
      erase();
      if (checked.state === 'skipped' && skipped === 'not') return;
      if (checked.connection !== connection) print(`\n${colour('bold', `Connection ${checked.connection}`)}`);
      connection = checked.connection;
      print(lines(checked));
    },
  };
}

/** Instead of a line for each check, all of which say the same. */
function skippedForConfiguration(checks: readonly Checked[]): string {
  const number = checks.filter(({ state }) => state === 'skipped').length;
  return `${colour('dim', 'skipped')}  ${number} checks: they need a configuration that can be used`;
}

function lines({ id, title, state, found, remedy }: Checked): string {
  const indent = ' '.repeat(WIDTH + 2);
  const todo = remedy === null ? [] : [`→ ${remedy}`];
  const below = [...found.split('\n'), ...todo].map((line) => `${indent}${line}`);
  const head = `${colour(COLOURS[state], state.padEnd(WIDTH))}  ${title} ${colour('dim', `(${id})`)}`;
  return [head, ...below].join('\n');
}

function summary(checks: readonly Checked[]): string {
  const count = (state: State) => checks.filter((one) => one.state === state).length;
  const warnings = count('warning') === 1 ? '1 warning' : `${count('warning')} warnings`;
  const counts = `${count('ok')} ok, ${warnings}, ${count('failed')} failed, ${count('skipped')} not checked.`;
  return isWell(checks)
    ? `${counts} Nothing stands in the way of provisioning.`
    : `${counts} Provisioning would not work until what failed is put right.`;
}

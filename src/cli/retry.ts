import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { personLine } from '../http/admin/presenters.ts';
import { decide } from './decide.ts';
import { findPeople, PERSON } from './find-person.ts';
import { withConnection } from './open.ts';
import { withConnectionOption, withExamples, withJsonOption } from './options.ts';
import { print, printJson } from './print.ts';

/** Adds `retry`: sends again what Concur refused. */
export function addRetry(program: Command): void {
  const command = withJsonOption(withConnectionOption(program.command('retry')))
    .description('Forget what Concur refused of a person, and have the difference sent again.')
    .argument('<user>', PERSON)
    .action((user: string, { json }: { json?: true }) =>
      withConnection(command, 'refuse', async ({ store }) => {
        const people = await findPeople(store, [user]);
        const actor = { kind: 'cli', name: userInfo().username } as const;
        const results = await decide(store, actor, people, () => ({ kind: 'retry' }));
        const lines = results.map(({ record }) => personLine(record));
        if (json) printJson(lines[0]);
        else
          for (const { userName } of lines) print(`${userName} is due again; the running server sends it.`);
      }),
    );
  withExamples(command, [
    ['retry ada@example.com', 'after the reason was removed in Concur'],
    ['retry 10042 --json', 'by employee number, for programs'],
  ]);
}

import type { Command } from 'commander';
import { retry } from '../http/admin/decisions.ts';
import { decideOne } from './decide.ts';
import { PERSON } from './find-person.ts';
import { withConnection } from './open.ts';
import { withConnectionOption, withExamples, withJsonOption } from './options.ts';

/** Adds `retry`: sends again what Concur refused. */
export function addRetry(program: Command): void {
  const command = withJsonOption(withConnectionOption(program.command('retry')))
    .description('Forget what Concur refused of a person, and have the difference sent again.')
    .argument('<user>', PERSON)
    .action((user: string, { json }: { json?: true }) =>
      withConnection(command, 'refuse', (connection) =>
        decideOne(
          connection,
          user,
          retry,
          json === true,
          (who) => `${who} is due again; the running server sends it.`,
        ),
      ),
    );
  withExamples(command, [
    ['retry ada@example.com', 'after the reason was removed in Concur'],
    ['retry 10042 --json', 'by employee number, for programs'],
  ]);
}

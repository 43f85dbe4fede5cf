import type { Command } from 'commander';
import { heldKeys } from '../domain/loss.ts';
import type { PersonRecord } from '../domain/person.ts';
import { retry } from '../http/admin/decisions.ts';
import { decideOne } from './decide.ts';
import { PERSON } from './find-person.ts';
import { withConnection } from './open.ts';
import { withConnectionOption, withExamples, withJsonOption } from './options.ts';
import { showValue } from './print.ts';

/** Adds `retry`: sends again what Concur refused. */
export function addRetry(program: Command): void {
  const command = withJsonOption(withConnectionOption(program.command('retry')))
    .description('Forget what Concur refused of a person, and have the difference sent again.')
    .argument('<user>', PERSON)
    .action((user: string, { json }: { json?: true }) =>
      withConnection(command, 'refuse', (connection) =>
        decideOne(connection, user, retry, json === true, outcomeOfRetry),
      ),
    );
  withExamples(command, [
    ['retry ada@example.com', 'after the reason was removed in Concur'],
    ['retry 10042 --json', 'by employee number, for programs'],
  ]);
}

/** What comes of a retry. What the guard holds and what an admin discarded is no refusal of Concur's: it stays so. */
function outcomeOfRetry(who: string, { person, provisioning: { losses, reason } }: PersonRecord): string {
  if (reason === 'out_of_scope') {
    return `${who} is outside the scope of this connection: a retry changes nothing about that, and nothing is sent.`;
  }
  const name = showValue(person.resource.userName);
  const isDiscarded = Object.values(losses).some(({ state }) => state === 'discarded');
  const stays = [
    heldKeys(losses).length > 0 &&
      `A retry changes nothing about what the deactivation guard holds of ${who}: hold release --guard ${name} takes the access away, hold discard ${name} leaves it.`,
    isDiscarded &&
      `A retry changes nothing about the loss of access of ${who} that an admin discarded: Concur keeps the access until a client writes it again; offboard ${name} --reason TEXT takes all of it away.`,
  ].filter((sentence) => sentence !== false);
  if (stays.length === 0) return `${who} is due again; the running server sends it.`;
  // Nothing at all is sent before an admin has decided about a deactivation.
  if (losses.active?.state !== 'held')
    stays.push('Everything else is due again; the running server sends it.');
  return stays.join('\n');
}

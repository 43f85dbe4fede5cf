import type { Command } from 'commander';
import { CommandFailure } from './failure.ts';
import { withConnection } from './open.ts';
import { withConnectionOption, withExamples, withJsonOption } from './options.ts';
import { print, printJson, showTime } from './print.ts';
import { table } from './table.ts';

/** Adds `token`: the bearer tokens of SCIM clients. */
export function addToken(program: Command): void {
  const command = program
    .command('token')
    .description('Make, list and revoke the bearer tokens that SCIM clients present.');
  withExamples(command, [
    ['token create okta', 'a token for Okta, shown once'],
    ['token list', 'whose tokens there are'],
    ['token revoke 5f0c…', 'one token, at once and for ever'],
  ]);
  addCreate(command);
  addList(command);
  addRevoke(command);
}

function addCreate(parent: Command): void {
  const command = withJsonOption(withConnectionOption(parent.command('create')))
    .description('Make a token. It is shown once; only its fingerprint is kept.')
    .argument('<name>', 'whose token it is, as the audit trail will say')
    .action((name: string, { json }: { json?: true }) =>
      withConnection(command, 'make', async ({ store }) => {
        const { id, token } = await store.tokens.create(name);
        if (json) printJson({ id, name, token });
        else print(`${token}\n\nThis is the token of ${name} (id ${id}). It is not shown again.`);
      }),
    );
  withExamples(command, [['token create okta', 'a token for Okta']]);
}

function addList(parent: Command): void {
  const command = withJsonOption(withConnectionOption(parent.command('list')))
    .description('List the tokens, without the secrets.')
    .action(({ json }: { json?: true }) =>
      withConnection(command, 'refuse', async ({ store }) => {
        const tokens = (await store.tokens.list()).map(({ id, name, created, revoked }) => ({
          id,
          name,
          created: new Date(created).toISOString(),
          revoked: revoked === null ? null : new Date(revoked).toISOString(),
        }));
        if (json) printJson({ items: tokens });
        else if (tokens.length === 0) print('There are no tokens yet: concur-scim-bridge token create NAME');
        else {
          const rows = tokens.map(({ id, name, created, revoked }) => [
            id,
            name,
            showTime(created),
            revoked === null ? 'valid' : `revoked ${showTime(revoked)}`,
          ]);
          print(table(['id', 'name', 'created', 'state'], rows));
        }
      }),
    );
  withExamples(command, [['token list --json', 'for programs']]);
}

function addRevoke(parent: Command): void {
  const command = withConnectionOption(parent.command('revoke'))
    .description('Revoke a token: a client that presents it is refused from now on.')
    .argument('<id>', 'the id of the token, as token list shows it')
    .action((id: string) =>
      withConnection(command, 'refuse', async ({ store }) => {
        if (!(await store.tokens.revoke(id))) {
          throw new CommandFailure(`No valid token has the id "${id}"; token list shows them.`, 1);
        }
        print(`The token ${id} is revoked.`);
      }),
    );
  withExamples(command, [['token revoke 5f0c…', 'as token list shows it']]);
}

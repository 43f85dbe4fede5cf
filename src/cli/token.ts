import type { Command } from 'commander';
import type { ScimToken } from '../store/scim-tokens.ts';
import { CommandFailure } from './failure.ts';
import { withConnection } from './open.ts';
import { withConnectionOption, withExamples, withJsonOption } from './options.ts';
import { print, printJson, showTime } from './print.ts';
import { table } from './table.ts';

/** How much of an id a token may be named by, at least, in characters. */
const SHORTEST_PREFIX = 4;

/** Adds `token`: the bearer tokens of SCIM clients. */
export function addToken(program: Command): void {
  const command = program
    .command('token')
    .description('Make, list and revoke the bearer tokens that SCIM clients present.');
  withExamples(command, [
    ['token create okta', 'a token for Okta, shown once'],
    ['token list', 'whose tokens there are'],
    ['token revoke okta', 'one token, at once and for ever'],
  ]);
  addCreate(command);
  addList(command);
  addRevoke(command);
}

function addCreate(parent: Command): void {
  const command = withJsonOption(withConnectionOption(parent.command('create')))
    .description('Make a token. It is shown once; only its fingerprint is kept.')
    .argument('<name>', 'whose token it is, as the audit trail will say')
    .action((given: string, { json }: { json?: true }) => {
      const name = given.trim();
      if (name === '') throw new CommandFailure('A token needs a name: whose it is.', 2);
      return withConnection(command, 'make', async ({ store }) => {
        const created = await store.tokens.create(name);
        if (created === null) {
          throw new CommandFailure(
            `There is a valid token of the name "${name}" already: revoke it (token list shows its id), or take another name.`,
            1,
          );
        }
        const { id, token } = created;
        if (json) printJson({ id, name, token });
        else print(`${token}\n\nThis is the token of ${name} (id ${id}). It is not shown again.`);
      });
    });
  withExamples(command, [['token create okta', 'a token for Okta']]);
}

function addList(parent: Command): void {
  const command = withJsonOption(withConnectionOption(parent.command('list')))
    .description('List the tokens, without the secrets.')
    .action(({ json }: { json?: true }) =>
      withConnection(command, 'refuse', async ({ store }) => {
        const tokens = (await store.tokens.list()).map(tokenLine);
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
  const command = withJsonOption(withConnectionOption(parent.command('revoke')))
    .description('Revoke a token: a client that presents it is refused from now on.')
    .argument(
      '<token>',
      `its name, its id as token list shows it, or the first ${SHORTEST_PREFIX} or more of that`,
    )
    .action((named: string, { json }: { json?: true }) =>
      withConnection(command, 'refuse', async ({ store }) => {
        const { id } = tokenNamed(named, await store.tokens.list());
        const revoked = await store.tokens.revoke(id);
        if (revoked === null) {
          throw new CommandFailure(`The token with the id ${id} was revoked meanwhile.`, 1);
        }
        if (json) printJson(tokenLine(revoked));
        else print(`The token of ${revoked.name} (id ${id}) is revoked.`);
      }),
    );
  withExamples(command, [
    ['token revoke okta', 'by its name, where one valid token has it'],
    ['token revoke 5f0c', 'by the beginning of its id'],
  ]);
}

/**
 * The valid token that is meant: by its id, else by its name, else by the beginning of its id. Fails where there is
 * none, and where several are meant, with what tells them apart.
 */
export function tokenNamed(named: string, tokens: readonly ScimToken[]): ScimToken {
  const valid = tokens.filter(({ revoked }) => revoked === null);
  const meant = [
    valid.filter(({ id }) => id === named),
    valid.filter(({ name }) => name === named),
    named.length < SHORTEST_PREFIX ? [] : valid.filter(({ id }) => id.startsWith(named.toLowerCase())),
  ].find((found) => found.length > 0);
  const [first, ...others] = meant ?? [];
  if (first === undefined) {
    throw new CommandFailure(
      `No valid token has the name or the id "${named}", or an id of which that is the beginning (at least ${SHORTEST_PREFIX} characters); token list shows them.`,
      1,
    );
  }
  if (others.length > 0) {
    const candidates = [first, ...others].map(({ id, name }) => `  ${id}  ${name}`);
    throw new CommandFailure(`"${named}" means several tokens; name one by id:\n${candidates.join('\n')}`, 1);
  }
  return first;
}

function tokenLine({ id, name, created, revoked }: ScimToken) {
  return {
    id,
    name,
    created: new Date(created).toISOString(),
    revoked: revoked === null ? null : new Date(revoked).toISOString(),
  };
}

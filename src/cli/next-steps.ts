import type { Configuration } from '../config/configuration.ts';
import { invocation } from './invocation.ts';
import { createNewcomer, NEWCOMER } from './newcomer.ts';
import { fields } from './table.ts';

/** What is known of a configuration that was just written. */
export interface Written {
  /** The file; null: the one that is read by default. */
  readonly file: string | null;
  readonly server: Pick<Configuration['server'], 'port' | 'publicUrl'>;
  readonly scimToken: string;
  /** Whether the connection leads to a simulator, where people may be made up. */
  readonly isForTests: boolean;
}

/** What somebody does after `init`, with the values that they need for it. */
export function nextSteps({ file, server, scimToken, isForTests }: Written): string {
  const run = invocation();
  const option = file === null ? '' : ` --config ${file}`;
  const here = `http://127.0.0.1:${server.port}`;
  const lines = [
    `Wrote ${file ?? 'bridge.yaml'}, which only you can read. It holds secrets: keep it, and a copy of its secretKey.`,
    '\nFor the identity provider (the token is not shown again; it stands in the file as scimToken):\n',
    fields([
      ['SCIM URL', `${server.publicUrl ?? here}/scim/v2`],
      ['bearer token', scimToken],
    ]),
    '\nThe token of the admin API stands in the file as server.adminToken.',
    '\nNext:\n',
    fields([
      [`${run} connect${option}`, 'trades a company request token for access to the company'],
      [`${run} doctor${option}`, 'checks that everything is as the bridge needs it'],
      [`${run} serve${option}`, 'takes people in and delivers them'],
    ]),
  ];
  if (isForTests) {
    lines.push(
      '\nThen create somebody as an identity provider does, and see what became of them:\n',
      createNewcomer(`${here}/scim/v2`, scimToken),
      `${run} status ${NEWCOMER}${option}`,
    );
  }
  return lines.join('\n');
}

import type { ConnectionConfiguration } from '../config/configuration.ts';
import type { Credential, Principal } from '../domain/credential.ts';
import { SCOPES } from '../domain/granted.ts';
import { colour } from './colour.ts';
import type { Lacking } from './connect-settings.ts';
import { invocation } from './invocation.ts';
import { showTime } from './print.ts';
import { fields, table } from './table.ts';

/** What `connect` did, for programs. */
export interface ConnectReport {
  readonly connection: string;
  readonly companyId: string;
  readonly geolocation: string | null;
  /** Whom the token is for. */
  readonly principal: Principal;
  /** Whether Concur provisions with it. */
  readonly canProvision: boolean;
  /** Null: Concur did not name any. */
  readonly scopes: readonly string[] | null;
  /** Those that the bridge makes use of and was not granted, with what is lost. */
  readonly missing: readonly { readonly scope: string; readonly lost: string }[];
  readonly refreshTokenExpires: string | null;
  /** Where the settings belong that the configuration does not hold yet; the values of secrets are null. */
  readonly lacking: readonly {
    readonly setting: string;
    readonly variable: string;
    readonly value: string | null;
  }[];
}

const GIVEN_TO: Readonly<Record<Principal, string>> = {
  company: 'the company',
  user: 'a person',
  application: 'the application',
};

/** What there is to say of a credential that was stored. */
export function connectReport(
  { name, companyId }: ConnectionConfiguration,
  { geolocation, principal, scopes, expiresAt }: Credential,
  lacking: readonly Lacking[],
): ConnectReport {
  const missing = scopes === null ? [] : SCOPES.filter((scope) => !scopes.includes(scope.name));
  return {
    connection: name,
    companyId,
    geolocation,
    principal,
    canProvision: principal === 'company',
    scopes,
    missing: missing.map(({ name: scope, lost }) => ({ scope, lost })),
    refreshTokenExpires: expiresAt === null ? null : new Date(expiresAt).toISOString(),
    lacking: lacking.map(({ setting, variable, value, isSecret }) => ({
      setting,
      variable,
      value: isSecret ? null : value,
    })),
  };
}

/**
 * The report for people.
 *
 * @param kept whether an older credential was replaced that another secret key had sealed
 * @param file the configuration file that is in use; null: the environment alone is
 */
export function connectText(
  report: ConnectReport,
  kept: 'stored' | 'stored_under_new_key',
  file: string | null,
): string {
  const run = invocation();
  const { connection, companyId, geolocation, principal, scopes, missing, lacking } = report;
  const { refreshTokenExpires: expires } = report;
  const parts = [
    colour('bold', `The connection "${connection}" is connected.`),
    fields([
      ['company', companyId],
      ['data centre', geolocation ?? 'not named'],
      ['token of', GIVEN_TO[principal]],
      [
        'refresh token',
        expires === null ? 'none' : `good until ${showTime(expires)}; a running server renews it`,
      ],
      ...(scopes ?? ['Concur named none']).map(
        (scope, index) => [index === 0 ? 'scopes' : '', scope] as const,
      ),
    ]),
  ];
  if (!report.canProvision) parts.push(`\n${colour('red', cannotProvision(principal))}`);
  if (missing.length > 0) {
    parts.push(
      `\n${colour('yellow', 'Scopes that the bridge makes use of and the application was not granted:')}`,
      table(
        ['scope', 'without it'],
        missing.map(({ scope, lost }) => [scope, lost]),
      ),
      'Let the application have them in Concur (OAuth 2.0 Application Management), then connect again or wait until the bridge asks for its next token.',
    );
  }
  if (lacking.length > 0) {
    parts.push(
      `\nThe configuration lacks these settings still, and the server needs them: ${
        file === null ? 'put them into a file, or set the variables.' : `put them into ${file}.`
      }`,
      lackingTable(lacking, file),
    );
  }
  if (kept === 'stored_under_new_key') {
    parts.push(
      '\nThe credential that was stored before was sealed with another secret key, and is replaced: a server that still runs with the other key must be started again with this one.',
    );
  }
  parts.push(
    '\nA running server takes the new credential by itself when it needs its next token, within the hour; a change of its configuration it takes when it is reloaded (SIGHUP, or POST /api/v1/reload), which says what only a restart can change.',
    `Next: ${run} doctor`,
  );
  return parts.join('\n');
}

function lackingTable(lacking: ConnectReport['lacking'], file: string | null): string {
  const rows = lacking.map(({ setting, variable, value }) => [
    setting,
    ...(file === null ? [variable] : []),
    value ?? 'the secret that you gave',
  ]);
  return table(['in the file', ...(file === null ? ['variable'] : []), 'value'], rows);
}

function cannotProvision(principal: Principal): string {
  return (
    `Concur lets only the token of a company provision, and this token is that of ${GIVEN_TO[principal]}: nothing will be delivered, and doctor will fail. ` +
    'Ask the Concur administrator for a company request token, and connect again with that.'
  );
}

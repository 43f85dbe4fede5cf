import { type Credential, daysLeft } from './credential.ts';
import { PROVISION_READ, PROVISION_WRITE, QUIET, SCOPES, SPEND_WRITE, type WriteApi } from './granted.ts';

/**
 * What is wrong with how a connection is connected to Concur, a sentence each; none when all is well.
 *
 * @param now ms since the epoch
 * @param writeApi as configured: where Identity was chosen, nothing is wrong without the scopes of other services
 */
export function connectionTroubles(
  credential: Credential | null,
  now: number,
  writeApi: WriteApi | 'auto',
): readonly string[] {
  if (credential === null) return ['Not connected to SAP Concur: there is no refresh token.'];
  const { principal, expiresAt, scopes } = credential;
  const missing = SCOPES.map(({ name }) => name).filter(
    (name) =>
      scopes !== null &&
      !scopes.includes(name) &&
      !QUIET.has(name) &&
      !(writeApi === 'identity' && NOT_FOR_IDENTITY.has(name)),
  );
  return [
    ...(principal === 'company'
      ? []
      : [`Connected as ${PRINCIPALS[principal]}: SAP Concur lets only a company provision people.`]),
    ...(expiresAt !== null && expiresAt <= now
      ? ['The refresh token has run out: connect again.']
      : expirySoon(daysLeft(credential, now))),
    ...(missing.length === 0 ? [] : [missingScopes(missing)]),
  ];
}

function missingScopes(missing: readonly string[]): string {
  const remedy =
    'Ask the Concur administrator to grant them to the application, then connect again' +
    (missing.some((name) => NOT_FOR_IDENTITY.has(name))
      ? '; or, if identity alone is to be written, set writeApi to identity.'
      : '.');
  return `Scopes that the company did not grant: ${missing.join(', ')}. ${remedy}`;
}

/** Scopes that writing to Identity alone takes no notice of. */
const NOT_FOR_IDENTITY: ReadonlySet<string> = new Set([PROVISION_WRITE, PROVISION_READ, SPEND_WRITE]);

const PRINCIPALS = { user: 'a user', application: 'an application' } as const;

function expirySoon(days: number | null): readonly string[] {
  if (days === null) return [];
  const when = days === 0 ? 'within a day' : days === 1 ? 'in 1 day' : `in ${days} days`;
  return [`The refresh token runs out ${when}: connect again before.`];
}

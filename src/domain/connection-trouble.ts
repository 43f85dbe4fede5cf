import { type Credential, daysLeft } from './credential.ts';
import { QUIET, SCOPES } from './granted.ts';

/**
 * What is wrong with how a connection is connected to Concur, a sentence each; none when all is well.
 *
 * @param now ms since the epoch
 */
export function connectionTroubles(credential: Credential | null, now: number): readonly string[] {
  if (credential === null) return ['Not connected to SAP Concur: there is no refresh token.'];
  const { principal, expiresAt, scopes } = credential;
  const missing = SCOPES.map(({ name }) => name).filter(
    (name) => scopes !== null && !scopes.includes(name) && !QUIET.has(name),
  );
  return [
    ...(principal === 'company'
      ? []
      : [`Connected as ${PRINCIPALS[principal]}: SAP Concur lets only a company provision people.`]),
    ...(expiresAt !== null && expiresAt <= now
      ? ['The refresh token has run out: connect again.']
      : expirySoon(daysLeft(credential, now))),
    ...(missing.length === 0 ? [] : [`Scopes that the company did not grant: ${missing.join(', ')}.`]),
  ];
}

const PRINCIPALS = { user: 'a user', application: 'an application' } as const;

function expirySoon(days: number | null): readonly string[] {
  if (days === null) return [];
  const when = days === 0 ? 'within a day' : days === 1 ? 'in 1 day' : `in ${days} days`;
  return [`The refresh token runs out ${when}: connect again before.`];
}

import type { ConnectionSettings } from './connection.ts';
import type { PersonRecord, Provisioning } from './person.ts';

/** The settings that say whom a connection is for. */
export type ScopeSettings = Pick<ConnectionSettings, 'scope' | 'scopeExit'>;

/**
 * How somebody stands to the scope: inside (null), or outside, so that whatever Concur holds of them by the bridge is
 * deactivated, or kept as it is.
 */
export type Outside = ConnectionSettings['scopeExit'] | null;

/**
 * Says how somebody stands to the scope. Somebody deleted is a leaver whatever the scope, since they are in no group any
 * more, but for whoever already rested outside and is to be kept. Nobody is kept whose access an admin took away.
 *
 * @param record with the groups of the person where the scope goes by them
 */
export function outsideOf(
  { scope, scopeExit }: ScopeSettings,
  record: Pick<PersonRecord, 'person' | 'groups'> & { readonly provisioning: Pick<Provisioning, 'state'> },
): Outside {
  if (scope === undefined) return null;
  const { person, provisioning, groups } = record;
  if (person.deleted !== null) {
    return scopeExit === 'keep' && provisioning.state === 'unmanaged' ? 'keep' : null;
  }
  // Without knowing the groups everybody would be outside, and lose their access.
  if (scope.usesGroups && groups === undefined) throw new Error('The groups were not looked up');
  if (scope.includes(person.resource, groups ?? [])) return null;
  return person.override === null ? scopeExit : 'deactivate';
}

/** Whether Concur may hold somebody by the bridge: their user is known, or a request for them was ever sent. */
export function isProvisioned({ concurId, lastRequestId }: Provisioning): boolean {
  return concurId !== null || lastRequestId !== null;
}

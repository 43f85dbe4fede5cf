import type { MappingSettings } from '../domain/connection.ts';
import type { PersonRecord } from '../domain/person.ts';
import { NOTHING_KNOWN, type Plan, plan } from '../domain/plan.ts';
import type { ProvisioningUpdate, ResolveReferences } from '../domain/ports.ts';
import type { Lane } from '../domain/provisioning.ts';
import { ownedWith } from '../domain/settlement.ts';
import { wantedOf } from './wanted.ts';

/**
 * Where a person stands after `update`: the difference is computed anew from the row as it now is,
 * so that whatever a client wrote meanwhile is seen, and the person rests only when nothing is left.
 */
export async function nextState(
  record: PersonRecord,
  update: ProvisioningUpdate,
  settings: MappingSettings,
  resolve: ResolveReferences,
  now: number,
): Promise<ProvisioningUpdate> {
  const provisioning = { ...record.provisioning, ...update };
  const wanted = await wantedOf(record.person, settings, resolve);
  const next = plan({ ...record, provisioning }, wanted, NOTHING_KNOWN);
  const waitingFor = wanted.waiting.map(({ reference }) => reference);
  if (next.kind === 'send' && next.deactivation) {
    return { ...update, waitingFor, state: 'queued', reason: null, lane: 'deactivation', due: now };
  }
  if (record.provisioning.openOperations > 0) {
    return { ...update, waitingFor, state: 'processing', reason: null, due: null };
  }
  if (next.kind === 'rest') {
    const { state, reason, message } = next;
    const owned = ownedWith(provisioning, wanted);
    return { ...update, owned, waitingFor, state, reason, lastError: message, due: null };
  }
  return {
    ...update,
    waitingFor,
    state: 'queued',
    reason: null,
    lane: laneOf(next, wanted.profile.active === true),
    due: now,
  };
}

/** The lane of a next step: creation and reactivation come before other updates, the search for a leaver before all. */
function laneOf(next: Exclude<Plan, { kind: 'rest' }>, hasAccess: boolean): Lane {
  if (next.kind === 'send') return next.difference.set.active === true ? 'creation' : 'update';
  if (next.kind === 'read') return 'update';
  return hasAccess ? 'creation' : 'deactivation';
}

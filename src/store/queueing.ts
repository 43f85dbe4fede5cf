import { EXTENSIONS } from '../domain/extensions.ts';
import type { Person, PersonRecord, Provisioning } from '../domain/person.ts';
import type { ProvisioningUpdate } from '../domain/ports.ts';
import type { Lane, State } from '../domain/provisioning.ts';
import { isActive, keysOf } from './records.ts';

/** The lane that somebody who was just created waits in. */
export function firstLane(person: Person): Lane {
  return lacksAccess(person) ? 'deactivation' : 'creation';
}

/**
 * What changes about a person's provisioning when a write made `person` of them. Who is being sent or
 * processed stays so: the commit that ends it sees the new version. But a leaver of whom nothing is under way
 * yet is taken out of the hands of whoever claimed them for something else, and deactivated before that.
 */
export function afterWrite(before: PersonRecord, person: Person, now: number): ProvisioningUpdate {
  const { provisioning } = before;
  const lane = laneOf(before, person);
  const waitsInClaim =
    provisioning.state === 'sending' &&
    provisioning.lane !== 'deactivation' &&
    provisioning.openOperations === 0;
  const isReleased = lane === 'deactivation' && waitsInClaim;
  return {
    ...due(now),
    ...queued(isReleased ? { ...provisioning, state: 'queued' } : provisioning, now),
    lane,
    ...(provisioning.candidates.length > 0 && keysChanged(before.person, person) ? { candidates: [] } : {}),
  };
}

/** What changes when an admin retries: refusals, what Concur did not keep, and candidates are forgotten, waits are kept. */
export function afterRetry(before: PersonRecord, now: number): ProvisioningUpdate {
  return {
    ...due(now),
    ...queued(before.provisioning, now),
    lane: laneOf(before, before.person),
    refused: {},
    confirmed: {},
    candidates: [],
  };
}

/** What changes when an admin says which Concur user a person is: nothing of that user is known until it is read. */
export function afterRelease(
  { person, provisioning }: PersonRecord,
  concurId: string,
  now: number,
): ProvisioningUpdate {
  const found: ProvisioningUpdate = {
    concurId,
    applied: { profile: {}, unknown: EXTENSIONS },
    owned: [],
    refused: {},
    confirmed: {},
    candidates: [],
    state: 'queued',
    reason: null,
    lastError: null,
  };
  const lane = laneOf({ person, provisioning: { ...provisioning, ...found } }, person);
  return { ...due(now), ...found, lane, pendingSince: provisioning.pendingSince ?? now };
}

/** Whether a person is to have no access: inactive, overridden or deleted. */
export function lacksAccess(person: Person): boolean {
  return person.deleted !== null || person.override !== null || !isActive(person.resource);
}

/**
 * Whether access is to be taken away that Concur, as far as we know, still gives or may be giving: a create that
 * was ever sent may have been lost, and be carried out after all.
 */
export function owesDeactivation(person: Person, provisioning: Provisioning): boolean {
  const mayBeInConcur =
    provisioning.concurId !== null || provisioning.state === 'sending' || provisioning.lastRequestId !== null;
  return lacksAccess(person) && mayBeInConcur && provisioning.applied.profile.active !== false;
}

/** Whether the keys by which Concur is searched, and by which others refer to the person, changed. */
export function keysChanged(before: Person, after: Person): boolean {
  const [old, now] = [keysOf(before.resource), keysOf(after.resource)];
  return (
    old.userName !== now.userName ||
    old.externalId !== now.externalId ||
    old.employeeNumber !== now.employeeNumber
  );
}

/** What becomes of `pendingSince` when a person's state becomes `state`. */
export function pendingSince(provisioning: Provisioning, state: State, now: number): number | null {
  switch (state) {
    case 'in_sync':
    case 'unmanaged':
      return null;
    case 'queued':
    case 'sending':
    case 'processing':
    case 'partial':
    case 'failed':
    case 'held':
      return provisioning.pendingSince ?? now;
  }
}

function due(now: number): ProvisioningUpdate {
  return { due: now, attempts: 0 };
}

function queued(provisioning: Provisioning, now: number): ProvisioningUpdate {
  const waiting = { pendingSince: provisioning.pendingSince ?? now };
  return isUnderWay(provisioning.state) ? waiting : { ...waiting, state: 'queued', reason: null };
}

/** Whether Concur may still give access that is to be taken away, people who are yet to be searched for included. */
function mayOweDeactivation(person: Person, provisioning: Provisioning): boolean {
  const known = provisioning.concurId !== null && provisioning.applied.profile.active === false;
  return lacksAccess(person) && !known;
}

function laneOf(before: PersonRecord, person: Person): Lane {
  const { provisioning } = before;
  if (mayOweDeactivation(person, provisioning)) return 'deactivation';
  if (lacksAccess(person)) return 'update';
  const reactivated = lacksAccess(before.person) || provisioning.applied.profile.active !== true;
  const stillToCreate =
    provisioning.lane === 'creation' && (provisioning.state === 'queued' || isUnderWay(provisioning.state));
  return provisioning.concurId === null || reactivated || stillToCreate ? 'creation' : 'update';
}

function isUnderWay(state: State): boolean {
  return state === 'sending' || state === 'processing';
}

import { EXTENSIONS } from '../domain/extensions.ts';
import { decidedLosses, heldKeys, type KnownLoss } from '../domain/loss.ts';
import type { Person, PersonRecord, Provisioning } from '../domain/person.ts';
import type { ProvisioningUpdate } from '../domain/ports.ts';
import type { Lane, State } from '../domain/provisioning.ts';
import { isProvisioned, type Outside } from '../domain/scope.ts';
import { keysOf } from './keys.ts';
import { isActive } from './person-rows.ts';

/** The lane that somebody who was just created waits in. */
export function firstLane(person: Person): Lane {
  return lacksAccess(person) ? 'deactivation' : 'creation';
}

/** Where somebody is who is outside the scope, and of whom nothing was ever sent: no worker ever sees them. */
export const UNMANAGED = {
  state: 'unmanaged',
  reason: 'out_of_scope',
  due: null,
  attempts: 0,
  pendingSince: null,
  lastError: null,
  candidates: [],
  waitingFor: [],
  manager: null,
} as const satisfies ProvisioningUpdate;

/**
 * What changes about a person's provisioning when a write made `person` of them. Who is being sent or
 * processed stays so: the commit that ends it sees the new version. But a leaver of whom nothing is under way
 * yet is taken out of the hands of whoever claimed them for something else, and deactivated before that. So is whoever
 * is outside the scope: nothing but a deactivation is sent for them any more.
 *
 * @param outside how `person` stands to the scope
 */
export function afterWrite(
  before: PersonRecord,
  person: Person,
  now: number,
  outside: Outside = null,
): ProvisioningUpdate {
  const { provisioning } = before;
  if (restsOutside(person, provisioning, outside)) return UNMANAGED;
  const lane = laneOf(before, person, outside);
  const waitsInClaim =
    provisioning.state === 'sending' &&
    provisioning.lane !== 'deactivation' &&
    provisioning.openOperations === 0;
  const isReleased = (lane === 'deactivation' || outside !== null) && waitsInClaim;
  return {
    ...due(now),
    ...queued(isReleased ? { ...provisioning, state: 'queued' } : provisioning, now),
    lane,
    ...(provisioning.candidates.length > 0 && keysChanged(before.person, person) ? { candidates: [] } : {}),
    ...withoutDecision(before, person),
  };
}

/**
 * What changes when the write that created a person is withdrawn: whom Concur refused is nobody there, and a user who was
 * found for them is as before, so that there is nothing to look for or to take away.
 */
export function afterWithdrawal(): ProvisioningUpdate {
  return {
    state: 'in_sync',
    reason: 'not_created',
    due: null,
    attempts: 0,
    pendingSince: null,
    lastError: null,
    concurId: null,
    applied: { profile: {}, unknown: [] },
    owned: [],
    refused: {},
    confirmed: {},
    waitingFor: [],
    manager: null,
  };
}

/**
 * Until when a person is sent alone, because the client of a write waits for Concur's verdict; null where no verdict on
 * that very write can come in time: what is under way ends first, an admin is to decide, or it is a deactivation.
 *
 * @param update what the write changes
 */
export function verdictUntil(
  { provisioning }: PersonRecord,
  update: ProvisioningUpdate,
  waitUntil: number | null,
): number | null {
  const { state, lane, candidates, openOperations } = { ...provisioning, ...update };
  const isNext = state === 'queued' && openOperations === 0 && candidates.length === 0;
  // A decision about access that the write makes void is not brought back by taking the write back.
  const isDecisionVoid = update.losses !== undefined;
  return isNext && !isDecisionVoid && lane !== 'deactivation' ? waitUntil : null;
}

/**
 * What changes when an admin retries: refusals, what Concur did not keep, and candidates are forgotten, waits are kept.
 * Nothing about somebody deleted who is deactivated, or kept: were they due, they would be deleted in Concur by a setting
 * that is newer than what became of them.
 */
export function afterRetry(before: PersonRecord, now: number, outside: Outside = null): ProvisioningUpdate {
  if (isDoneWith(before, outside)) return {};
  return {
    ...due(now),
    ...queued(before.provisioning, now),
    lane: laneOf(before, before.person, outside),
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
  outside: Outside = null,
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
  const lane = laneOf({ person, provisioning: { ...provisioning, ...found } }, person, outside);
  return { ...due(now), ...found, lane, pendingSince: provisioning.pendingSince ?? now };
}

/** Whether somebody has access is decided anew by a write about it: what the guard or an admin made of an earlier one is void. */
function withoutDecision({ person: before, provisioning }: PersonRecord, after: Person): ProvisioningUpdate {
  const { active, ...others } = provisioning.losses;
  const isAbout =
    isActive(before.resource) !== isActive(after.resource) ||
    before.deleted !== after.deleted ||
    before.override !== after.override;
  return active !== undefined && isAbout ? { losses: others } : {};
}

/**
 * What changes when an admin decides about losses that the guard holds. What is discarded is not ours any more: it
 * stays in Concur as if somebody else had given it.
 */
export function afterJudgement(
  { provisioning }: PersonRecord,
  decision: Extract<KnownLoss, { readonly state: 'released' | 'discarded' }>,
  now: number,
): ProvisioningUpdate {
  const held = heldKeys(provisioning.losses);
  const isDiscarded = decision.state === 'discarded';
  // Whoever is to lose all access beside what was held stays before all others.
  const isLeaver = held.includes('active')
    ? !isDiscarded
    : provisioning.state !== 'held' && provisioning.lane === 'deactivation';
  return {
    ...due(now),
    ...queued(provisioning, now),
    lane: isLeaver ? 'deactivation' : 'update',
    losses: decidedLosses(provisioning.losses, decision),
    ...(isDiscarded ? { owned: provisioning.owned.filter((key) => !held.includes(key)) } : {}),
  };
}

/** Whether a person is to have no access: inactive, overridden or deleted. */
export function lacksAccess(person: Person): boolean {
  return person.deleted !== null || person.override !== null || !isActive(person.resource);
}

/**
 * Whether access is to be taken away that Concur, as far as we know, still gives or may be giving: a create that
 * was ever sent may have been lost, and be carried out after all.
 */
export function owesDeactivation(
  person: Person,
  provisioning: Provisioning,
  outside: Outside = null,
): boolean {
  const mayBeInConcur = isProvisioned(provisioning) || provisioning.state === 'sending';
  const isDiscarded = provisioning.losses.active?.state === 'discarded';
  return (
    isToBeDeactivated(person, outside) &&
    mayBeInConcur &&
    !isDiscarded &&
    provisioning.applied.profile.active !== false
  );
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

/** Whoever is to have no access, but for those who are to be kept in Concur as they are. */
function isToBeDeactivated(person: Person, outside: Outside): boolean {
  return outside === 'deactivate' || (outside === null && lacksAccess(person));
}

/** Whether nothing is ever to be sent for somebody outside the scope. */
function restsOutside(person: Person, provisioning: Provisioning, outside: Outside): boolean {
  if (outside === null) return false;
  return person.deleted === null ? !isProvisioned(provisioning) : outside === 'keep';
}

/** Whether Concur may still give access that is to be taken away, people who are yet to be searched for included. */
function mayOweDeactivation(person: Person, provisioning: Provisioning, outside: Outside): boolean {
  const known = provisioning.concurId !== null && provisioning.applied.profile.active === false;
  return isToBeDeactivated(person, outside) && !known;
}

function laneOf(before: PersonRecord, person: Person, outside: Outside): Lane {
  const { provisioning } = before;
  if (mayOweDeactivation(person, provisioning, outside)) return 'deactivation';
  if (lacksAccess(person) || outside !== null) return 'update';
  const reactivated = lacksAccess(before.person) || provisioning.applied.profile.active !== true;
  const stillToCreate =
    provisioning.lane === 'creation' && (provisioning.state === 'queued' || isUnderWay(provisioning.state));
  return provisioning.concurId === null || reactivated || stillToCreate ? 'creation' : 'update';
}

/** Whether somebody deleted is deactivated, or is to be kept in Concur as they are. */
function isDoneWith({ person, provisioning }: PersonRecord, outside: Outside): boolean {
  const { state, concurId, applied } = provisioning;
  const isDeactivated = state === 'in_sync' && concurId !== null && applied.profile.active === false;
  return person.deleted !== null && (outside === 'keep' || isDeactivated);
}

function isUnderWay(state: State): boolean {
  return state === 'sending' || state === 'processing';
}

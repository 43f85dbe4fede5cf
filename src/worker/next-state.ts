import { EXTENSIONS, SPEND_APPROVER } from '../domain/extensions.ts';
import { stillDesired, unseenDeactivations } from '../domain/kept.ts';
import { standingLosses } from '../domain/loss.ts';
import type { PersonRecord, Provisioning } from '../domain/person.ts';
import { NOTHING_KNOWN, type Plan, plan, type Wanted } from '../domain/plan.ts';
import type { ProvisioningUpdate, ResolveReferences } from '../domain/ports.ts';
import type { Lane } from '../domain/provisioning.ts';
import type { Rest } from '../domain/rest.ts';
import { retryDelay } from '../domain/retry-policy.ts';
import { ownedWith } from '../domain/settlement.ts';
import { deliverable } from '../mapping/checks/deliverable.ts';
import type { Context } from './context.ts';
import { wantedOf } from './wanted.ts';

/**
 * Where a person stands after `update`: the difference is computed anew from the row as it now is,
 * so that whatever a client wrote meanwhile is seen, and the person rests only when nothing is left.
 */
export async function nextState(
  context: Pick<Context, 'concur' | 'settings' | 'clock' | 'random' | 'log'>,
  record: PersonRecord,
  update: ProvisioningUpdate,
  resolve: ResolveReferences,
): Promise<ProvisioningUpdate> {
  const now = context.clock();
  const provisioning = { ...record.provisioning, ...update };
  const { concur, settings } = context;
  const asked = await wantedOf(record, settings, resolve, concur.granted());
  const wanted = deliverable(asked, provisioning);
  const next = plan({ ...record, provisioning }, wanted, NOTHING_KNOWN);
  const standing = standingIn(provisioning, wanted);
  if (hasLost(record, provisioning)) tellOfApprover(context, record);
  if (next.kind === 'send' && next.deactivation) {
    return { ...update, ...standing, state: 'queued', reason: null, lane: 'deactivation', due: now };
  }
  if (record.provisioning.openOperations > 0) {
    return { ...update, ...standing, state: 'processing', reason: null, due: null };
  }
  if (next.kind === 'rest') return { ...update, ...atRest(provisioning, wanted, next) };
  return {
    ...update,
    ...standing,
    state: 'queued',
    reason: null,
    lane: laneOf(next, wanted.profile.active === true),
    due: now + restAfterDeactivations(context, provisioning),
  };
}

/** What is written of a person for whom nothing can or need be done. */
export function atRest(
  provisioning: Provisioning,
  wanted: Wanted,
  { state, reason, message }: Rest,
): ProvisioningUpdate {
  return {
    state,
    reason,
    lastError: message,
    owned: ownedWith(provisioning, wanted),
    confirmed: stillDesired(provisioning.confirmed, wanted),
    ...(wanted.outside === undefined ? {} : restOutside(provisioning, wanted.outside)),
    ...standingIn(provisioning, wanted),
    due: null,
  };
}

/** Who is kept in Concur as they are may be changed there by others: they are read once they are inside again. */
function restOutside(
  { applied }: Provisioning,
  outside: NonNullable<Wanted['outside']>,
): Pick<ProvisioningUpdate, 'candidates' | 'applied'> {
  return outside === 'keep'
    ? { candidates: [], applied: { ...applied, unknown: EXTENSIONS } }
    : { candidates: [] };
}

function hasLost({ provisioning: before }: PersonRecord, { applied }: Provisioning): boolean {
  return before.applied.profile.active === true && applied.profile.active === false;
}

/** Reports of somebody without access go nowhere: those whose approver left need another one. */
function tellOfApprover({ log }: Pick<Context, 'log'>, { person, approvals }: PersonRecord): void {
  const approves = approvals?.approves ?? [];
  if (approves.length === 0) return;
  log.warn(
    { person: person.id, userName: person.resource.userName, approves },
    'somebody left who approves for others in Concur: give those another approver (status USER lists them)',
  );
}

/** What is kept of a person as long as it is wanted. */
function standingIn(
  { losses, applied, refused }: Provisioning,
  wanted: Wanted,
): Pick<ProvisioningUpdate, 'waitingFor' | 'manager' | 'losses'> {
  return {
    waitingFor: [
      ...wanted.waiting.map(({ reference }) => reference),
      // An approver who is refused for lack of a role may be given it by somebody else.
      ...(refused[SPEND_APPROVER] === undefined ? [] : (wanted.approvers ?? [])),
    ],
    manager: wanted.manager?.toLowerCase() ?? null,
    losses: standingLosses(losses, wanted, applied),
  };
}

/**
 * A leaver whom Concur does not keep inactive is deactivated as often as they are seen active, and is
 * looked at ever more slowly.
 */
function restAfterDeactivations({ random }: Pick<Context, 'random'>, { confirmed }: Provisioning): number {
  const repeated = unseenDeactivations(confirmed) - 1;
  return repeated > 0 ? retryDelay(repeated, random()) : 0;
}

/** The lane of a next step: creation and reactivation come before other updates, the search for a leaver before all. */
function laneOf(next: Exclude<Plan, { kind: 'rest' }>, hasAccess: boolean): Lane {
  if (next.kind === 'send') return next.difference.set.active === true ? 'creation' : 'update';
  if (next.kind === 'read') return 'update';
  return hasAccess ? 'creation' : 'deactivation';
}

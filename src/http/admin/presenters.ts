import { difference } from '../../domain/difference.ts';
import type { PersonRecord, Refusal } from '../../domain/person.ts';
import { REASONS } from '../../domain/provisioning.ts';
import type { ChangeReport, ReportPage, RequestReport, Summary } from '../../domain/reports.ts';
import type { Description } from '../connection.ts';
import { iso } from '../time.ts';

/** A person in a list: who they are, and how far their provisioning is. Times are ISO 8601. */
export function personLine({ person, provisioning }: PersonRecord) {
  const { userName, displayName, externalId, active } = person.resource;
  const { state, reason } = provisioning;
  return {
    id: person.id,
    connection: person.connection,
    userName,
    displayName,
    externalId,
    /** What the client wrote; an override lies over it. */
    active,
    state,
    reason,
    reasonText: reason === null ? null : REASONS[reason],
    concurId: provisioning.concurId,
    lastError: provisioning.lastError,
    lastRequestId: provisioning.lastRequestId,
    lastConfirmed: iso(provisioning.lastConfirmed),
    pendingSince: iso(provisioning.pendingSince),
    override: person.override === null ? null : { ...person.override, since: iso(person.override.since) },
    deleted: iso(person.deleted),
  };
}

/** A person about whom an admin must decide, with the Concur users that they may be. */
export function holdReport(record: PersonRecord) {
  return { ...personLine(record), candidates: record.provisioning.candidates };
}

/** What belongs to a person beside their record. */
export interface PersonContext {
  readonly description: Description;
  /** Deleted people who had the same keys, the latest deletion first. */
  readonly earlier: readonly PersonRecord[];
  readonly requests: readonly RequestReport[];
  readonly changes: readonly ChangeReport[];
}

/**
 * Everything an admin can know of one person: what Concur should hold (`desired`, `initial`), what it holds
 * (`applied`), the `difference`, and why they differ. Times are ISO 8601.
 */
export function personReport(
  record: PersonRecord,
  { description, earlier, requests, changes }: PersonContext,
) {
  const { person, provisioning } = record;
  const { desired, initial, waitingFor, gaps } = description;
  const { applied, owned } = provisioning;
  return {
    ...personLine(record),
    version: person.version,
    created: iso(person.created),
    lastModified: iso(person.lastModified),
    lane: provisioning.lane,
    due: iso(provisioning.due),
    attempts: provisioning.attempts,
    openOperations: provisioning.openOperations,
    desired,
    initial,
    applied: applied.profile,
    /** Parts that must be read back before `applied` is to be believed. */
    unknown: applied.unknown,
    difference: difference({ profile: desired, initial }, applied.profile, new Set(owned)),
    owned,
    refused: Object.entries(provisioning.refused).map(([part, refusal]) => refusalReport(part, refusal)),
    waitingFor,
    gaps,
    candidates: provisioning.candidates,
    /** Deleted people who had the same userName, employee number or externalId. */
    earlier: earlier.map(({ person: { id, resource, deleted } }) => ({
      id,
      userName: resource.userName,
      deleted: iso(deleted),
    })),
    requests: requests.map(requestReport),
    changes: changes.map(changeReport),
  };
}

/** A provisioning request with its operations. Times are ISO 8601. */
export function requestReport(request: RequestReport) {
  return { ...request, sentAt: iso(request.sentAt), completedAt: iso(request.completedAt) };
}

/** One line of the audit trail. The time is ISO 8601. */
export function changeReport(change: ChangeReport) {
  return { ...change, at: iso(change.at) };
}

/** The summary of a connection. The time is ISO 8601. */
export function summaryReport(summary: Summary) {
  return { ...summary, oldestOpenDeactivation: iso(summary.oldestOpenDeactivation) };
}

/** A page of a list: `{"items": […], "nextCursor"?}`. */
export function pageReport<Item, Shown>(page: ReportPage<Item>, show: (item: Item) => Shown) {
  const items = page.items.map(show);
  return page.nextCursor === null ? { items } : { items, nextCursor: page.nextCursor };
}

function refusalReport(part: string, { desired, messages, uniqueness, at }: Refusal) {
  return { part, messages, uniqueness, desired, at: iso(at) };
}

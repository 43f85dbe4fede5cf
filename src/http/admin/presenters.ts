import type { Credential } from '../../domain/credential.ts';
import type { DeliveryStanding } from '../../domain/delivery.ts';
import { difference } from '../../domain/difference.ts';
import { grantedBy, SCOPES } from '../../domain/granted.ts';
import { heldKeys } from '../../domain/loss.ts';
import type { PersonRecord, Refusal } from '../../domain/person.ts';
import { REASONS } from '../../domain/provisioning.ts';
import type {
  ApprovedPerson,
  ChangeReport,
  ReportPage,
  RequestReport,
  Summary,
} from '../../domain/reports.ts';
import { withheldFrom, withinGrant } from '../../domain/withheld.ts';
import { DEFAULT_CONNECTION, type Description, type HttpConnection } from '../connection.ts';
import { iso } from '../time.ts';

const DAY = 24 * 3_600_000;

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

/** A person about whom an admin must decide, with the Concur users that they may be, or what they would lose. */
export function holdReport(record: PersonRecord) {
  const { candidates, losses } = record.provisioning;
  return { ...personLine(record), candidates, wouldLose: heldKeys(losses) };
}

/** What belongs to a person beside their record. */
export interface PersonContext {
  readonly description: Description;
  /** Deleted people who had the same keys, the latest deletion first. */
  readonly earlier: readonly PersonRecord[];
  /** Whom they approve for in Concur. */
  readonly approved: readonly ApprovedPerson[];
  readonly requests: readonly RequestReport[];
  readonly changes: readonly ChangeReport[];
}

/**
 * Everything an admin can know of one person: what Concur should hold (`desired`, `initial`), what it holds
 * (`applied`), the `difference`, and why they differ. Times are ISO 8601.
 */
export function personReport(
  record: PersonRecord,
  { description, earlier, approved, requests, changes }: PersonContext,
) {
  const { person, provisioning } = record;
  const { desired, initial, waitingFor, gaps, missingFor, outside = null } = description;
  const { applied, owned } = provisioning;
  // Of somebody deleted or outside the scope nothing but the access is taken away.
  const removable = new Set(person.deleted === null && outside === null ? owned : []);
  const open = difference({ profile: desired, initial }, applied.profile, removable);
  return {
    ...personLine(record),
    version: person.version,
    created: iso(person.created),
    lastModified: iso(person.lastModified),
    lane: provisioning.lane,
    due: iso(provisioning.due),
    attempts: provisioning.attempts,
    openOperations: provisioning.openOperations,
    /** What becomes of somebody outside the scope in Concur; null: inside. */
    outside,
    desired,
    initial,
    applied: applied.profile,
    /** Parts that must be read back before `applied` is to be believed. */
    unknown: applied.unknown,
    difference: withinGrant(open, missingFor),
    /** What differs too, and may not be written for lack of a scope. */
    notGranted: withheldFrom(open, missingFor),
    owned,
    refused: Object.entries(provisioning.refused).map(([part, refusal]) => refusalReport(part, refusal)),
    waitingFor,
    gaps,
    candidates: provisioning.candidates,
    /** People with access whom they approve for in Concur. */
    approvesFor: approved,
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

/**
 * How a connection is connected to Concur, without any secret. `scopes.missing` says what is lost without each
 * scope; what is null is not known. Times are ISO 8601.
 */
export function connectionReport(
  { name, writeApi }: Pick<HttpConnection, 'name' | 'writeApi'>,
  credential: Credential | null,
  standing: DeliveryStanding,
  now: number,
) {
  const granted = credential?.scopes ?? null;
  const expires = credential?.expiresAt ?? null;
  return {
    name,
    scimPath: name === DEFAULT_CONNECTION ? '/scim/v2' : `/scim/${name}/v2`,
    principal: credential?.principal ?? null,
    /** When Concur last gave out an access token. */
    connected: iso(credential?.refreshedAt ?? null),
    tokenExpires: iso(expires),
    daysLeft: expires === null ? null : Math.max(0, Math.floor((expires - now) / DAY)),
    geolocation: credential?.geolocation ?? null,
    scopes: {
      granted,
      missing:
        granted === null
          ? []
          : SCOPES.filter(({ name: scope }) => !granted.includes(scope)).map(({ name: scope, lost }) => ({
              scope,
              lost,
            })),
    },
    /** The service that writes go to. */
    writeApi: grantedBy(granted === null ? null : new Set(granted), writeApi).writeApi,
    /** Whether changes are sent to Concur, and what keeps them from it. */
    ...standing,
  };
}

/** A page of a list: `{"items": […], "nextCursor"?}`. */
export function pageReport<Item, Shown>(page: ReportPage<Item>, show: (item: Item) => Shown) {
  const items = page.items.map(show);
  return page.nextCursor === null ? { items } : { items, nextCursor: page.nextCursor };
}

function refusalReport(part: string, { desired, messages, uniqueness, at }: Refusal) {
  return { part, messages, uniqueness, desired, at: iso(at) };
}

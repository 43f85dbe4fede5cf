import type { Difference } from './difference.ts';
import type { ApproverKind } from './lists.ts';
import type { ExtensionResult } from './outcome.ts';
import type { Person, PersonRecord } from './person.ts';
import type { OperationState, RequestState } from './ports.ts';
import type { Reason, State } from './provisioning.ts';

/** A provisioning request with its operations, as an admin reads it. Times are ms since the epoch. */
export interface RequestReport {
  readonly id: string;
  readonly kind: 'user' | 'bulk';
  readonly state: RequestState;
  readonly provisionId: string | null;
  readonly correlationId: string | null;
  readonly httpStatus: number | null;
  readonly message: string | null;
  readonly sentAt: number;
  readonly completedAt: number | null;
  readonly polls: number;
  readonly operations: readonly OperationReport[];
}

/** One person's operation in a provisioning request. */
export interface OperationReport {
  readonly id: string;
  readonly personId: string;
  readonly userName: string;
  readonly method: 'POST' | 'PATCH' | 'DELETE';
  readonly state: OperationState;
  readonly difference: Difference;
  readonly results: readonly ExtensionResult[];
}

/** One line of the audit trail. */
export interface ChangeReport {
  readonly id: number;
  readonly personId: string;
  readonly at: number;
  readonly actor: string;
  readonly action:
    | 'create'
    | 'update'
    | 'delete'
    | 'withdraw'
    | 'override'
    | 'lift'
    | 'retry'
    | 'release'
    | 'discard';
  readonly version: number;
  /** The attribute paths that changed. */
  readonly attributes: readonly string[];
  readonly reason: string | null;
}

/** Somebody with access, and what a certain person approves for them in Concur. */
export interface ApprovedPerson {
  readonly id: string;
  readonly userName: string;
  readonly kinds: readonly ApproverKind[];
}

/** Somebody who is to have no access, and still approves for others in Concur. */
export interface LeavingApprover {
  readonly id: string;
  readonly userName: string;
  /** For how many people with access. */
  readonly people: number;
}

/** How long deactivations took from being accepted until Concur confirmed them, in ms; of the last 24 hours. */
export interface Deactivations {
  readonly confirmed: number;
  /** Half of them took no longer; null: there was none. */
  readonly p50: number | null;
  /** 99 of 100 took no longer; null: there was none. */
  readonly p99: number | null;
}

/** How many people are in each state and why, and what is open. */
export interface Summary {
  readonly connection: string;
  readonly people: number;
  readonly states: Readonly<Record<State, number>>;
  /** How many people there are of each reason; reasons of nobody are left out. */
  readonly reasons: Readonly<Partial<Record<Reason, number>>>;
  readonly openRequests: number;
  /** How many people are to be deactivated in Concur without its having confirmed that. */
  readonly openDeactivations: number;
  /** The oldest deactivation that is not confirmed yet, in ms since the epoch. */
  readonly oldestOpenDeactivation: number | null;
  readonly deactivations: Deactivations;
}

/** A cursor that the list did not give out. */
export class CursorError extends Error {
  constructor() {
    super('The cursor is not one that this list gave out');
    this.name = 'CursorError';
  }
}

/** A page of a list that is read from the newest or first entry on. */
export interface ReportPage<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

/**
 * What admins read of one connection: the store behind `status`, `requests` and the admin API. Lists
 * fail with `CursorError` for a cursor that they did not give out.
 */
export interface Reports {
  summary(): Promise<Summary>;
  /** People by userName; `state` and `reason` narrow. Deleted people whose deactivation is open are included. */
  people(query: {
    state?: State;
    reason?: Reason;
    cursor?: string;
    limit: number;
  }): Promise<ReportPage<PersonRecord>>;
  /**
   * People whose userName, employee number, e-mail, externalId or id is `key`: the living ones or, where
   * nobody living matches, the deleted ones, the latest deletion first. `state` narrows.
   */
  search(query: { key: string; state?: State; limit: number }): Promise<readonly PersonRecord[]>;
  /** Deleted people with the userName, employee number or externalId of `person`, the latest deletion first. */
  earlier(person: Person): Promise<readonly PersonRecord[]>;
  /** A person by SCIM id, deleted or not. */
  person(id: string): Promise<PersonRecord | null>;
  /** Whom a Concur user approves for, by userName. */
  approvesFor(concurId: string, limit: number): Promise<readonly ApprovedPerson[]>;
  /** Leavers who still approve for others, those for the most people first. */
  leavingApprovers(limit: number): Promise<readonly LeavingApprover[]>;
  /** Requests, newest first; of one person where `personId` is given. */
  requests(query: {
    personId?: string;
    state?: RequestState;
    cursor?: string;
    limit: number;
  }): Promise<ReportPage<RequestReport>>;
  /** The request of that id, or the only one whose id begins with it, if it has at least 4 characters. */
  request(id: string): Promise<RequestReport | null>;
  /** The audit trail, newest first. */
  changes(query: { personId?: string; cursor?: string; limit: number }): Promise<ReportPage<ChangeReport>>;
}

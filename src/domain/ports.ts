import type { Claim, SearchKeys } from './adoption.ts';
import type { DeactivationGuard } from './connection.ts';
import type { Extension, Service } from './extensions.ts';
import type { Granted } from './granted.ts';
import type { LearnedSchemas } from './learned-schemas.ts';
import type { Losses } from './loss.ts';
import type { ExtensionResult, Failure } from './outcome.ts';
import type { Applied, Candidate, Operation, PersonRecord, Provisioning } from './person.ts';
import type { AttributeKey, Profile } from './profile.ts';
import type { Claimable } from './provisioning.ts';

/** An answer of Concur's with what SAP support asks for. */
export interface Answer<Success> {
  readonly outcome: Success | Failure;
  /** The correlation id that Concur answered with, else the one that was sent. */
  readonly correlationId: string;
  readonly httpStatus: number | null;
}

/** An operation with the id under which its result is found again (Bulk's `bulkId`). */
export interface OutgoingOperation extends Operation {
  readonly id: string;
  /** Of a create: the version of the person that Concur was searched for. It holds for no other. */
  readonly version?: number;
}

/** Concur did the identity part at once; the other parts go on under `provisionId`. */
export interface IdentityConfirmed {
  readonly kind: 'identity_confirmed';
  readonly concurId: string;
  readonly provisionId: string | null;
}

/** A user is not in Concur any more. */
export interface UserDeleted {
  readonly kind: 'deleted';
}

/** Concur took a Bulk; everything about it is to be asked under `provisionId`. */
export interface Accepted {
  readonly kind: 'accepted';
  readonly provisionId: string;
}

/** What Concur says of one operation of a provisioning request. */
export interface OperationResult {
  /** The `bulkId` that was sent; null where Concur made one up (a request to `/Users`). */
  readonly operationId: string | null;
  readonly concurId: string | null;
  readonly completed: boolean;
  readonly success: boolean | null;
  readonly extensions: readonly ExtensionResult[];
}

/** The status of a provisioning request; `operations` once it is completed, or where they were asked for. */
export interface RequestStatus {
  readonly kind: 'status';
  readonly completed: boolean;
  readonly operations: readonly OperationResult[];
}

/** A profile as Concur holds it now, and the parts that this connection's scopes do not let us read. */
export interface ProfileRead {
  readonly kind: 'read';
  readonly profile: Profile;
  readonly unreadable: readonly Extension[];
}

/** Existing users that match any of the keys asked for. */
export interface CandidatesFound {
  readonly kind: 'found';
  readonly candidates: readonly Candidate[];
}

/** What Concur itself says of the attributes that its users have. */
export interface SchemasRead {
  readonly kind: 'schemas';
  readonly schemas: LearnedSchemas;
}

/** SAP Concur, as the worker needs it. No method throws for anything that Concur or the network does. */
export interface Concur {
  /** Searches Identity for users that match any of the keys. */
  find(keys: readonly SearchKeys[]): Promise<Answer<CandidatesFound>>;
  /** Reads a person's profile from the services named. */
  read(concurId: string, services: readonly Service[]): Promise<Answer<ProfileRead>>;
  /** Reads Concur's own schemas. */
  schemas(): Promise<Answer<SchemasRead>>;
  /** What the last token lets the bridge write, and through which service; it changes with any token. */
  granted(): Granted;
  /**
   * Sends one operation to `/Users` of the service that `granted` names. Identity takes no other part of the
   * profile: whatever else the operation has is not sent, and its outcome not known.
   */
  send(operation: OutgoingOperation): Promise<Answer<IdentityConfirmed>>;
  /** Deletes a user for ever. SAP advises against it: only for users without transactions. */
  delete(concurId: string): Promise<Answer<UserDeleted>>;
  /** Sends several operations, one a person, in one `/Bulk`, which User Provisioning alone has. */
  sendBulk(operations: readonly OutgoingOperation[]): Promise<Answer<Accepted>>;
  /** The size of an operation inside a Bulk request, in encoded bytes. */
  bulkSize(operation: OutgoingOperation): number;
  /**
   * Asks what became of a provisioning request.
   *
   * @param wanted `operations`: what became of each of them is asked for also while the request is not completed
   */
  status(provisionId: string, wanted?: 'summary' | 'operations'): Promise<Answer<RequestStatus>>;
  /**
   * How long Concur is to be left alone, in ms, because it is down or asked for fewer requests; 0: not
   * at all. A deactivation is held up only while Concur is down.
   */
  pause(wanted: 'deactivation' | 'others'): number;
}

/** The lease under which a worker holds people or requests; every later write checks it. */
export interface Lease {
  readonly token: string;
  /** When what is claimed or renewed at this moment lapses, in ms since the epoch. */
  readonly until: number;
}

/**
 * The states of a provisioning request: `sending` (about to leave, or its answer never came back),
 * `open` (Concur works on it), `completed` (Concur gave its results), `refused` (Concur took none of
 * it), `retried` (a transient failure; its people are queued again), `unknown` (the answer was lost).
 */
export const REQUEST_STATES = ['sending', 'open', 'completed', 'refused', 'retried', 'unknown'] as const;

/** The state of a provisioning request. */
export type RequestState = (typeof REQUEST_STATES)[number];

/** An operation as it was written before it was sent. */
export type SentOperation = OutgoingOperation;

/** A create whose outcome is not known. */
export interface LostCreate {
  /** The id of the operation. */
  readonly id: string;
  readonly personId: string;
  /** The profile that was to be created. */
  readonly desired: Profile;
  /** Until when Concur may still carry it out, in ms since the epoch; null: that time is over. */
  readonly mayRunUntil: number | null;
  /** Somebody else who lives here asks for its keys now: who has them in Concur may be that person. */
  readonly isContested: boolean;
}

/** A create of somebody who was deleted since, and for whom no Concur user is known. */
export interface LeaversCreate {
  /** The profile that was to be created. */
  readonly desired: Profile;
  /** What it set on somebody's behalf, in the user that it may have made. */
  readonly owned: readonly AttributeKey[];
}

/** A provisioning request that is to be looked at. */
export interface OpenRequest {
  readonly id: string;
  readonly kind: NewRequest['kind'];
  readonly provisionId: string | null;
  readonly state: RequestState;
  readonly sentAt: number;
  readonly polls: number;
  /** It creates somebody who is to have no access by now, and whose Concur UUID is not known. */
  readonly createsLeaver: boolean;
  readonly operations: readonly SentOperation[];
}

/** What a request's row is to say from now on; what is left out stays. */
export interface RequestUpdate {
  readonly id: string;
  readonly state?: RequestState;
  readonly provisionId?: string | null;
  readonly correlationId?: string;
  readonly httpStatus?: number | null;
  readonly message?: string | null;
  readonly nextPoll?: number | null;
  readonly polls?: number;
  readonly completedAt?: number;
}

/** The states of an operation: `open` until one of the others ends it. */
export const OPERATION_STATES = ['open', 'applied', 'partial', 'refused', 'retried', 'unknown'] as const;

/** The state of an operation. */
export type OperationState = (typeof OPERATION_STATES)[number];

/** What became of an operation. A create that was lost becomes `retried` once it is known to have made nobody. */
export interface OperationUpdate {
  readonly id: string;
  readonly state: OperationState;
  /** When there are none, what was written before stays. */
  readonly results: readonly ExtensionResult[];
}

/** A person of ours whom a reference stands for. */
export interface Referenced {
  readonly personId: string;
  /** The UUID of the person in Concur; null: Concur does not hold them yet. */
  readonly concurId: string | null;
  /** Whether they are to have access, and Concur is not known to deny it. */
  readonly hasAccess: boolean;
  /** What Concur is known to hold for them. */
  readonly applied: Applied;
  /** The UUIDs of those above them in Concur by `biManager`. */
  readonly above: readonly string[];
}

/**
 * Looks up whom each reference stands for: a SCIM id, externalId, userName, employee number or Concur UUID, the
 * surest first. References to nobody who is here are left out.
 */
export type ResolveReferences = (references: readonly string[]) => Promise<ReadonlyMap<string, Referenced>>;

/** The fields of a provisioning that a worker may write. */
export type ProvisioningUpdate = Partial<Omit<Provisioning, 'lastRequestId' | 'openOperations'>>;

/** A step of the worker that is written in one transaction. */
export interface Commit {
  /** The lease that everyone in `people` must still be under; whoever is not is left alone. */
  readonly lease?: string;
  /** The lease that `request` must still be under; if it is not, nothing at all is written. */
  readonly requestLease?: string;
  readonly request?: RequestUpdate;
  readonly operations?: readonly OperationUpdate[];
  readonly people: readonly string[];
  /** Whoever stands for one of these Concur users is decided about as well, whatever lease they are under. */
  readonly holdersOf?: readonly string[];
  /**
   * Decides what becomes of one person, from the row as it is inside the transaction, so that what a
   * client wrote meanwhile is seen. The lease ends with the commit unless `state` becomes `sending`.
   */
  readonly decide: (record: PersonRecord, resolve: ResolveReferences) => Promise<ProvisioningUpdate>;
}

/** A new provisioning request, written before it is sent so that nothing sent is ever forgotten. */
export interface NewRequest {
  readonly id: string;
  readonly kind: 'user' | 'bulk';
  readonly operations: readonly OutgoingOperation[];
}

/** Somebody who is due to be created and was never in a request. */
export interface Newcomer {
  readonly personId: string;
  readonly version: number;
  readonly keys: SearchKeys;
}

/** A loss of access that is about to be sent. */
export interface AskedLoss {
  readonly personId: string;
  /** What is lost. */
  readonly keys: readonly AttributeKey[];
}

/** What the guard made of losses. */
export interface Admission {
  /** The losses of everybody who was asked for and is under the lease, by person id, as they are now. */
  readonly losses: ReadonlyMap<string, Losses>;
  /** How many people are held by it who were not before. */
  readonly held: number;
}

/** The store, as the worker needs it. Every method works on one connection and is one transaction, `queueForGrant` several. */
export interface ProvisioningStore {
  /**
   * Claims due people under a lease, by lane and due time: `queued` people, and for deactivations also those
   * who are `processing`.
   */
  claim(wanted: Claimable, limit: number, lease: Lease, now: number): Promise<readonly PersonRecord[]>;
  /** Whether delivery is switched off: then nobody is claimed, and no request is recorded. */
  isSwitchedOff(): Promise<boolean>;
  /** The records with how each person stands to others: their groups, where groups give anything, and whom they approve for. */
  withRelations(records: readonly PersonRecord[]): Promise<readonly PersonRecord[]>;
  /**
   * How many people are due to be created or updated, or being sent, and nobody waits for them; no more than `limit`
   * are counted.
   */
  backlog(limit: number, now: number): Promise<number>;
  /** Looks at the newcomers who are claimed next, in the order in which they are; nothing is claimed or written. */
  newcomers(limit: number, now: number): Promise<readonly Newcomer[]>;
  /**
   * Asks the guard whether people may lose access now: whoever was not counted within its time counts as one more, and
   * is held where that would be more than it allows. What it decided before stands.
   */
  admitLosses(
    asked: readonly AskedLoss[],
    guard: DeactivationGuard,
    lease: Lease,
    now: number,
  ): Promise<Admission>;
  /** How many people the guard holds. */
  heldByGuard(): Promise<number>;
  /** Lengthens the lease of everything held under `lease.token`. */
  renew(lease: Lease): Promise<void>;
  /**
   * Writes a request and its operations; returns the ids of the people who must not be sent: they are no longer under
   * the lease, or were to be created and have changed since Concur was searched for them, and are queued again; so is
   * everybody while delivery is switched off.
   */
  recordRequest(request: NewRequest, lease: Lease, now: number): Promise<readonly string[]>;
  /** Writes one step. */
  commit(step: Commit, now: number): Promise<void>;
  /** Claims open requests whose next look is due. */
  claimPolls(limit: number, lease: Lease, now: number): Promise<readonly OpenRequest[]>;
  /**
   * Concur says that a request is done: its next look is due at `now`, or as soon as SAP's shortest interval
   * after the last look is over. Never later than it was, so that hearing it twice changes nothing. Returns
   * whether an open request has this id.
   */
  hasten(provisionId: string, now: number): Promise<boolean>;
  /** Returns requests that were being sent under a lease that lapsed, now under `lease`; and queues claimed people who were in no request. */
  recover(lease: Lease, now: number): Promise<readonly OpenRequest[]>;
  /** Who here is being created with these employee numbers: Concur may hold them, under a UUID that is not known yet. */
  beingCreated(employeeNumbers: readonly string[]): Promise<ReadonlyMap<string, Claim>>;
  /** Whether somebody else who is being worked on has this userName or employee number in Concur: they are about to give it up. */
  isGivenUp(personId: string, keys: SearchKeys): Promise<boolean>;
  /** Who here stands for these Concur users. */
  claims(concurIds: readonly string[]): Promise<ReadonlyMap<string, Claim>>;
  /**
   * The company may have granted more: queues, in the lane of imports, whoever rests for lack of a scope.
   *
   * @param alsoInSync also whoever is in sync, for whom something may have been left out without a word
   */
  queueForGrant(alsoInSync: boolean, now: number): Promise<void>;
  /** The creates of these people whose outcome is not known. */
  lostCreates(people: readonly string[]): Promise<readonly LostCreate[]>;
  /** The creates, open or lost, of deleted people with any of these keys, for whom no Concur user is known. */
  createsOfLeavers(keys: readonly SearchKeys[]): Promise<readonly LeaversCreate[]>;
  /** Resolves references outside a transaction. */
  resolve: ResolveReferences;
}

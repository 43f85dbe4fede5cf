import type { JsonObject } from '../domain/json.ts';
import type { Override, PersonRecord, SeenPerson } from '../domain/person.ts';
import type { Filter } from './filter/filter.ts';
import type { GroupName, Groups } from './groups.ts';
import type { AttributeReference } from './registry.ts';

/** Who asks for a change, for the audit trail, e.g. `{ kind: 'scim', name: 'okta' }`. */
export interface Actor {
  readonly kind: 'scim' | 'admin' | 'cli';
  readonly name: string;
}

/** What a write makes of a person, decided from the person as they are inside the transaction. */
export type Decision =
  | { readonly kind: 'unchanged' }
  /** `changed`: the attribute paths that differ, never empty. */
  | { readonly kind: 'replace'; readonly resource: JsonObject; readonly changed: readonly string[] }
  | { readonly kind: 'delete' }
  /**
   * Takes back a write that Concur refused, in Concur's words: the resource is again as it was before, or, of a create
   * (null), gone as if it had never been there. Changes nothing where Concur may have created the person after all.
   */
  | {
      readonly kind: 'withdraw';
      readonly to: JsonObject | null;
      readonly changed: readonly string[];
      readonly reason: string;
    }
  | { readonly kind: 'override'; readonly override: Override | null; readonly reason: string }
  /** Forgets refusals and candidates, and makes the person due; who is waited for stays. */
  | { readonly kind: 'retry' }
  /** Sends the losses of access that the guard holds, or decides that they are not carried out. */
  | {
      readonly kind: 'judge';
      readonly verdict: 'released' | 'discarded';
      /** Who decided, e.g. `cli:root`. */
      readonly by: string;
      readonly reason: string | null;
    }
  /** This Concur user is the person: they are read from Concur, and then made to match. */
  | { readonly kind: 'release'; readonly concurId: string };

/**
 * One accepted change to come. `waitUntil`: until when its client waits for Concur's verdict, in ms since the epoch, so
 * that the person is delivered alone; absent: it does not wait. Nobody waits for a deactivation, nor for somebody of whom
 * something is under way.
 */
export type Write =
  | {
      readonly kind: 'create';
      readonly actor: Actor;
      readonly resource: JsonObject;
      /** The id that the person is to have, a new UUID; made by the store when left out. */
      readonly id?: string;
      readonly waitUntil?: number;
    }
  | {
      readonly kind: 'change';
      readonly actor: Actor;
      readonly id: string;
      /** Pure; what it throws rejects this write alone and changes nothing. */
      readonly decide: (record: PersonRecord) => Decision;
      readonly waitUntil?: number;
    };

/** What became of one write. */
export type WriteResult =
  | { readonly kind: 'written'; readonly record: PersonRecord; readonly changed: boolean }
  | { readonly kind: 'missing' }
  | { readonly kind: 'conflict'; readonly attribute: 'userName' | 'employeeNumber'; readonly value: string }
  | { readonly kind: 'rejected'; readonly error: unknown };

/** What a list is ordered by (RFC 7644 §3.4.2.3); who has no value comes last in ascending order. */
export interface Sort {
  readonly reference: AttributeReference;
  readonly order: 'ascending' | 'descending';
}

/**
 * Which part of a list is asked for: by number (1-based, as SCIM counts), or from where a cursor that the
 * last page gave out stands (RFC 9865; null: from the beginning).
 */
export type Paging =
  | { readonly kind: 'index'; readonly startIndex: number; readonly count: number }
  | { readonly kind: 'cursor'; readonly cursor: string | null; readonly count: number };

/** Which resources a list is to hold. */
export interface ListQuery {
  readonly filter: Filter | null;
  /** Null: oldest first. */
  readonly sort: Sort | null;
  readonly paging: Paging;
}

/** A page of resources, in an order that stays the same from page to page. */
export interface Page<Item> {
  /** How many match; on a page that a cursor led to, how many did when the first page was read. */
  readonly total: number;
  readonly items: readonly Item[];
  /** Where the next page begins; null after the last, and for a page asked for by number. */
  readonly nextCursor: string | null;
}

/**
 * The people of one connection, as SCIM needs them. People whom a client deleted are not in it.
 */
export interface Directory {
  /**
   * The one door through which a change comes in. All writes of the batch are one transaction:
   * resource, version, audit row and "due" together, durable when the promise resolves. A write that
   * conflicts, is missing or rejected leaves the others alone.
   */
  accept(writes: readonly Write[]): Promise<readonly WriteResult[]>;
  get(id: string): Promise<SeenPerson | null>;
  /** As `get`, with all that is known about the person. */
  record(id: string): Promise<PersonRecord | null>;
  /**
   * Lists people. Fails with a `ScimError`: `invalidCursor` or `expiredCursor` (RFC 9865 §2.1) for a cursor that
   * this very list did not give out, and `tooMany` for a filter that takes too long to answer.
   */
  list(query: ListQuery): Promise<Page<SeenPerson>>;
  /** The groups that each of these people is a direct member of, by person id; nobody without a group is in it. */
  groupsOf(ids: readonly string[]): Promise<ReadonlyMap<string, readonly GroupName[]>>;
  readonly groups: Groups;
}

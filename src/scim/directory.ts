import type { JsonObject } from '../domain/json.ts';
import type { Override, PersonRecord } from '../domain/person.ts';
import type { Filter } from './filter/filter.ts';

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
  | { readonly kind: 'override'; readonly override: Override | null; readonly reason: string }
  /** Forgets refusals and candidates, and makes the person due; who is waited for stays. */
  | { readonly kind: 'retry' }
  /** This Concur user is the person: they are read from Concur, and then made to match. */
  | { readonly kind: 'release'; readonly concurId: string };

/** One accepted change to come. */
export type Write =
  | { readonly kind: 'create'; readonly actor: Actor; readonly resource: JsonObject }
  | {
      readonly kind: 'change';
      readonly actor: Actor;
      readonly id: string;
      /** Pure; what it throws rejects this write alone and changes nothing. */
      readonly decide: (record: PersonRecord) => Decision;
    };

/** What became of one write. */
export type WriteResult =
  | { readonly kind: 'written'; readonly record: PersonRecord; readonly changed: boolean }
  | { readonly kind: 'missing' }
  | { readonly kind: 'conflict'; readonly attribute: 'userName' | 'employeeNumber'; readonly value: string }
  | { readonly kind: 'rejected'; readonly error: unknown };

/** Which people a list is to hold. */
export interface ListQuery {
  readonly filter: Filter | null;
  /** 1-based, as SCIM counts. */
  readonly startIndex: number;
  readonly count: number;
}

/** A page of people, in a stable order (oldest first). */
export interface Page {
  readonly total: number;
  readonly records: readonly PersonRecord[];
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
  get(id: string): Promise<PersonRecord | null>;
  /** Fails with a `ScimError` (`invalidFilter`) for a filter that the store cannot answer. */
  list(query: ListQuery): Promise<Page>;
}

import type { JsonObject } from '../domain/json.ts';
import type { Actor, ListQuery, Page } from './directory.ts';

/** A group as clients wrote it, without its members. Times are ms since the epoch. */
export interface Group {
  readonly connection: string;
  /** The SCIM id, a UUID of ours. */
  readonly id: string;
  /** The SCIM resource without `id`, `meta` and `members`. */
  readonly resource: JsonObject;
  readonly version: number;
  readonly created: number;
  readonly lastModified: number;
}

/** A member of a group: a person, a group, or (type null) somebody who is not here, or not yet. */
export interface Member {
  readonly id: string;
  readonly type: 'User' | 'Group' | null;
  /** The displayName, or for want of one the userName. */
  readonly display: string | null;
}

/** A group with its members; null where they were not asked for. */
export interface GroupRecord {
  readonly group: Group;
  readonly members: readonly Member[] | MembersInParts | null;
}

/**
 * Many members, read part after part as they are asked for, once; fails as `Directory.list` does. Together the parts
 * are no snapshot: who joins or leaves meanwhile may be among them or not, everybody else is, once.
 */
export type MembersInParts = AsyncIterable<readonly Member[]>;

/** A group as one of its members shows it. */
export interface GroupName {
  readonly id: string;
  readonly display: string;
}

/**
 * One step of a change of members, by member id. Steps are applied in order; adding who is a member already and
 * removing who is none change nothing.
 */
export type MemberChange =
  | { readonly kind: 'add'; readonly ids: readonly string[] }
  | { readonly kind: 'remove'; readonly ids: readonly string[] }
  /** From now on these and nobody else. */
  | { readonly kind: 'replace'; readonly ids: readonly string[] }
  /** Removes the members of these types (null: those who are not here), of these ids only unless null. */
  | {
      readonly kind: 'removeTypes';
      readonly types: readonly Member['type'][];
      readonly among: readonly string[] | null;
    };

/** What a write makes of a group, decided from the group as it is inside the transaction. */
export type GroupDecision =
  | {
      readonly kind: 'change';
      readonly resource: JsonObject;
      /** The attribute paths that differ, besides `members`. */
      readonly changed: readonly string[];
      readonly members: readonly MemberChange[];
    }
  | { readonly kind: 'delete' };

/** One accepted change of a group to come. */
export type GroupWrite =
  | {
      readonly kind: 'create';
      readonly actor: Actor;
      readonly resource: JsonObject;
      readonly members: readonly string[];
      /** The id that the group is to have, a new UUID; made by the store when left out. */
      readonly id?: string;
      readonly unknownMembers: UnknownMembers;
    }
  | {
      readonly kind: 'change';
      readonly actor: Actor;
      readonly id: string;
      /** Pure; what it throws rejects this write alone and changes nothing. */
      readonly decide: (group: Group) => GroupDecision;
      readonly unknownMembers: UnknownMembers;
    };

/**
 * What becomes of a member who is not here: remembered (Okta gives up a whole push for one refused member), or
 * refused by name.
 */
export type UnknownMembers = 'accept' | 'refuse';

/** What became of one write. `changed` is false when everything was as asked already: the version then stays. */
export type GroupWriteResult =
  | { readonly kind: 'written'; readonly group: Group; readonly changed: boolean }
  | { readonly kind: 'missing' }
  | { readonly kind: 'conflict'; readonly attribute: 'displayName'; readonly value: string }
  | { readonly kind: 'unknownMembers'; readonly ids: readonly string[] }
  | { readonly kind: 'rejected'; readonly error: unknown };

/** The groups of one connection. */
export interface Groups {
  /** As `Directory.accept`: all writes are one transaction, durable when the promise resolves. */
  accept(writes: readonly GroupWrite[]): Promise<readonly GroupWriteResult[]>;
  /** Members are in the order of their ids, in parts where they are many. Without them any group costs the same. */
  get(id: string, withMembers: boolean): Promise<GroupRecord | null>;
  /** As `Directory.list`; the members as in `get`, where those of all groups together are many. */
  list(query: ListQuery, withMembers: boolean): Promise<Page<GroupRecord>>;
}

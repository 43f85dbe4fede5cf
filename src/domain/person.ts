import type { Difference } from './difference.ts';
import type { Extension } from './extensions.ts';
import type { JsonObject, JsonValue } from './json.ts';
import type { ApproverKind } from './lists.ts';
import type { Losses } from './loss.ts';
import type { AttributeKey, Profile } from './profile.ts';
import type { Lane, Reason, State } from './provisioning.ts';

/** A decision by HR or an admin that lies over what clients write, until it is lifted. */
export interface Override {
  readonly active: false;
  readonly reason: string;
  /** Who decided, e.g. `cli:root`. */
  readonly by: string;
  /** When it was decided, in ms since the epoch. */
  readonly since: number;
}

/** A person as SCIM clients know them: the desired state's source. Times are ms since the epoch. */
export interface Person {
  readonly connection: string;
  /** The SCIM id, a UUID of ours. */
  readonly id: string;
  /** The SCIM resource as clients wrote it, without `id` and `meta`. */
  readonly resource: JsonObject;
  readonly version: number;
  readonly created: number;
  readonly lastModified: number;
  /** When a client deleted the resource; it is then gone for SCIM, and deactivated in Concur. */
  readonly deleted: number | null;
  readonly override: Override | null;
}

/** What Concur holds for a person, as far as we know. */
export interface Applied {
  readonly profile: Profile;
  /** Parts that must be read back before anything is concluded from `profile`. */
  readonly unknown: readonly Extension[];
}

/** A message of Concur's about one attribute, word for word. */
export interface ConcurMessage {
  readonly code: string | null;
  readonly message: string;
  readonly schemaPath: string | null;
  readonly type: string | null;
}

/** What Concur refused of one extension. It is not sent again while the same is desired. */
export interface Refusal {
  /** The values that were desired of the extension when it was refused. */
  readonly desired: Profile;
  readonly messages: readonly ConcurMessage[];
  /** Another user holds the userName or the employee number. */
  readonly uniqueness: boolean;
  /** After a refusal for uniqueness: Concur was searched once more, and the holder is not to be found. */
  readonly searched: boolean;
  readonly at: number;
}

/** A value that Concur confirmed and that was not seen there since. */
export interface Confirmation {
  /** The value that was set; null: the value was taken away. */
  readonly value: JsonValue;
  /** How often Concur confirmed it. */
  readonly times: number;
}

/** An existing Concur user that may be the person. */
export interface Candidate {
  readonly concurId: string;
  readonly active: boolean;
  readonly userName: string | null;
  readonly externalId: string | null;
  readonly employeeNumber: string | null;
}

/** Where a person stands between us and Concur. Only the worker and the accepting write change it. */
export interface Provisioning {
  readonly state: State;
  readonly reason: Reason | null;
  /** The UUID of the person in Concur; null until created or adopted. */
  readonly concurId: string | null;
  readonly applied: Applied;
  /** The keys whose values in Concur are ours. */
  readonly owned: readonly AttributeKey[];
  readonly refused: { readonly [part: string]: Refusal };
  /** What Concur confirmed and has yet to be seen to keep, by attribute key. */
  readonly confirmed: { readonly [key: AttributeKey]: Confirmation };
  /** The losses of access that the guard let through or holds, and that are not carried out yet. */
  readonly losses: Losses;
  /** Existing users among whom the bridge must not choose by itself. */
  readonly candidates: readonly Candidate[];
  /** References to people whom something waits for, lower-cased. */
  readonly waitingFor: readonly string[];
  /** The reference to the manager of somebody with access, lower-cased. */
  readonly manager: string | null;
  readonly lane: Lane;
  /**
   * When the person is next to be looked at, in ms since the epoch; null when nothing is due. Of somebody who is being
   * sent or processed: something about them, or whom they wait for, changed after they were claimed.
   */
  readonly due: number | null;
  /** Transient failures since the last success. */
  readonly attempts: number;
  /** Since when a difference exists; null when Concur holds what is desired. */
  readonly pendingSince: number | null;
  readonly lastConfirmed: number | null;
  /** The last failure in plain words; null after a success. */
  readonly lastError: string | null;
  /** The id of the last provisioning request that carried this person. */
  readonly lastRequestId: string | null;
  /**
   * Until when a client waits for Concur's verdict on the identity part, in ms since the epoch; null: nobody does. Until
   * then the person is sent alone.
   */
  readonly verdictUntil: number | null;
  /** How many operations of this person are still open in Concur. */
  readonly openOperations: number;
}

/** A person as they are shown to SCIM clients: their own data, and what became of them in Concur. */
export interface SeenPerson {
  readonly person: Person;
  readonly provisioning: Pick<
    Provisioning,
    'state' | 'concurId' | 'lastRequestId' | 'lastError' | 'lastConfirmed' | 'pendingSince'
  >;
}

/** A person with their provisioning. */
export interface PersonRecord extends SeenPerson {
  readonly person: Person;
  readonly provisioning: Provisioning;
  /** The groups that the person is in, by name; absent where nobody asked, or where groups give nothing. */
  readonly groups?: readonly MemberOf[];
  /** Whom the person decides for; absent where nobody asked. */
  readonly approvals?: Approvals;
}

/** Whom a person decides for, among people with access. */
export interface Approvals {
  /** Somebody else names them as their manager. */
  readonly manages: boolean;
  /** What Concur holds them as an approver for, of anybody. */
  readonly approves: readonly ApproverKind[];
}

/** A group that somebody is in, by themselves or through a group inside it. */
export interface MemberOf {
  /** The SCIM id; absent where a group is only named. */
  readonly id?: string;
  readonly displayName: string;
  readonly externalId: string | null;
}

/** What one operation asks of Concur for one person. */
export interface Operation {
  /** `DELETE` deletes a user who was deactivated before; its difference says that they have no access. */
  readonly method: 'POST' | 'PATCH' | 'DELETE';
  readonly personId: string;
  /** The Concur UUID; null for a create. */
  readonly concurId: string | null;
  readonly difference: Difference;
  /** The profile that the difference was made from: lists are sent whole from it. */
  readonly base: Profile;
  /** Keys of `difference.set` that fill a gap and do not become ours. */
  readonly initial: readonly AttributeKey[];
  /** The desired values it was made from, kept so that a refusal is not repeated. */
  readonly desired: Profile;
}

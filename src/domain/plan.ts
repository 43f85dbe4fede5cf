import {
  type Desired,
  type Difference,
  difference,
  extensionsOf,
  isEmpty,
  listedExtensions,
  restrict,
} from './difference.ts';
import { CORE, type Extension, type Service, serviceOf } from './extensions.ts';
import type { Granted } from './granted.ts';
import { worthSending } from './kept.ts';
import type { LearnedSchemas } from './learned-schemas.ts';
import { discardedMessage, heldKeys, standingLosses, withoutHeld } from './loss.ts';
import type { Person, PersonRecord, Provisioning, Refusal } from './person.ts';
import { type AttributeKey, attributeOf, extensionOf, isList, select } from './profile.ts';
import { partOf, standingRefusals } from './refusal.ts';
import {
  DELETED,
  heldByGuard,
  NOT_CREATED,
  OUTSIDE,
  type Rest,
  rest,
  restDiscarded,
  restUndeleted,
} from './rest.ts';
import type { Outside } from './scope.ts';
import { type Lack, lacksOf, notGranted, withinGrant } from './withheld.ts';

/** A part of the profile that cannot be sent, and why, in plain words. */
export interface Gap {
  readonly extension: Extension;
  readonly why: string;
  /** The scope that is lacking; absent: it is a value that lacks. */
  readonly scope?: string;
  /** Concur creates nobody without it. */
  readonly preventsCreation?: true;
  /** The rest of the part is whole: what nobody asks for any more is taken away from it. */
  readonly leavesRest?: true;
}

/** A value that names a person who is not yet what Concur requires of them. */
export interface Waiting {
  readonly key: AttributeKey;
  /** The SCIM id, externalId, userName or employee number, lower-cased. */
  readonly reference: string;
  /** What Concur requires of the person, as the end of "Waits for …, ". */
  readonly until: string;
}

/** The desired state with what it lacks. */
export interface Wanted extends Desired {
  /** Attributes that wait for another person; they are left out of `profile`. */
  readonly waiting: readonly Waiting[];
  readonly gaps: readonly Gap[];
  /** The scope that is lacking to write a value, as the token is now; null when it may be written. */
  readonly missingFor: Granted['missingFor'];
  /** The configuration chose Identity: what nobody asked for of another part does not lack. Absent: it did not. */
  readonly identityChosen?: boolean;
  /** How lists are shared with others who put something into Concur; absent: nothing depends on it. */
  readonly sharing?: Sharing;
  /** What Concur's own schemas say of what it takes; absent, or null: nothing. */
  readonly learned?: LearnedSchemas | null;
  /** The references to those who are to approve for the person. */
  readonly approvers?: readonly string[];
  /** The reference to the manager of somebody who is to have access; absent: there is none. */
  readonly manager?: string;
  /** The person is outside the scope; absent: inside. Where nothing is to be sent for that, `profile` is empty. */
  readonly outside?: NonNullable<Outside>;
  /** The user is to be deleted once the deactivation is confirmed; absent: deactivated only. */
  readonly deletion?: {
    /** The scope that is lacking to do it; null when it may be done. */
    readonly missing: string | null;
  };
}

/** How lists are shared with others who put something into Concur. */
export interface Sharing {
  /**
   * Keys that nobody but groups asks for, with who gives it: what Concur holds there already without
   * being ours stays whoever's it was.
   */
  readonly lent: ReadonlyMap<AttributeKey, readonly string[]>;
  /** Lists that are ours alone: whatever Concur holds of them without its being asked for is taken away. */
  readonly exclusive: readonly AttributeKey[];
}

/** What this claim has already found out; nothing of it outlives the claim. */
export interface Known {
  /** Concur was searched in this claim, and nobody matched. */
  readonly absent: boolean;
  /** The services that were read in this claim. */
  readonly read: ReadonlySet<Service>;
}

/** Knowing nothing yet: how every claim begins. */
export const NOTHING_KNOWN: Known = { absent: false, read: new Set() };

/** The next step for one person. */
export type Plan =
  | { readonly kind: 'search' }
  | { readonly kind: 'read'; readonly services: readonly Service[] }
  | {
      readonly kind: 'send';
      readonly difference: Difference;
      readonly deactivation: boolean;
      /** The user, who was deactivated before, is to be deleted. */
      readonly deletion?: true;
    }
  | Rest;

/**
 * Decides the next step for a person. Pure: the same record, wish and knowledge give the same step,
 * so the worker may stop anywhere and ask again.
 */
export function plan({ person, provisioning }: PersonRecord, asked: Wanted, known: Known): Plan {
  if (person.deleted !== null && provisioning.reason === 'deleted') return DELETED;
  if (asked.outside !== undefined && asked.profile.active === undefined) return OUTSIDE;
  // Whoever was deleted, or is outside the scope: it no longer matters which Concur user they would have been.
  if (provisioning.candidates.length > 0 && person.deleted === null && asked.outside === undefined) {
    return { kind: 'rest', state: 'held', reason: 'ambiguous', message: provisioning.lastError };
  }
  const refusals = standingRefusals(provisioning.refused, asked);
  if (provisioning.concurId === null) return planCreate({ person, provisioning }, asked, refusals, known);

  const { profile, unknown } = provisioning.applied;
  const losses = standingLosses(provisioning.losses, asked, provisioning.applied);
  if (losses.active?.state === 'held') return heldByGuard(losses);
  const discarded = discardedMessage(losses);
  if (asked.profile.active === false && profile.active !== false && discarded === null) {
    return { kind: 'send', difference: { set: { active: false }, remove: [] }, deactivation: true };
  }
  const wanted = discarded === null ? asked : withoutActive(asked);
  const missingFor = missingIn(wanted);
  const writable = writableOf(wanted, missingFor);
  const blind = unknown.filter((extension) => known.read.has(serviceOf(extension)));
  const all = openDifference({ person, provisioning }, wanted, blind);
  const possible = withoutLists(withoutRefused(withinGrant(all, missingFor), refusals), blind);
  const { difference: open, notKept } = worthSending(withoutHeld(possible, losses), provisioning.confirmed);
  const ours = [...removable(person, provisioning, wanted)].filter((key) => missingFor(key) === null);
  const unread = toRead(writable, ours, open, unknown, refusals).filter(
    (service) => !known.read.has(service),
  );
  if (unread.length > 0) return { kind: 'read', services: unread };
  if (!isEmpty(open)) return { kind: 'send', difference: open, deactivation: false };
  if (possible.remove.some((key) => heldKeys(losses).includes(key))) return heldByGuard(losses);
  if (discarded !== null) return restDiscarded(person, discarded);
  if (wanted.outside !== undefined) return OUTSIDE;
  if (wanted.deletion !== undefined) return planDeletion(wanted.deletion);
  return rest(withoutMootGaps(wanted), refusals, {
    lacks: lacksIn(wanted, all, unknown, missingFor),
    notKept,
    isBlind: concerned(writable).some((extension) => blind.includes(extension)),
  });
}

/** A user is deleted only after their deactivation was confirmed, or seen. */
function planDeletion({ missing }: NonNullable<Wanted['deletion']>): Plan {
  if (missing === null) {
    return {
      kind: 'send',
      difference: { set: { active: false }, remove: [] },
      deactivation: false,
      deletion: true,
    };
  }
  return restUndeleted(missing);
}

function withoutActive(wanted: Wanted): Wanted {
  return { ...wanted, profile: select(wanted.profile, (key) => key !== 'active') };
}

/** The scopes that are lacking for what is still to be written for a person, or may have to be. */
export function lacks({ person, provisioning }: PersonRecord, wanted: Wanted): readonly Lack[] {
  const all = openDifference({ person, provisioning }, wanted, []);
  return lacksIn(wanted, all, provisioning.applied.unknown, missingIn(wanted));
}

/** What differs, whether it may be written or not; derived values fill no gap of a part that cannot be seen. */
function openDifference(
  { person, provisioning }: PersonRecord,
  wanted: Wanted,
  blind: readonly Extension[],
): Difference {
  const visible = { ...wanted, initial: select(wanted.initial, (key) => !blind.includes(extensionOf(key))) };
  return difference(visible, provisioning.applied.profile, removable(person, provisioning, wanted));
}

/** The scope that is lacking to write a value. A deactivation lacks none: Concur has the last word on it. */
export function missingIn({ profile, missingFor }: Wanted): Granted['missingFor'] {
  return (key) => (key === 'active' && profile.active === false ? null : missingFor(key));
}

/** What is wanted and may be written, with the lists of which everything else is to go. */
interface Writable extends Desired {
  readonly exclusive: readonly AttributeKey[];
}

function writableOf({ profile, initial, sharing }: Wanted, missingFor: Granted['missingFor']): Writable {
  const mayBeWritten = (key: AttributeKey) => missingFor(key) === null;
  return {
    profile: select(profile, mayBeWritten),
    initial: select(initial, mayBeWritten),
    exclusive: (sharing?.exclusive ?? []).filter(mayBeWritten),
  };
}

/** Where the configuration chose Identity, nothing has to be complete in a part that is not written. */
function withoutMootGaps(wanted: Wanted): Wanted {
  if (wanted.identityChosen !== true) return wanted;
  return { ...wanted, gaps: wanted.gaps.filter(({ extension }) => serviceOf(extension) === 'identity') };
}

/**
 * A part that must not be written is not read for that either: whatever is wanted of it may be lacking. Derived values
 * lack as well, except where the configuration chose to write identity only.
 */
function lacksIn(
  { profile, initial, identityChosen = false }: Wanted,
  { set, remove }: Difference,
  unknown: readonly Extension[],
  missingFor: Granted['missingFor'],
): readonly Lack[] {
  const unread = Object.keys({ ...initial, ...profile }).filter((key) => unknown.includes(extensionOf(key)));
  const isLeftOut = (key: AttributeKey) =>
    identityChosen && key in initial && !(key in profile) && serviceOf(extensionOf(key)) !== 'identity';
  const keys = [...Object.keys(set), ...unread].filter((key) => !isLeftOut(key));
  return lacksOf([...keys, ...remove], missingFor, identityChosen);
}

/**
 * The keys that may be taken away: ours, and all of a list that is ours alone, but none of somebody deleted or outside
 * the scope, who is only deactivated, none that waits for another person, and none of a part that lacks a value, which is left as it is.
 */
function removable(person: Person, provisioning: Provisioning, wanted: Wanted): ReadonlySet<AttributeKey> {
  if (person.deleted !== null || wanted.outside !== undefined) return new Set();
  const waiting = new Set(wanted.waiting.map(({ key }) => key));
  const incomplete = new Set(
    wanted.gaps
      .filter(({ leavesRest }) => leavesRest !== true)
      .map(({ extension }) => extension)
      .filter((extension) => serviceOf(extension) !== 'identity'),
  );
  const exclusive = wanted.sharing?.exclusive ?? [];
  const held =
    exclusive.length === 0
      ? []
      : Object.keys(provisioning.applied.profile).filter((key) => exclusive.includes(attributeOf(key)));
  return new Set(
    [...provisioning.owned, ...held].filter((key) => !waiting.has(key) && !incomplete.has(extensionOf(key))),
  );
}

/**
 * Nobody is created whom Concur was not asked for just before; a name that Concur says is taken is
 * searched for once more, since a lost create may have arrived after all.
 */
function planCreate(
  { person, provisioning }: PersonRecord,
  wanted: Wanted,
  refusals: ReadonlyMap<Extension, Refusal>,
  known: Known,
): Plan {
  const deleted = person.deleted !== null;
  if (deleted && provisioning.lastRequestId === null) return NOT_CREATED;
  const hasAccess = wanted.profile.active === true && !deleted;
  const refusal = refusals.get(CORE);
  const stands = refusal !== undefined && (!refusal.uniqueness || refusal.searched);
  // Whoever is to have no access is searched for in any case: a lost create may have given it after all.
  if (hasAccess && stands) return rest(wanted, refusals);
  const scope = wanted.missingFor('userName');
  if (hasAccess && scope !== null) {
    const message = notGranted(scope, 'nobody can be created');
    return { kind: 'rest', state: 'failed', reason: 'not_granted', message };
  }
  if (!known.absent) return { kind: 'search' };
  if (!hasAccess) return wanted.outside === undefined ? NOT_CREATED : OUTSIDE;
  const lack = wanted.gaps.find(({ preventsCreation }) => preventsCreation);
  if (lack !== undefined) return { kind: 'rest', state: 'failed', reason: 'incomplete', message: lack.why };
  const whole = difference(wanted, {}, new Set());
  return { kind: 'send', difference: withinGrant(whole, wanted.missingFor), deactivation: false };
}

/** Leaves out what Concur refused; `active` goes alone where the rest of identity was refused. */
function withoutRefused(all: Difference, refusals: ReadonlyMap<Extension, Refusal>): Difference {
  const open = restrict(all, (extension) => !refusals.has(partOf(extension)));
  const { active } = all.set;
  if (active === undefined || refusals.get(CORE)?.desired.active === active) return open;
  return { ...open, set: { ...open.set, active } };
}

/**
 * What was set by hand in a part that cannot be seen must not be lost: its lists, which are sent
 * whole, are left as they are, and so is everything that would only fill a gap.
 */
function withoutLists(change: Difference, blind: readonly Extension[]): Difference {
  const isSeen = (key: AttributeKey) => !blind.includes(extensionOf(key)) || !isList(attributeOf(key));
  return { set: select(change.set, isSeen), remove: change.remove.filter(isSeen) };
}

/** The parts of the profile of which something is wanted, or nothing else than what is. */
function concerned({ profile, initial, exclusive }: Writable): readonly Extension[] {
  return extensionsOf({ set: { ...initial, ...profile }, remove: exclusive });
}

/**
 * The services to read before anything can be concluded or sent: those of parts that are unknown
 * and wanted, or may hold what is ours and no longer wanted, and those whose lists would be replaced whole.
 */
function toRead(
  wanted: Writable,
  ours: readonly AttributeKey[],
  open: Difference,
  unknown: readonly Extension[],
  refusals: ReadonlyMap<Extension, Refusal>,
): readonly Service[] {
  const touched = new Set([...concerned(wanted), ...ours.map(extensionOf), ...extensionsOf(open)]);
  const parts = [
    ...[...touched].filter((extension) => unknown.includes(extension) && !refusals.has(partOf(extension))),
    ...listedExtensions(open),
  ];
  return [...new Set(parts.map(serviceOf))];
}

import { ENTERPRISE } from './extensions.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './json.ts';
import type { Candidate } from './person.ts';
import type { AttributeKey, Profile } from './profile.ts';

/** The keys by which Concur is asked whether a person is there. */
export interface SearchKeys {
  readonly userName: string;
  readonly externalId: string | null;
  /** The employee number that a client sent; null when it would only be derived. */
  readonly employeeNumber: string | null;
}

/** The keys of a person, from the SCIM resource. */
export function searchKeys(resource: JsonObject): SearchKeys {
  const enterprise = resource[ENTERPRISE];
  return {
    userName: text(resource.userName) ?? '',
    externalId: text(resource.externalId),
    employeeNumber: isJsonObject(enterprise) ? text(enterprise.employeeNumber) : null,
  };
}

/** The keys under which a create that asked for this profile would be found. */
export function createdKeys(desired: Profile): SearchKeys {
  return {
    userName: text(desired.userName) ?? '',
    externalId: text(desired.externalId),
    employeeNumber: text(desired[`${ENTERPRISE}:employeeNumber`]),
  };
}

/**
 * Tells whether a lost create and one for `desired` would exclude each other. userName and employee number are
 * unique in Concur (User Provisioning, schema of User); whoever shares neither may be created beside the other.
 */
export function excludeEachOther(lost: Profile, desired: Profile): boolean {
  const [left, right] = [createdKeys(lost), createdKeys(desired)];
  const sameNumber = left.employeeNumber !== null && left.employeeNumber === right.employeeNumber;
  return sameNumber || left.userName.toLowerCase() === right.userName.toLowerCase();
}

function text(value: JsonValue | undefined): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

/** Who here stands, or stood, for a Concur user. */
export interface Claim {
  /**
   * `person`: a living person does; `leaving`: a deleted one whose deactivation is not confirmed yet;
   * `halted`: a deleted one who keeps the access, since the guard holds the deactivation, an admin discarded it, or
   * the scope keeps who leaves it; `former`: a deleted one who is done with it.
   */
  readonly holder: 'person' | 'leaving' | 'halted' | 'former';
  /** The keys that the holder asks for now. */
  readonly keys: SearchKeys;
  /** The values in Concur that were set for the holder. */
  readonly owned: readonly AttributeKey[];
  /** Nothing is under way for the holder: what Concur holds for them stays as it is until somebody acts. */
  readonly rests: boolean;
}

type Held = {
  readonly kind: 'held';
  readonly candidates: readonly Candidate[];
  readonly why: string;
};

/** What to do about a person whom Concur may already hold. */
export type Adoption =
  | { readonly kind: 'create' }
  | { readonly kind: 'adopt'; readonly candidate: Candidate }
  /** `otherwise` is what to do should waiting lead nowhere; null: the holder is being worked on. */
  | { readonly kind: 'wait'; readonly otherwise: Held | null }
  | Held;

/**
 * Decides whether an existing Concur user is the person. Careful on purpose: a recycled userName
 * must not hand a stranger a leaver's account, so whatever is not certain is held for an admin.
 *
 * @param candidates the users that Concur returned for any of the keys
 * @param claims who here stands, or stood, for which Concur user already
 * @param lost the keys of earlier creates of the person whose outcome is not known: who has them all, and for whom
 *   nobody ever stood here, is the person, unless the present userName or employee number leads to somebody else
 * @param leaves the person is to have no access: then what a lost create made goes first, since it may give some
 */
export function decideAdoption(
  keys: SearchKeys,
  candidates: readonly Candidate[],
  claims: ReadonlyMap<string, Claim>,
  lost: readonly SearchKeys[] = [],
  leaves = false,
): Adoption {
  const decided = decideByKeys(keys, candidates, claims);
  const created = candidates.find((one) => lost.some((create) => isMadeBy(create, one, claims)));
  if (created === undefined) return decided;
  if (decided.kind === 'wait' && !leaves) return decided;
  const others = foundIn(decided).filter(
    (one) =>
      one.concurId !== created.concurId &&
      hasKeyOf(keys, one) &&
      claims.get(one.concurId)?.holder !== 'person',
  );
  return leaves || others.length === 0
    ? { kind: 'adopt', candidate: created }
    : {
        kind: 'held',
        candidates: [...others, created],
        why: 'a create whose answer was lost made one Concur user, and userName, externalId or employeeNumber point to another',
      };
}

function foundIn(decided: Adoption): readonly Candidate[] {
  switch (decided.kind) {
    case 'create':
    case 'wait':
      return [];
    case 'adopt':
      return [decided.candidate];
    case 'held':
      return decided.candidates;
  }
}

function decideByKeys(
  keys: SearchKeys,
  candidates: readonly Candidate[],
  claims: ReadonlyMap<string, Claim>,
): Adoption {
  const matching = candidates.filter((one) => matches(keys, one, claims.get(one.concurId)));
  const [candidate, ...others] = matching;
  if (candidate === undefined) return { kind: 'create' };
  const held = (why: string): Held => ({ kind: 'held', candidates: matching, why });
  if (others.length > 0) {
    const several = held('userName, externalId and employeeNumber point to different Concur users');
    // Those who are about to give up what is asked for here are waited for.
    const leaving = matching.flatMap(({ concurId }) => claims.get(concurId) ?? []).filter(isGivingUp);
    return leaving.length >= matching.length - 1
      ? { kind: 'wait', otherwise: leaving.some(({ rests }) => rests) ? several : null }
      : several;
  }

  const claim = claims.get(candidate.concurId);
  if (claim?.holder === 'leaving') {
    return waitFor(claim, 'a leaver here holds this Concur user, and the deactivation does not go on');
  }
  if (claim?.holder === 'person') {
    // The holder is about to give up what is asked for here: the two are ordered.
    return wantsAny(claim.keys, keys)
      ? held('another person here already stands for this Concur user')
      : waitFor(
          claim,
          `this Concur user is ${claim.keys.userName} here, who is to have another name or number and does not get it`,
        );
  }
  const doubts = doubt(keys, candidate);
  if (doubts !== undefined) return doubts;
  // Whoever comes back before the deactivation keeps the user; a stranger must not be handed a leaver's access.
  return claim?.holder === 'halted' && !isSurelySame(keys, candidate)
    ? held('a leaver here, who was not deactivated, holds this Concur user')
    : { kind: 'adopt', candidate };

  function isGivingUp(claim: Claim): boolean {
    return claim.holder === 'person' && !wantsAny(claim.keys, keys);
  }

  function waitFor({ rests }: Claim, why: string): Adoption {
    return { kind: 'wait', otherwise: rests ? held(why) : null };
  }

  function doubt(wanted: SearchKeys, found: Candidate): Held | undefined {
    if (wanted.employeeNumber !== null) {
      return found.employeeNumber === wanted.employeeNumber
        ? undefined
        : held(`the Concur user has another employeeNumber (${found.employeeNumber ?? 'none'})`);
    }
    const sameExternalId = wanted.externalId !== null && found.externalId === wanted.externalId;
    if (!sameUserName(wanted, found))
      return held('only the externalId matches, and no employeeNumber was sent');
    if (sameExternalId) return undefined;
    if (wanted.externalId !== null && found.externalId !== null) {
      return held('the Concur user has another externalId, and no employeeNumber was sent');
    }
    return found.active
      ? undefined
      : held(
          'the Concur user is inactive, and only the userName matches: it may be a leaver with a recycled name',
        );
  }
}

/**
 * Whether a Concur user is what a create with these keys made. Not by one of them alone: Concur would have refused
 * that create, and the user is somebody else. The externalId is left out, since a scope may keep it from being read.
 * A user for whom anybody here ever stood was theirs, also after they left.
 */
export function isMadeBy(
  keys: SearchKeys,
  candidate: Candidate,
  claims: ReadonlyMap<string, Claim>,
): boolean {
  return (
    sameUserName(keys, candidate) &&
    (keys.employeeNumber === null || candidate.employeeNumber === keys.employeeNumber) &&
    !claims.has(candidate.concurId)
  );
}

/** Whether a Concur user has the employee number of a person, or both their userName and externalId. */
function isSurelySame(keys: SearchKeys, candidate: Candidate): boolean {
  if (keys.employeeNumber !== null) return candidate.employeeNumber === keys.employeeNumber;
  return (
    keys.externalId !== null && candidate.externalId === keys.externalId && sameUserName(keys, candidate)
  );
}

/** Whether the holder of a Concur user still asks for a key that somebody else asks for too. */
function wantsAny(holder: SearchKeys, wanted: SearchKeys): boolean {
  return (
    holder.userName.toLowerCase() === wanted.userName.toLowerCase() ||
    (wanted.employeeNumber !== null && holder.employeeNumber === wanted.employeeNumber)
  );
}

/**
 * Whether a Concur user may be the person. Concur does not keep externalId unique (User Provisioning, schema of User),
 * so that two people may share one: who matches in nothing else is the living person's who stands for them.
 */
function matches(keys: SearchKeys, candidate: Candidate, claim: Claim | undefined): boolean {
  const sameExternalId = keys.externalId !== null && candidate.externalId === keys.externalId;
  return hasKeyOf(keys, candidate) || (sameExternalId && claim?.holder !== 'person');
}

/** Whether a Concur user has one of the keys that Concur keeps unique. */
function hasKeyOf(keys: SearchKeys, candidate: Candidate): boolean {
  return (
    sameUserName(keys, candidate) ||
    (keys.employeeNumber !== null && candidate.employeeNumber === keys.employeeNumber)
  );
}

/** RFC 7643 §4.1.1: userName has no case. */
function sameUserName(keys: SearchKeys, candidate: Candidate): boolean {
  return candidate.userName?.toLowerCase() === keys.userName.toLowerCase();
}

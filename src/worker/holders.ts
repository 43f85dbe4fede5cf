import { type Claim, createdKeys, isMadeBy, type SearchKeys } from '../domain/adoption.ts';
import type { Candidate } from '../domain/person.ts';
import type { LeaversCreate, ProvisioningStore } from '../domain/ports.ts';
import type { AttributeKey } from '../domain/profile.ts';

/** Who here stands, stood, or may soon stand for the Concur users that a search found. */
export interface Holders {
  /** By Concur UUID; who adopts one of the users is added. */
  readonly claims: Map<string, Claim>;
  /** By employee number: people whom Concur creates, under UUIDs that are not known yet. */
  readonly beingCreated: ReadonlyMap<string, Claim>;
  readonly ofLeavers: readonly LeaversCreate[];
}

/** Finds out who stands for these Concur users. */
export async function findHolders(
  store: Pick<ProvisioningStore, 'claims' | 'beingCreated' | 'createsOfLeavers'>,
  users: readonly Candidate[],
): Promise<Holders> {
  const claims = new Map(await store.claims(users.map(({ concurId }) => concurId)));
  const unclaimed = users.filter(({ concurId }) => !claims.has(concurId));
  const numbers = unclaimed.map(({ employeeNumber }) => employeeNumber).filter((one) => one !== null);
  return {
    claims,
    beingCreated: await store.beingCreated([...new Set(numbers)]),
    ofLeavers: await store.createsOfLeavers(unclaimed.map(keysOfUser)),
  };
}

function keysOfUser({ userName, externalId, employeeNumber }: Candidate): SearchKeys {
  return { userName: userName ?? '', externalId, employeeNumber };
}

/** The claims on these users, with those of others whom Concur has just made, and whose UUID is not known here yet. */
export function claimsOfOthers(
  { claims, beingCreated }: Holders,
  users: readonly Candidate[],
  { employeeNumber: own }: SearchKeys,
): ReadonlyMap<string, Claim> {
  const newcomers = users.flatMap(({ concurId, employeeNumber: number }): [string, Claim][] => {
    const claim = number === null || number === own ? undefined : beingCreated.get(number);
    return claim === undefined || claims.has(concurId) ? [] : [[concurId, claim]];
  });
  return newcomers.length === 0 ? claims : new Map([...claims, ...newcomers]);
}

/**
 * What was set in a user for somebody who stood for them before, or by the create of a leaver: nobody had its keys when it
 * was sent.
 */
export function setBefore({ claims, ofLeavers }: Holders, user: Candidate): readonly AttributeKey[] {
  const former = claims.get(user.concurId);
  if (former !== undefined) return former.owned;
  const made = ofLeavers.filter(({ desired }) => isMadeBy(createdKeys(desired), user, claims));
  return made.flatMap(({ owned }) => owned);
}

import {
  type Adoption,
  type Claim,
  createdKeys,
  decideAdoption,
  excludeEachOther,
  isMadeBy,
  type SearchKeys,
  searchKeys,
} from '../domain/adoption.ts';
import { EXTENSIONS } from '../domain/extensions.ts';
import type { Failure } from '../domain/outcome.ts';
import type { Candidate, Provisioning } from '../domain/person.ts';
import type { CandidatesFound, LostCreate, OperationUpdate, ProvisioningUpdate } from '../domain/ports.ts';
import type { AttributeKey } from '../domain/profile.ts';
import { retryDelay } from '../domain/retry-policy.ts';
import type { Context } from './context.ts';
import { claimsOfOthers, findHolders, setBefore } from './holders.ts';
import type { Item } from './item.ts';

/** What the search before a first create found out for one person. */
export type SearchResult =
  | { readonly kind: 'absent'; readonly item: Item }
  | { readonly kind: 'decided'; readonly item: Item; readonly update: ProvisioningUpdate }
  | { readonly kind: 'failed'; readonly item: Item; readonly failure: Failure };

/** A person to be searched for, with their creates whose outcome is not known. */
interface Sought {
  readonly item: Item;
  readonly lost: readonly LostCreate[];
}

/**
 * Asks Concur, in one search for all, whether people whom it does not know from us are there, by the keys that they
 * have and those that they were to be created with, and decides for each: create, adopt, wait or hold.
 */
export async function searchAll(context: Context, items: readonly Item[]): Promise<readonly SearchResult[]> {
  const lostCreates = await context.store.lostCreates(items.map(({ record }) => record.person.id));
  const lostOf = Map.groupBy(lostCreates, ({ personId }) => personId);
  const begun = context.clock();
  const found = await findCandidates(
    context,
    items.map((item) => ({ item, lost: lostOf.get(item.record.person.id) ?? [] })),
  );
  const ids = found.flatMap(({ outcome }) => (outcome.kind === 'found' ? outcome.candidates : []));
  const holders = await findHolders(context.store, ids);
  const { claims } = holders;
  await settleVoid(context, found, claims, begun);
  return found.map(({ item, lost, outcome }): SearchResult => {
    if (outcome.kind !== 'found') return { kind: 'failed', item, failure: outcome };
    const created = lost.filter(({ isContested }) => !isContested).map(({ desired }) => createdKeys(desired));
    const others = claimsOfOthers(holders, outcome.candidates, keysOf(item));
    const adoption = decideAdoption(keysOf(item), outcome.candidates, others, created, lacksAccess(item));
    const isFound = adoption.kind === 'adopt' && isMadeByAny(lost, adoption.candidate, claims);
    const update = isFound ? null : whileLost(context, item, adoption, lost, begun);
    if (update !== null) return { kind: 'decided', item, update };
    const owned = adoption.kind === 'adopt' ? setBefore(holders, adoption.candidate) : [];
    if (adoption.kind === 'adopt') {
      const holder = item.record.person.deleted === null ? 'person' : 'leaving';
      claims.set(adoption.candidate.concurId, { holder, keys: keysOf(item), owned: [], rests: false });
    }
    return resultOf(context, adoption, item, owned);
  });
}

function keysOf({ record }: Item): SearchKeys {
  return searchKeys(record.person.resource);
}

/** Whoever is deleted or inactive is to have no access. */
function lacksAccess({ record: { person }, wanted }: Item): boolean {
  return person.deleted !== null || wanted.profile.active !== true;
}

function isMadeByAny(
  lost: readonly LostCreate[],
  candidate: Candidate,
  claims: ReadonlyMap<string, Claim>,
): boolean {
  return lost.some(({ desired }) => isMadeBy(createdKeys(desired), candidate, claims));
}

/**
 * A lost create that was over when this search began, and made nobody whom the search found, never made anybody:
 * whoever has its keys later is a stranger.
 */
async function settleVoid(
  { store, clock }: Context,
  found: readonly Searched[],
  claims: ReadonlyMap<string, Claim>,
  begun: number,
): Promise<void> {
  const operations = found.flatMap(({ lost, outcome }): OperationUpdate[] => {
    if (outcome.kind !== 'found') return [];
    return lost
      .filter((one) => endOf([one], begun) === null)
      .filter((one) => !outcome.candidates.some((candidate) => isMadeByAny([one], candidate, claims)))
      .map(({ id }) => ({ id, state: 'retried', results: [] }));
  });
  if (operations.length === 0) return;
  await store.commit({ operations, people: [], decide: async () => ({}) }, clock());
}

/**
 * What is written of a person whom Concur does not hold yet, and may hold any moment by a lost create; null: nothing
 * stands in the way of what the search found. Nobody is created or taken over as long as a lost create may make a user
 * whom Concur would not refuse beside that one. A leaver may be given access by any lost create, so they are looked for.
 *
 * @param begun when the search began: what ended before would have been found
 */
function whileLost(
  context: Context,
  item: Item,
  adoption: Adoption,
  lost: readonly LostCreate[],
  begun: number,
): ProvisioningUpdate | null {
  const { record, wanted } = item;
  if (lacksAccess(item)) {
    const end = endOf(lost, begun);
    if (end === null || adoption.kind === 'adopt') return null;
    return lookingForLeaver(context, record.provisioning, end);
  }
  const desired = { ...wanted.initial, ...wanted.profile };
  const end = endOf(
    lost.filter((one) => !excludeEachOther(one.desired, desired)),
    begun,
  );
  const isEarly = adoption.kind === 'create' || adoption.kind === 'adopt';
  return end !== null && isEarly ? waitingForTheEnd(end) : null;
}

/** When the time of the last of these creates is over; null: it is. */
function endOf(lost: readonly LostCreate[], begun: number): number | null {
  const ends = lost.flatMap(({ mayRunUntil }) =>
    mayRunUntil !== null && mayRunUntil > begun ? [mayRunUntil] : [],
  );
  return ends.length === 0 ? null : Math.max(...ends);
}

interface Searched extends Sought {
  readonly outcome: CandidatesFound | Failure;
}

/** A search that is refused is made again in halves, until the keys that offend stand alone. */
async function findCandidates(context: Context, sought: readonly Sought[]): Promise<readonly Searched[]> {
  const keys = sought.flatMap(({ item, lost }) => [
    keysOf(item),
    ...lost.map(({ desired }) => createdKeys(desired)),
  ]);
  const { outcome } = await context.concur.find(keys);
  if (outcome.kind !== 'refused' || sought.length === 1) return sought.map((one) => ({ ...one, outcome }));
  const middle = Math.ceil(sought.length / 2);
  return [
    ...(await findCandidates(context, sought.slice(0, middle))),
    ...(await findCandidates(context, sought.slice(middle))),
  ];
}

function resultOf(
  context: Context,
  adoption: Adoption,
  item: Item,
  owned: readonly AttributeKey[],
): SearchResult {
  const { person, provisioning } = item.record;
  switch (adoption.kind) {
    case 'create':
      return { kind: 'absent', item };
    case 'adopt':
      return {
        kind: 'decided',
        item,
        update: adopted(adoption.candidate, [...new Set([...provisioning.owned, ...owned])]),
      };
    case 'wait':
      // What Concur's search says may be older than what the holder has; after some looks it is not.
      return adoption.otherwise !== null && provisioning.attempts >= LOOKS
        ? resultOf(context, adoption.otherwise, item, owned)
        : { kind: 'decided', item, update: waiting(context, provisioning) };
    case 'held':
      // Whoever was deleted, or left the scope, before Concur held them has nothing to take away from somebody else.
      if (item.wanted.outside !== undefined) return { kind: 'decided', item, update: OUTSIDE };
      return { kind: 'decided', item, update: person.deleted === null ? held(adoption) : NOT_CREATED };
  }
}

/**
 * After so many looks the wait for a leaver, then about a minute, grows no more, and a holder for whom nothing is
 * under way will not let go.
 */
const LOOKS = 6;

const OUTSIDE: ProvisioningUpdate = {
  state: 'unmanaged',
  reason: 'out_of_scope',
  candidates: [],
  lastError: null,
  due: null,
};
const NOT_CREATED: ProvisioningUpdate = {
  state: 'in_sync',
  reason: 'not_created',
  lastError: null,
  due: null,
};

/** The holder of what is wanted is about to let go of it. */
function waiting({ clock, random }: Context, provisioning: Provisioning): ProvisioningUpdate {
  const attempts = provisioning.attempts + 1;
  const due = clock() + retryDelay(attempts, random());
  return { state: 'queued', reason: 'waiting_for_person', attempts, due };
}

/** A create whose answer was lost may still give a leaver access, so Concur is asked again and again until its time is over. */
function lookingForLeaver(
  { clock, random }: Context,
  provisioning: Provisioning,
  end: number,
): ProvisioningUpdate {
  const attempts = provisioning.attempts + 1;
  return {
    state: 'queued',
    reason: 'outcome_unknown',
    lastError: 'A create was lost, and Concur may still carry it out: the person is then deactivated',
    lane: 'deactivation',
    attempts,
    due: Math.min(end, clock() + retryDelay(Math.min(attempts, LOOKS), random())),
  };
}

/** A create whose answer was lost may still be carried out: the person is searched for again when that is over. */
function waitingForTheEnd(due: number): ProvisioningUpdate {
  return {
    state: 'queued',
    reason: 'outcome_unknown',
    lastError: 'A create under another name and number was lost, and Concur may still carry it out',
    due,
  };
}

function held({ candidates, why }: Adoption & { kind: 'held' }): ProvisioningUpdate {
  return { state: 'held', reason: 'ambiguous', candidates, lastError: sentence(why), due: null };
}

/** What a deleted person had set through us is the same person's again. */
function adopted(candidate: Candidate, owned: readonly AttributeKey[]): ProvisioningUpdate {
  return {
    state: 'sending',
    concurId: candidate.concurId,
    applied: { profile: { active: candidate.active }, unknown: EXTENSIONS },
    owned,
    refused: {},
    confirmed: {},
    losses: {},
  };
}

function sentence(why: string): string {
  return `${why.charAt(0).toUpperCase()}${why.slice(1)}.`;
}

import {
  type Adoption,
  type Claim,
  decideAdoption,
  type SearchKeys,
  searchKeys,
} from '../domain/adoption.ts';
import { EXTENSIONS } from '../domain/extensions.ts';
import type { Failure } from '../domain/outcome.ts';
import type { Candidate, Provisioning } from '../domain/person.ts';
import type { CandidatesFound, ProvisioningUpdate } from '../domain/ports.ts';
import type { AttributeKey } from '../domain/profile.ts';
import { retryDelay } from '../domain/retry-policy.ts';
import type { Context } from './context.ts';
import type { Item } from './item.ts';

/** What the search before a first create found out for one person. */
export type SearchResult =
  | { readonly kind: 'absent'; readonly item: Item }
  | { readonly kind: 'decided'; readonly item: Item; readonly update: ProvisioningUpdate }
  | { readonly kind: 'failed'; readonly item: Item; readonly failure: Failure };

/**
 * Asks Concur, in one search for all, whether people whom it does not know from us are there, and
 * decides for each: create, adopt, wait or hold.
 */
export async function searchAll(context: Context, items: readonly Item[]): Promise<readonly SearchResult[]> {
  const found = await findCandidates(context, items);
  const ids = found.flatMap(({ outcome }) => (outcome.kind === 'found' ? outcome.candidates : []));
  const claims = new Map<string, Claim>(await context.store.claims(ids.map(({ concurId }) => concurId)));
  return found.map(({ item, outcome }): SearchResult => {
    if (outcome.kind !== 'found') return { kind: 'failed', item, failure: outcome };
    const adoption = decideAdoption(keysOf(item), outcome.candidates, claims);
    const former = adoption.kind === 'adopt' ? claims.get(adoption.candidate.concurId) : undefined;
    if (adoption.kind === 'adopt') {
      const holder = item.record.person.deleted === null ? 'person' : 'leaving';
      claims.set(adoption.candidate.concurId, { holder, keys: keysOf(item), owned: [] });
    }
    return resultOf(context, adoption, item, former?.owned ?? []);
  });
}

function keysOf({ record }: Item): SearchKeys {
  return searchKeys(record.person.resource);
}

interface Searched {
  readonly item: Item;
  readonly outcome: CandidatesFound | Failure;
}

/** A search that is refused is made again in halves, until the keys that offend stand alone. */
async function findCandidates(context: Context, items: readonly Item[]): Promise<readonly Searched[]> {
  const { outcome } = await context.concur.find(items.map(keysOf));
  if (outcome.kind !== 'refused' || items.length === 1) return items.map((item) => ({ item, outcome }));
  const middle = Math.ceil(items.length / 2);
  return [
    ...(await findCandidates(context, items.slice(0, middle))),
    ...(await findCandidates(context, items.slice(middle))),
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
      return { kind: 'decided', item, update: waiting(context, provisioning) };
    case 'held':
      // Whoever was deleted before Concur held them has nothing to take away from somebody else.
      return { kind: 'decided', item, update: person.deleted === null ? held(adoption) : NOT_CREATED };
  }
}

const NOT_CREATED: ProvisioningUpdate = { state: 'in_sync', reason: 'not_created', due: null };

/** The holder of what is wanted is about to let go of it. */
function waiting({ clock, random }: Context, provisioning: Provisioning): ProvisioningUpdate {
  const attempts = provisioning.attempts + 1;
  const due = clock() + retryDelay(attempts, random());
  return { state: 'queued', reason: 'waiting_for_person', attempts, due };
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
  };
}

function sentence(why: string): string {
  return `${why.charAt(0).toUpperCase()}${why.slice(1)}.`;
}

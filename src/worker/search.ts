import { type Adoption, type Claim, decideAdoption, type SearchKeys } from '../domain/adoption.ts';
import { ENTERPRISE, EXTENSIONS } from '../domain/extensions.ts';
import type { Failure } from '../domain/outcome.ts';
import type { Candidate } from '../domain/person.ts';
import type { CandidatesFound, ProvisioningUpdate } from '../domain/ports.ts';
import type { Context } from './context.ts';
import type { Item } from './item.ts';

/** What the search before a first create found out for one person. */
export type SearchResult =
  | { readonly kind: 'absent'; readonly item: Item }
  | { readonly kind: 'decided'; readonly item: Item; readonly update: ProvisioningUpdate }
  | { readonly kind: 'failed'; readonly item: Item; readonly failure: Failure };

/** How long to wait for a leaver's deactivation before the same Concur user is taken over, in ms. */
const WAIT_FOR_LEAVER = 2_000;

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
    const adoption = decideAdoption(searchKeys(item), outcome.candidates, claims);
    if (adoption.kind === 'adopt') claims.set(adoption.candidate.concurId, 'person');
    return resultOf(adoption, item, context.clock());
  });
}

interface Searched {
  readonly item: Item;
  readonly outcome: CandidatesFound | Failure;
}

/** A search that is refused is made again in halves, until the keys that offend stand alone. */
async function findCandidates(context: Context, items: readonly Item[]): Promise<readonly Searched[]> {
  const { outcome } = await context.concur.find(items.map(searchKeys));
  if (outcome.kind !== 'refused' || items.length === 1) return items.map((item) => ({ item, outcome }));
  const middle = Math.ceil(items.length / 2);
  return [
    ...(await findCandidates(context, items.slice(0, middle))),
    ...(await findCandidates(context, items.slice(middle))),
  ];
}

function resultOf(adoption: Adoption, item: Item, now: number): SearchResult {
  switch (adoption.kind) {
    case 'create':
      return { kind: 'absent', item };
    case 'adopt':
      return { kind: 'decided', item, update: adopted(adoption.candidate) };
    case 'wait':
      return {
        kind: 'decided',
        item,
        update: { state: 'queued', reason: 'waiting_for_person', due: now + WAIT_FOR_LEAVER },
      };
    case 'held':
      return {
        kind: 'decided',
        item,
        update: {
          state: 'held',
          reason: 'ambiguous',
          candidates: adoption.candidates,
          lastError: sentence(adoption.why),
          due: null,
        },
      };
  }
}

function adopted(candidate: Candidate): ProvisioningUpdate {
  return {
    state: 'sending',
    concurId: candidate.concurId,
    applied: { profile: { active: candidate.active }, unknown: EXTENSIONS },
    refused: {},
  };
}

function searchKeys({ record, wanted }: Item): SearchKeys {
  const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
  const { resource } = record.person;
  return {
    userName: text(resource.userName) ?? '',
    externalId: text(resource.externalId),
    employeeNumber: text(wanted.profile[`${ENTERPRISE}:employeeNumber`]),
  };
}

function sentence(why: string): string {
  return `${why.charAt(0).toUpperCase()}${why.slice(1)}.`;
}

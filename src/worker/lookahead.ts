import type { SearchKeys } from '../domain/adoption.ts';
import type { PersonRecord } from '../domain/person.ts';
import type { Answer, CandidatesFound, Concur, Newcomer, ProvisioningStore } from '../domain/ports.ts';

/** How many people one search covers at most: one page of results then holds about all that is found. */
const MOST = 1_000;

/** A search for so few people, which Concur refuses, is not refused for its size. */
const FEWEST = 25;

/** For how long an answer counts, in ms: whoever appears in Concur later is met by a uniqueness refusal. */
const COUNTS_FOR = 60_000;

/** For how long a size that Concur refused is not tried again, in ms: it may have been a key and not the size. */
const SIZE_COUNTS_FOR = 10 * 60_000;

/** What a search found out about people beyond those whom it was made for. */
export interface Lookahead {
  /**
   * Searches as `Concur.find` does, and in the same request for whoever is to be created next. It answers
   * for the people asked for only.
   */
  readonly find: Concur['find'];
  /**
   * Whether Concur was asked for a claimed person less than a minute ago, as they still are, and does not
   * know them. It is said once: whoever is claimed again may have been sent meanwhile.
   */
  readonly saysAbsent: (record: PersonRecord) => boolean;
}

/**
 * Makes the lookahead of one worker, so that a load of new people costs one search for a thousand of them
 * instead of several for every claim of a hundred. What Concur said is remembered in memory, of at most as
 * many people as one search covers and of nobody who was ever in a request; nothing is written or leased for
 * them, so that every worker on a database may have a lookahead of its own. Whoever was found is searched
 * for when claimed like everybody else, since what is decided about them needs a fresh answer; they are only
 * not asked for ahead once more.
 */
export function createLookahead({
  concur,
  store,
  clock,
}: {
  readonly concur: Pick<Concur, 'find'>;
  readonly store: Pick<ProvisioningStore, 'newcomers'>;
  readonly clock: () => number;
}): Lookahead {
  let told = new Map<string, Told>();
  let size = { people: MOST, until: 0 };

  async function find(keys: readonly SearchKeys[]): Promise<Answer<CandidatesFound>> {
    const most = clock() < size.until ? size.people : MOST;
    const middle = Math.ceil(keys.length / 2);
    if (keys.length > most) return both(await find(keys.slice(0, middle)), () => find(keys.slice(middle)));
    const asked = clock();
    const { next, known } = await newcomers(most > FEWEST ? most - keys.length : 0);
    const answer = await concur.find([...keys, ...next.map((newcomer) => newcomer.keys)]);
    const { outcome } = answer;
    if (outcome.kind === 'found') {
      const others = [...keys, ...known.map((newcomer) => newcomer.keys), ...outcome.candidates];
      remember(next, new Set(others.flatMap(marks)), asked);
      return { ...answer, outcome: restrictedTo(keys, outcome) };
    }
    const people = keys.length + next.length;
    const half = Math.floor(people / 2);
    if (outcome.kind === 'refused' && (next.length > 0 || people > FEWEST)) {
      doNotExceed(Math.max(half, FEWEST));
      return find(keys);
    }
    // What Concur could not do for so many it may do for fewer.
    if (outcome.kind === 'retry' && outcome.why === 'transient' && next.length > 0)
      doNotExceed(Math.max(half, keys.length, FEWEST));
    return answer;
  }

  /** Who comes next and is to be asked for, and who was asked for lately; all others are forgotten. */
  async function newcomers(
    limit: number,
  ): Promise<{ next: readonly Newcomer[]; known: readonly Newcomer[] }> {
    if (limit <= 0) return { next: [], known: [] };
    const all = await store.newcomers(limit, clock());
    const known = all.filter(({ personId, version }) => counts(told.get(personId), version));
    const ids = new Set(known.map(({ personId }) => personId));
    told = new Map([...told].filter(([personId]) => ids.has(personId)));
    return { next: all.filter(({ personId }) => !ids.has(personId)), known };
  }

  /** Whoever shares a key with somebody who is created before them is searched for after that. */
  function remember(next: readonly Newcomer[], taken: Set<string>, at: number): void {
    for (const { personId, version, keys } of next) {
      const own = marks(keys);
      told.set(personId, { absent: !own.some((mark) => taken.has(mark)), version, at });
      for (const mark of own) taken.add(mark);
    }
  }

  function counts(one: Told | undefined, version: number): one is Told {
    return one !== undefined && one.version === version && clock() - one.at < COUNTS_FOR;
  }

  function doNotExceed(people: number): void {
    size = { people, until: clock() + SIZE_COUNTS_FOR };
  }

  return {
    find,
    saysAbsent: ({ person, provisioning }) => {
      const one = told.get(person.id);
      told.delete(person.id);
      // Whatever befell the person since, through another worker, is not to be judged by an older answer.
      const untouched = provisioning.lastRequestId === null && provisioning.attempts === 0;
      return untouched && counts(one, person.version) && one.absent;
    },
  };
}

/** What Concur said of a person, as they were at a version, when it was asked. */
interface Told {
  readonly absent: boolean;
  readonly version: number;
  readonly at: number;
}

/** Two answers as one; after a failure nothing more is asked. */
async function both(
  first: Answer<CandidatesFound>,
  ask: () => Promise<Answer<CandidatesFound>>,
): Promise<Answer<CandidatesFound>> {
  if (first.outcome.kind !== 'found') return first;
  const second = await ask();
  if (second.outcome.kind !== 'found') return second;
  const candidates = [...first.outcome.candidates, ...second.outcome.candidates];
  const byId = new Map(candidates.map((candidate) => [candidate.concurId, candidate]));
  return { ...second, outcome: { kind: 'found', candidates: [...byId.values()] } };
}

/** Leaves out the users whom nobody of those asked for can be. */
function restrictedTo(keys: readonly SearchKeys[], { kind, candidates }: CandidatesFound): CandidatesFound {
  const wanted = new Set(keys.flatMap(marks));
  return {
    kind,
    candidates: candidates.filter((candidate) => marks(candidate).some((mark) => wanted.has(mark))),
  };
}

/** The keys that somebody has, so that two people who may be one have one in common; case tells nobody apart here. */
function marks(keys: { readonly [Key in keyof SearchKeys]: string | null }): readonly string[] {
  const { userName, externalId, employeeNumber } = keys;
  return Object.entries({ userName, externalId, employeeNumber }).flatMap(([key, value]) =>
    value === null ? [] : [`${key} ${value.toLowerCase()}`],
  );
}

import { searchKeys } from '../domain/adoption.ts';
import type { ConnectionSettings } from '../domain/connection.ts';
import type { Log } from '../domain/log.ts';
import type { PersonRecord } from '../domain/person.ts';
import type { Concur, ProvisioningStore } from '../domain/ports.ts';
import { type Asked, isOfOneWrite, refusalInWords, type Verdict, verdictOn } from '../domain/verdict.ts';
import type { Change, Judgement, Verdicts, Wait } from '../domain/verdicts.ts';
import { deliverable } from '../mapping/checks/deliverable.ts';
import type { Commits } from './commits.ts';
import { wantedOf } from './wanted.ts';

/** How many writes wait at once; each has a delivery of its own. */
const MOST_WAITING = 8;

/** With more people than this before them no write waits. */
const SHORT_QUEUE = 3;

/** How long a queue is taken to be as long as it was found, in ms: a load does not pay for being counted. */
const QUEUE_LASTS = 200;

/**
 * How long writes may wait in all, in ms, and how much of it every ms brings back: whoever writes one person after the
 * other, and waits for each, still gets through a load of thousands.
 */
const BUDGET = { most: 60_000, growth: 0.25 };

/** How often the store is looked at, in ms: a step of another process is seen by it. */
const LOOK = 200;

/** Concur's verdicts as long as there is a delivery. */
export interface LivingVerdicts extends Verdicts {
  /** Ends all waits: what waits stands. */
  close(): void;
}

/** What verdicts are made from. */
interface Surroundings {
  readonly store: Pick<
    ProvisioningStore,
    'isSwitchedOff' | 'backlog' | 'isGivenUp' | 'resolve' | 'withRelations'
  >;
  /** Reads a person who is not deleted. */
  readonly get: (id: string) => Promise<PersonRecord | null>;
  readonly concur: Pick<Concur, 'granted' | 'pause'>;
  readonly settings: ConnectionSettings;
  readonly commits: Pick<Commits, 'next'>;
  /** Delivers whom clients wait for at once, each alone. */
  readonly deliver: () => void;
  /** The time, in ms since the epoch. */
  readonly clock: () => number;
  readonly log: Log;
}

/** Makes the verdicts of one connection's delivery. */
export function createVerdicts(surroundings: Surroundings): LivingVerdicts {
  const { store, get, concur, settings, commits, deliver, clock, log } = surroundings;
  const budget = waitingBudget(clock);
  let waiting = 0;
  let queuedUntil = 0;
  let closed = false;

  async function admit(wait: number): Promise<Wait | null> {
    const now = clock();
    const hopeless = settings.delivery === 'off' || concur.pause('others') > 0;
    if (closed || wait <= 0 || hopeless || now < queuedUntil || waiting >= MOST_WAITING || budget.isSpent()) {
      return null;
    }
    waiting += 1;
    let ended = false;
    const end = () => {
      if (ended) return;
      ended = true;
      waiting -= 1;
      budget.spend(clock() - now);
    };
    try {
      const isSent = !(await store.isSwitchedOff());
      if (isSent && (await store.backlog(SHORT_QUEUE + 1, now)) <= SHORT_QUEUE) {
        const until = now + wait;
        return { until, judge: (change) => judge(change, until), end };
      }
    } catch (error) {
      end();
      throw error;
    }
    queuedUntil = now + QUEUE_LASTS;
    end();
    return null;
  }

  async function judge(change: Change, until: number): Promise<Judgement> {
    const { before, after } = change;
    const stands = { kind: 'stands', record: after } as const;
    try {
      // What is refused or in already is so for an earlier write.
      if (after.provisioning.verdictUntil === null || (await verdict(after, after)).kind !== 'open') {
        return stands;
      }
      deliver();
      const known = await settled(after, until);
      if (known === null) return stands;
      if (known.verdict.kind !== 'refused') return { kind: 'stands', record: known.record };
      const { refusal } = known.verdict;
      const [was, is] = [before === null ? null : await asked(before), await asked(known.record)];
      const { person } = known.record;
      // What another of ours is about to give up follows: the two are ordered.
      const isOnItsWay =
        refusal.uniqueness && (await store.isGivenUp(person.id, searchKeys(person.resource)));
      if (isOnItsWay || !isOfOneWrite(refusal, was, is)) return { kind: 'stands', record: known.record };
      return {
        kind: 'refused',
        record: known.record,
        uniqueness: refusal.uniqueness,
        ...refusalInWords(refusal, was, is),
        at: refusal.at,
      };
    } catch (error) {
      // The write is accepted, whatever else fails.
      log.error({ err: error, person: after.person.id }, "Concur's verdict could not be waited for");
      return stands;
    }
  }

  /** The verdict once it is no longer open; null when the version is gone, or there was none in time. */
  async function settled(
    after: PersonRecord,
    until: number,
  ): Promise<{ record: PersonRecord; verdict: Verdict } | null> {
    const { id, version } = after.person;
    while (!closed && clock() < until) {
      // Asked for before looking, so that no step falls between the two.
      const next = commits.next(id, Math.min(LOOK, until - clock()));
      const record = await get(id);
      if (record === null || record.person.version !== version) return null;
      const now = await verdict(record, after);
      if (now.kind !== 'open') return { record, verdict: now };
      await next;
    }
    return null;
  }

  async function verdict(record: PersonRecord, { person }: PersonRecord): Promise<Verdict> {
    return verdictOn(await asked(record), person.version, clock());
  }

  async function asked(record: PersonRecord): Promise<Asked> {
    const [known = record] = await store.withRelations([record]);
    const wanted = await wantedOf(known, settings, store.resolve, concur.granted());
    return { record: known, wanted: deliverable(wanted, known.provisioning) };
  }

  return {
    window: settings.verdictWindow,
    admit,
    close: () => {
      closed = true;
    },
  };
}

/** Bounds how long writes wait in all. */
function waitingBudget(clock: () => number) {
  let spent = 0;
  let at = clock();
  const settle = () => {
    const now = clock();
    spent = Math.max(0, spent - Math.max(0, now - at) * BUDGET.growth);
    at = now;
  };
  return {
    isSpent(): boolean {
      settle();
      return spent >= BUDGET.most;
    },
    spend(duration: number): void {
      settle();
      spent += Math.max(0, duration);
    },
  };
}

import { setImmediate } from 'node:timers/promises';
import type { Service } from '../domain/extensions.ts';
import type { Granted } from '../domain/granted.ts';
import type { Log } from '../domain/log.ts';
import { lostKeys } from '../domain/loss.ts';
import type { PersonRecord } from '../domain/person.ts';
import { type Known, NOTHING_KNOWN, plan, type Wanted } from '../domain/plan.ts';
import type { ProvisioningStore, ResolveReferences } from '../domain/ports.ts';
import type { AttributeKey } from '../domain/profile.ts';
import type { Lane } from '../domain/provisioning.ts';
import { type Effect, type Example, NO_EFFECT, type ReplanningStore } from '../domain/replanning.ts';
import type { Rest } from '../domain/rest.ts';
import { deliverable } from '../mapping/checks/deliverable.ts';
import { atRest } from './next-state.ts';
import { type WantedSettings, wantedOf } from './wanted.ts';

/** How many people are read and planned in one go: the process serves nobody else for some milliseconds. */
const PAGE = 50;

/** How many of those who would change are told by name. */
const EXAMPLES = 10;

/** After how many people the log says how far the work is. */
const PROGRESS = 50_000;

/** Everything is known that can be: what Concur is known to hold is taken to be what it holds. */
const EVERYTHING_KNOWN: Known = { absent: true, read: new Set<Service>(['identity', 'spend', 'travel']) };

/** What planning everybody works with. */
export interface Replanning {
  readonly people: ReplanningStore;
  readonly provisioning: Pick<ProvisioningStore, 'resolve'>;
  readonly settings: WantedSettings;
  /** What the token lets the bridge write. */
  readonly granted: () => Granted;
  /** The time, in ms since the epoch. */
  readonly clock: () => number;
  readonly log: Log;
  /** The work ends after the page that it is at. */
  readonly stopping: AbortSignal;
}

/**
 * Plans all living people by the settings, a page at a time.
 *
 * @param mode `preview`: nothing is written; `apply`: exactly those are queued for whom the plan says anything else
 *   than the rest they are in, and who is under way is due at once. Doing it twice is harmless
 * @returns the effect; null when it was stopped
 */
export async function replan(replanning: Replanning, mode: 'preview' | 'apply'): Promise<Effect | null> {
  const { people, clock, log, stopping } = replanning;
  let effect = NO_EFFECT;
  let last: string | null = null;
  while (!stopping.aborted) {
    const page = await people.page(last, PAGE);
    if (page.last === null) return effect;
    last = page.last;
    const resolve = together(replanning.provisioning.resolve);
    const found = await Promise.all(page.resting.map((record) => judge(replanning, resolve, record)));
    if (mode === 'apply') {
      const roused = found.flatMap(({ id, lane }) => (lane === null ? [] : [{ personId: id, lane }]));
      await people.rouse(roused, page.underWay, clock());
    }
    const before = effect.people;
    effect = sum(effect, found, page.underWay.length);
    if (mode === 'apply' && Math.floor(before / PROGRESS) < Math.floor(effect.people / PROGRESS)) {
      log.info({ people: effect.people, changed: effect.changed }, 'planning everybody by the new settings');
    }
    // In between, the process serves others.
    await setImmediate();
  }
  return null;
}

/** What was found out about one person. */
interface Found {
  readonly id: string;
  /** The lane to be queued in; null: the person rests as before. */
  readonly lane: Lane | null;
  readonly losesAccess: boolean;
  /** Absent: nothing changes that anybody would see. */
  readonly example?: Example;
}

function sum(effect: Effect, found: readonly Found[], underWay: number): Effect {
  const examples = found.flatMap(({ example }) => (example === undefined ? [] : [example]));
  return {
    people: effect.people + found.length + underWay,
    changed: effect.changed + examples.length,
    losingAccess: effect.losingAccess + found.filter(({ losesAccess }) => losesAccess).length,
    underWay: effect.underWay + underWay,
    examples: [...effect.examples, ...examples].slice(0, EXAMPLES),
  };
}

/** Looks up at once whom many people refer to: one by one it takes longer than everything else. */
function together(resolve: ResolveReferences): ResolveReferences {
  let asked = new Set<string>();
  let answer: ReturnType<ResolveReferences> | null = null;
  async function lookUp(): ReturnType<ResolveReferences> {
    await setImmediate();
    const references = [...asked];
    asked = new Set();
    answer = null;
    return await resolve(references);
  }
  return (references) => {
    for (const reference of references) asked.add(reference);
    answer ??= lookUp();
    return answer;
  };
}

async function judge(
  { settings, granted, log }: Replanning,
  resolve: ResolveReferences,
  record: PersonRecord,
): Promise<Found> {
  const { id } = record.person;
  try {
    const asked = await wantedOf(record, settings, resolve, granted());
    return judgeBy(record, deliverable(asked, record.provisioning), granted());
  } catch (error) {
    log.error({ err: error, person: id }, 'a person could not be planned');
    // Whoever takes them up says so beside the person, and tries again.
    const example = exampleOf(record, [], 'The bridge itself fails on this person');
    return { id, lane: 'import', losesAccess: false, example };
  }
}

function judgeBy(record: PersonRecord, wanted: Wanted, granted: Granted): Found {
  const { id } = record.person;
  const next = plan(record, wanted, EVERYTHING_KNOWN);
  const isLeftToAdmin = record.provisioning.state === 'held' && wanted.outside === undefined;
  if (isLeftToAdmin) return { id, lane: null, losesAccess: false };
  switch (next.kind) {
    case 'send': {
      const { difference } = next;
      const attributes = [...Object.keys(difference.set), ...difference.remove].sort();
      return {
        id,
        lane: next.deactivation ? 'deactivation' : 'import',
        losesAccess: lostKeys(difference).length > 0,
        example: exampleOf(record, attributes, null),
      };
    }
    case 'rest': {
      const { state, reason } = record.provisioning;
      const isSame = next.state === state && next.reason === reason;
      const isLeft = isSame && restsAlike(record, wanted, next) && !mustBeRead(record, wanted, granted);
      return {
        id,
        lane: isLeft ? null : 'import',
        losesAccess: false,
        ...(isSame ? {} : { example: exampleOf(record, [], next.message ?? next.reason) }),
      };
    }
    case 'search':
    case 'read':
      throw new Error('Nothing is left to be found out where everything is known');
  }
}

function exampleOf(
  { person }: PersonRecord,
  attributes: readonly AttributeKey[],
  problem: string | null,
): Example {
  return { id: person.id, userName: String(person.resource.userName), attributes, problem };
}

/** Somebody for whom nothing is sent may still have to be written: values that are ours from now on, or a message. */
function restsAlike({ provisioning }: PersonRecord, wanted: Wanted, rest: Rest): boolean {
  const update = atRest(provisioning, wanted, rest);
  const waitingFor = [...new Set(update.waitingFor)].sort();
  return JSON.stringify({ ...provisioning, ...update, waitingFor }) === JSON.stringify(provisioning);
}

/** A part of which something is wanted now was never read; one that cannot be read is left alone. */
function mustBeRead(record: PersonRecord, wanted: Wanted, { unreadable }: Granted): boolean {
  const next = plan(record, wanted, NOTHING_KNOWN);
  // The names of Concur's scopes begin with the service that they are for.
  const isReadable = (service: Service) => !unreadable.some((scope) => scope.startsWith(`${service}.`));
  return next.kind === 'read' && next.services.some(isReadable);
}

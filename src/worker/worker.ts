import type { PersonRecord } from '../domain/person.ts';
import type { Lease, ProvisioningStore } from '../domain/ports.ts';
import type { Claimable } from '../domain/provisioning.ts';
import { allDone } from './all-done.ts';
import { confirm } from './confirm.ts';
import type { Context } from './context.ts';
import { deleteEach } from './delete.ts';
import { watchGrants } from './grants.ts';
import { createGuard } from './guard.ts';
import { LEASE_DURATION, underLease } from './leases.ts';
import { createLookahead } from './lookahead.ts';
import { type Loop, startLoop } from './loop.ts';
import { prepare } from './prepare.ts';
import { recoverRequest } from './recover.ts';
import { sendAll, sendEach } from './send.ts';
import { watchSwitch } from './switch.ts';

/** How many deactivations travel alone at once; beyond that they go in Bulks of deactivations only. */
const DEACTIVATIONS_AT_ONCE = 20;

/** How many claims of leavers are under way at once: one that Concur does not answer holds up no other. */
const LEAVER_LOOPS = 4;

/** How many requests are looked at in one go. */
const LOOKS_AT_ONCE = 10;

/** What a worker is given to work with. */
type Surroundings = Omit<Context, 'lookahead' | 'leaseDuration' | 'guard'>;

/** The part of the program that makes Concur match. */
export interface Worker {
  /** Looks for work at once instead of at the next tick. */
  wake(): void;
  /** Delivers people on whom clients wait for Concur's verdict, each alone and behind nobody, until none is due. */
  deliverAwaited(): void;
  /** Looks at the requests that are due at once. */
  wakeConfirmations(): void;
  /** Takes no new work and resolves when what was begun is written. */
  stop(): Promise<void>;
}

/**
 * Starts delivering one connection. Deactivations, leavers to be searched for, everything else and
 * confirmations each have loops of their own, so that a leaver never waits behind a load, a slow look at a
 * request, or anybody's search.
 *
 * @param leaseDuration how long a lease lasts without being renewed, in ms
 */
export function startWorker(surroundings: Surroundings, leaseDuration: number = LEASE_DURATION): Worker {
  const store = announcingLeavers(surroundings.store, () => {
    for (const one of leavers) one.wake();
  });
  const guard = createGuard(surroundings);
  const context: Context = { ...surroundings, store, guard, lookahead: null, leaseDuration };
  const sending = context.settings.delivery === 'on';
  if (!sending) {
    context.log.warn(
      { delivery: 'off' },
      'delivery is off in the configuration: changes are accepted and planned, and none is sent',
    );
  }
  const leavers: Loop[] = sending
    ? [
        ...Array.from({ length: LEAVER_LOOPS }, () => loop('deactivations', deliver('deactivation'))),
        loop('lookups', deliver('lookup')),
      ]
    : [];
  const deliveries: Loop[] = sending
    ? [
        ...leavers,
        loop('deliveries', deliver('others'), lookingAhead(context)),
        loop('grants', watchGrants(context)),
        loop('guard', guard.look),
        loop(
          'switch',
          watchSwitch(context, () => wakeAll()),
        ),
      ]
    : [];
  const confirmations = loop('confirmations', confirmRequests);
  const loops = [...deliveries, confirmations, loop('recovery', recover)];
  const ending = new AbortController();
  const awaited = new Set<Promise<void>>();
  return {
    // A write makes people due; it makes no request to be looked at, and leaves nothing behind.
    wake: wakeAll,
    deliverAwaited: () => {
      if (!sending || ending.signal.aborted) return;
      const one = deliverUntilNoneIsDue().finally(() => awaited.delete(one));
      awaited.add(one);
    },
    wakeConfirmations: confirmations.wake,
    stop: async () => {
      ending.abort();
      await Promise.all([...loops.map((one) => one.stop()), ...awaited]);
    },
  };

  function wakeAll(): void {
    for (const one of deliveries) one.wake();
  }

  // Only writes make such people due, and each calls for them: no loop has to look for them.
  async function deliverUntilNoneIsDue(): Promise<void> {
    const step = deliver('awaited');
    try {
      while (!ending.signal.aborted && (await step(context, ending.signal)) > 0);
    } catch (error) {
      onError('awaited', error);
    }
  }

  function onError(name: string, error: unknown): void {
    context.log.error({ err: error, loop: name }, 'a step of the worker failed');
  }

  function loop(name: string, step: Step, inContext = context): Loop {
    return startLoop({
      step: (stopping) => step(inContext, stopping),
      onError: (error) => onError(name, error),
    });
  }
}

/** Calls `wake` after each step that queues a leaver, so that they are taken up at once instead of at the next tick. */
function announcingLeavers(store: ProvisioningStore, wake: () => void): ProvisioningStore {
  return {
    ...store,
    commit: async (step, now) => {
      let isQueued = false;
      const decide: typeof step.decide = async (record, resolve) => {
        const update = await step.decide(record, resolve);
        isQueued ||=
          update.state === 'queued' && (update.lane ?? record.provisioning.lane) === 'deactivation';
        return update;
      };
      await store.commit({ ...step, decide }, now);
      if (isQueued) wake();
    },
  };
}

/** The search for a leaver is not widened: it is to be answered as soon as it can be. */
function lookingAhead(context: Context): Context {
  const lookahead = createLookahead(context);
  return { ...context, concur: { ...context.concur, find: lookahead.find }, lookahead };
}

/** What a loop of the worker repeats. */
type Step = (context: Context, stopping: AbortSignal) => Promise<number>;

/** Runs `work` under a lease of its own. */
function held<Result>(
  { store, clock, newId, leaseDuration }: Context,
  work: (lease: Lease) => Promise<Result>,
): Promise<Result> {
  return underLease(store, clock, newId, work, leaseDuration);
}

/** A step of delivery. A deactivation travels alone, and goes before everything else that was claimed with it. */
function deliver(wanted: Claimable): Step {
  return async (context, stopping) => {
    if (context.concur.pause(wanted === 'deactivation' ? wanted : 'others') > 0) return 0;
    return held(context, async (lease) => {
      const limit = wanted === 'awaited' ? 1 : context.settings.batching.operations;
      const records = await context.store.claim(wanted, limit, lease, context.clock());
      let isOver = false;
      for await (const outgoing of prepare(context, lease, records)) {
        // Who is not sent any more need not be searched for or read either.
        isOver = stopping.aborted || (await context.store.isSwitchedOff());
        if (isOver) break;
        const leavers = outgoing.filter(({ deactivation }) => deactivation);
        const deletions = outgoing.filter(({ operation }) => operation.method === 'DELETE');
        const others = outgoing.filter((one) => !leavers.includes(one) && !deletions.includes(one));
        const sendLeavers = leavers.length <= DEACTIVATIONS_AT_ONCE ? sendEach : sendAll;
        await sendLeavers(context, lease, leavers);
        await sendAll(context, lease, others);
        await deleteEach(context, lease, deletions);
      }
      if (isOver || stopping.aborted) await giveBack(context, lease, records);
      return records.length;
    });
  };
}

/** Queues whoever was claimed and neither sent nor put to rest: the process is to end, or delivery was switched off. */
async function giveBack(
  { store, clock }: Context,
  lease: Lease,
  records: readonly PersonRecord[],
): Promise<void> {
  const people = records.map(({ person }) => person.id);
  await store.commit(
    { lease: lease.token, people, decide: async () => ({ state: 'queued', due: clock() }) },
    clock(),
  );
}

async function confirmRequests(context: Context): Promise<number> {
  if (context.concur.pause('others') > 0) return 0;
  return held(context, async (lease) => {
    const requests = await context.store.claimPolls(LOOKS_AT_ONCE, lease, context.clock());
    await allDone(requests.map((request) => confirm(context, lease, request)));
    return requests.length;
  });
}

/** Takes up what a killed worker left. */
async function recover(context: Context): Promise<number> {
  return held(context, async (lease) => {
    const requests = await context.store.recover(lease, context.clock());
    for (const request of requests) await recoverRequest(context, lease, request);
    return requests.length;
  });
}

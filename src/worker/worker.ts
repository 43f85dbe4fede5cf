import { confirm } from './confirm.ts';
import type { Context } from './context.ts';
import { underLease } from './leases.ts';
import { type Loop, startLoop } from './loop.ts';
import { prepare } from './prepare.ts';
import { recoverRequest } from './recover.ts';
import { sendAll, sendEach } from './send.ts';

/** How many deactivations travel alone at once; beyond that they go in Bulks of deactivations only. */
const DEACTIVATIONS_AT_ONCE = 20;

/** How many requests are looked at in one go. */
const LOOKS_AT_ONCE = 10;

/** The part of the program that makes Concur match. */
export interface Worker {
  /** Looks for work at once instead of at the next tick. */
  wake(): void;
  /** Takes no new work and resolves when what was begun is written. */
  stop(): Promise<void>;
}

/**
 * Starts delivering one connection. Deactivations, everything else and confirmations each have a
 * loop of their own, so that a leaver never waits behind a load or a slow look at a request.
 */
export function startWorker(context: Context): Worker {
  const sending = context.settings.delivery === 'on';
  const loops: Loop[] = [
    ...(sending ? [loop('deactivations', deliverDeactivations), loop('deliveries', deliverOthers)] : []),
    loop('confirmations', confirmRequests),
    loop('recovery', recover),
  ];
  return {
    wake: () => {
      for (const one of loops) one.wake();
    },
    stop: async () => {
      await Promise.all(loops.map((one) => one.stop()));
    },
  };

  function loop(name: string, step: (context: Context) => Promise<number>): Loop {
    return startLoop({
      step: () => step(context),
      onError: (error) => context.log.error({ err: error, loop: name }, 'a step of the worker failed'),
    });
  }
}

async function deliverDeactivations(context: Context): Promise<number> {
  return underLease(context.store, context.clock, context.newId, async (lease) => {
    const limit = context.settings.batching.operations;
    const records = await context.store.claim('deactivation', limit, lease, context.clock());
    const outgoing = await prepare(context, lease, records);
    const leavers = outgoing.filter(({ deactivation }) => deactivation);
    const alone = leavers.length <= DEACTIVATIONS_AT_ONCE;
    await (alone ? sendEach(context, lease, leavers) : sendAll(context, lease, leavers));
    // Who turns out to be no leaver after all goes the ordinary way.
    await sendAll(
      context,
      lease,
      outgoing.filter(({ deactivation }) => !deactivation),
    );
    return records.length;
  });
}

async function deliverOthers(context: Context): Promise<number> {
  return underLease(context.store, context.clock, context.newId, async (lease) => {
    const limit = context.settings.batching.operations;
    const records = await context.store.claim('others', limit, lease, context.clock());
    const outgoing = await prepare(context, lease, records);
    await sendEach(
      context,
      lease,
      outgoing.filter(({ deactivation }) => deactivation),
    );
    await sendAll(
      context,
      lease,
      outgoing.filter(({ deactivation }) => !deactivation),
    );
    return records.length;
  });
}

async function confirmRequests(context: Context): Promise<number> {
  return underLease(context.store, context.clock, context.newId, async (lease) => {
    const requests = await context.store.claimPolls(LOOKS_AT_ONCE, lease, context.clock());
    await Promise.all(requests.map((request) => confirm(context, lease, request)));
    return requests.length;
  });
}

/** Takes up what a killed worker left. */
async function recover(context: Context): Promise<number> {
  return underLease(context.store, context.clock, context.newId, async (lease) => {
    const requests = await context.store.recover(lease, context.clock());
    for (const request of requests) await recoverRequest(context, lease, request);
    return requests.length;
  });
}

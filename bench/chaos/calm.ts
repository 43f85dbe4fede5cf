import { setTimeout as wait } from 'node:timers/promises';
import { isJsonObject, type JsonObject } from '../../src/domain/json.ts';
import type { Bridge } from './bridge.ts';
import type { Time } from './time.ts';

/** How often it is looked whether everybody rests, in ms. */
const LOOK = 120;

/** The first and the longest step by which the time is moved on, in ms. */
const STEPS = { first: 2_000, longest: 20 * 60_000 } as const;

/** How long everybody may take to come to rest, in ms of the system's clock. */
const PATIENCE = 90_000;

/**
 * Waits until nothing is due, no request is open and the time of every lost one is over, and moves the time on, ever faster, as long as nobody is being
 * sent. Returns null, or in words what is still to be done after 90 seconds.
 */
export async function calmDown(bridge: Bridge, time: Time): Promise<string | null> {
  const end = Date.now() + PATIENCE;
  let step: number = STEPS.first;
  for (;;) {
    const { states, openRequests } = await bridge.admin('/summary');
    const { queued = 0, sending = 0, processing = 0 } = counts(states);
    const isQuiet = queued + sending + processing + Number(openRequests) === 0;
    // What a lost request may still do is looked at once more when its time is over.
    if (isQuiet && !(await isAnyLost(bridge))) return null;
    if (Date.now() > end) {
      return `${queued} queued, ${sending} being sent, ${processing} processing, ${openRequests} open requests`;
    }
    if (sending === 0) {
      time.travel(step);
      step = Math.min(STEPS.longest, step * 2);
    }
    await wait(LOOK);
  }
}

async function isAnyLost(bridge: Bridge): Promise<boolean> {
  const { items } = await bridge.admin('/requests?state=unknown&limit=100');
  return Array.isArray(items) && items.some((one) => isJsonObject(one) && one.completedAt === null);
}

function counts(states: unknown): Record<string, number> {
  const all: JsonObject = isJsonObject(states) ? states : {};
  return Object.fromEntries(Object.entries(all).map(([state, count]) => [state, Number(count)]));
}

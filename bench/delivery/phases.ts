import { setTimeout as wait } from 'node:timers/promises';
import type { JsonObject } from '../../src/domain/json.ts';
import type { LoggedRequest } from '../../src/simulator/simulator.ts';
import { BridgeProcess } from '../../test/end-to-end/bridge-process.ts';
import { type Client, createClient } from './client.ts';
import type { ConcurProcess } from './company.ts';
import { operationsIn, type Straight, writesAmong } from './straight.ts';

/** What it took to deliver a load that was accepted before. */
export interface LoadFigures {
  readonly what: string;
  readonly people: number;
  /** How long the clients took until all of it was accepted, in ms. */
  readonly acceptedIn: number;
  /** From the first request to Concur to the last, in ms. */
  readonly deliveredIn: number;
  /** What Concur alone takes for the same requests, in ms. */
  readonly concurAlone: number;
  readonly requests: number;
  /** The POSTs among them: searches, Bulks and creates. */
  readonly posts: number;
  /** The requests that write, and the operations in them. */
  readonly writes: number;
  readonly operations: number;
}

/** What became of deactivations that came on top of a backlog. */
export interface LeaverFigures {
  readonly leavers: number;
  /** From accepted to confirmed, in ms, in ascending order. */
  readonly waits: readonly number[];
  /** Of those sent one at a time: how many there were, and how many were the next request that reached Concur. */
  readonly single: number;
  readonly next: number;
}

/** How many of the deactivations are sent one at a time, each when the one before was accepted. */
const SINGLE = 50;

/** The bridge of the bench, whose delivery can be switched off. */
export interface Delivering {
  readonly client: Client;
  /** Starts it anew. */
  deliver(delivery: 'on' | 'off'): Promise<void>;
  dispose(): Promise<void>;
}

/** Prepares a bridge to this Concur and starts it without delivery. */
export async function startDelivering(concur: ConcurProcess): Promise<Delivering> {
  // The guard counts, which is part of what is measured, and lets everybody through.
  const deactivationGuard = { people: 'off', percent: 'off' };
  const settings = (delivery: 'on' | 'off'): JsonObject => ({ delivery, deactivationGuard });
  const program = await BridgeProcess.prepare(concur, { connection: settings('off') });
  await program.start();
  return {
    client: createClient(program.url),
    async deliver(delivery) {
      await program.stop();
      await program.configure(concur, settings(delivery));
      await program.start();
    },
    dispose: () => program.dispose(),
  };
}

/** Has a load accepted while nothing is delivered, and then delivered; then sends the same straight to another Concur. */
export async function measureLoad<Result>(
  what: string,
  people: number,
  { bridge, concur, straight }: { bridge: Delivering; concur: ConcurProcess; straight: Straight },
  load: (client: Client) => Promise<Result>,
): Promise<[LoadFigures, Result]> {
  await bridge.deliver('off');
  const begun = performance.now();
  const result = await load(bridge.client);
  const acceptedIn = performance.now() - begun;
  const since = Date.now();
  await bridge.deliver('on');
  await bridge.client.settled();
  const requests = delivered(await concur.requestsSince(since));
  const figures: LoadFigures = {
    what,
    people,
    acceptedIn,
    deliveredIn: (requests.at(-1)?.at ?? 0) - (requests[0]?.at ?? 0),
    concurAlone: await straight.send(requests),
    requests: requests.length,
    posts: requests.filter(({ method }) => method === 'POST').length,
    writes: writesAmong(requests).length,
    operations: operationsIn(requests),
  };
  return [figures, result];
}

/** Deactivates the leavers on top of updates of everybody else that are being delivered. */
export async function measureLeavers(
  leavers: readonly string[],
  others: readonly string[],
  { bridge, concur }: { bridge: Delivering; concur: ConcurProcess },
): Promise<LeaverFigures> {
  const { client } = bridge;
  await bridge.deliver('off');
  await client.retitle(others, 'Director');
  const since = Date.now();
  await bridge.deliver('on');
  // The backlog is on its way.
  while (writesAmong(await concur.requestsSince(since)).length === 0) await wait(100);

  const accepted = new Map<string, number>();
  const single = leavers.slice(0, SINGLE);
  for (const id of single) accepted.set(id, await client.deactivate(id));
  await client.each(leavers.slice(SINGLE), async (id) => accepted.set(id, await client.deactivate(id)));
  await client.settled();

  const seen = await client.people();
  const requests = delivered(await concur.requestsSince(since));
  const waits = leavers.map((id) =>
    Math.max(0, (seen.get(id)?.lastConfirmed ?? 0) - (accepted.get(id) ?? 0)),
  );
  const next = single.filter((id) => isNext(requests, accepted.get(id) ?? 0, seen.get(id)?.concurId ?? ''));
  return {
    leavers: leavers.length,
    waits: waits.sort((left, right) => left - right),
    single: single.length,
    next: next.length,
  };
}

/** Whether nothing but deactivations arrived at Concur between the acceptance of this one and its arrival. */
function isNext(requests: readonly LoggedRequest[], accepted: number, concurId: string): boolean {
  const arrival = requests.find((one) => isDeactivation(one) && one.path.endsWith(concurId));
  if (arrival === undefined) return false;
  return !requests.some((one) => one.at > accepted && one.at < arrival.at && !isDeactivation(one));
}

function isDeactivation({ method, body }: LoggedRequest): boolean {
  return method === 'PATCH' && JSON.stringify(body).includes('"path":"active","value":false');
}

/** What was answered, but for tokens. */
function delivered(requests: readonly LoggedRequest[]): readonly LoggedRequest[] {
  return requests.filter(({ path, status }) => status >= 200 && status < 300 && !path.startsWith('/oauth2/'));
}

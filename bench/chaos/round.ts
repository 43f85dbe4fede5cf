import { setTimeout as wait } from 'node:timers/promises';
import type { Simulator } from '../../src/simulator/simulator.ts';
import type { Bridge } from './bridge.ts';
import type { Dice } from './dice.ts';
import { nextTrouble, type Trouble } from './faults.ts';
import type { Write } from './forms.ts';
import type { People } from './people.ts';
import type { ScimClient } from './scim-client.ts';
import type { Time } from './time.ts';
import { nextWrite } from './writes.ts';

const MINUTE = 60_000;

/** A kill: how long the bridge is down, and whether it is cut again in its next life, after how long; in ms. */
interface Kill {
  readonly down: number;
  readonly again: number | null;
}

/** What happens in a round, decided before it begins. */
export interface Round {
  readonly steps: readonly { readonly pause: number; readonly what: Write | Trouble | Kill }[];
  /** Which of the clients makes each write. */
  readonly clients: readonly number[];
  /** How long the storm goes on after the last step, and how far the time is moved then, in ms. */
  readonly tail: number;
  readonly travel: number;
}

/** Decides a round; the people are as they are to be after it. */
export function nextRound(people: People, dice: Dice): Round {
  const writes = Array.from({ length: dice.whole(3, 14) }, () => nextWrite(people, dice));
  const troubles = Array.from({ length: dice.whole(0, 3) }, () => nextTrouble(dice));
  const kills = Array.from({ length: dice.chance(0.4) ? dice.whole(1, 2) : 0 }, () => ({
    down: dice.whole(0, 100),
    again: dice.chance(0.15) ? dice.whole(50, 600) : null,
  }));
  const steps: (Write | Trouble | Kill)[] = [...writes];
  // Writes keep the order in which they were decided.
  for (const other of [...troubles, ...kills]) steps.splice(dice.whole(0, steps.length), 0, other);
  return {
    steps: steps.map((what) => ({ pause: dice.whole(0, 40), what })),
    clients: writes.map(() => dice.whole(0, 1)),
    tail: dice.whole(0, 400),
    travel: dice.pick([0, 1_000, 5_000, 20_000, 20_000, MINUTE, 5 * MINUTE, 11 * MINUTE, 125 * MINUTE]),
  };
}

/** Lets a round happen, and resolves when all its writes are accepted and its faults are over. */
export async function play(
  round: Round,
  {
    simulator,
    bridge,
    time,
    clients,
  }: { simulator: Simulator; bridge: Bridge; time: Time; clients: readonly ScimClient[] },
): Promise<void> {
  const done = new Map<string, Promise<void>>();
  const all: Promise<void>[] = [];
  let writes = 0;
  for (const { pause, what } of round.steps) {
    await wait(pause);
    if ('begin' in what) what.begin(simulator);
    else if ('down' in what) all.push(bridge.kill(what.down, what.again));
    else {
      const client = clients[round.clients[writes] ?? 0];
      writes += 1;
      if (client === undefined) throw new Error('There are two clients');
      const before = what.keys.map((key) => done.get(key));
      const mine = Promise.all(before).then(() => what.carryOut(client));
      for (const key of what.keys) done.set(key, mine);
      all.push(mine);
    }
  }
  const outcomes = await Promise.allSettled(all);
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  await wait(round.tail);
  simulator.faults.clear();
  time.travel(round.travel);
}

/** A round in a few words. */
export function summary({ steps }: Round): string {
  const writes = steps.filter(({ what }) => 'carryOut' in what).length;
  const kills = steps.reduce(
    (sum, { what }) => sum + ('down' in what ? (what.again === null ? 1 : 2) : 0),
    0,
  );
  const troubles = steps.flatMap(({ what }) => ('begin' in what ? [what.name] : []));
  return [`${writes} writes`, ...(kills > 0 ? [`${kills} kills`] : []), ...troubles].join(', ');
}

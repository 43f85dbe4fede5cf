import { seededNumbers } from '../../test/seeded-numbers.ts';

/** Where every decision comes from; the same seed makes the same ones. */
export interface Dice {
  /** Whether something that happens so often, in [0, 1], happens now. */
  chance(share: number): boolean;
  /** A whole number from `least` to `most`. */
  whole(least: number, most: number): number;
  /** One of a list that is not empty. */
  pick<One>(all: readonly One[]): One;
  /** One of those that are named, as often as their weight says. */
  weighted<One extends string>(weights: Readonly<Record<One, number>>): One;
}

/** Makes the dice of one run. */
export function createDice(seed: number): Dice {
  const next = seededNumbers(seed);
  const whole = (least: number, most: number) => least + Math.floor(next() * (most - least + 1));
  const pick = <One>(all: readonly One[]): One => {
    const one = all[whole(0, all.length - 1)];
    if (one === undefined) throw new Error('There is nothing to pick from');
    return one;
  };
  return {
    chance: (share) => next() < share,
    whole,
    pick,
    weighted(weights) {
      // The keys of a record are the names of its type, which Object.keys does not say.
      const names = Object.keys(weights) as (keyof typeof weights)[];
      return pick(names.flatMap((name) => Array.from({ length: weights[name] }, () => name)));
    },
  };
}

/** The shortest and the longest wait after a transient failure, in ms. */
const SHORTEST = 2_000;
const LONGEST = 10 * 60_000;

/**
 * How long to wait after the `attempts`-th transient failure in a row, in ms: exponential, with full
 * jitter in the upper half so that people who failed together do not come back together.
 *
 * @param attempts failures so far, at least 1
 * @param random a number in [0, 1)
 */
export function retryDelay(attempts: number, random: number): number {
  const ceiling = Math.min(LONGEST, SHORTEST * 2 ** Math.min(attempts - 1, 20));
  return Math.round(ceiling / 2 + (ceiling / 2) * random);
}

/** The longest wait between two looks at one provisioning request, in ms. */
const LONGEST_POLL = 60_000;

/**
 * How long to wait before looking at a provisioning request again, in ms. SAP asks for five seconds
 * or more, growing (User Provisioning, "Tracking Completion"); jitter only ever lengthens the wait.
 *
 * @param polls how often it was looked at so far
 * @param interval the shortest wait of the connection, in ms
 */
export function pollDelay(polls: number, interval: number, random: number): number {
  const grown = Math.min(Math.max(LONGEST_POLL, interval), interval * 1.5 ** Math.min(polls, 20));
  return Math.round(grown * (1 + random * 0.2));
}

import { setImmediate } from 'node:timers';

/**
 * Lets one caller through in each round of the event loop, in the order they came. What a thread found for many is told
 * in one round; each of them then has more to do, and nobody else would be served before all of it was done.
 */
export function oneARound(): () => Promise<void> {
  const waiting: (() => void)[] = [];
  const letThrough = () => {
    waiting.shift()?.();
    if (waiting.length > 0) setImmediate(letThrough);
  };
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      if (waiting.length === 1) setImmediate(letThrough);
    });
}

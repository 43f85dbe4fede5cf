import type { ProvisioningStore } from '../domain/ports.ts';

/** The steps that this process's worker writes, as somebody who waits for them sees them. */
export interface Commits {
  /** The store of the worker, whose steps are seen. */
  readonly store: ProvisioningStore;
  /** Resolves after the next step about a person, and after `patience` ms at the latest. */
  next(personId: string, patience: number): Promise<void>;
}

/** Lets others wait for what a worker writes to the store. */
export function watchCommits(store: ProvisioningStore): Commits {
  const waiting = new Map<string, Set<() => void>>();
  return {
    store: {
      ...store,
      commit: async (step, now) => {
        await store.commit(step, now);
        for (const person of step.people) for (const tell of waiting.get(person) ?? []) tell();
      },
    },
    next: (personId, patience) =>
      new Promise((resolve) => {
        const those = waiting.get(personId) ?? new Set();
        const timer = setTimeout(tell, patience);
        waiting.set(personId, those.add(tell));
        function tell(): void {
          clearTimeout(timer);
          those.delete(tell);
          if (those.size === 0 && waiting.get(personId) === those) waiting.delete(personId);
          resolve();
        }
      }),
  };
}

/** The time of bridge and simulator, which runs with the system's and can be moved forward. */
export interface Time {
  now(): number;
  /** Where the bridge's process gets its clock from: a module to be loaded before it. */
  clockModule(): string;
  /** Moves on by so many ms. The bridge never goes before the simulator: it would look at a request too early. */
  travel(ms: number): void;
}

/** Makes the time; `tell` gets how far it is ahead of the system's, in ms, whenever it is moved. */
export function createTime(tell: (ahead: number) => void): Time {
  let ahead = 0;
  return {
    now: () => Date.now() + ahead,
    clockModule() {
      const module = new URL('./travelling-clock.ts', import.meta.url);
      module.searchParams.set('ahead', String(ahead));
      return module.href;
    },
    travel(ms) {
      ahead += Math.round(ms);
      tell(ahead);
    },
  };
}

/** How long a loop rests when there was nothing to do, in ms; other processes' writes are seen within it. */
const IDLE = 500;

/** How long a loop rests after a step failed, in ms. */
const AFTER_ERROR = 2_000;

/** A step that is repeated until it is stopped. */
export interface Loop {
  wake(): void;
  /** Resolves when the step under way has ended. */
  stop(): Promise<void>;
}

/**
 * Repeats `step` at once while it finds work (returns more than 0), and otherwise after a rest or
 * when woken.
 */
export function startLoop(options: {
  /** Does what is to be done and returns how much it found; `stopping` is aborted when it is to end soon. */
  readonly step: (stopping: AbortSignal) => Promise<number>;
  readonly onError: (error: unknown) => void;
}): Loop {
  const stopping = new AbortController();
  let woken = false;
  let endRest: (() => void) | undefined;

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      woken = false;
      const rest = await options.step(stopping.signal).then(
        (found) => (found > 0 ? 0 : IDLE),
        (error: unknown) => {
          options.onError(error);
          return AFTER_ERROR;
        },
      );
      if (rest > 0 && !stopping.signal.aborted && !woken) await resting(rest);
    }
  }

  function resting(duration: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(finish, duration);
      endRest = finish;
      function finish(): void {
        clearTimeout(timer);
        endRest = undefined;
        resolve();
      }
    });
  }

  const ended = run();
  return {
    wake() {
      woken = true;
      endRest?.();
    },
    async stop() {
      stopping.abort();
      endRest?.();
      await ended;
    },
  };
}

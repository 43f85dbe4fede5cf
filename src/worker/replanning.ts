import { type Loop, startLoop } from './loop.ts';
import { type Replanning, replan } from './replan.ts';

/** How often it is looked whether another process plans by other settings, in ms. */
const LOOK_INTERVAL = 10_000;

/**
 * Plans everybody by the settings where that was not done yet, in the background: until it is done, a failure or the
 * end of the process makes it begin again. Then it watches for processes that plan by other settings.
 *
 * @param fingerprint what tells these settings from others
 * @param predecessor resolves when nobody in this process plans by other settings any more
 * @param onQueued called when people were queued
 */
export function startReplanning(
  replanning: Omit<Replanning, 'stopping'>,
  fingerprint: string,
  predecessor: Promise<void>,
  onQueued: () => void,
): Loop {
  const { people, clock, log } = replanning;
  /** Null: not everybody was planned yet. */
  let lookedAt: number | null = null;

  async function lookForOthers(last: number): Promise<void> {
    if (clock() - last < LOOK_INTERVAL) return;
    lookedAt = clock();
    if (!(await people.dispute(fingerprint))) return;
    log.warn({}, 'another process delivers by other settings: one of the two is to be reloaded or restarted');
  }

  async function planEverybody(stopping: AbortSignal): Promise<void> {
    await predecessor;
    // A write: whatever was being written by other settings is written before the first person is read.
    if (await people.begin(fingerprint)) {
      const { last } = await people.page(null, 1);
      if (last !== null) log.info({}, 'the settings have changed: everybody is planned by them');
      const effect = await replan({ ...replanning, stopping }, 'apply');
      if (effect === null) return;
      await people.finish(fingerprint);
      if (last !== null) {
        const { examples: _, ...numbers } = effect;
        log.info(numbers, 'everybody was planned by the settings');
        onQueued();
      }
    }
    lookedAt = clock();
  }

  return startLoop({
    step: async (stopping) => {
      await (lookedAt === null ? planEverybody(stopping) : lookForOthers(lookedAt));
      return 0;
    },
    onError: (error) =>
      log.error({ err: error }, 'planning everybody by the settings failed: it begins again'),
  });
}

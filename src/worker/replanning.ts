import { type Loop, startLoop } from './loop.ts';
import { type Replanning, replan } from './replan.ts';

/**
 * Plans everybody by the settings where that was not done yet, in the background: until it is done, a failure or the
 * end of the process makes it begin again.
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
  const { people, log } = replanning;
  let isDone = false;

  async function planEverybody(stopping: AbortSignal): Promise<number> {
    if (isDone) return 0;
    await predecessor;
    // A write: whatever was being written by other settings is written before the first person is read.
    if (await people.begin(fingerprint)) {
      const { last } = await people.page(null, 1);
      if (last !== null) log.info({}, 'the settings have changed: everybody is planned by them');
      const effect = await replan({ ...replanning, stopping }, 'apply');
      if (effect === null) return 0;
      await people.finish(fingerprint);
      if (last !== null) {
        const { examples: _, ...numbers } = effect;
        log.info(numbers, 'everybody was planned by the settings');
        onQueued();
      }
    }
    isDone = true;
    return 0;
  }

  return startLoop({
    step: planEverybody,
    onError: (error) =>
      log.error({ err: error }, 'planning everybody by the settings failed: it begins again'),
  });
}

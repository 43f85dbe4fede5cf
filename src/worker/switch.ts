import type { Log } from '../domain/log.ts';
import type { ProvisioningStore } from '../domain/ports.ts';

/**
 * Makes the step that watches the delivery switch, says in the log what it is turned to, and wakes the deliveries when it
 * is turned on. What is sent does not hang on this: every claim and every request looks at the switch itself.
 *
 * @param wake called when the switch was turned on
 * @returns the step, which never finds more to do
 */
export function watchSwitch(
  { store, log }: { readonly store: Pick<ProvisioningStore, 'isSwitchedOff'>; readonly log: Log },
  wake: () => void,
): () => Promise<number> {
  let wasOff = false;
  return async () => {
    const isOff = await store.isSwitchedOff();
    if (isOff && !wasOff) {
      log.warn(
        { delivery: 'off' },
        'delivery is switched off: changes are accepted and planned, and none is sent',
      );
    }
    if (!isOff && wasOff) {
      log.info({ delivery: 'on' }, 'delivery is switched on again: what waited is sent, deactivations first');
      wake();
    }
    wasOff = isOff;
    return 0;
  };
}

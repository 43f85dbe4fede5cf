/** Whether changes are sent to Concur; where they are not, what keeps them from it. */
export type DeliveryStanding =
  | { readonly delivery: 'on'; readonly offBy: null }
  | { readonly delivery: 'off'; readonly offBy: 'configuration' | 'switch' };

/** The switch of a connection that all processes and commands share. */
export interface DeliverySwitch {
  read(): Promise<'on' | 'off'>;
  /** Takes effect in every process with its next step. */
  set(to: 'on' | 'off'): Promise<void>;
}

/** What the configuration and the switch make of delivery together: `delivery: off` in the configuration wins. */
export function deliveryStanding(configured: 'on' | 'off', switched: 'on' | 'off'): DeliveryStanding {
  if (configured === 'off') return { delivery: 'off', offBy: 'configuration' };
  return switched === 'off' ? { delivery: 'off', offBy: 'switch' } : { delivery: 'on', offBy: null };
}

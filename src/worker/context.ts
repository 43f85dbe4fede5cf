import type { ConnectionSettings } from '../domain/connection.ts';
import type { Log } from '../domain/log.ts';
import type { Concur, ProvisioningStore } from '../domain/ports.ts';

/** What every step of the worker works with. */
export interface Context {
  readonly store: ProvisioningStore;
  readonly concur: Concur;
  readonly settings: ConnectionSettings;
  /** The time, in ms since the epoch. */
  readonly clock: () => number;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** A new UUID. */
  readonly newId: () => string;
  readonly log: Log;
}

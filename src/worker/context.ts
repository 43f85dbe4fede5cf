import type { ConnectionSettings } from '../domain/connection.ts';
import type { Log } from '../domain/log.ts';
import type { Concur, ProvisioningStore } from '../domain/ports.ts';
import type { Guard } from './guard.ts';
import type { Lookahead } from './lookahead.ts';

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
  readonly guard: Pick<Guard, 'tell'>;
  /** What an earlier search found out about people who were not claimed yet; null: nobody looks ahead. */
  readonly lookahead: Pick<Lookahead, 'saysAbsent'> | null;
  /** How long a lease lasts without being renewed, in ms. */
  readonly leaseDuration: number;
}

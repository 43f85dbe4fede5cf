import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Configuration } from '../config/configuration.ts';
import { openStore, type Store } from '../store/store.ts';
import { once } from './once.ts';

/** What the doctor takes from outside. */
export interface Surroundings {
  /** The time, in ms since the epoch. */
  readonly clock: () => number;
  /** A new UUID. */
  readonly newId: () => string;
  /** Asks the bridge's own address, as a client does. */
  readonly fetch: typeof fetch;
}

/** A configured bridge on this machine. */
export interface Installation {
  readonly configuration: Configuration;
  /** The absolute path of the database file; null for a database in memory. */
  readonly path: string | null;
  /** Whether the file was there before the doctor came. */
  readonly existed: boolean;
  /** The database, opened when it is first asked for. */
  readonly store: () => Promise<Store>;
  readonly surroundings: Surroundings;
  close(): Promise<void>;
}

const IN_MEMORY = 'sqlite::memory:';

/**
 * Takes up an installation. A database that is not there is made only where a refresh token is configured: Concur may
 * end that token with its first use, so that what follows it must be kept. Otherwise the memory stands in for it.
 */
export function installationOf(configuration: Configuration, surroundings: Surroundings): Installation {
  const { store, secretKey, connections } = configuration;
  const path = store.url === IN_MEMORY ? null : resolve(store.url.slice('sqlite:'.length));
  const existed = path !== null && existsSync(path);
  const hasSeed = connections.some(({ secrets }) => secrets.refreshToken !== null);
  const url = existed || hasSeed ? store.url : IN_MEMORY;
  const { clock, newId } = surroundings;
  const opened = once(() => openStore({ url, secretKey, clock, newId }));
  return {
    configuration,
    path,
    existed,
    store: opened.get,
    surroundings,
    close: async () => {
      const one = await opened.begun()?.catch(() => null);
      await one?.close();
    },
  };
}

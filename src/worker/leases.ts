import type { Lease, ProvisioningStore } from '../domain/ports.ts';

/** How long a lease usually lasts without being renewed, in ms: a killed worker's people come back after it. */
export const LEASE_DURATION = 10_000;

/**
 * Runs `work` under a fresh lease that is renewed while the work goes on. A process that stalls loses
 * the lease, and what it then tries to write changes nothing.
 *
 * @param duration how long the lease lasts without being renewed, in ms
 */
export async function underLease<Result>(
  store: ProvisioningStore,
  clock: () => number,
  newId: () => string,
  work: (lease: Lease) => Promise<Result>,
  duration: number = LEASE_DURATION,
): Promise<Result> {
  const token = newId();
  const lease: Lease = {
    token,
    get until() {
      return clock() + duration;
    },
  };
  // A renewal that fails lets the lease lapse, which is safe: every later write checks it.
  const renewal = setInterval(() => void store.renew(lease).catch(() => undefined), duration / 3);
  try {
    return await work(lease);
  } finally {
    clearInterval(renewal);
  }
}

import { isLookedFor, lackingScopes, QUIET, SCOPES } from '../domain/granted.ts';
import type { Log } from '../domain/log.ts';
import type { Concur, ProvisioningStore } from '../domain/ports.ts';

/**
 * Makes the step that watches what the company grants. At the first look, and whenever it has changed since the last,
 * whoever rests for lack of a scope is queued again; where the scope of something that is left out without a word has
 * come, everybody in sync is too. Whoever still lacks a scope rests again without a request to Concur.
 *
 * @returns the step, which returns how much it found to do
 */
export function watchGrants({
  store,
  concur,
  clock,
  log,
}: {
  readonly store: Pick<ProvisioningStore, 'queueForGrant'>;
  readonly concur: Pick<Concur, 'granted'>;
  /** The time, in ms since the epoch. */
  readonly clock: () => number;
  readonly log: Log;
}): () => Promise<number> {
  let known: { readonly mark: string; readonly lacking: readonly string[] } | null = null;
  const told = new Set<string>();

  return async () => {
    const granted = concur.granted();
    const toDelete = granted.missingToDelete === null ? [] : [granted.missingToDelete];
    const lacking = [...lackingScopes(granted), ...granted.unreadable, ...toDelete];
    const mark = [granted.writeApi, ...lacking].join(' ');
    if (mark === known?.mark) return 0;
    const come = (known?.lacking ?? []).filter((scope) => !lacking.includes(scope));
    await store.queueForGrant(come.some(isLookedFor), clock());
    known = { mark, lacking };
    for (const { name, lost } of SCOPES) {
      if (!QUIET.has(name) || !lacking.includes(name) || told.has(name)) continue;
      told.add(name);
      log.info({ scope: name }, `${lost}, because the company did not grant the scope`);
    }
    return 1;
  };
}

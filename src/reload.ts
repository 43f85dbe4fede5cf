import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import type { Configuration, ConnectionConfiguration, Loaded } from './config/configuration.ts';
import { needingRestart } from './config/restart.ts';
import type { ConnectionEffect, Reload, ReloadOutcome } from './domain/reload.ts';
import { NO_EFFECT } from './domain/replanning.ts';
import type { OpenConnection } from './open-connection.ts';
import type { RunningConnection } from './running-connection.ts';
import { replan } from './worker/replan.ts';

/** What a reload works on. */
export interface Reloading {
  /** The configuration that the bridge was started with. */
  readonly started: Configuration;
  /** Reads the configuration again. */
  readonly load: () => Loaded;
  /** Opens a connection by another configuration. */
  readonly open: (configuration: ConnectionConfiguration) => OpenConnection;
  readonly running: readonly RunningConnection[];
  readonly log: Logger;
}

/** One connection by the configuration that was just read. */
interface Step {
  readonly running: RunningConnection;
  readonly next: OpenConnection;
  readonly effect: ConnectionEffect;
}

/**
 * Makes the configuration of a running bridge one that can be read again; one at a time.
 *
 * @returns also `stop`, which resolves when what is under way has been given up
 */
export function createReload(reloading: Reloading): Reload & { stop(): Promise<void> } {
  const { started, load, running, log } = reloading;
  const stopping = new AbortController();
  let underWay: Promise<ReloadOutcome> | null = null;

  async function inTurn(work: () => Promise<ReloadOutcome>): Promise<ReloadOutcome> {
    if (stopping.signal.aborted) return { kind: 'closing' };
    if (underWay !== null) return { kind: 'busy' };
    try {
      underWay = work();
      return await underWay;
    } finally {
      underWay = null;
    }
  }

  async function read(take: (steps: readonly Step[]) => Promise<void>): Promise<ReloadOutcome> {
    const loaded = load();
    if (loaded.kind === 'invalid') return loaded;
    const settings = needingRestart(started, loaded.configuration);
    if (settings.length > 0) return { kind: 'needs_restart', settings };
    const steps: Step[] = [];
    for (const configuration of loaded.configuration.connections) {
      const found = running.find(({ current }) => current().configuration.name === configuration.name);
      if (found === undefined) throw new Error('A connection that is new needs a restart');
      const next = reloading.open(configuration);
      const effect = await effectOf(found, next, stopping.signal, log);
      if (effect === null) return { kind: 'closing' };
      steps.push({ running: found, next, effect });
    }
    await take(steps);
    return { kind: 'usable', effects: steps.map(({ effect }) => effect) };
  }

  return {
    preview: () => inTurn(() => read(async () => {})),
    apply: () =>
      inTurn(() =>
        read(async (steps) => {
          for (const { effect } of steps) {
            const { examples: _, ...numbers } = effect;
            log.info(numbers, 'the configuration was read again: this many people change');
          }
          for (const { running: one, next } of steps) {
            if (!isSame(one.current().configuration, next.configuration)) await one.switchTo(next);
          }
        }),
      ),
    stop: async () => {
      stopping.abort();
      // Whoever asked for it is told of a failure.
      await underWay?.catch(() => undefined);
    },
  };
}

/** Mapping and scope are compiled anew every time; the fingerprint tells whether they are the same. */
function isSame(before: ConnectionConfiguration, after: ConnectionConfiguration): boolean {
  const { mapping: _before, scope: _scopeBefore, ...left } = before;
  const { mapping: _after, scope: _scopeAfter, ...right } = after;
  return isDeepStrictEqual(left, right);
}

/** Where the settings are those that people were planned by, nobody changes. */
async function effectOf(
  running: RunningConnection,
  { configuration, store, granted }: OpenConnection,
  stopping: AbortSignal,
  log: Logger,
): Promise<ConnectionEffect | null> {
  const { name, fingerprint } = configuration;
  if (fingerprint === running.current().configuration.fingerprint) return { connection: name, ...NO_EFFECT };
  const now = await granted();
  const effect = await replan(
    {
      people: store.replanning,
      provisioning: store.provisioning,
      settings: configuration,
      granted: () => now,
      clock: Date.now,
      log: log.child({ connection: name }),
      stopping,
    },
    'preview',
  );
  return effect === null ? null : { connection: name, ...effect };
}

/** Tells the operator what became of a reload that nobody waits for. */
export function tell(outcome: ReloadOutcome, log: Logger): void {
  switch (outcome.kind) {
    case 'usable':
      log.info('the configuration was read again and has taken effect');
      break;
    case 'invalid':
      for (const { path, message } of outcome.problems) {
        log.error(`the configuration is not usable, and nothing was changed: ${path}: ${message}`);
      }
      break;
    case 'needs_restart':
      log.error(`nothing was changed: only a restart can change ${outcome.settings.join(', ')}`);
      break;
    case 'busy':
      log.error('a reload is under way, and this one was not begun: send SIGHUP again when it has ended');
      break;
    case 'closing':
      log.error('the process ends, and the configuration was not read again');
  }
}

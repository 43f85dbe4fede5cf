import { randomBytes, randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { createConcur } from './concur/concur.ts';
import type { OpenConnection } from './open-connection.ts';
import { watchCommits } from './worker/commits.ts';
import { startReplanning } from './worker/replanning.ts';
import { watchSchemas } from './worker/schemas.ts';
import { startUpkeep } from './worker/upkeep.ts';
import { createVerdicts, type LivingVerdicts } from './worker/verdicts.ts';
import { startWorker } from './worker/worker.ts';

/** How long a process that is to end waits for Concur's answers, in ms; then they are lost, and looked up later. */
const ANSWERS_WAIT = 6_000;

/** The delivery of one connection by one configuration. */
export interface Delivery {
  /** Concur's verdicts, for clients that wait for them. */
  readonly verdicts: LivingVerdicts;
  wake(): void;
  wakeConfirmations(): void;
  /** Takes no new work, and resolves when what was begun has ended. */
  drain(): Promise<void>;
  /** The same, but what Concur takes long to answer is lost. */
  stop(): Promise<void>;
}

/**
 * Starts delivering a connection, and plans everybody by its settings where that was not done yet.
 *
 * @param predecessor called when the delivery has started: ends another one by former settings, where there is one
 */
export async function deliver(
  { configuration, store }: OpenConnection,
  predecessor: () => Promise<void>,
  log: Logger,
): Promise<Delivery> {
  const { name, fingerprint } = configuration;
  const connectionLog = log.child({ connection: name });
  // Before anybody is planned by the new settings: after a kill they are not to be taken for the former ones.
  await store.replanning.begin(fingerprint);
  const concur = createConcur({
    settings: configuration,
    secrets: configuration.secrets,
    credentials: store.credentials,
    scopes: (await store.credentials.read())?.scopes ?? null,
    clock: Date.now,
    newId: randomUUID,
    log: connectionLog,
  });
  const commits = watchCommits(store.provisioning);
  const worker = startWorker({
    store: commits.store,
    concur,
    settings: configuration,
    clock: Date.now,
    random: () => randomBytes(4).readUInt32BE() / 2 ** 32,
    newId: randomUUID,
    log: connectionLog,
  });
  const verdicts = createVerdicts({
    store: store.provisioning,
    get: store.directory.record,
    concur,
    settings: configuration,
    commits,
    deliver: worker.deliverAwaited,
    clock: Date.now,
    log: connectionLog,
  });
  const schemas = watchSchemas({ concur, memory: store.schemas, clock: Date.now, log: connectionLog });
  const upkeep = startUpkeep({ concur, clock: Date.now, log: connectionLog });
  const replanning = startReplanning(
    {
      people: store.replanning,
      provisioning: store.provisioning,
      settings: configuration,
      granted: concur.granted,
      clock: Date.now,
      log: connectionLog,
    },
    fingerprint,
    predecessor(),
    worker.wake,
  );
  let ended: Promise<void> | undefined;
  const drain = () => {
    ended ??= end();
    return ended;
  };
  async function end(): Promise<void> {
    verdicts.close();
    await Promise.all([replanning.stop(), worker.stop(), upkeep.stop(), schemas.stop()]);
    await concur.close();
    await store.replanning.dispute(fingerprint);
  }
  return {
    verdicts,
    wake: worker.wake,
    wakeConfirmations: worker.wakeConfirmations,
    drain,
    stop: async () => {
      const hurry = setTimeout(() => concur.abort(), ANSWERS_WAIT);
      await drain();
      clearTimeout(hurry);
    },
  };
}

import type { Logger } from 'pino';
import { type Delivery, deliver } from './delivery.ts';
import { deliveryStanding } from './domain/delivery.ts';
import type { JsonObject } from './domain/json.ts';
import type { HttpConnection } from './http/connection.ts';
import { checkedDirectory } from './mapping/checks/checked-directory.ts';
import type { OpenConnection } from './open-connection.ts';
import type { Directory } from './scim/directory.ts';

/** A connection in operation, whose configuration may change. */
export interface RunningConnection {
  /** The connection as it is configured now. */
  current(): OpenConnection;
  /** Starts the delivery. */
  deliver(): Promise<void>;
  /** Puts the connection by another configuration in its place. What is under way by the former one ends by itself. */
  switchTo(next: OpenConnection): Promise<void>;
  /** Stops delivering. */
  stop(): Promise<void>;
  /** Concur's verdicts, for clients that wait for them; null: this process delivers nothing. */
  verdicts(): Delivery['verdicts'] | null;
  /** Makes the worker look for work at once. */
  wake(): void;
  /** Makes the worker look at due requests at once. */
  wakeConfirmations(): void;
}

/** Makes a connection run; it delivers nothing until it is told to. */
export function runConnection(opened: OpenConnection, log: Logger): RunningConnection {
  let current = opened;
  let delivery: Delivery | null = null;
  const draining = new Set<Delivery>();

  async function startDelivery(next: OpenConnection): Promise<void> {
    const former = delivery;
    const replaceFormer = async () => {
      // Before anybody is planned anew: what a group's change means is judged by the new settings from here on.
      current = next;
      if (former === null) return;
      draining.add(former);
      // Whatever goes wrong at its end: the next one plans everybody in any case.
      await former.drain().catch((error: unknown) => {
        log.error(
          { err: error, connection: next.configuration.name },
          'a delivery by former settings ended badly',
        );
      });
      draining.delete(former);
    };
    delivery = await deliver(next, replaceFormer, log);
  }

  return {
    current: () => current,
    deliver: () => startDelivery(current),
    switchTo: async (next) => {
      await next.store.tokens.seed(next.configuration.scimToken);
      if (delivery === null) current = next;
      else await startDelivery(next);
    },
    stop: async () => {
      const all = delivery === null ? [...draining] : [...draining, delivery];
      await Promise.all(all.map((one) => one.stop()));
    },
    verdicts: () => delivery?.verdicts ?? null,
    wake: () => delivery?.wake(),
    wakeConfirmations: () => delivery?.wakeConfirmations(),
  };
}

/** The connection as the transport needs it: every request sees the configuration as it is then. */
export function served(connection: RunningConnection, log: Logger): HttpConnection {
  const { current, wake, wakeConfirmations } = connection;
  const { configuration, store } = current();
  const { name } = configuration;
  return {
    name,
    directory: servedDirectory(connection),
    get unknownMembers() {
      return current().configuration.groups.unknownMembers;
    },
    reports: store.reports,
    tokens: store.tokens,
    get rateLimit() {
      return current().configuration.rateLimit;
    },
    get verdicts() {
      return connection.verdicts();
    },
    onAccepted: wake,
    onProvisionCompleted: async (provisionId) => {
      const found = await store.provisioning.hasten(provisionId, Date.now());
      log.info({ connection: name, provisionId, found }, 'Concur announced a completed request');
      if (found) wakeConfirmations();
    },
    credential: () => store.credentials.read(),
    get writeApi() {
      return current().configuration.writeApi;
    },
    describe: (record) => current().describe(record),
    delivery: async () => deliveryStanding(current().configuration.delivery, await store.delivery.read()),
    switchDelivery: async (to) => {
      await store.delivery.set(to);
      log.info({ connection: name, delivery: to }, 'an admin turned the delivery switch');
    },
  };
}

/** Only what is accepted depends on the configuration. */
function servedDirectory({ current }: RunningConnection): Directory {
  const { directory } = current().store;
  return {
    ...directory,
    accept: (writes) => {
      const { configuration, store } = current();
      const { validation, mapping, scope } = configuration;
      // Who joins a group later is to be fit for Concur by then.
      const isSent = (resource: JsonObject) =>
        scope === undefined || scope.usesGroups || scope.includes(resource, []);
      const door =
        validation === 'refuse' ? checkedDirectory(store.directory, mapping, isSent) : store.directory;
      return door.accept(writes);
    },
    groups: { ...directory.groups, accept: (writes) => current().store.directory.groups.accept(writes) },
  };
}

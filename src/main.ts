import { randomBytes, randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import type { Logger } from 'pino';
import { createConcur } from './concur/concur.ts';
import type { Configuration, ConnectionConfiguration } from './config/configuration.ts';
import { grantedBy } from './domain/granted.ts';
import type { PersonRecord } from './domain/person.ts';
import { lacks, missingIn } from './domain/plan.ts';
import { createApp } from './http/app.ts';
import type { Description } from './http/connection.ts';
import { listen } from './http/listen.ts';
import { checkedDirectory } from './mapping/checks/checked-directory.ts';
import { deliverable } from './mapping/checks/deliverable.ts';
import { giving } from './mapping/groups/match.ts';
import { checkDatabase } from './store/readiness.ts';
import { bindConnection, type ConnectionStore, openStore, type Store } from './store/store.ts';
import { startUpkeep } from './worker/upkeep.ts';
import { wantedOf } from './worker/wanted.ts';
import { startWorker } from './worker/worker.ts';

/** How long a process that is to end waits for Concur's answers, in ms; then they are lost, and looked up later. */
const ANSWERS_WAIT = 6_000;

/** Which parts of the program a process runs: replicas may share the work. */
export type Role = 'all' | 'api' | 'worker';

/** A connection with its part of the store. */
export interface OpenConnection {
  readonly configuration: ConnectionConfiguration;
  readonly store: ConnectionStore;
  /** What Concur should hold for a person. */
  describe(record: PersonRecord): Promise<Description>;
}

/** The data of a bridge, without server and worker: what commands work on. */
export interface BridgeData {
  readonly connections: readonly OpenConnection[];
  /** Fails when the database does not answer. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** A running bridge. */
export interface Bridge {
  /** Where it listens, e.g. `http://127.0.0.1:8080`; null for a worker without a server. */
  readonly url: string | null;
  /** Stops accepting, finishes what was begun, and closes the database. */
  close(): Promise<void>;
}

/** A start that the data forbids, in words for the operator. */
export class StartRefused extends Error {}

/**
 * Opens the database and binds every connection of the configuration to its company. Fails with
 * `StartRefused` for a name that is bound to another company already.
 */
export async function openData(configuration: Configuration): Promise<BridgeData> {
  const store = await openStore({
    url: configuration.store.url,
    secretKey: configuration.secretKey,
    clock: Date.now,
    newId: randomUUID,
  });
  try {
    const connections = [];
    for (const connection of configuration.connections) connections.push(await bind(store, connection));
    return { connections, check: () => checkDatabase(store), close: () => store.close() };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/**
 * Starts the bridge: database, server, workers. Fails with `StartRefused`, when the key does not open the
 * stored credentials, or when the port is taken; nothing is left running then.
 */
export async function startBridge(configuration: Configuration, role: Role, log: Logger): Promise<Bridge> {
  const data = await openData(configuration);
  try {
    for (const connection of data.connections) await seed(connection);
    const delivering = new Map<string, Delivery>();
    if (role !== 'worker') await warnOfShutDoors(data, log);
    const server = role === 'worker' ? null : await serve(configuration, data, delivering, log);
    if (role !== 'api') {
      for (const connection of data.connections) {
        delivering.set(connection.configuration.name, await deliver(connection, log));
      }
    }
    return {
      url: server?.url ?? null,
      close: async () => {
        await Promise.all([server?.close(), ...[...delivering.values()].map(({ stop }) => stop())]);
        await data.close();
      },
    };
  } catch (error) {
    await data.close();
    throw error;
  }
}

/** Takes over the tokens of the configuration, and proves that the key opens what is stored. */
async function seed({ configuration: { secrets, scimToken }, store }: OpenConnection): Promise<void> {
  await store.credentials.seedRefreshToken(secrets.refreshToken);
  await store.credentials.read();
  await store.tokens.seed(scimToken);
}

async function warnOfShutDoors({ connections }: BridgeData, log: Logger): Promise<void> {
  for (const { configuration, store } of connections) {
    const tokens = await store.tokens.list();
    if (tokens.some(({ revoked }) => revoked === null)) continue;
    log.warn(
      { connection: configuration.name },
      'no SCIM token is valid: nobody can write to this connection (token create makes one, or BRIDGE_SCIM_TOKEN)',
    );
  }
}

async function bind(store: Store, configuration: ConnectionConfiguration): Promise<OpenConnection> {
  const { name, companyId, mapping, writeApi } = configuration;
  const bound = await bindConnection(store, name, companyId);
  if (bound.kind === 'bound_to_another') {
    throw new StartRefused(
      `Connection "${name}" belongs to the Concur company ${bound.companyId} in this database, and the ` +
        `configuration names ${companyId}. Give the other company a connection of its own, or another database.`,
    );
  }
  const connection = store.connection(name, giving(mapping.groups));
  return {
    configuration,
    store: connection,
    describe: async (record) => {
      const scopes = (await connection.credentials.read())?.scopes ?? null;
      const granted = grantedBy(scopes === null ? null : new Set(scopes), writeApi);
      const { resolve, withGroups } = connection.provisioning;
      const [known = record] = await withGroups([record]);
      const asked = await wantedOf(known, mapping, resolve, granted);
      const wanted = deliverable(asked, record.provisioning);
      const { profile, initial, waiting, gaps } = wanted;
      return {
        desired: profile,
        initial,
        waitingFor: waiting.map(({ reference }) => reference),
        gaps: [...gaps, ...lacks(record, wanted)],
        missingFor: missingIn(wanted),
      };
    },
  };
}

/** The delivery of one connection. */
interface Delivery {
  wake(): void;
  wakeConfirmations(): void;
  stop(): Promise<void>;
}

async function deliver({ configuration, store }: OpenConnection, log: Logger): Promise<Delivery> {
  const connectionLog = log.child({ connection: configuration.name });
  const concur = createConcur({
    settings: configuration,
    secrets: configuration.secrets,
    credentials: store.credentials,
    scopes: (await store.credentials.read())?.scopes ?? null,
    clock: Date.now,
    newId: randomUUID,
    log: connectionLog,
  });
  const worker = startWorker({
    store: store.provisioning,
    concur,
    settings: configuration,
    clock: Date.now,
    random: () => randomBytes(4).readUInt32BE() / 2 ** 32,
    newId: randomUUID,
    log: connectionLog,
  });
  const upkeep = startUpkeep({ concur, clock: Date.now, log: connectionLog });
  return {
    wake: worker.wake,
    wakeConfirmations: worker.wakeConfirmations,
    stop: async () => {
      const hurry = setTimeout(() => concur.abort(), ANSWERS_WAIT);
      await Promise.all([worker.stop(), upkeep.stop()]);
      clearTimeout(hurry);
      await concur.close();
    },
  };
}

async function serve(
  configuration: Configuration,
  data: BridgeData,
  delivering: ReadonlyMap<string, Delivery>,
  log: Logger,
) {
  const app = createApp({
    connections: data.connections.map(
      ({ configuration: { name, groups, rateLimit, writeApi, validation, mapping }, store, describe }) => ({
        name,
        directory: validation === 'refuse' ? checkedDirectory(store.directory, mapping) : store.directory,
        unknownMembers: groups.unknownMembers,
        reports: store.reports,
        tokens: store.tokens,
        rateLimit,
        onAccepted: () => delivering.get(name)?.wake(),
        onProvisionCompleted: async (provisionId) => {
          const found = await store.provisioning.hasten(provisionId, Date.now());
          log.info({ connection: name, provisionId, found }, 'Concur announced a completed request');
          if (found) delivering.get(name)?.wakeConfirmations();
        },
        credential: () => store.credentials.read(),
        writeApi,
        describe,
      }),
    ),
    adminToken: configuration.adminToken,
    publicUrl: configuration.server.publicUrl,
    log,
    newId: randomUUID,
    now: Date.now,
    ready: () =>
      data.check().then(
        () => true,
        (error: unknown) => {
          log.error({ err: error }, 'the database does not answer');
          return false;
        },
      ),
  });
  const { host, port } = configuration.server;
  const { server, close } = await listen(app, host, port);
  return { url: urlOf(server, host), close };
}

/** The address that a server listens on; the port may have been any free one. */
function urlOf(server: Server, host: string): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port');
  return `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`;
}

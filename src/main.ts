import type { Server } from 'node:http';
import type { Logger } from 'pino';
import type { Configuration, ConnectionConfiguration, Loaded } from './config/configuration.ts';
import type { Reload } from './domain/reload.ts';
import { createApp } from './http/app.ts';
import { listen } from './http/listen.ts';
import { newId } from './new-id.ts';
import { type OpenConnection, openConnection } from './open-connection.ts';
import { createReload, tell } from './reload.ts';
import { type RunningConnection, runConnection, served } from './running-connection.ts';
import { checkDatabase } from './store/readiness.ts';
import { bindConnection, openStore, type Store } from './store/store.ts';

/** Which parts of the program a process runs: replicas may share the work. */
export type Role = 'all' | 'api' | 'worker';

/** The data of a bridge, without server and worker: what commands work on. */
export interface BridgeData {
  readonly connections: readonly OpenConnection[];
  /** Opens one of the connections once more, by another configuration. */
  open(configuration: ConnectionConfiguration): OpenConnection;
  /** Fails when the database does not answer. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** A running bridge. */
export interface Bridge {
  /** Where it listens, e.g. `http://127.0.0.1:8080`; null for a worker without a server. */
  readonly url: string | null;
  /** Reads the configuration again, lets it take effect, and says in the log what became of it. Never fails. */
  reload(): Promise<void>;
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
    newId,
  });
  try {
    const connections = [];
    for (const connection of configuration.connections) connections.push(await bind(store, connection));
    return {
      connections,
      open: (connection) => openConnection(store, connection),
      check: () => checkDatabase(store),
      close: () => store.close(),
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/**
 * Starts the bridge: database, server, workers. Fails with `StartRefused`, when the key does not open the
 * stored credentials, or when the port is taken; nothing is left running then.
 *
 * @param load reads the configuration again; by itself there is nothing but the one that it starts with
 */
export async function startBridge(
  configuration: Configuration,
  role: Role,
  log: Logger,
  load: () => Loaded = () => ({ kind: 'ok', configuration }),
): Promise<Bridge> {
  const data = await openData(configuration);
  const running = data.connections.map((connection) => runConnection(connection, log));
  const reload = createReload({ started: configuration, load, open: data.open, running, log });
  let server: Awaited<ReturnType<typeof serve>> | null = null;
  async function close(): Promise<void> {
    const closed = server?.close();
    // It starts deliveries.
    await reload.stop();
    await Promise.all([closed, ...running.map((connection) => connection.stop())]);
    await data.close();
  }
  try {
    for (const connection of data.connections) await seed(connection);
    if (role !== 'worker') {
      await warnOfShutDoors(data, log);
      server = await serve(configuration, data, running, reload, log);
    }
    if (role !== 'api') {
      for (const connection of running) await connection.deliver();
    }
    return {
      url: server?.url ?? null,
      reload: async () => {
        try {
          tell(await reload.apply(), log);
        } catch (error) {
          log.error({ err: error }, 'the configuration could not be read again');
        }
      },
      close,
    };
  } catch (error) {
    await close();
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
  const { name, companyId } = configuration;
  const bound = await bindConnection(store, name, companyId);
  if (bound.kind === 'bound_to_another') {
    throw new StartRefused(
      `Connection "${name}" belongs to the Concur company ${bound.companyId} in this database, and the ` +
        `configuration names ${companyId}. Give the other company a connection of its own, or another database.`,
    );
  }
  const opened = openConnection(store, configuration);
  await opened.store.schemas.read();
  return opened;
}

async function serve(
  configuration: Configuration,
  data: BridgeData,
  running: readonly RunningConnection[],
  reload: Reload,
  log: Logger,
) {
  const app = createApp({
    connections: running.map((connection) => served(connection, log)),
    reload,
    adminToken: configuration.adminToken,
    publicUrl: configuration.server.publicUrl,
    log,
    newId,
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

import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { type Configuration, loadConfiguration } from '../config/configuration.ts';
import { type Bridge, startBridge } from '../main.ts';
import { type Simulator, startSimulator } from '../simulator/simulator.ts';
import { type SeenPerson, type SeenRequest, startAdmin } from './admin.ts';
import { type Audience, liveThroughDay } from './day.ts';
import { startEntra } from './entra.ts';
import { type BridgeEnvironment, environmentFor } from './environment.ts';
import { startOkta } from './okta.ts';
import { judgeDay, type Verdict } from './verdict.ts';

const HOST = '127.0.0.1';
const USUAL_PORT = 8080;
/** How long the simulated Concur takes, in ms. The real one takes longer; nobody wants to wait here. */
const LATENCY = { identity: 200, extensions: 400 };
/** How often the simulated Concur lets its requests be looked at, and how often the bridge looks, in ms. */
const CONCUR_POLL = 500;
const BRIDGE_POLL = 600;

/** A bridge, a simulated Concur and two identity providers, running on this machine. */
export interface Demo {
  /** The address of the bridge. */
  readonly url: string;
  readonly simulatorUrl: string;
  /** What other commands need to work on the same database. */
  readonly environment: BridgeEnvironment & { readonly BRIDGE_DATABASE_URL: string };
  /** Lives through the day, and says what came of it. */
  live(audience: Audience): Promise<Outcome>;
  /** Stops everything and removes the database. */
  close(): Promise<void>;
}

/** What came of the day. */
export interface Outcome {
  readonly verdict: Verdict;
  /** Everybody as the bridge sees them. */
  readonly people: readonly SeenPerson[];
  readonly requests: readonly SeenRequest[];
}

/**
 * Starts a demonstration in a folder of its own below the system's temporary folder.
 *
 * @param port where the bridge listens; null: 8080, or any free port where that is taken
 */
export async function startDemo(port: number | null): Promise<Demo> {
  const folder = await mkdtemp(join(tmpdir(), 'concur-scim-bridge-'));
  const opened: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true })];
  const close = async () => {
    for (const end of opened.splice(0).reverse()) await end();
  };
  try {
    const simulator = await startSimulator({ host: HOST, latency: LATENCY, pollInterval: CONCUR_POLL });
    opened.push(() => simulator.close());
    const environment = {
      ...environmentFor(simulator),
      BRIDGE_DATABASE_URL: `sqlite:${join(folder, 'bridge.db')}`,
    };
    const configuration = configure(environment, port ?? ((await isFree(USUAL_PORT)) ? USUAL_PORT : 0));
    const bridge = await startBridge(configuration, 'all', pino({ level: 'error' }, pino.destination(2)));
    opened.push(() => bridge.close());
    return present(simulator, bridge, environment, close);
  } catch (error) {
    await close();
    throw error;
  }
}

function present(
  simulator: Simulator,
  { url }: Bridge,
  environment: Demo['environment'],
  close: Demo['close'],
): Demo {
  if (url === null) throw new Error('The bridge of the demonstration has no server');
  const admin = startAdmin(url, environment.BRIDGE_ADMIN_TOKEN);
  const okta = startOkta(`${url}/scim/v2`, environment.BRIDGE_SCIM_TOKEN);
  const entra = startEntra(`${url}/scim/v2`, environment.BRIDGE_SCIM_TOKEN);
  return {
    url,
    simulatorUrl: simulator.url,
    environment,
    close,
    live: async (audience) => {
      const day = await liveThroughDay({ okta, entra, admin, simulator, audience });
      return {
        verdict: judgeDay(day, simulator),
        people: await admin.people(),
        requests: await admin.requests(),
      };
    },
  };
}

function configure(environment: Demo['environment'], port: number): Configuration {
  const env = { ...environment, BRIDGE_HOST: HOST, BRIDGE_PORT: String(port) };
  const loaded = loadConfiguration({
    env,
    readFile: () => {
      throw new Error('The demonstration has no configuration file');
    },
  });
  if (loaded.kind === 'invalid') {
    throw new Error(loaded.problems.map(({ path, message }) => `${path} ${message}`).join('; '));
  }
  const connections = loaded.configuration.connections.map((connection) => ({
    ...connection,
    polling: { interval: BRIDGE_POLL },
  }));
  return { ...loaded.configuration, connections };
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, HOST, () => probe.close(() => resolve(true)));
  });
}

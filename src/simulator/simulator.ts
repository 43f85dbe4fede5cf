import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Attributes } from './attributes.ts';
import { readChanges } from './change.ts';
import { ALL_SCOPES, type Company, defaultCompany } from './company.ts';
import { createEvents, type EventSubscription } from './events.ts';
import { EXTENSION_SCHEMAS, writeExtension } from './extensions.ts';
import { createFaultRules, type Faults } from './faults.ts';
import { createApplication, type LoggedRequest } from './http.ts';
import { writeIdentity } from './identity.ts';
import { createTokens, type Tokens } from './oauth.ts';
import type { PatchAdd } from './patch.ts';
import { createProvisions, type Provision } from './provisions.ts';
import { createUsers, type UserView, viewUser } from './users.ts';
import type { Violation, World } from './world.ts';

export type { Company } from './company.ts';
export type { Faults } from './faults.ts';
export type { LoggedRequest } from './http.ts';
export type { UserView } from './users.ts';
export type { Violation } from './world.ts';

/** How a simulated Concur is to behave. */
export interface SimulatorOptions {
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  readonly company?: Partial<Company>;
  /** The time in milliseconds since 1970; the system's when absent. */
  readonly clock?: () => number;
  /** How long Concur takes, in milliseconds (default 0): `identity` of a Bulk, `extensions` (spend and travel) of any request. */
  readonly latency?: { readonly identity?: number; readonly extensions?: number };
  /** The shortest interval, in milliseconds, between two status calls for one open request (default 5000). */
  readonly pollInterval?: number;
  /** What PATCH `add` does to a list without a filter; SAP's pages say both (default `replace`). */
  readonly patchAdd?: PatchAdd;
  /** A refresh token is worth nothing any more once it has been used (default false). */
  readonly strictRotation?: boolean;
  /** Another data centre of the same Concur, such as the one where the company lives: its tokens are good here, and ours there. */
  readonly sibling?: Pick<Simulator, 'state'>;
  /** Who is told of completed requests, by `deliverEvents`. */
  readonly events?: EventSubscription;
}

/** What Concur holds, for tests to look at. */
export interface SimulatorState {
  readonly users: ReadonlyMap<string, UserView>;
  readonly provisions: ReadonlyMap<string, Provision>;
  readonly tokens: Omit<Tokens, 'grant'>;
  /** One person, by id or userName. */
  find(idOrUserName: string): UserView | undefined;
  /**
   * Adds a person as if Concur had always held them: the body of a `POST /Users`, with an `id` if one is wanted.
   * Throws with Concur's messages when they break a rule.
   */
  seed(person: Attributes): UserView;
}

/** A simulated Concur that listens, and what a test may look at and change. */
export interface Simulator {
  /** The base URI, such as `http://127.0.0.1:4711`. */
  readonly url: string;
  readonly company: Company;
  readonly state: SimulatorState;
  readonly faults: Faults;
  /** The requests to Concur's own routes, oldest first; of very many the last 5000. */
  readonly requests: LoggedRequest[];
  /** The breaches of SAP's rules for callers; a test asserts that there is none. */
  readonly violations: Violation[];
  /** How far the clock of the `Date` header is ahead, in milliseconds (0 at first); negative: behind. */
  dateSkew: number;
  /** Posts an event for every request that was completed and whose event was not taken yet. */
  deliverEvents(): Promise<void>;
  close(): Promise<void>;
}

/** Starts an HTTP server that behaves as SAP Concur's public documentation says, with one empty company. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { port = 0, host = '127.0.0.1', clock = Date.now, latency = {}, pollInterval = 5000 } = options;
  let url = '';
  const world: World = {
    company: { ...defaultCompany(), ...options.company },
    users: createUsers(),
    patchAdd: options.patchAdd ?? 'replace',
    violations: [],
    dateSkew: 0,
    now: clock,
    baseUrl: () => url,
    newId: randomUUID,
  };
  const tokens = createTokens(world, options.strictRotation ?? false, options.sibling?.state.tokens);
  const provisions = createProvisions(world);
  const rules = createFaultRules();
  const simulator: Simulator = {
    get url() {
      return url;
    },
    company: world.company,
    get dateSkew() {
      return world.dateSkew;
    },
    set dateSkew(ms) {
      world.dateSkew = ms;
    },
    state: {
      get users() {
        provisions.settle();
        return new Map([...world.users.all].map(([id, user]) => [id, viewUser(user)]));
      },
      get provisions() {
        provisions.settle();
        return provisions.all;
      },
      tokens,
      find(key) {
        provisions.settle();
        const user = world.users.get(key) ?? world.users.byUserName(key);
        return user && viewUser(user);
      },
      seed: (person) => seed(world, person),
    },
    faults: { ...rules, forget: (id) => provisions.forget(id) },
    requests: [],
    violations: world.violations,
    deliverEvents: createEvents(world, provisions, options.events),
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
  const pace = { identity: latency.identity ?? 0, extensions: latency.extensions ?? 0 };
  const application = createApplication({ world, tokens, provisions, rules, simulator, pace, pollInterval });
  const server = createServer(application);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo; // never a pipe: it listens on a host and a port
  url = `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`;
  return simulator;
}

function seed(world: World, person: Attributes): UserView {
  const scopes = new Set(ALL_SCOPES);
  const { id, ...body } = person;
  const read = readChanges('POST', body);
  if (!read.ok) throw new Error(read.detail);
  const at = world.now();
  const write = { userId: undefined, changes: read.changes, scopes, at };
  const outcome = writeIdentity(world, typeof id === 'string' ? { ...write, newId: id } : write);
  if (!outcome.ok)
    throw new Error(
      [...outcome.messages.values()]
        .flat()
        .map(({ message }) => message)
        .join('; '),
    );
  for (const urn of EXTENSION_SCHEMAS) {
    const change = read.changes.get(urn);
    const result = change && writeExtension(world, outcome.user, urn, change, scopes, at);
    if (result?.kind === 'error') throw new Error(result.messages.map(({ message }) => message).join('; '));
  }
  return viewUser(outcome.user);
}

import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, vi } from 'vitest';
import { type ConcurClient, createConcur } from '../../src/concur/concur.ts';
import type { ConnectionSettings, GroupAccess, MappingSettings } from '../../src/domain/connection.ts';
import { ENTERPRISE } from '../../src/domain/extensions.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { PersonRecord } from '../../src/domain/person.ts';
import type { ProvisioningStore } from '../../src/domain/ports.ts';
import { giving } from '../../src/mapping/groups/match.ts';
import type { Decision, WriteResult } from '../../src/scim/directory.ts';
import type { GroupWrite } from '../../src/scim/groups.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts';
import { bindConnection, type ConnectionStore, openStore, type Store } from '../../src/store/store.ts';
import { startWorker, type Worker } from '../../src/worker/worker.ts';
import { type Gateway, startGateway } from './gateway.ts';

const PATIENCE = { timeout: 15_000, interval: 20 };
const ACTOR = { kind: 'scim', name: 'test' } as const;

const RESTING = ['in_sync', 'partial', 'failed', 'held', 'unmanaged'];

/** What the spend extension asks for, in this currency. */
export function spend(reimbursementCurrency: string): JsonObject {
  return { country: 'US', locale: 'en-US', reimbursementCurrency };
}

/** Who is pushed: a resource as the SCIM side stores it. */
export function resource(name: string, more: JsonObject = {}): JsonObject {
  return {
    userName: `${name}@example.com`,
    externalId: `external-${name}`,
    active: true,
    name: { givenName: name, familyName: 'Example' },
    emails: [{ type: 'work', value: `${name}@example.com` }],
    preferredLanguage: 'en-US',
    addresses: [{ type: 'work', country: 'US' }],
    ...more,
    [ENTERPRISE]: { employeeNumber: `number-${name}`, ...(more[ENTERPRISE] as JsonObject | undefined) },
  };
}

/** How a delivery is set up; what is left out of the simulator's options stays as it is. */
export interface DeliveryOptions extends SimulatorOptions {
  /** Concur's clock moves with the bridge's; otherwise only the bridge's does. */
  readonly sharedClock?: boolean;
  /** How long Concur may take for an answer, in ms. */
  readonly timeout?: number;
  /** What stands between the bridge and Concur; it is closed with the delivery. */
  readonly gateway?: Gateway;
  /** Where waits are drawn from, in [0, 1); always the middle when absent. */
  readonly random?: () => number;
  /** What groups give. */
  readonly groups?: GroupAccess;
  /** What is set otherwise than in most tests. */
  readonly settings?: Partial<ConnectionSettings>;
  /** What is mapped otherwise than without any configuration. */
  readonly mapping?: Partial<MappingSettings>;
  /** Lets a test stand between the worker and its store. */
  readonly watch?: (store: ProvisioningStore) => ProvisioningStore;
}

/** Store, Concur client and worker against a simulator, with a clock that can be moved forward. */
export class Delivery {
  readonly simulator: Simulator;
  readonly store: ConnectionStore;
  readonly database: Store;
  readonly clock: { now: () => number; advance: (ms: number) => void };
  #settings: ConnectionSettings;
  /** What the worker logged as errors: every test expects none. */
  readonly #defects: object[] = [];
  /** What the worker said of the deactivation guard. */
  readonly alarms: string[] = [];
  /** What the worker logged as warnings. */
  readonly warnings: object[] = [];
  readonly #log = {
    info() {},
    warn: (fields: object) => this.warnings.push(fields),
    error: (fields: object, message: string) =>
      message.startsWith('the deactivation guard') ? this.alarms.push(message) : this.#defects.push(fields),
  };
  readonly #options: DeliveryOptions;
  readonly #workers: Pick<Worker, 'wake' | 'stop'>[] = [];

  private constructor(
    simulator: Simulator,
    database: Store,
    store: ConnectionStore,
    clock: Delivery['clock'],
    settings: ConnectionSettings,
    options: DeliveryOptions,
  ) {
    this.simulator = simulator;
    this.database = database;
    this.store = store;
    this.clock = clock;
    this.#settings = settings;
    this.#options = options;
  }

  static async prepare(options: DeliveryOptions = {}): Promise<Delivery> {
    let ahead = 0;
    const clock = {
      now: () => Date.now() + ahead,
      advance: (ms: number) => {
        ahead += ms;
      },
    };
    const { sharedClock = false, gateway, company: asked, groups } = options;
    const simulator = await startSimulator({
      pollInterval: 20,
      ...(sharedClock ? { clock: clock.now } : {}),
      ...options,
      company: { ...asked, ...(gateway === undefined ? {} : { geolocation: gateway.url }) },
    });
    gateway?.aim(simulator.url);
    const store = await openStore({
      url: 'sqlite::memory:',
      secretKey: Buffer.alloc(32, 1),
      clock: clock.now,
      newId: randomUUID,
    });
    const { company } = simulator;
    await bindConnection(store, 'default', company.id);
    const scope = { scopeExit: 'deactivate', ...options.settings } as const;
    const connection = store.connection('default', giving(groups), scope);
    await connection.credentials.seedRefreshToken(company.refreshToken);
    const settings: ConnectionSettings = {
      name: 'default',
      companyId: company.id,
      baseUrl: gateway?.url ?? simulator.url,
      allowedHosts: ['127.0.0.1'],
      writeApi: 'auto',
      mapping: {
        companyId: company.id,
        defaults: {},
        currencies: {},
        ...(groups === undefined ? {} : { groups }),
        ...options.mapping,
      },
      polling: { interval: 30 },
      batching: { operations: 100, bytes: 400_000 },
      delivery: 'on',
      verdictWindow: 0,
      deletion: 'deactivate',
      scopeExit: 'deactivate',
      deactivationGuard: null,
      ...options.settings,
    };
    const delivery = new Delivery(simulator, store, connection, clock, settings, options);
    onTestFinished(async () => {
      gateway?.close();
      await delivery.stop();
      await store.close();
      await simulator.close();
      expect(delivery.#defects).toEqual([]);
    });
    return delivery;
  }

  static async begin(options: DeliveryOptions = {}): Promise<Delivery> {
    const delivery = await Delivery.prepare(options);
    delivery.start();
    return delivery;
  }

  /** A delivery whose requests pass a gateway, not started yet. */
  static async throughGateway(options: DeliveryOptions = {}): Promise<[Delivery, Gateway]> {
    const gateway = await startGateway();
    return [await Delivery.prepare({ ...options, gateway }), gateway];
  }

  /** Lets workers that are started from now on deliver by other settings. */
  withSettings(settings: Partial<ConnectionSettings>): ConnectionSettings {
    this.#settings = { ...this.#settings, ...settings };
    return this.#settings;
  }

  /** One more client of the connection. */
  client(): ConcurClient {
    const { timeout } = this.#options;
    const { company } = this.simulator;
    return createConcur({
      settings: this.#settings,
      secrets: { clientId: company.clientId, clientSecret: company.clientSecret, refreshToken: null },
      credentials: this.store.credentials,
      clock: this.clock.now,
      monotonic: this.clock.now,
      newId: randomUUID,
      log: this.#log,
      ...(timeout === undefined ? {} : { timeout }),
    });
  }

  /** Starts a worker; a second call starts one more, as another process would. */
  start(): void {
    const { random = () => 0.5, watch = (store) => store } = this.#options;
    const log = this.#log;
    const concur = this.client();
    const worker = startWorker({
      store: watch(this.store.provisioning),
      concur,
      settings: this.#settings,
      clock: this.clock.now,
      random,
      newId: randomUUID,
      log,
    });
    this.#workers.push({
      wake: worker.wake,
      stop: async () => {
        await worker.stop();
        await concur.close();
      },
    });
  }

  async stop(): Promise<void> {
    await Promise.all(this.#workers.splice(0).map((worker) => worker.stop()));
  }

  #wake(): void {
    for (const worker of this.#workers) worker.wake();
  }

  /** Creates people in one batch and returns their ids. */
  async create(...resources: JsonObject[]): Promise<string[]> {
    const results = await this.store.directory.accept(
      resources.map((one) => ({ kind: 'create', actor: ACTOR, resource: one })),
    );
    this.#wake();
    return results.map((result) => written(result).person.id);
  }

  /** Changes attributes of a person. */
  async change(id: string, more: JsonObject): Promise<void> {
    await this.decide(id, ({ person }) => ({
      kind: 'replace',
      resource: { ...person.resource, ...more },
      changed: Object.keys(more),
    }));
  }

  /** Writes a group and returns its id. */
  async group(write: GroupWrite): Promise<string> {
    const [result] = await this.store.directory.groups.accept([write]);
    if (result?.kind !== 'written') throw new Error(`Not written: ${JSON.stringify(result)}`);
    this.#wake();
    return result.group.id;
  }

  async decide(id: string, decide: (record: PersonRecord) => Decision): Promise<void> {
    const [result] = await this.store.directory.accept([{ kind: 'change', actor: ACTOR, id, decide }]);
    if (result === undefined) throw new Error('Every write has a result');
    written(result);
    this.#wake();
  }

  async record(id: string): Promise<PersonRecord> {
    const record = await this.store.reports.person(id);
    if (record === null) throw new Error('The person is unknown');
    return record;
  }

  /** Resolves when the person is in this state, and returns the record. */
  async reaches(id: string, state: string, reason: string | null = null): Promise<PersonRecord> {
    return vi.waitFor(async () => {
      const record = await this.record(id);
      const { provisioning } = record;
      expect(`${provisioning.state} ${provisioning.reason}`, provisioning.lastError ?? '').toBe(
        `${state} ${reason}`,
      );
      return record;
    }, PATIENCE);
  }

  /** As `reaches`, but the clock moves on to whatever the person waits for. */
  async comesTo(id: string, state: string, reason: string | null = null): Promise<PersonRecord> {
    return vi.waitFor(async () => {
      const record = await this.record(id);
      const { provisioning } = record;
      const wait = (provisioning.due ?? 0) - this.clock.now();
      if (provisioning.state === 'queued' && wait > 0) this.clock.advance(wait);
      expect(`${provisioning.state} ${provisioning.reason}`, provisioning.lastError ?? '').toBe(
        `${state} ${reason}`,
      );
      return record;
    }, PATIENCE);
  }

  /** Resolves when nothing is to be done for the person, and returns the record. */
  async rests(id: string): Promise<PersonRecord> {
    return vi.waitFor(async () => {
      const record = await this.record(id);
      expect(RESTING).toContain(record.provisioning.state);
      return record;
    }, PATIENCE);
  }

  /** What Concur holds under a userName, all parts in one. */
  inConcur(name: string): JsonObject | undefined {
    const user = this.simulator.state.find(`${name}@example.com`);
    return user === undefined
      ? undefined
      : ({ ...user.identity, ...user.spend, ...user.travel, id: user.id } as JsonObject);
  }

  /** Makes somebody by hand in Concur, with all the keys of that name, and returns their Concur UUID. */
  makeByHand(name: string, more: JsonObject = {}): string {
    const { state, company } = this.simulator;
    return state.seed({
      ...resource(name, more),
      [ENTERPRISE]: { companyId: company.id, employeeNumber: `number-${name}` },
    }).id;
  }

  /** Deletes a user by hand in Concur, and returns the status that it answers. */
  async deleteByHand(concurId: string | null): Promise<number> {
    const { url, state } = this.simulator;
    const token = [...state.tokens.access.keys()].at(-1);
    const headers = { authorization: `Bearer ${token}` };
    return (await fetch(`${url}/profile/v4/Users/${concurId}`, { method: 'DELETE', headers })).status;
  }

  /** The requests that reached Concur, as `METHOD path`, ids left out. */
  calls(method: string, path: RegExp): number {
    return this.simulator.requests.filter((one) => one.method === method && path.test(one.path)).length;
  }
}

function written(result: WriteResult): PersonRecord {
  if (result.kind !== 'written') throw new Error(`Not written: ${JSON.stringify(result)}`);
  return result.record;
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, onTestFinished, vi } from 'vitest';
import { stringify } from 'yaml';
import { type Loaded, loadConfiguration } from '../src/config/configuration.ts';
import { environmentFor } from '../src/demo/environment.ts';
import type { JsonObject } from '../src/domain/json.ts';
import { type Bridge, type Role, startBridge } from '../src/main.ts';
import { compileMapping } from '../src/mapping/configured/compile.ts';
import { compileGroupRules } from '../src/mapping/groups/compile.ts';
import { compileScope } from '../src/mapping/scope.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../src/simulator/simulator.ts';

const PATIENCE = { timeout: 15_000, interval: 20 };

/** What the admin API says of a person. */
export interface SeenPerson {
  readonly id: string;
  readonly state: string;
  readonly reason: string | null;
}

/** The effect of a reload on the connection, as the admin API says it. */
export interface SeenEffect {
  readonly people: number;
  readonly changed: number;
  readonly losingAccess: number;
  readonly underWay: number;
  readonly examples: readonly { userName: string; attributes: string[]; problem: string | null }[];
}

/** A bridge in this process whose configuration file is a text that a test rewrites. */
export class ReloadingBridge {
  readonly simulator: Simulator;
  /** The lines of the log, over all starts. */
  readonly lines: { readonly level: number; readonly msg: string; readonly changed?: number }[] = [];
  /** The section of the connection, beside what comes from the environment. */
  connection: JsonObject = {};
  /** The text of the file where it is to be another than that of the section. */
  text: string | null = null;
  readonly #environment: Record<string, string>;
  #bridge: Bridge | null = null;

  private constructor(simulator: Simulator, folder: string) {
    this.simulator = simulator;
    this.#environment = {
      ...environmentFor(simulator),
      BRIDGE_PORT: '0',
      BRIDGE_DATABASE_URL: `sqlite:${join(folder, 'bridge.db')}`,
    };
  }

  /** Prepares a bridge; the database outlives its starts. */
  static async prepare(options: SimulatorOptions = {}): Promise<ReloadingBridge> {
    const simulator = await startSimulator({ pollInterval: 20, ...options });
    const folder = mkdtempSync(join(tmpdir(), 'bridge-reload-'));
    const bridge = new ReloadingBridge(simulator, folder);
    onTestFinished(async () => {
      await bridge.stop();
      await simulator.close();
      rmSync(folder, { recursive: true, force: true });
      expect(simulator.violations).toEqual([]);
    });
    return bridge;
  }

  /** The configuration as the file is now. */
  load(): Loaded {
    const section = { polling: { interval: '20ms' }, ...this.connection };
    const text = this.text ?? stringify({ connections: { default: section } });
    const readFile = () => text;
    const env = this.#environment;
    const compilers = { compileMapping, compileGroupRules, compileScope };
    return loadConfiguration({ env, configFile: 'bridge.yaml', readFile, ...compilers });
  }

  async start(role: Role = 'all'): Promise<Bridge> {
    const loaded = this.load();
    if (loaded.kind === 'invalid') throw new Error(JSON.stringify(loaded.problems));
    const log = pino({}, { write: (line: string) => void this.lines.push(JSON.parse(line)) });
    this.#bridge = await startBridge(loaded.configuration, role, log, () => this.load());
    return this.#bridge;
  }

  async stop(): Promise<void> {
    const bridge = this.#bridge;
    this.#bridge = null;
    await bridge?.close();
  }

  /** Sends a request with the SCIM token. */
  async scim(method: string, path: string, body?: JsonObject): Promise<{ status: number; id: string }> {
    const answer = await this.#fetch(method, `/scim/v2${path}`, 'BRIDGE_SCIM_TOKEN', body);
    const text = await answer.text();
    const { id = '' } = (text === '' ? {} : JSON.parse(text)) as { id?: string };
    return { status: answer.status, id };
  }

  /** What is answered to a request with the SCIM token. */
  async scimBody(method: string, path: string): Promise<{ status: number; body: JsonObject }> {
    const answer = await this.#fetch(method, `/scim/v2${path}`, 'BRIDGE_SCIM_TOKEN');
    return { status: answer.status, body: (await answer.json()) as JsonObject };
  }

  /** Creates people and resolves when they are in sync. */
  async create(...resources: JsonObject[]): Promise<string[]> {
    const ids: string[] = [];
    for (const resource of resources) {
      const { status, id } = await this.scim('POST', '/Users', resource);
      expect(status).toBe(201);
      ids.push(id);
    }
    for (const id of ids) await this.reaches(id, 'in_sync');
    return ids;
  }

  async admin<Body>(
    method: string,
    path: string,
    sent?: JsonObject,
  ): Promise<{ status: number; body: Body }> {
    const answer = await this.#fetch(method, `/api/v1${path}`, 'BRIDGE_ADMIN_TOKEN', sent);
    return { status: answer.status, body: (await answer.json()) as Body };
  }

  /** What a reload says, or a preview of it. */
  async reload(method: 'GET' | 'POST' = 'POST'): Promise<SeenEffect> {
    const { status, body } = await this.admin<{ applied: boolean; items: [SeenEffect] }>(method, '/reload');
    expect([status, body.applied], JSON.stringify(body)).toEqual([200, method === 'POST']);
    return body.items[0];
  }

  /** Resolves when the person is in this state. */
  async reaches(id: string, state: string, reason: string | null = null): Promise<void> {
    await vi.waitFor(async () => {
      const { body } = await this.admin<SeenPerson>('GET', `/users/${id}`);
      expect(`${body.state} ${body.reason}`).toBe(`${state} ${reason}`);
    }, PATIENCE);
  }

  /** Resolves when the log has said this so often. */
  async says(message: string, times = 1): Promise<void> {
    await vi.waitFor(() => expect(this.said(message)).toBe(times), PATIENCE);
  }

  said(message: string): number {
    return this.lines.filter(({ msg }) => msg === message).length;
  }

  /** What Concur holds under a userName, all parts in one. */
  inConcur(name: string): JsonObject {
    const user = this.simulator.state.find(`${name}@example.com`);
    if (user === undefined) throw new Error(`Concur has no ${name}`);
    return { ...user.identity, ...user.spend, ...user.travel, id: user.id } as JsonObject;
  }

  /** The writes that reached Concur. */
  writes(): number {
    return this.simulator.requests.filter(
      ({ method, path }) =>
        ['POST', 'PATCH'].includes(method) && /\/(Users|Bulk)/.test(path) && !/search/.test(path),
    ).length;
  }

  #fetch(method: string, path: string, token: string, body?: JsonObject): Promise<Response> {
    const url = this.#bridge?.url;
    if (url == null) throw new Error('The bridge does not run');
    return fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#environment[token]}`,
        'content-type': 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }
}

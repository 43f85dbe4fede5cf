import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, onTestFinished, vi } from 'vitest';
import { stringify } from 'yaml';
import { loadConfiguration } from '../../src/config/configuration.ts';
import { environmentFor } from '../../src/demo/environment.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { type Role, startBridge } from '../../src/main.ts';
import { compileMapping } from '../../src/mapping/configured/compile.ts';
import { compileGroupRules } from '../../src/mapping/groups/compile.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts';
import { type Gateway, startGateway } from '../worker/gateway.ts';

export const PATIENCE = { timeout: 15_000, interval: 20 };
export const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const BRIDGE = 'urn:ietf:params:scim:schemas:extension:concur-bridge:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const CONCUR_ERROR = 'urn:ietf:params:scim:api:messages:concur:2.0:Error';

/** The userName that another Concur company holds. */
export const TAKEN = 'taken@elsewhere.example';

/** An answer as the client sees it. */
export interface Seen {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: JSON whose form the tests assert
  readonly body: any;
  readonly etag: string | null;
  readonly applied: string | null;
  /** How long it took, in ms. */
  readonly took: number;
}

/** A whole bridge in this process, with a gateway between it and a simulated Concur. */
export class WaitingBridge {
  readonly simulator: Simulator;
  readonly gateway: Gateway;
  readonly #url: string;
  readonly #environment: ReturnType<typeof environmentFor>;

  private constructor(
    simulator: Simulator,
    gateway: Gateway,
    url: string,
    environment: ReturnType<typeof environmentFor>,
  ) {
    this.simulator = simulator;
    this.gateway = gateway;
    this.#url = url;
    this.#environment = environment;
  }

  /** Starts a bridge with this section of its connection. */
  static async start(
    section: JsonObject = {},
    { role = 'all', ...options }: SimulatorOptions & { role?: Role } = {},
  ): Promise<WaitingBridge> {
    const gateway = await startGateway();
    const simulator = await startSimulator({
      pollInterval: 20,
      ...options,
      company: { geolocation: gateway.url },
    });
    gateway.aim(simulator.url);
    const folder = mkdtempSync(join(tmpdir(), 'bridge-verdict-'));
    const environment = environmentFor({ url: gateway.url, company: simulator.company });
    const loaded = loadConfiguration({
      env: { ...environment, BRIDGE_PORT: '0', BRIDGE_DATABASE_URL: `sqlite:${join(folder, 'bridge.db')}` },
      configFile: 'bridge.yaml',
      readFile: () =>
        stringify({
          connections: { default: { polling: { interval: '20ms' }, validation: 'accept', ...section } },
        }),
      compileMapping,
      compileGroupRules,
    });
    if (loaded.kind === 'invalid') throw new Error(JSON.stringify(loaded.problems));
    const errors: string[] = [];
    const log = pino({ level: 'error' }, { write: (line: string) => void errors.push(line) });
    const bridge = await startBridge(loaded.configuration, role, log);
    onTestFinished(async () => {
      gateway.close();
      await bridge.close();
      await simulator.close();
      rmSync(folder, { recursive: true, force: true });
      expect([errors, simulator.violations]).toEqual([[], []]);
    });
    return new WaitingBridge(simulator, gateway, String(bridge.url), environment);
  }

  async scim(
    method: string,
    path: string,
    body?: JsonObject,
    headers: Record<string, string> = {},
  ): Promise<Seen> {
    const begun = performance.now();
    const answer = await fetch(`${this.#url}/scim/v2${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#environment.BRIDGE_SCIM_TOKEN}`,
        'content-type': 'application/scim+json',
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      body: text === '' ? {} : JSON.parse(text),
      etag: answer.headers.get('etag'),
      applied: answer.headers.get('preference-applied'),
      took: performance.now() - begun,
    };
  }

  /** PATCHes attributes with `replace`. */
  patch(id: string, value: JsonObject, headers?: Record<string, string>): Promise<Seen> {
    const body = { schemas: [PATCH_OP], Operations: [{ op: 'replace', value }] };
    return this.scim('PATCH', `/Users/${id}`, body, headers);
  }

  async admin(path: string): Promise<JsonObject> {
    const answer = await fetch(`${this.#url}/api/v1${path}`, {
      headers: { authorization: `Bearer ${this.#environment.BRIDGE_ADMIN_TOKEN}` },
    });
    return (await answer.json()) as JsonObject;
  }

  /** The state as the extension shows it. */
  async state(id: string): Promise<string> {
    return stateIn((await this.scim('GET', `/Users/${id}`)).body);
  }

  async reaches(id: string, state: string): Promise<void> {
    await vi.waitFor(async () => expect(await this.state(id)).toBe(state), PATIENCE);
  }

  /** Makes somebody who is in sync. */
  async synced(name: string, more: JsonObject = {}): Promise<string> {
    const { status, body } = await this.scim('POST', '/Users', person(name, more));
    expect([status, body.detail]).toEqual([201, undefined]);
    await this.reaches(body.id, 'in_sync');
    return body.id;
  }

  /** What the audit trail says of a person, oldest first. */
  async changes(id: string): Promise<readonly (readonly [string, number, string | null])[]> {
    const { items } = (await this.admin('/changes?limit=100')) as unknown as {
      items: { personId: string; action: string; version: number; reason: string | null }[];
    };
    return items
      .filter(({ personId }) => personId === id)
      .map(({ action, version, reason }) => [action, version, reason] as const)
      .reverse();
  }

  /** The requests to Concur that write people. */
  writes(): readonly string[] {
    return this.simulator.requests
      .filter(
        ({ method, path }) => method !== 'GET' && /\/(Users|Bulk)(\/|$)/.test(path) && !/search/.test(path),
      )
      .map(({ method, path }) => `${method} ${path.replace(/[0-9a-f-]{36}/, 'ID')}`);
  }

  /** Has Concur refuse the next write of a kind that names these attributes; none: it says no more than its words. */
  refuses(
    method: 'POST' | 'PATCH',
    paths: readonly string[],
    words = 'Not acceptable here',
    times = 1,
  ): void {
    const messages = paths.map((schemaPath) => ({ code: 'X1', message: words, schemaPath, type: 'error' }));
    this.simulator.faults.add({
      kind: 'status',
      status: 400,
      times,
      match: { method, path: /\/Users(\/[0-9a-f-]+)?$/ },
      body: {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:Error', CONCUR_ERROR],
        status: '400',
        detail: words,
        ...(paths.length === 0 ? {} : { [CONCUR_ERROR]: { messages } }),
      },
    });
  }
}

/** What the extension says of the state. */
export function stateIn(body: Record<string, { state: string }>): string {
  return String(body[BRIDGE]?.state);
}

/** The UUID in Concur, as the extension shows it. */
export function concurIdIn(body: Record<string, { concurId: string }>): string | undefined {
  return body[BRIDGE]?.concurId;
}

export function person(name: string, more: JsonObject = {}): JsonObject {
  return {
    schemas: [CORE, ENTERPRISE],
    userName: `${name}@example.com`,
    active: true,
    name: { givenName: name, familyName: 'Example' },
    emails: [{ type: 'work', value: `${name}@example.com` }],
    preferredLanguage: 'en-US',
    addresses: [{ type: 'work', country: 'US' }],
    ...more,
    [ENTERPRISE]: { employeeNumber: `number-${name}`, ...(more[ENTERPRISE] as JsonObject | undefined) },
  };
}

export function group(displayName: string, members: readonly string[]): JsonObject {
  return { schemas: [GROUP], displayName, members: members.map((value) => ({ value })) };
}

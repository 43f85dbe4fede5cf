import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { type Loaded, loadConfiguration } from '../../src/config/configuration.ts';
import { environmentFor } from '../../src/demo/environment.ts';
import { type Checked, examine, isWell } from '../../src/doctor/doctor.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { compileMapping } from '../../src/mapping/configured/compile.ts';
import { compileGroupRules } from '../../src/mapping/groups/compile.ts';
import { compileScope } from '../../src/mapping/scope.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts';
import { bindConnection, openStore } from '../../src/store/store.ts';

/** How the bridge is set up; what is left out is right. */
export interface Setup {
  readonly env?: Readonly<Record<string, string>>;
  /** The configuration file. */
  readonly file?: JsonObject;
  readonly only?: string;
  readonly fetch?: typeof fetch;
}

/** What the doctor said. */
export interface Diagnosis {
  readonly ok: boolean;
  readonly checks: readonly Checked[];
  of(id: string): Checked;
  /** The ids of the lines in one state, in their order. */
  in(state: Checked['state']): readonly string[];
}

/** A simulated company, and a bridge that is configured for it, in a folder of its own; gone with the test. */
export interface Clinic {
  readonly simulator: Simulator;
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  loaded(setup?: Setup): Loaded;
  examine(setup?: Setup): Promise<Diagnosis>;
  /** Puts people into the directory; returns their ids. */
  add(...resources: readonly JsonObject[]): Promise<readonly string[]>;
  switchDelivery(to: 'on' | 'off'): Promise<void>;
}

export async function openClinic(options: SimulatorOptions = {}): Promise<Clinic> {
  const simulator = await startSimulator(options);
  const folder = mkdtempSync(join(tmpdir(), 'bridge-doctor-'));
  onTestFinished(async () => {
    await simulator.close();
    rmSync(folder, { recursive: true });
  });
  const env = {
    ...environmentFor(simulator),
    BRIDGE_PORT: '0',
    BRIDGE_DATABASE_URL: `sqlite:${join(folder, 'bridge.db')}`,
  };
  const loaded = ({ env: more = {}, file }: Setup = {}) =>
    loadConfiguration({
      env: { ...env, ...more },
      ...(file === undefined ? {} : { configFile: 'bridge.yaml' }),
      readFile: () => stringify(file),
      compileMapping,
      compileGroupRules,
      compileScope,
    });
  const open = async () => {
    const url = env.BRIDGE_DATABASE_URL;
    const secretKey = Buffer.from(env.BRIDGE_SECRET_KEY, 'hex');
    const store = await openStore({ url, secretKey, clock: Date.now, newId: randomUUID });
    await bindConnection(store, 'default', env.CONCUR_COMPANY_ID);
    return store;
  };
  return {
    simulator,
    folder,
    env,
    loaded,
    examine: async (setup = {}) => {
      const surroundings = { clock: Date.now, newId: randomUUID, fetch: setup.fetch ?? fetch };
      const told: Checked[] = [];
      const audience = { begin() {}, end: (one: Checked) => void told.push(one) };
      const checks = await examine(loaded(setup), setup.only ?? null, surroundings, audience);
      expect(told).toEqual(checks);
      return diagnosis(checks);
    },
    switchDelivery: async (to) => {
      const store = await open();
      await store.connection('default').delivery.set(to);
      await store.close();
    },
    add: async (...resources) => {
      const store = await open();
      const actor = { kind: 'scim', name: 'test' } as const;
      const written = await store
        .connection('default')
        .directory.accept(resources.map((resource) => ({ kind: 'create', actor, resource })));
      await store.close();
      return written.map((result) => {
        if (result.kind !== 'written') throw new Error(`A person was not taken: ${result.kind}`);
        return result.record.person.id;
      });
    },
  };
}

/** A person who comes out whole, and has no spend profile. */
export function person(name: string, more: JsonObject = {}): JsonObject {
  return {
    userName: `${name}@example.com`,
    active: true,
    name: { givenName: name, familyName: 'Example' },
    emails: [{ type: 'work', value: `${name}@example.com` }],
    ...more,
  };
}

function diagnosis(checks: readonly Checked[]): Diagnosis {
  return {
    ok: isWell(checks),
    checks,
    of: (id) => {
      const found = checks.find((one) => one.id === id);
      if (found === undefined) throw new Error(`There is no line ${id}`);
      return found;
    },
    in: (state) => checks.filter((one) => one.state === state).map(({ id }) => id),
  };
}

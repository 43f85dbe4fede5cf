import { expect, vi } from 'vitest';
import { ENTERPRISE, SPEND } from '../../src/domain/extensions.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/domain/json.ts';
import type { PersonRecord } from '../../src/domain/person.ts';
import type { State } from '../../src/domain/provisioning.ts';
import type { Fault, Match } from '../../src/simulator/faults.ts';
import { type Delivery, resource, spend } from './harness.ts';

const MINUTE = 60_000;
const ROUNDS = 40;
const NAMES = Array.from({ length: 10 }, (_, index) => `person${index}`);
const RESTING: readonly State[] = ['in_sync', 'partial', 'failed', 'held'];
const FAULTS: readonly Fault[] = [
  { kind: 'drop-before' },
  { kind: 'drop-after' },
  { kind: 'malformed' },
  { kind: 'late', ms: 150 },
  { kind: 'status', status: 429, retryAfter: 1 },
  { kind: 'status', status: 500 },
  { kind: 'status', status: 503 },
];
const TARGETS: readonly Match[] = [
  { path: /Bulk/ },
  { method: 'PATCH' },
  { method: 'POST', path: /v4\/Users$/ },
  { method: 'GET' },
  { path: /search/ },
  { path: /provisions/ },
];

/** People to whom something happens all the time, while Concur and the network fail. */
export class Storm {
  readonly delivery: Delivery;
  readonly #random: () => number;
  /** The ids of the living by name, and of everybody who ever lived. */
  readonly living = new Map<string, string>();
  readonly everybody: string[] = [];

  /** A storm over a delivery; the same numbers make the same storm. */
  constructor(delivery: Delivery, random: () => number) {
    this.delivery = delivery;
    this.#random = random;
  }

  #pick<One>(all: readonly One[]): One {
    const one = all[Math.floor(this.#random() * all.length)];
    if (one === undefined) throw new Error('Nothing to pick from');
    return one;
  }

  /** Resolves when it has blown over; what it broke works again. */
  async blow(): Promise<void> {
    for (let round = 0; round < ROUNDS; round += 1) {
      if (this.#random() < 0.25) this.#breakSomething();
      for (let left = this.#pick([1, 2, 3, 4]); left > 0; left -= 1) await this.#write(this.#pick(NAMES));
      await this.#somethingHappened();
      if (this.#random() < 0.3) this.delivery.clock.advance(this.#random() * 10 * MINUTE);
    }
    this.delivery.simulator.faults.clear();
  }

  #breakSomething(): void {
    const fault = this.#pick(FAULTS);
    // One at a time: five failures in a row would open the circuit breaker, whose rests no test clock shortens.
    this.delivery.simulator.faults.clear();
    this.delivery.simulator.faults.add({ ...fault, times: 1, match: this.#pick(TARGETS) });
  }

  async #write(name: string): Promise<void> {
    const { delivery } = this;
    const id = this.living.get(name);
    if (id === undefined) {
      const [made = ''] = await delivery.create(resource(name, { title: 'a', [SPEND]: spend('USD') }));
      this.living.set(name, made);
      this.everybody.push(made);
      return;
    }
    switch (this.#pick(['delete', 'active', 'active', 'title', 'entitlements', 'currency', 'manager'])) {
      case 'delete':
        this.living.delete(name);
        return delivery.decide(id, () => ({ kind: 'delete' }));
      case 'active':
        return delivery.change(id, { active: this.#pick([true, false]) });
      case 'title':
        return delivery.change(id, { title: this.#pick(['a', 'b', 'c', null]) });
      case 'entitlements':
        return delivery.change(id, { entitlements: this.#pick([['Expense'], ['Expense', 'Invoice'], []]) });
      case 'currency':
        return delivery.change(id, { [SPEND]: spend(this.#pick(['USD', 'EUR', 'GBP'])) });
      case 'manager': {
        const manager = { value: `external-${this.#pick(NAMES.filter((other) => other !== name))}` };
        return delivery.change(id, { [ENTERPRISE]: { employeeNumber: `number-${name}`, manager } });
      }
    }
  }

  /** Resolves when Concur was asked for something more, or nothing is to be done at present. */
  async #somethingHappened(): Promise<void> {
    const { requests } = this.delivery.simulator;
    const before = requests.length;
    await vi.waitFor(async () => expect(requests.length > before || !(await this.#isBusy())).toBe(true), {
      timeout: 10_000,
      interval: 10,
    });
  }

  async #isBusy(): Promise<boolean> {
    const now = this.delivery.clock.now();
    return (await this.records(this.everybody)).some(
      ({ provisioning: { state, due } }) => state === 'sending' || (state === 'queued' && (due ?? 0) <= now),
    );
  }

  async records(ids: Iterable<string>): Promise<PersonRecord[]> {
    return Promise.all([...ids].map((id) => this.delivery.record(id)));
  }

  /** Resolves when nothing is to be done and no request can take effect any more; the clock moves on till then. */
  async calm(): Promise<void> {
    const { clock, store } = this.delivery;
    await vi.waitFor(
      async () => {
        expect(await this.#isBusy()).toBe(false);
        const states = (await this.records(this.everybody)).map(({ provisioning }) => provisioning.state);
        const { items } = await store.reports.requests({ limit: 1_000 });
        const open = items.filter(({ completedAt }) => completedAt === null).map(({ state }) => state);
        // Less than a lease lasts, or who looks at a request would lose it time and again.
        if (states.includes('processing')) clock.advance(1_000);
        else if (states.includes('queued') || open.length > 0) clock.advance(5 * MINUTE);
        expect({ open, unrest: states.filter((state) => !RESTING.includes(state)) }).toEqual({
          open: [],
          unrest: [],
        });
      },
      { timeout: 40_000, interval: 50 },
    );
  }

  /** What is desired of the living, and what Concur holds: of them, and of whoever else has access there. */
  async outcome(): Promise<{ desired: Views; held: Views }> {
    const records = await this.records(this.living.values());
    const idOf = new Map(
      records.map(({ person, provisioning }) => [person.resource.externalId, provisioning.concurId]),
    );
    const users = new Map(this.delivery.simulator.state.users);
    const desired: Views = {};
    const held: Views = {};
    for (const { person, provisioning } of records) {
      const { concurId, state } = provisioning;
      const name = String(person.resource.userName);
      if (concurId === null && person.resource.active === false) continue;
      // A reference to somebody who is not in Concur waits, and Concur keeps the manager it has.
      const manager = idOf.get(managerOf(person.resource)) ?? null;
      desired[name] = { ...view(person.resource), manager, state: manager === null ? state : 'in_sync' };
      const user = users.get(concurId ?? '');
      users.delete(concurId ?? '');
      const inConcur: JsonObject = { ...user?.identity, ...user?.spend };
      held[name] = {
        ...view(inConcur),
        manager: manager === null ? null : managerOf(inConcur),
        state,
      };
    }
    for (const { identity } of users.values()) {
      if (identity.active === true) held[`${identity.userName}, whom nobody stands for`] = identity;
    }
    return { desired, held };
  }
}

type Views = Record<string, unknown>;

/** What the storm changes about a person, from a SCIM resource or from Concur's. */
function view(from: JsonObject): JsonObject {
  const { userName = null, active = null, title, entitlements, [SPEND]: asked } = from;
  return {
    userName,
    active,
    title: title ?? null,
    entitlements: entitlements ?? [],
    currency: isJsonObject(asked) ? (asked.reimbursementCurrency ?? null) : null,
  };
}

function managerOf({ [ENTERPRISE]: enterprise }: JsonObject): JsonValue | undefined {
  const manager = isJsonObject(enterprise) ? enterprise.manager : undefined;
  return isJsonObject(manager) ? manager.value : undefined;
}

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeactivationGuard } from '../../src/domain/connection.ts';
import type { ProvisioningStore } from '../../src/domain/ports.ts';
import { bindConnection, type Store } from '../../src/store/store.ts';
import { type Bench, create, ENGINES, lease, openBench } from './engines.ts';

const WITHIN = 1_000;
const PEOPLE = 16;
const FEW = 10;

type Step =
  /** Some are about to lose access, and one process asks for each half of them at the same time. */
  | { readonly kind: 'ask'; readonly people: readonly number[] }
  | { readonly kind: 'advance'; readonly ms: number }
  /** Concur confirms that somebody lost access, or somebody gets it again. */
  | { readonly kind: 'becomes'; readonly person: number; readonly active: boolean };

const person = fc.integer({ min: 0, max: PEOPLE - 1 });
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('ask'), people: fc.uniqueArray(person) }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('advance'), ms: fc.integer({ max: 700, min: 1 }) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('becomes'), person, active: fc.boolean() }),
    },
  ),
  { minLength: 5, maxLength: 30 },
);
const guards: fc.Arbitrary<DeactivationGuard> = fc.record({
  people: fc.option(fc.integer({ min: 1, max: 6 })),
  percent: fc.option(fc.integer({ min: 5, max: 60 })),
  within: fc.constant(WITHIN),
});

describe.each(ENGINES)('the guard on $name', (engine) => {
  let bench: Bench;
  let other: Store;
  let runs = 0;

  beforeAll(async () => {
    bench = await openBench(engine);
    other = await bench.reopen();
  });
  afterAll(() => bench.close());

  /** People under a lease, whom Concur holds active, in a connection of their own, as two processes see it. */
  async function crowd(): Promise<[ProvisioningStore, ProvisioningStore, readonly string[]]> {
    runs += 1;
    const name = `run${runs}`;
    await bindConnection(bench.store, name, `company-${name}`);
    const connection = bench.store.connection(name);
    const records = await create(
      connection,
      ...Array.from({ length: PEOPLE }, (_, index) => ({ userName: `person${index}` })),
    );
    const ids = records.map((record) => record.person.id);
    await connection.provisioning.claim('others', PEOPLE, lease('l', bench.now + 1e9), bench.now);
    await becomes(connection.provisioning, ids, true);
    return [connection.provisioning, other.connection(name).provisioning, ids];
  }

  async function becomes(
    store: ProvisioningStore,
    people: readonly string[],
    active: boolean,
  ): Promise<void> {
    const applied = { profile: { active }, unknown: [] };
    await store.commit({ people, decide: async () => ({ applied, losses: {} }) }, bench.now);
  }

  it('never lets more people lose access within any time than it allows, and counts no repeat', async () => {
    await fc.assert(
      fc.asyncProperty(guards, steps, async (guard, taken) => {
        const [one, two, ids] = await crowd();
        const idOf = (index: number) => ids[index] ?? '';
        /** What the guard said of those who were asked for, until it was over. */
        const said = new Map<string, string>();
        /** When somebody lost access last. */
        const lost = new Map<string, number>();
        const active = new Set(ids);
        const recently = () => [...lost].filter(([, at]) => at > bench.now - WITHIN).map(([id]) => id);
        const limit = () => {
          const base = active.size + recently().filter((id) => !active.has(id)).length;
          const share = base > FEW ? Math.max(1, Math.floor((base * (guard.percent ?? 100)) / 100)) : PEOPLE;
          return Math.min(guard.people ?? PEOPLE, guard.percent === null ? PEOPLE : share);
        };
        for (const step of taken) {
          if (step.kind === 'advance') bench.now += step.ms;
          else if (step.kind === 'becomes') {
            const id = idOf(step.person);
            await becomes(one, [id], step.active);
            said.delete(id);
            if (step.active) active.add(id);
            else active.delete(id);
          } else {
            const asked = step.people.map(idOf).map((personId) => ({ personId, keys: ['active'] }));
            const half = Math.ceil(asked.length / 2);
            const under = lease('l', bench.now + 1e9);
            const before = recently();
            const allowed = limit();
            const answers = await Promise.all([
              one.admitLosses(asked.slice(0, half), guard, under, bench.now),
              two.admitLosses(asked.slice(half), guard, under, bench.now),
            ]);
            const states = new Map(
              answers.flatMap(({ losses }) => [...losses].map(([id, { active: loss }]) => [id, loss?.state])),
            );
            let held = 0;
            for (const { personId } of asked) {
              const state = states.get(personId);
              const earlier = said.get(personId);
              if (earlier !== undefined) expect(state).toBe(earlier);
              else if (state === 'counted') lost.set(personId, bench.now);
              else held += 1;
              said.set(personId, state ?? '');
            }
            expect(answers.reduce((sum, answer) => sum + answer.held, 0)).toBe(held);
            // Whoever was counted before may be counted again, whatever the limit has become since; and those who were
            // counted now may have changed it.
            const most = Math.max(allowed, limit(), before.length);
            expect(recently().length).toBeLessThanOrEqual(most);
            if (held > 0) expect(recently().length).toBeGreaterThanOrEqual(limit());
          }
        }
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  it('says nothing of somebody who is no longer under the lease', async () => {
    const [store, , ids] = await crowd();
    const [first = ''] = ids;
    const asked = [{ personId: first, keys: ['active'] }];
    const guard = { people: 1, percent: null, within: WITHIN };
    const answer = await store.admitLosses(asked, guard, lease('other', bench.now + 1), bench.now);
    expect(answer).toEqual({ losses: new Map(), held: 0 });
  });
});

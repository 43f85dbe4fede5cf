import { describe, expect, it, vi } from 'vitest';
import type { SearchKeys } from '../../src/domain/adoption.ts';
import { ENTERPRISE } from '../../src/domain/extensions.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { Failure } from '../../src/domain/outcome.ts';
import type { Candidate, PersonRecord } from '../../src/domain/person.ts';
import type { Newcomer } from '../../src/domain/ports.ts';
import { createLookahead, type Lookahead } from '../../src/worker/lookahead.ts';
import { record } from '../domain/records.ts';
import { Delivery, resource } from './harness.ts';

const SEARCH = /\.search$/;
const BULK = /Bulk$/;

const numbered = (count: number) =>
  Array.from({ length: count }, (_, index) => resource(`person${String(index).padStart(4, '0')}`));

describe('a load of new people', () => {
  it('costs one search for a thousand of them', async () => {
    const delivery = await Delivery.prepare();
    await delivery.create(...numbered(2_000));
    delivery.start();
    await vi.waitFor(
      async () => {
        const { states } = await delivery.store.reports.summary();
        expect(states.in_sync).toBe(2_000);
      },
      { timeout: 15_000, interval: 100 },
    );
    expect(delivery.simulator.state.users.size).toBe(2_000);
    expect(delivery.calls('POST', BULK)).toBe(20);
    expect(delivery.calls('POST', SEARCH)).toBe(2);
    expect(delivery.simulator.violations).toEqual([]);
  });

  describe('of whom one was asked for ahead', () => {
    it('and appears in Concur before the creation is adopted after the refusal', async () => {
      const { delivery, ada, release } = await askedForAhead();
      delivery.simulator.state.seed(inConcur(delivery, 'number-ada'));
      release();
      await delivery.comesTo(ada, 'in_sync');
      expect(delivery.simulator.state.users.size).toBe(101);
    });

    it('and whose name a stranger takes before the creation is held after the refusal', async () => {
      const { delivery, ada, release } = await askedForAhead();
      delivery.simulator.state.seed(inConcur(delivery, 'another'));
      release();
      await delivery.comesTo(ada, 'held', 'ambiguous');
    });

    it('is not searched for again when claimed', async () => {
      const { delivery, ada, release } = await askedForAhead();
      release();
      await delivery.comesTo(ada, 'in_sync');
      expect(delivery.calls('POST', SEARCH)).toBe(1);
    });

    it('and changes meanwhile is searched for again', async () => {
      const { delivery, ada, release } = await askedForAhead();
      await delivery.change(ada, { title: 'Director' });
      release();
      await delivery.comesTo(ada, 'in_sync');
      expect(delivery.calls('POST', SEARCH)).toBe(2);
      expect(delivery.inConcur('ada')).toMatchObject({ title: 'Director' });
    });

    it('more than a minute before is searched for again', async () => {
      const { delivery, ada, release } = await askedForAhead();
      delivery.clock.advance(60_000);
      release();
      await delivery.comesTo(ada, 'in_sync');
      expect(delivery.calls('POST', SEARCH)).toBe(2);
    });

    it('and whose creation was lost is searched for again, and adopted', async () => {
      const { delivery, ada, release } = await askedForAhead();
      delivery.simulator.faults.add({
        kind: 'drop-after',
        times: 1,
        match: { method: 'POST', path: /Users$/ },
      });
      release();
      await delivery.reaches(ada, 'queued', 'outcome_unknown');
      await delivery.comesTo(ada, 'in_sync');
      expect(delivery.calls('POST', SEARCH)).toBe(2);
      expect(delivery.simulator.state.users.size).toBe(101);
      expect(delivery.simulator.violations).toEqual([]);
    });

    it('and becomes a leaver is searched for again, and deactivated at once', async () => {
      const { delivery, ada, release } = await askedForAhead();
      delivery.simulator.state.seed(inConcur(delivery, 'number-ada'));
      await delivery.change(ada, { active: false });
      await vi.waitFor(() => expect(delivery.inConcur('ada')).toMatchObject({ active: false }));
      release();
      await delivery.comesTo(ada, 'in_sync');
    });
  });
});

/** Ada, who comes after a hundred others, was asked for with them; their Bulk waits at the gateway. */
async function askedForAhead(): Promise<{ delivery: Delivery; ada: string; release: () => void }> {
  const [delivery, gateway] = await Delivery.throughGateway();
  const { here, release } = gateway.hold({ path: BULK });
  await delivery.create(...numbered(100));
  delivery.clock.advance(1);
  const [ada = ''] = await delivery.create(resource('ada'));
  delivery.start();
  await here;
  return { delivery, ada, release };
}

function inConcur(delivery: Delivery, employeeNumber: string): JsonObject {
  return {
    ...resource('ada', { externalId: 'another' }),
    [ENTERPRISE]: { companyId: delivery.simulator.company.id, employeeNumber },
  };
}

describe('a search', () => {
  it('covers a thousand people, those asked for included, and answers for those', async () => {
    const bench = open({ due: 2_000, inConcur: ['asked', 'next-0'] });
    const answer = await bench.find('asked', 'other');
    expect(bench.sizes).toEqual([1_000]);
    expect(answer.outcome).toEqual({ kind: 'found', candidates: [candidate('asked')] });
    expect(bench.absent('next-0')).toBe(false);
    expect(bench.absent('next-1')).toBe(true);
    expect(bench.absent('next-997')).toBe(true);
    expect(bench.absent('next-998')).toBe(false);
  });

  it('says once that somebody is absent', async () => {
    const bench = open({ due: 2 });
    await bench.find('asked');
    expect(bench.absent('next-0')).toBe(true);
    expect(bench.absent('next-0')).toBe(false);
  });

  it.each([{ lastRequestId: 'r' }, { attempts: 1 }])(
    'says nothing of somebody who was met by another worker: %j',
    async (more) => {
      const bench = open({ due: 2 });
      await bench.find('asked');
      expect(bench.absent('next-0', more)).toBe(false);
    },
  );

  it('says nothing of somebody who shares a key with somebody before them', async () => {
    const bench = open({ due: 3 });
    bench.newcomers[1] = { ...newcomer('next-1'), keys: keys('next-1', 'ASKED') };
    bench.newcomers[2] = { ...newcomer('next-2'), keys: keys('next-2', 'next-0') };
    await bench.find('asked');
    expect(['next-0', 'next-1', 'next-2'].map((id) => bench.absent(id))).toEqual([true, false, false]);
  });

  it('asks for nobody ahead a second time, and forgets who no longer comes next', async () => {
    const bench = open({ due: 10, inConcur: ['next-6'] });
    await bench.find('asked');
    bench.newcomers.splice(0, 5, newcomer('new'));
    await bench.find('another');
    expect(bench.sizes).toEqual([11, 2]);
    expect(bench.absent('next-0')).toBe(false);
    expect(bench.absent('next-5')).toBe(true);
    expect(bench.absent('next-6')).toBe(false);
    expect(bench.absent('new')).toBe(true);
  });

  it('asks again for somebody whose absence is a minute old, or who changed', async () => {
    const bench = open({ due: 2 });
    await bench.find('asked');
    bench.newcomers[0] = { ...newcomer('next-0'), version: 2 };
    await bench.find('asked');
    bench.advance(60_000);
    await bench.find('asked');
    expect(bench.sizes).toEqual([3, 2, 3]);
  });

  it('that is too large is made smaller, and the next one begins with the size that was taken', async () => {
    const bench = open({ due: 2_000, largest: 300 });
    expect((await bench.find('asked')).outcome.kind).toBe('found');
    expect(bench.absent('next-200')).toBe(true);
    await bench.find('asked');
    expect(bench.sizes).toEqual([1_000, 500, 250, 1 + 1]);
    bench.advance(10 * 60_000);
    await bench.find('asked');
    expect(bench.sizes.slice(4)).toEqual([1_000, 500, 250]);
  });

  it('that is too large for those asked for alone is made in parts', async () => {
    const bench = open({ due: 2_000, largest: 40, inConcur: ['p-1', 'p-99'] });
    const hundred = Array.from({ length: 100 }, (_, index) => `p-${index}`);
    const { outcome } = await bench.find(...hundred);
    expect(outcome).toEqual({ kind: 'found', candidates: [candidate('p-1'), candidate('p-99')] });
    bench.sizes.length = 0;
    await bench.find(...hundred);
    expect(Math.max(...bench.sizes)).toBeLessThanOrEqual(40);
  });

  it('is refused for somebody asked for, and never for somebody ahead', async () => {
    const bench = open({ due: 2_000, offending: 'next-3' });
    expect((await bench.find('asked')).outcome.kind).toBe('found');
    expect((await bench.find('next-3')).outcome.kind).toBe('refused');
  });

  it('that fails is smaller the next time, and never too small for those asked for', async () => {
    const bench = open({
      due: 2_000,
      failure: { kind: 'retry', why: 'transient', after: null, message: '' },
    });
    const hundred = Array.from({ length: 100 }, (_, index) => `p-${index}`);
    for (let time = 0; time < 6; time += 1) {
      expect((await bench.find(...hundred)).outcome.kind).toBe('retry');
    }
    expect(bench.sizes).toEqual([1_000, 500, 250, 125, 100, 100]);
    expect(bench.absent('next-0')).toBe(false);
  });
});

/** A lookahead over people who are due, and a Concur that refuses what is too large or names the offending one. */
function open(world: {
  readonly due: number;
  readonly inConcur?: readonly string[];
  readonly largest?: number;
  readonly offending?: string;
  readonly failure?: Failure;
}) {
  const { due, inConcur: held = [], largest = Number.POSITIVE_INFINITY, offending, failure } = world;
  const newcomers = Array.from({ length: due }, (_, index) => newcomer(`next-${index}`));
  const sizes: number[] = [];
  let now = 1_000_000;
  const refused: Failure = { kind: 'refused', messages: [], uniqueness: false };
  const lookahead: Lookahead = createLookahead({
    clock: () => now,
    store: { newcomers: async (limit) => newcomers.slice(0, limit) },
    concur: {
      find: async (asked) => {
        sizes.push(asked.length);
        const names = asked.map(({ userName }) => userName);
        const bad = asked.length > largest || (offending !== undefined && names.includes(offending));
        const candidates = held.filter((name) => names.includes(name)).map(candidate);
        const outcome = failure ?? (bad ? refused : { kind: 'found' as const, candidates });
        return { outcome, correlationId: '', httpStatus: null };
      },
    },
  });
  return {
    newcomers,
    sizes,
    advance: (ms: number) => {
      now += ms;
    },
    find: (...names: readonly string[]) => lookahead.find(names.map((name) => keys(name))),
    absent: (id: string, more: Partial<PersonRecord['provisioning']> = {}) => {
      const { person, provisioning } = record(more);
      return lookahead.saysAbsent({ person: { ...person, id }, provisioning });
    },
  };
}

function newcomer(name: string): Newcomer {
  return { personId: name, version: 1, keys: keys(name) };
}

function keys(userName: string, externalId: string | null = userName): SearchKeys {
  return { userName, externalId, employeeNumber: null };
}

function candidate(userName: string): Candidate {
  return { concurId: userName, active: true, userName, externalId: null, employeeNumber: null };
}

import { type Kysely, sql } from 'kysely';
import { describe, expect, it, vi } from 'vitest';
import type { Scope } from '../../src/domain/connection.ts';
import { ENTERPRISE, SPEND } from '../../src/domain/extensions.ts';
import type { ProvisioningStore } from '../../src/domain/ports.ts';
import { TRANSITIONS } from '../../src/domain/transitions.ts';
import { type Decide, judge, retry } from '../../src/http/admin/decisions.ts';
import type { Database } from '../../src/store/tables.ts';
import { Delivery, resource } from '../worker/harness.ts';

const PATIENCE = { timeout: 15_000, interval: 20 };
const MINUTE = 60_000;

/** Zones that SAP knows, and that a company with one zone refuses. */
const UNKNOWN_THERE = 'Asia/Tokyo';
const ALSO_UNKNOWN_THERE = 'Asia/Seoul';
const ONE_ZONE = { timeZones: ['Europe/Berlin'] };

/** Every pair of states, as `from > to`. */
const KNOWN = TRANSITIONS.map(({ from, to }) => `${from} > ${to}`);

const opened = vi.hoisted(() => ({ log: null as null | (() => Promise<readonly string[]>) }));

// The store is the real one: its database only notes every change of state, whoever makes it.
vi.mock(import('../../src/store/store.ts'), async (importOriginal) => {
  const original = await importOriginal();
  return {
    ...original,
    openStore: async (options) => {
      const store = await original.openStore(options);
      await noteTransitions(store.db);
      opened.log = () => transitionsIn(store.db);
      return store;
    },
  };
});

async function noteTransitions(db: Kysely<Database>): Promise<void> {
  await sql`create table noted (old text, new text)`.execute(db);
  await sql`create trigger note_change after update of state on provisionings when old.state <> new.state
    begin insert into noted values (old.state, new.state); end`.execute(db);
  await sql`create trigger note_new after insert on provisionings
    begin insert into noted values (null, new.state); end`.execute(db);
}

async function transitionsIn(db: Kysely<Database>): Promise<readonly string[]> {
  const { rows } = await sql<{ old: string | null; new: string }>`select old, new from noted`.execute(db);
  return [...new Set(rows.map((row) => `${row.old} > ${row.new}`))];
}

/** What a scenario keeps the worker from doing. */
interface Gate {
  claims: boolean;
  polls: boolean;
}

/** A delivery whose worker claims nobody, or looks at no request, while the gate is closed. */
async function gated(company = {}, settings = {}): Promise<[Delivery, Gate]> {
  const gate: Gate = { claims: true, polls: true };
  const watch = (store: ProvisioningStore): ProvisioningStore => ({
    ...store,
    claim: async (...wanted) => (gate.claims ? store.claim(...wanted) : []),
    claimPolls: async (...wanted) => (gate.polls ? store.claimPolls(...wanted) : []),
  });
  return [await Delivery.prepare({ watch, company, settings }), gate];
}

const spend = (reimbursementCurrency: string) => ({
  [SPEND]: { country: 'US', locale: 'en-US', reimbursementCurrency },
});

interface Scenario {
  readonly what: string;
  readonly play: () => Promise<void>;
  readonly provokes: readonly string[];
}

const SCENARIOS: readonly Scenario[] = [
  {
    what: 'a newcomer, a change that makes no difference, one that Concur refuses in part, and a correction',
    async play() {
      const delivery = await Delivery.begin();
      const [id = ''] = await delivery.create(resource('ada'));
      await delivery.reaches(id, 'in_sync');
      await delivery.change(id, { displayName: 'Shown here only' });
      await delivery.reaches(id, 'in_sync');
      await delivery.change(id, spend('THB'));
      await delivery.reaches(id, 'partial', 'refused');
      await delivery.change(id, { displayName: 'Shown here' });
      await delivery.reaches(id, 'partial', 'refused');
      await delivery.change(id, spend('EUR'));
      await delivery.reaches(id, 'in_sync');
    },
    provokes: [
      'null > queued',
      'queued > sending',
      'sending > processing',
      'processing > in_sync',
      'in_sync > queued',
      'sending > in_sync',
      'processing > partial',
      'sending > partial',
      'partial > queued',
    ],
  },
  {
    what: 'a newcomer whom Concur refuses, alone and in a Bulk, and who is corrected',
    async play() {
      const delivery = await Delivery.prepare({ company: ONE_ZONE });
      const bad = resource('ben', { timezone: UNKNOWN_THERE });
      const [ada = '', ben = ''] = await delivery.create(resource('ada'), bad);
      delivery.start();
      await delivery.reaches(ada, 'in_sync');
      await delivery.reaches(ben, 'failed', 'refused');
      await delivery.change(ben, { timezone: ALSO_UNKNOWN_THERE });
      await vi.waitFor(async () => {
        const { provisioning } = await delivery.record(ben);
        expect(`${provisioning.state} ${provisioning.lastError}`).toContain(ALSO_UNKNOWN_THERE);
      }, PATIENCE);
      await delivery.change(ben, { timezone: 'Europe/Berlin' });
      await delivery.reaches(ben, 'in_sync');
    },
    provokes: ['processing > failed', 'sending > failed', 'failed > queued'],
  },
  {
    what: 'a newcomer whom Concur refuses, and whose creation is withdrawn',
    async play() {
      const delivery = await Delivery.prepare({ company: ONE_ZONE });
      const [ben = ''] = await delivery.create(resource('ben', { timezone: UNKNOWN_THERE }));
      delivery.start();
      await delivery.reaches(ben, 'failed', 'refused');
      await delivery.decide(ben, () => ({ kind: 'withdraw', to: null, changed: [], reason: 'refused' }));
      await delivery.reaches(ben, 'in_sync', 'not_created');
    },
    provokes: ['failed > in_sync'],
  },
  {
    what: 'somebody who may be a stranger, until the admin says who they are',
    async play() {
      const delivery = await Delivery.begin();
      const { id: stranger } = seedStranger(delivery);
      const [id = ''] = await delivery.create(resource('ada'));
      await delivery.reaches(id, 'held', 'ambiguous');
      await delivery.decide(id, () => ({ kind: 'release', concurId: stranger }));
      await delivery.reaches(id, 'in_sync');
    },
    provokes: ['sending > held', 'held > queued'],
  },
  {
    what: 'a wait that Concur asks for, and a request that never ends',
    async play() {
      const delivery = await Delivery.prepare();
      const { faults } = delivery.simulator;
      faults.add({ kind: 'status', status: 429, retryAfter: 120, times: 1, match: { path: /Bulk/ } });
      faults.add({ kind: 'stuck', times: 1, match: { path: /Bulk/ } });
      const ids = await delivery.create(resource('ada'), resource('ben'));
      delivery.start();
      for (const id of ids) await delivery.reaches(id, 'queued', 'concur_unavailable');
      delivery.clock.advance(3 * MINUTE);
      for (const id of ids) await delivery.reaches(id, 'processing');
      delivery.clock.advance(131 * MINUTE);
      for (const id of ids) await delivery.reaches(id, 'in_sync');
    },
    provokes: ['sending > queued', 'processing > queued'],
  },
  {
    what: 'a deactivation that overtakes an open operation',
    async play() {
      const [delivery, gate] = await gated();
      delivery.start();
      const [id = ''] = await delivery.create(resource('ada'));
      await delivery.reaches(id, 'in_sync');
      gate.polls = false;
      await delivery.change(id, spend('EUR'));
      await delivery.reaches(id, 'processing');
      await delivery.change(id, { active: false });
      await vi.waitFor(() => expect(delivery.inConcur('ada')).toMatchObject({ active: false }), PATIENCE);
      gate.polls = true;
      await delivery.reaches(id, 'in_sync');
    },
    provokes: ['processing > sending'],
  },
  {
    what: 'a lost Bulk that is over while its people, refused or held, are queued anew',
    async play() {
      const [delivery, gate] = await gated(ONE_ZONE);
      delivery.simulator.faults.add({ kind: 'drop-before', times: 1, match: { path: /Bulk/ } });
      const bad = resource('ben', { timezone: UNKNOWN_THERE });
      const [ada = '', ben = ''] = await delivery.create(resource('ada'), bad);
      delivery.start();
      for (const id of [ada, ben]) await delivery.reaches(id, 'queued', 'outcome_unknown');
      seedStranger(delivery);
      delivery.clock.advance(2 * MINUTE);
      await delivery.reaches(ada, 'held', 'ambiguous');
      await delivery.reaches(ben, 'failed', 'refused');
      gate.claims = false;
      for (const id of [ada, ben]) await delivery.change(id, { displayName: 'Shown here only' });
      delivery.clock.advance(121 * MINUTE);
      await delivery.reaches(ada, 'held', 'ambiguous');
      await delivery.reaches(ben, 'failed', 'refused');
    },
    provokes: ['queued > held', 'queued > failed'],
  },
  {
    what: 'a lost Bulk that is over while its people, refused in part or deleted, are queued anew',
    async play() {
      const deactivationGuard = { people: 1, percent: null, within: 60 * MINUTE };
      const [delivery, gate] = await gated({}, { deactivationGuard });
      const people = [resource('ada'), resource('ben'), resource('cid')];
      const [ada = '', ben = '', cid = ''] = await delivery.create(...people);
      delivery.start();
      for (const id of [ada, ben, cid]) await delivery.reaches(id, 'in_sync');
      await delivery.change(cid, { active: false });
      await delivery.reaches(cid, 'in_sync');
      gate.claims = false;
      await delivery.change(ada, spend('THB'));
      await delivery.change(ben, spend('EUR'));
      delivery.simulator.faults.add({ kind: 'drop-before', times: 1, match: { path: /Bulk/ } });
      gate.claims = true;
      for (const id of [ada, ben]) await delivery.reaches(id, 'queued', 'outcome_unknown');
      delivery.clock.advance(2 * MINUTE);
      await delivery.reaches(ada, 'partial', 'refused');
      await delivery.reaches(ben, 'in_sync');
      await delivery.decide(ben, () => ({ kind: 'delete' }));
      await delivery.reaches(ben, 'held', 'guard');
      // Only an admin may still turn to somebody who was deleted.
      const actor = { kind: 'admin', name: 'test' } as const;
      const turn = (decide: Decide) =>
        delivery.store.directory.accept([{ kind: 'change', actor, id: ben, decide }]);
      await turn(judge('discarded', actor, null));
      await delivery.reaches(ben, 'in_sync', 'discarded');
      gate.claims = false;
      await delivery.change(ada, { displayName: 'Shown here only' });
      await turn(retry);
      delivery.clock.advance(121 * MINUTE);
      await delivery.reaches(ada, 'partial', 'refused');
      await delivery.reaches(ben, 'in_sync', 'discarded');
    },
    provokes: ['queued > partial', 'queued > in_sync'],
  },
  {
    what: 'a lost request that is over while a later one is open, and a deactivation that failed was taken back',
    async play() {
      const [delivery, gate] = await gated();
      const { faults } = delivery.simulator;
      delivery.start();
      const [id = ''] = await delivery.create(resource('ada'));
      await delivery.reaches(id, 'in_sync');
      faults.add({ kind: 'drop-before', times: 1, match: { method: 'PATCH' } });
      await delivery.change(id, { title: 'Analyst' });
      await delivery.reaches(id, 'queued', 'outcome_unknown');
      faults.add({ kind: 'stuck', times: 1, match: { method: 'PATCH' } });
      await delivery.change(id, spend('EUR'));
      await delivery.reaches(id, 'processing');
      faults.add({ kind: 'status', status: 429, retryAfter: 120, times: 1, match: { method: 'PATCH' } });
      await delivery.change(id, { active: false });
      await delivery.reaches(id, 'queued', 'concur_unavailable');
      gate.claims = false;
      await delivery.change(id, { active: true });
      delivery.clock.advance(11 * MINUTE);
      await delivery.reaches(id, 'processing');
      gate.claims = true;
      delivery.clock.advance(131 * MINUTE);
      await delivery.reaches(id, 'in_sync');
    },
    provokes: ['queued > processing'],
  },
  {
    what: 'a leaver whom the guard holds while an operation is open, and who is deleted and comes back',
    async play() {
      const deactivationGuard = { people: 1, percent: null, within: 60 * MINUTE };
      const [delivery, gate] = await gated({}, { deactivationGuard });
      delivery.start();
      const [ada = '', ben = ''] = await delivery.create(resource('ada'), resource('ben'));
      for (const id of [ada, ben]) await delivery.reaches(id, 'in_sync');
      await delivery.change(ben, { active: false });
      await delivery.reaches(ben, 'in_sync');
      gate.polls = false;
      await delivery.change(ada, spend('EUR'));
      await delivery.reaches(ada, 'processing');
      await delivery.change(ada, { active: false });
      await vi.waitFor(
        async () => expect((await delivery.record(ada)).provisioning.losses.active?.state).toBe('held'),
        PATIENCE,
      );
      gate.polls = true;
      await delivery.reaches(ada, 'held', 'guard');
      await delivery.decide(ada, () => ({ kind: 'delete' }));
      await delivery.reaches(ada, 'held', 'guard');
      const [again = ''] = await delivery.create(resource('ada'));
      await delivery.comesTo(again, 'in_sync');
      await delivery.reaches(ada, 'in_sync');
    },
    provokes: ['processing > held', 'held > in_sync'],
  },
  {
    what: 'people who come into the scope and leave it, before and after something was sent',
    async play() {
      const [delivery, gate] = await gated({}, { scope: EMPLOYEES });
      delivery.start();
      const [ada = ''] = await delivery.create(resource('ada'));
      await delivery.reaches(ada, 'unmanaged', 'out_of_scope');
      await delivery.change(ada, EMPLOYED);
      await delivery.reaches(ada, 'in_sync');
      await delivery.change(ada, CONTRACTED);
      await delivery.reaches(ada, 'unmanaged', 'out_of_scope');
      seedStranger(delivery, 'ben');
      const [ben = '', cid = '', dan = ''] = await delivery.create(
        resource('ben', EMPLOYED),
        resource('cid', { ...EMPLOYED, active: false }),
        resource('dan', { ...EMPLOYED, userName: 'no address', emails: [] }),
      );
      await delivery.reaches(ben, 'held', 'ambiguous');
      await delivery.reaches(cid, 'in_sync', 'not_created');
      await delivery.reaches(dan, 'failed', 'incomplete');
      gate.claims = false;
      const [eve = ''] = await delivery.create(resource('eve', EMPLOYED));
      for (const id of [ben, cid, dan, eve]) {
        await delivery.change(id, CONTRACTED);
        await delivery.reaches(id, 'unmanaged', 'out_of_scope');
      }
    },
    provokes: [
      'null > unmanaged',
      'unmanaged > queued',
      'sending > unmanaged',
      'held > unmanaged',
      'in_sync > unmanaged',
      'failed > unmanaged',
      'queued > unmanaged',
    ],
  },
  {
    what: 'somebody who leaves the scope while an operation is open, and is to be kept',
    async play() {
      const [delivery, gate] = await gated({}, { scope: EMPLOYEES, scopeExit: 'keep' });
      delivery.start();
      const [ada = ''] = await delivery.create(resource('ada', EMPLOYED));
      await delivery.reaches(ada, 'in_sync');
      gate.polls = false;
      await delivery.change(ada, spend('EUR'));
      await delivery.reaches(ada, 'processing');
      await delivery.change(ada, CONTRACTED);
      gate.polls = true;
      await delivery.reaches(ada, 'unmanaged', 'out_of_scope');
    },
    provokes: ['processing > unmanaged'],
  },
];

const EMPLOYED = { userType: 'Employee' };
const CONTRACTED = { userType: 'Contractor' };
const EMPLOYEES: Scope = {
  filter: 'userType eq "Employee"',
  usesGroups: false,
  includes: ({ userType }) => userType === 'Employee',
};

/** A Concur user with somebody's name and somebody else's number. */
function seedStranger({ simulator }: Delivery, name = 'ada') {
  return simulator.state.seed({
    userName: `${name}@example.com`,
    active: false,
    name: { givenName: name, familyName: 'Elder' },
    emails: [{ type: 'work', value: `${name}@example.com` }],
    [ENTERPRISE]: { companyId: simulator.company.id, employeeNumber: 'another' },
  });
}

describe('the states of people', () => {
  it.each(SCENARIOS)('change only as the table says: $what', async ({ play, provokes }) => {
    await play();
    const noted = (await opened.log?.()) ?? [];
    expect(noted.filter((one) => !KNOWN.includes(one))).toEqual([]);
    expect(provokes.filter((one) => !noted.includes(one))).toEqual([]);
  });

  it('change in every way of the table in one of these scenarios', () => {
    const provoked = SCENARIOS.flatMap(({ provokes }) => provokes);
    expect([...provoked].sort()).toEqual([...KNOWN].sort());
  });
});

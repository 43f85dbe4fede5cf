import { describe, expect, it, vi } from 'vitest';
import type { MappingSettings } from '../../src/domain/connection.ts';
import { ENTERPRISE } from '../../src/domain/extensions.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { ReplanningStore } from '../../src/domain/replanning.ts';
import { replan } from '../../src/worker/replan.ts';
import { startReplanning } from '../../src/worker/replanning.ts';
import { Delivery, resource, spend } from './harness.ts';

const SILENT = { info() {}, warn() {}, error() {} };

/** What planning everybody by these defaults works with. */
function by(delivery: Delivery, defaults: MappingSettings['defaults'] = {}) {
  const { store, clock, simulator } = delivery;
  return {
    people: store.replanning,
    provisioning: store.provisioning,
    settings: {
      mapping: { companyId: simulator.company.id, defaults, currencies: {} },
      deletion: 'deactivate',
      scopeExit: 'deactivate',
    } as const,
    granted: delivery.client().granted,
    clock: clock.now,
    log: SILENT,
  };
}

const { signal } = new AbortController();

async function queued(delivery: Delivery): Promise<readonly string[]> {
  const { items } = await delivery.store.reports.people({ state: 'queued', limit: 200 });
  return items.map(({ person }) => String(person.resource.userName).replace('@example.com', ''));
}

describe('planning everybody', () => {
  it('rouses nobody by the settings that they rest by, whatever they rest in', async () => {
    const delivery = await Delivery.begin();
    const { emails: _, ...unreachable } = resource('no-email');
    const manager = { [ENTERPRISE]: { manager: { value: 'nobody@example.com' } } };
    const resources: JsonObject[] = [
      resource('whole', { ...spend('USD'), entitlements: [{ value: 'Expense' }] }),
      resource('inactive', { active: false }),
      resource('waiting', manager),
      { ...unreachable, userName: 'no address' },
      resource('no-country', { addresses: [], entitlements: [{ value: 'Expense' }] }),
    ];
    const ids = await delivery.create(...resources);
    const states = new Set<string>();
    for (const id of ids) {
      const { provisioning } = await delivery.rests(id);
      states.add(`${provisioning.state} ${provisioning.reason}`);
    }
    const effect = await replan({ ...by(delivery), stopping: signal }, 'apply');
    expect(effect).toEqual({ people: ids.length, changed: 0, losingAccess: 0, underWay: 0, examples: [] });
    expect(states).toEqual(
      new Set([
        'in_sync null',
        'in_sync not_created',
        'partial waiting_for_person',
        'failed incomplete',
        'partial incomplete',
      ]),
    );
    expect(await queued(delivery)).toEqual([]);
  });

  it('counts in a preview what it would rouse, and rouses exactly that', async () => {
    const delivery = await Delivery.begin();
    const [ada = '', bob = ''] = await delivery.create(
      resource('ada'),
      resource('bob', { title: 'Boss' }),
      resource('cid', { active: false }),
    );
    for (const id of [ada, bob]) await delivery.reaches(id, 'in_sync');
    await vi.waitFor(async () => expect(await queued(delivery)).toEqual([]));
    await delivery.stop();
    const others = by(delivery, { title: 'Clerk' });
    const preview = await replan({ ...others, stopping: signal }, 'preview');
    expect(preview).toMatchObject({ people: 3, changed: 1, examples: [{ attributes: ['title'] }] });
    expect(await queued(delivery)).toEqual([]);
    expect(await replan({ ...others, stopping: signal }, 'apply')).toEqual(preview);
    expect(await queued(delivery)).toEqual(['ada']);
    expect((await delivery.record(ada)).provisioning.lane).toBe('import');
    // Again it finds nobody else.
    expect(await replan({ ...others, stopping: signal }, 'apply')).toMatchObject({ changed: 0, underWay: 1 });
  });

  it('rouses somebody whose value in Concur becomes ours, without calling that a change', async () => {
    const delivery = await Delivery.begin();
    const { company, state } = delivery.simulator;
    const enterprise = { companyId: company.id, employeeNumber: 'number-ada' };
    state.seed({ ...resource('ada'), title: 'Clerk', [ENTERPRISE]: enterprise });
    const [ada = ''] = await delivery.create(resource('ada'));
    const { provisioning } = await delivery.reaches(ada, 'in_sync');
    expect([provisioning.applied.profile.title, provisioning.owned.includes('title')]).toEqual([
      'Clerk',
      false,
    ]);
    await delivery.stop();
    const effect = await replan({ ...by(delivery, { title: 'Clerk' }), stopping: signal }, 'apply');
    expect(effect).toMatchObject({ changed: 0, examples: [] });
    expect(await queued(delivery)).toEqual(['ada']);
  });

  it('takes a leaver by the mapping for what they are', async () => {
    const delivery = await Delivery.begin();
    const [ada = ''] = await delivery.create(resource('ada'));
    await delivery.reaches(ada, 'in_sync');
    await delivery.stop();
    const one = by(delivery);
    const inactive: MappingSettings = {
      ...one.settings.mapping,
      attributes: [
        {
          kind: 'mapped',
          key: 'active',
          use: 'asked',
          place: 'bridge.yaml:1',
          source: 'false',
          read: () => ({ kind: 'value', value: false, from: 'source' }),
        },
      ],
    };
    const effect = await replan(
      { ...one, settings: { ...one.settings, mapping: inactive }, stopping: signal },
      'apply',
    );
    expect(effect).toMatchObject({ changed: 1, losingAccess: 1, examples: [{ attributes: ['active'] }] });
    const { provisioning } = await delivery.record(ada);
    expect(provisioning).toMatchObject({ state: 'queued', lane: 'deactivation' });
  });

  it('that was cut begins again, and is not begun again once it is done', async () => {
    const delivery = await Delivery.begin();
    const ids = await delivery.create(...Array.from({ length: 120 }, (_, n) => resource(`person${n}`)));
    for (const id of ids) await delivery.reaches(id, 'in_sync');
    await delivery.stop();
    const one = by(delivery, { title: 'Clerk' });
    // The second page is never answered, as in a process that is killed there.
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    let pages = 0;
    const cut: ReplanningStore = {
      ...one.people,
      page: async (after, limit) => {
        if (limit > 1) pages += 1;
        if (pages === 2) {
          asked.resolve();
          await answer.promise;
        }
        return one.people.page(after, limit);
      },
    };
    const first = startReplanning({ ...one, people: cut }, 'new', Promise.resolve(), () => {});
    await asked.promise;
    expect((await queued(delivery)).length).toBe(50);
    const ended = first.stop();
    answer.resolve();
    await ended;

    let isDone = false;
    const second = startReplanning(one, 'new', Promise.resolve(), () => {
      isDone = true;
    });
    await vi.waitFor(() => expect(isDone).toBe(true));
    expect((await queued(delivery)).length).toBe(120);
    await second.stop();
    expect(await one.people.begin('new')).toBe(false);
  });

  it('waits until nobody plans by the former settings, and survives a failure', async () => {
    const delivery = await Delivery.begin();
    const [ada = ''] = await delivery.create(resource('ada'));
    await delivery.reaches(ada, 'in_sync');
    await delivery.stop();
    const former = Promise.withResolvers<void>();
    const one = by(delivery, { title: 'Clerk' });
    let failures = 0;
    const failing: ReplanningStore = {
      ...one.people,
      rouse: async (...roused) => {
        if (failures++ === 0) throw new Error('the disk is full');
        await one.people.rouse(...roused);
      },
    };
    const errors: string[] = [];
    const log = { ...SILENT, error: (_: object, message: string) => errors.push(message) };
    const loop = startReplanning({ ...one, people: failing, log }, 'new', former.promise, () => {});
    expect(await queued(delivery)).toEqual([]);
    former.resolve();
    await vi.waitFor(async () => expect(await queued(delivery)).toEqual(['ada']), 5_000);
    expect(errors).toEqual([expect.stringContaining('begins again')]);
    await loop.stop();
  });

  it('is owed again where another process that has other settings goes on', async () => {
    const delivery = await Delivery.prepare();
    const one = by(delivery);
    const warnings: string[] = [];
    const log = { ...SILENT, warn: (_: object, message: string) => warnings.push(message) };
    const loop = startReplanning({ ...one, log }, 'old', Promise.resolve(), () => {});
    await vi.waitFor(async () => expect(await one.people.begin('old')).toBe(false));
    await one.people.finish('new');
    delivery.clock.advance(10_000);
    await vi.waitFor(() => expect(warnings).toEqual([expect.stringContaining('another process')]), 5_000);
    expect(await one.people.begin('new')).toBe(true);
    await loop.stop();
  });
});

import { describe, expect, it } from 'vitest';
import type { DeactivationGuard, Scope } from '../../src/domain/connection.ts';
import { ENTERPRISE } from '../../src/domain/extensions.ts';
import { type Decide, judge, offboard, retry } from '../../src/http/admin/decisions.ts';
import { compileGroupRules } from '../../src/mapping/groups/compile.ts';
import { compileScope } from '../../src/mapping/scope.ts';
import type { WriteResult } from '../../src/scim/directory.ts';
import { person, WaitingBridge } from '../end-to-end/waiting-bridge.ts';
import { Delivery, type DeliveryOptions, resource } from './harness.ts';

const HOUR = 3_600_000;
const USER = /v4\.1\/Users\/./;
const ADMIN = { kind: 'admin', name: 'api' } as const;
const CLIENT = { kind: 'scim', name: 'okta' } as const;
const ONE: DeactivationGuard = { people: 1, percent: null, within: HOUR };
const REMOVED = { kind: 'delete' } as const;
const REFUSES_EVERYTHING = {
  status: 400,
  body: JSON.stringify({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: '400',
    detail: 'No such value',
  }),
};

function employees(): Scope {
  const compiled = compileScope('userType eq "Employee"');
  if (compiled.kind === 'wrong') throw new Error(compiled.message);
  return compiled.scope;
}

const keeping = (settings: DeliveryOptions['settings'] = {}) =>
  Delivery.begin({ settings: { scope: employees(), scopeExit: 'keep', ...settings } });

const employee = (name: string) => resource(name, { userType: 'Employee' });

/** As an admin, who may decide about deleted people too. */
async function decide({ store }: Delivery, id: string, decision: Decide): Promise<WriteResult> {
  const write = { kind: 'change', actor: ADMIN, id, decide: decision } as const;
  const [result] = await store.directory.accept([write]);
  if (result === undefined) throw new Error('Every write has a result');
  return result;
}

/** Takes back the create of somebody, as the SCIM side does after a refusal. */
async function withdraw({ store }: Delivery, id: string): Promise<WriteResult | undefined> {
  const withdrawal = { kind: 'withdraw', to: null, changed: ['title'], reason: 'refused' } as const;
  const [result] = await store.directory.accept([
    { kind: 'change', actor: CLIENT, id, decide: () => withdrawal },
  ]);
  return result;
}

/** Concur is asked nothing more about people while somebody else is created and provisioned. */
async function othersPass(delivery: Delivery, name = 'passer'): Promise<void> {
  const [id = ''] = await delivery.create(employee(name));
  await delivery.reaches(id, 'in_sync');
}

describe('somebody whom the connection keeps', () => {
  it('stays as they are when they are deleted and an admin retries', async () => {
    const delivery = await keeping({ deletion: 'delete' });
    const [ada = ''] = await delivery.create(employee('ada'));
    await delivery.reaches(ada, 'in_sync');
    await delivery.change(ada, { userType: 'Contractor' });
    await delivery.reaches(ada, 'unmanaged', 'out_of_scope');
    await delivery.decide(ada, () => REMOVED);
    await delivery.reaches(ada, 'unmanaged', 'out_of_scope');
    await decide(delivery, ada, retry);
    await othersPass(delivery);
    await delivery.reaches(ada, 'unmanaged', 'out_of_scope');
    expect(delivery.inConcur('ada')).toMatchObject({ active: true });
  });

  it.each(['before', 'after'] as const)(
    'is deactivated when they are offboarded %s they leave',
    async (when) => {
      const delivery = await keeping();
      const [ada = ''] = await delivery.create(employee('ada'));
      await delivery.reaches(ada, 'in_sync');
      if (when === 'after') {
        await delivery.change(ada, { userType: 'Contractor' });
        await delivery.reaches(ada, 'unmanaged', 'out_of_scope');
      }
      await delivery.stop();
      await decide(delivery, ada, offboard('left', ADMIN, 1));
      if (when === 'before') await delivery.change(ada, { userType: 'Contractor' });
      expect((await delivery.record(ada)).provisioning.lane).toBe('deactivation');
      delivery.start();
      await delivery.reaches(ada, 'unmanaged', 'out_of_scope');
      expect(delivery.inConcur('ada')).toMatchObject({ active: false });
    },
  );

  it('hands a stranger with the same name nothing after they were deleted', async () => {
    const delivery = await keeping();
    const [ada = ''] = await delivery.create(employee('ada'));
    await delivery.reaches(ada, 'in_sync');
    await delivery.change(ada, { userType: 'Contractor' });
    await delivery.reaches(ada, 'unmanaged', 'out_of_scope');
    await delivery.decide(ada, () => REMOVED);
    const { externalId: _, ...stranger } = employee('ada');
    const [other = ''] = await delivery.create({ ...stranger, [ENTERPRISE]: {} });
    await delivery.comesTo(other, 'held', 'ambiguous');
  });
});

describe('somebody deleted before the connection deleted anybody', () => {
  async function deactivatedBoss(): Promise<[Delivery, string, string]> {
    const delivery = await Delivery.begin({ mapping: { managerApproves: ['report'] } });
    const person = (name: string, manager?: string) =>
      resource(name, {
        entitlements: [{ value: 'Expense' }],
        [ENTERPRISE]: manager === undefined ? {} : { manager: { value: manager } },
      });
    const [boss = ''] = await delivery.create(person('boss'));
    const [, ada = ''] = await delivery.create(person('chief'), person('ada', 'number-boss'));
    await delivery.comesTo(ada, 'in_sync');
    await delivery.decide(boss, () => REMOVED);
    await delivery.comesTo(boss, 'in_sync');
    await delivery.rests(ada);
    delivery.withSettings({ deletion: 'delete' });
    await delivery.stop();
    delivery.start();
    return [delivery, boss, ada];
  }

  it('stays in Concur when an admin retries', async () => {
    const [delivery, boss] = await deactivatedBoss();
    await decide(delivery, boss, retry);
    await othersPass(delivery);
    await delivery.reaches(boss, 'in_sync');
    expect(delivery.calls('DELETE', USER)).toBe(0);
  });

  it('stays in Concur when somebody else is given another approver', async () => {
    const [delivery, boss, ada] = await deactivatedBoss();
    await delivery.change(ada, {
      [ENTERPRISE]: { employeeNumber: 'number-ada', manager: { value: 'number-chief' } },
    });
    await delivery.comesTo(ada, 'in_sync');
    await othersPass(delivery);
    await delivery.comesTo(boss, 'in_sync');
    expect(delivery.calls('DELETE', USER)).toBe(0);
    expect(delivery.inConcur('boss')).toMatchObject({ active: false });
  });
});

describe('a write that Concur refused, of somebody whom the guard held', () => {
  it('is not withdrawn where it has taken the user of a leaver over, who is lost sight of otherwise', async () => {
    const [delivery, gateway] = await Delivery.throughGateway({ settings: { deactivationGuard: ONE } });
    delivery.start();
    const [ada = '', bob = ''] = await delivery.create(resource('ada'), resource('bob'));
    for (const id of [ada, bob]) await delivery.comesTo(id, 'in_sync');
    await delivery.decide(ada, () => REMOVED);
    await delivery.reaches(ada, 'in_sync');
    await delivery.decide(bob, () => REMOVED);
    await delivery.reaches(bob, 'held', 'guard');
    gateway.alter({ method: 'PATCH' }, () => REFUSES_EVERYTHING, 'all');
    const [again = ''] = await delivery.create(resource('bob', { title: 'Chief' }));
    await delivery.comesTo(again, 'failed', 'refused');
    expect(await withdraw(delivery, again)).toMatchObject({ kind: 'written', changed: false });
    expect(delivery.inConcur('bob')).toMatchObject({ active: true });
    expect((await delivery.record(again)).provisioning.concurId).toBe(delivery.inConcur('bob')?.id);
  });

  it('is withdrawn as often as it is made where nobody here ever held the user', async () => {
    const [delivery, gateway] = await Delivery.throughGateway();
    delivery.simulator.state.seed(
      resource('bob', { [ENTERPRISE]: { companyId: delivery.simulator.company.id } }),
    );
    delivery.start();
    gateway.alter({ method: 'PATCH' }, () => REFUSES_EVERYTHING, 'all');
    for (const title of ['Chief', 'Clerk']) {
      const [bob = ''] = await delivery.create(resource('bob', { title }));
      await delivery.comesTo(bob, 'failed', 'refused');
      expect(await withdraw(delivery, bob)).toMatchObject({ kind: 'written', changed: true });
    }
  });

  it('nor waits for a verdict where it makes a decision about access void', async () => {
    const delivery = await Delivery.begin({ settings: { deactivationGuard: ONE } });
    const [ada = '', bob = ''] = await delivery.create(resource('ada'), resource('bob'));
    for (const id of [ada, bob]) await delivery.comesTo(id, 'in_sync');
    await delivery.change(ada, { active: false });
    await delivery.reaches(ada, 'in_sync');
    await delivery.change(bob, { active: false });
    await delivery.reaches(bob, 'held', 'guard');
    await decide(delivery, bob, judge('discarded', ADMIN, null));
    await delivery.reaches(bob, 'partial', 'discarded');
    const waitUntil = delivery.clock.now() + 10_000;
    const [result] = await delivery.store.directory.accept([
      {
        kind: 'change',
        actor: CLIENT,
        id: bob,
        waitUntil,
        decide: ({ person }) => ({
          kind: 'replace',
          resource: { ...person.resource, active: true, title: 'Chief' },
          changed: ['active', 'title'],
        }),
      },
    ]);
    expect(result).toMatchObject({ record: { provisioning: { verdictUntil: null } } });
  });
});

it('a write that another client asked for too is not withdrawn', async () => {
  const bridge = await WaitingBridge.start();
  const id = await bridge.synced('ada', { title: 'Countess' });
  bridge.refuses('PATCH', ['title'], 'The title is not one of ours');
  const held = bridge.gateway.hold({ method: 'PATCH', path: /\/Users\/[0-9a-f-]+$/ });
  const queen = person('ada', { title: 'Queen' });
  const first = bridge.scim('PUT', `/Users/${id}`, queen, { prefer: 'wait=20' });
  await held.here;
  const second = await bridge.scim('PUT', `/Users/${id}`, queen, { prefer: 'wait=0' });
  expect([second.status, second.body.title]).toEqual([200, 'Queen']);
  held.release();
  expect((await first).status).toBe(200);
  const now = await bridge.scim('GET', `/Users/${id}`);
  expect([now.body.title, now.etag]).toEqual(['Queen', second.etag]);
});

describe('the guard', () => {
  it('lets the first leaver go where the share of a small company is less than one', async () => {
    const deactivationGuard = { people: 100, percent: 5, within: HOUR };
    const delivery = await Delivery.begin({ settings: { deactivationGuard } });
    const names = Array.from({ length: 12 }, (_, index) => `person${index}`);
    const ids = await delivery.create(...names.map((name) => resource(name)));
    for (const id of ids) await delivery.comesTo(id, 'in_sync');
    await delivery.change(ids[0] ?? '', { active: false });
    await delivery.rests(ids[0] ?? '');
    await delivery.reaches(ids[0] ?? '', 'in_sync');
    await delivery.change(ids[1] ?? '', { active: false });
    await delivery.reaches(ids[1] ?? '', 'held', 'guard');
  });

  it('keeps a leaver before all others when the loss of a role is released', async () => {
    const rules = [{ group: 'Travellers', entitlements: ['Travel'], roles: ['EXP_APPROVER'] }];
    const groups = { ownership: 'additive', rules: compileGroupRules(rules).rules } as const;
    const delivery = await Delivery.begin({ groups, settings: { deactivationGuard: ONE } });
    const [ada = '', bob = ''] = await delivery.create(resource('ada'), resource('bob'));
    const group = await delivery.group({
      kind: 'create',
      actor: CLIENT,
      resource: { displayName: 'Travellers' },
      members: [ada, bob],
      unknownMembers: 'accept',
    });
    for (const id of [ada, bob]) await delivery.comesTo(id, 'in_sync');
    await delivery.change(ada, { active: false });
    await delivery.reaches(ada, 'in_sync');
    await delivery.group({
      kind: 'change',
      actor: CLIENT,
      id: group,
      unknownMembers: 'accept',
      decide: ({ resource: same }) => ({
        kind: 'change',
        resource: same,
        changed: [],
        members: [{ kind: 'remove', ids: [bob] }],
      }),
    });
    await delivery.reaches(bob, 'held', 'guard');
    await delivery.stop();
    await delivery.change(bob, { active: false });
    expect((await delivery.record(bob)).provisioning).toMatchObject({ lane: 'deactivation' });
    await decide(delivery, bob, judge('released', ADMIN, null));
    expect((await delivery.record(bob)).provisioning).toMatchObject({ lane: 'deactivation' });
  });

  it('hands the access of a leaver, whose deactivation was discarded, to no stranger with the same name', async () => {
    const delivery = await Delivery.begin({ settings: { deactivationGuard: ONE } });
    const [ada = '', bob = ''] = await delivery.create(resource('ada'), resource('bob'));
    for (const id of [ada, bob]) await delivery.comesTo(id, 'in_sync');
    await delivery.decide(ada, () => REMOVED);
    await delivery.reaches(ada, 'in_sync');
    await delivery.decide(bob, () => REMOVED);
    await delivery.reaches(bob, 'held', 'guard');
    await decide(delivery, bob, judge('discarded', ADMIN, null));
    await delivery.reaches(bob, 'in_sync', 'discarded');
    const { externalId: _, ...stranger } = resource('bob');
    const [other = ''] = await delivery.create({ ...stranger, [ENTERPRISE]: {} });
    await delivery.comesTo(other, 'held', 'ambiguous');
  });
});

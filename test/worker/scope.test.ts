import { describe, expect, it, vi } from 'vitest';
import type { Scope } from '../../src/domain/connection.ts';
import { grantedBy } from '../../src/domain/granted.ts';
import { compileScope } from '../../src/mapping/scope.ts';
import type { Group, GroupDecision } from '../../src/scim/groups.ts';
import { startReplanning } from '../../src/worker/replanning.ts';
import { Delivery, type DeliveryOptions, resource } from './harness.ts';

const SEARCH = /\/Users\/\.search$/;
const OKTA = { kind: 'scim', name: 'okta' } as const;

function scope(filter: string): Scope {
  const compiled = compileScope(filter);
  if (compiled.kind === 'wrong') throw new Error(compiled.message);
  return compiled.scope;
}

const EMPLOYEES = scope('userType eq "Employee" and not (userName ew "@test.example.com")');
const MEMBERS = scope('groups.display eq "Concur Users"');

const within = (settings: DeliveryOptions['settings'] = {}, more: DeliveryOptions = {}) =>
  Delivery.begin({ ...more, settings: { scope: EMPLOYEES, ...settings } });

const employee = (name: string, more = {}) => resource(name, { userType: 'Employee', ...more });

/** What was asked of Concur about people. */
function asked(delivery: Delivery): number {
  return delivery.calls('POST', /Users|Bulk/) + delivery.calls('PATCH', /Users/);
}

async function join(delivery: Delivery, ...members: string[]): Promise<string> {
  return delivery.group({
    kind: 'create',
    actor: OKTA,
    resource: { displayName: 'Concur Users' },
    members,
    unknownMembers: 'accept',
  });
}

async function change(
  delivery: Delivery,
  id: string,
  decide: (group: Group) => GroupDecision,
): Promise<void> {
  await delivery.group({ kind: 'change', actor: OKTA, id, unknownMembers: 'accept', decide });
}

async function leave(delivery: Delivery, id: string, member: string): Promise<void> {
  await change(delivery, id, ({ resource: same }) => ({
    kind: 'change',
    resource: same,
    changed: [],
    members: [{ kind: 'remove', ids: [member] }],
  }));
}

async function rename(delivery: Delivery, id: string, displayName: string): Promise<void> {
  await change(delivery, id, () => ({
    kind: 'change',
    resource: { displayName },
    changed: ['displayName'],
    members: [],
  }));
}

describe('somebody outside the scope', () => {
  it('is accepted, and never searched for nor created', async () => {
    const delivery = await within();
    const [contractor = '', tester = '', ada = ''] = await delivery.create(
      resource('contractor'),
      employee('tester', { userName: 'tester@TEST.example.com' }),
      employee('ada'),
    );
    for (const id of [contractor, tester]) {
      const { provisioning } = await delivery.record(id);
      expect(provisioning).toMatchObject({ state: 'unmanaged', reason: 'out_of_scope', due: null });
    }
    await delivery.reaches(ada, 'in_sync');
    await delivery.change(contractor, { title: 'Clerk' });
    await delivery.decide(contractor, () => ({ kind: 'retry' }));
    await delivery.reaches(contractor, 'unmanaged', 'out_of_scope');
    expect(delivery.calls('POST', SEARCH)).toBe(1);
    expect(delivery.simulator.state.users.size).toBe(1);
  });

  it('costs no request when they are deleted, changed or given an inactive flag', async () => {
    const delivery = await within();
    const [one = ''] = await delivery.create(resource('one'));
    await delivery.change(one, { active: false });
    await delivery.change(one, { active: true });
    await delivery.decide(one, () => ({ kind: 'delete' }));
    await delivery.reaches(one, 'in_sync', 'not_created');
    expect(delivery.simulator.requests.filter(({ path }) => path.includes('/profile'))).toEqual([]);
  });

  it('is created once they come into it', async () => {
    const delivery = await within();
    const [one = ''] = await delivery.create(resource('one'));
    await delivery.reaches(one, 'unmanaged', 'out_of_scope');
    await delivery.change(one, { userType: 'Employee' });
    await delivery.reaches(one, 'in_sync');
    expect(delivery.inConcur('one')).toMatchObject({ active: true });
  });
});

describe('somebody who leaves the scope', () => {
  it('is deactivated before all others, rests, and is reactivated and brought up to date when they come back', async () => {
    const delivery = await within();
    const [ada = ''] = await delivery.create(employee('ada'));
    await delivery.reaches(ada, 'in_sync');
    await delivery.stop();
    await delivery.change(ada, { userType: 'Contractor' });
    const { provisioning } = await delivery.record(ada);
    expect(provisioning).toMatchObject({ state: 'queued', lane: 'deactivation' });
    expect((await delivery.store.reports.summary()).oldestOpenDeactivation).not.toBeNull();
    delivery.start();
    const left = await delivery.reaches(ada, 'unmanaged', 'out_of_scope');
    expect(delivery.inConcur('ada')).toMatchObject({ active: false });
    expect((await delivery.store.reports.summary()).oldestOpenDeactivation).toBeNull();
    const before = asked(delivery);
    await delivery.change(ada, { title: 'Chief' });
    await delivery.reaches(ada, 'unmanaged', 'out_of_scope');
    expect(asked(delivery)).toBe(before);
    await delivery.change(ada, { userType: 'Employee' });
    const back = await delivery.reaches(ada, 'in_sync');
    expect(back.provisioning.concurId).toBe(left.provisioning.concurId);
    expect(delivery.inConcur('ada')).toMatchObject({ active: true, title: 'Chief' });
  });

  it('is left as they are where the connection keeps them, also when they are deleted', async () => {
    const delivery = await within({ scopeExit: 'keep' });
    const [ada = '', bob = ''] = await delivery.create(employee('ada'), employee('bob'));
    await delivery.reaches(ada, 'in_sync');
    await delivery.reaches(bob, 'in_sync');
    const before = asked(delivery);
    for (const id of [ada, bob]) {
      await delivery.change(id, { userType: 'Contractor', title: 'Chief', active: id === bob });
      await delivery.reaches(id, 'unmanaged', 'out_of_scope');
    }
    await delivery.decide(bob, () => ({ kind: 'delete' }));
    await delivery.reaches(bob, 'unmanaged', 'out_of_scope');
    expect(asked(delivery)).toBe(before);
    expect((await delivery.store.reports.people({ state: 'unmanaged', limit: 9 })).items).toHaveLength(1);
    // Others may have changed the person meanwhile: they are read.
    const concurId = String(delivery.inConcur('ada')?.id);
    const reads = delivery.calls('GET', /Users\/./);
    await delivery.change(ada, { userType: 'Employee', active: true, title: 'Clerk' });
    const { provisioning } = await delivery.reaches(ada, 'in_sync');
    expect(provisioning.concurId).toBe(concurId);
    expect(delivery.inConcur('ada')).toMatchObject({ active: true, title: 'Clerk' });
    expect(delivery.calls('GET', /Users\/./)).toBeGreaterThan(reads);
  });

  it('inside it is a leaver like any other when they are deleted, whatever the connection keeps', async () => {
    const delivery = await Delivery.begin({ settings: { scope: MEMBERS, scopeExit: 'keep' } });
    const [ada = ''] = await delivery.create(resource('ada'));
    await join(delivery, ada);
    await delivery.reaches(ada, 'in_sync');
    await delivery.decide(ada, () => ({ kind: 'delete' }));
    await delivery.reaches(ada, 'in_sync');
    expect(delivery.inConcur('ada')).toMatchObject({ active: false });
  });

  it('is deactivated though the answer to their create was lost', async () => {
    const [delivery, gateway] = await Delivery.throughGateway({
      settings: { scope: EMPLOYEES },
      timeout: 300,
    });
    const held = gateway.hold({ method: 'POST', path: /v4\/Users$/ });
    delivery.start();
    const [ada = ''] = await delivery.create(employee('ada'));
    await held.here;
    await delivery.change(ada, { userType: 'Contractor' });
    await delivery.reaches(ada, 'queued', 'outcome_unknown');
    held.release();
    await delivery.comesTo(ada, 'unmanaged', 'out_of_scope');
    expect(delivery.inConcur('ada')).toMatchObject({ active: false });
    expect(delivery.calls('POST', /v4\/Users$/)).toBe(1);
  });
});

describe('a scope that goes by groups', () => {
  it('takes in who joins, also through a group inside, and deactivates who leaves before all others', async () => {
    const delivery = await Delivery.begin({ settings: { scope: MEMBERS } });
    const [ada = '', bob = ''] = await delivery.create(resource('ada'), resource('bob'));
    await delivery.reaches(ada, 'unmanaged', 'out_of_scope');
    const inner = await delivery.group({
      kind: 'create',
      actor: OKTA,
      resource: { displayName: 'Inner' },
      members: [ada],
      unknownMembers: 'accept',
    });
    await join(delivery, inner);
    await delivery.reaches(ada, 'in_sync');
    expect((await delivery.record(bob)).provisioning.state).toBe('unmanaged');
    await delivery.stop();
    await leave(delivery, inner, ada);
    expect((await delivery.record(ada)).provisioning).toMatchObject({
      state: 'queued',
      lane: 'deactivation',
    });
    delivery.start();
    await delivery.reaches(ada, 'unmanaged', 'out_of_scope');
    expect(delivery.inConcur('ada')).toMatchObject({ active: false });
    expect(delivery.simulator.state.users.size).toBe(1);
  });

  it('follows the name of a group, and its end', async () => {
    const delivery = await Delivery.begin({ settings: { scope: MEMBERS } });
    const [ada = ''] = await delivery.create(resource('ada'));
    const group = await join(delivery, ada);
    await delivery.reaches(ada, 'in_sync');
    await rename(delivery, group, 'Former Users');
    await delivery.reaches(ada, 'unmanaged', 'out_of_scope');
    expect(delivery.inConcur('ada')).toMatchObject({ active: false });
    await rename(delivery, group, 'concur users');
    await delivery.reaches(ada, 'in_sync');
    expect(delivery.inConcur('ada')).toMatchObject({ active: true });
    await change(delivery, group, () => ({ kind: 'delete' }));
    await delivery.reaches(ada, 'unmanaged', 'out_of_scope');
    expect(delivery.inConcur('ada')).toMatchObject({ active: false });
  });

  it('puts who leaves before anything was sent out of scope at once, also out of a claim', async () => {
    const [delivery, gateway] = await Delivery.throughGateway({ settings: { scope: MEMBERS } });
    const searching = gateway.hold({ method: 'POST', path: SEARCH });
    delivery.start();
    const [ada = ''] = await delivery.create(resource('ada'));
    const group = await join(delivery, ada);
    await searching.here;
    await leave(delivery, group, ada);
    expect((await delivery.record(ada)).provisioning).toMatchObject({ state: 'unmanaged' });
    searching.release();
    await vi.waitFor(() => expect(delivery.calls('POST', SEARCH)).toBe(1));
    await delivery.stop();
    expect((await delivery.record(ada)).provisioning).toMatchObject({ state: 'unmanaged' });
    expect(delivery.simulator.state.users.size).toBe(0);
  });
});

it('plans everybody anew by another scope, those outside included', async () => {
  const delivery = await within();
  const [ada = '', one = ''] = await delivery.create(employee('ada'), resource('one'));
  await delivery.reaches(ada, 'in_sync');
  await delivery.reaches(one, 'unmanaged', 'out_of_scope');
  const settings = delivery.withSettings({ scope: scope('not (userType pr)') });
  await delivery.stop();
  const replanning = startReplanning(
    {
      people: delivery.store.replanning,
      provisioning: delivery.store.provisioning,
      settings,
      granted: () => grantedBy(null, 'auto'),
      clock: delivery.clock.now,
      log: { info() {}, warn() {}, error() {} },
    },
    'another',
    Promise.resolve(),
    () => {},
  );
  await vi.waitFor(async () => {
    expect((await delivery.record(ada)).provisioning).toMatchObject({
      state: 'queued',
      lane: 'deactivation',
    });
    expect((await delivery.record(one)).provisioning).toMatchObject({ state: 'queued' });
  });
  await replanning.stop();
  delivery.start();
  await delivery.reaches(ada, 'unmanaged', 'out_of_scope');
  await delivery.reaches(one, 'in_sync');
  expect(delivery.inConcur('ada')).toMatchObject({ active: false });
  expect(delivery.inConcur('one')).toMatchObject({ active: true });
});

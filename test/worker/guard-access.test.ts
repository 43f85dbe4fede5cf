import { describe, expect, it } from 'vitest';
import type { GroupAccess, Scope } from '../../src/domain/connection.ts';
import { SPEND_ROLE } from '../../src/domain/extensions.ts';
import { judge } from '../../src/http/admin/decisions.ts';
import { compileGroupRules } from '../../src/mapping/groups/compile.ts';
import { compileScope } from '../../src/mapping/scope.ts';
import type { MemberChange } from '../../src/scim/groups.ts';
import { Delivery, resource } from './harness.ts';

const ACTOR = { kind: 'scim', name: 'test' } as const;
const ADMIN = { kind: 'admin', name: 'api' } as const;
const HOUR = 3_600_000;
const ONE = { people: 1, percent: null, within: HOUR };
const RULES = [{ group: 'Travellers', entitlements: ['Travel'], roles: ['EXP_APPROVER'] }];

function access(ownership: GroupAccess['ownership']): GroupAccess {
  return { ownership, rules: compileGroupRules(RULES).rules };
}

/** Ada and Ben, who are in a group that gives access, and a guard that lets one of them lose it. */
async function travellers(
  ownership: GroupAccess['ownership'] = 'additive',
): Promise<[Delivery, string[], string]> {
  const groups = access(ownership);
  const delivery = await Delivery.begin({ groups, settings: { deactivationGuard: ONE } });
  const ids = await delivery.create(resource('ada'), resource('ben'));
  const group = await delivery.group({
    kind: 'create',
    actor: ACTOR,
    resource: { displayName: 'Travellers' },
    members: ids,
    unknownMembers: 'accept',
  });
  for (const id of ids) await delivery.comesTo(id, 'in_sync');
  return [delivery, ids, group];
}

async function members(delivery: Delivery, id: string, change: MemberChange): Promise<void> {
  await delivery.group({
    kind: 'change',
    actor: ACTOR,
    id,
    unknownMembers: 'accept',
    decide: (group) => ({ kind: 'change', resource: group.resource, changed: [], members: [change] }),
  });
}

/** Both leave the group; returns who loses what it gave, and who is held. */
async function leave(delivery: Delivery, ids: string[], group: string): Promise<[string, string]> {
  await members(delivery, group, { kind: 'remove', ids });
  const records = [];
  for (const id of ids) records.push(await delivery.rests(id));
  const held = records.filter(({ provisioning }) => provisioning.reason === 'guard');
  expect(held).toHaveLength(1);
  const [name = ''] = String(held[0]?.person.resource.userName).split('@');
  return [name, held[0]?.person.id ?? ''];
}

function accessOf(delivery: Delivery, name: string): readonly unknown[] {
  const { entitlements = [], [SPEND_ROLE]: spend } = delivery.inConcur(name) ?? {};
  const { roles = [] } = (spend ?? {}) as { roles?: { roleName: string }[] };
  return [...(entitlements as string[]), ...roles.map(({ roleName }) => roleName)];
}

const ALL = ['Travel', 'EXP_APPROVER'];

describe('access that a group takes away', () => {
  it('is held beyond the limit, and everything else of the person is delivered', async () => {
    const [delivery, ids, group] = await travellers();
    const [name, id] = await leave(delivery, ids, group);
    expect(accessOf(delivery, name)).toEqual(ALL);
    expect(accessOf(delivery, name === 'ada' ? 'ben' : 'ada')).toEqual([]);
    const { provisioning } = await delivery.record(id);
    expect(provisioning.lastError).toMatch(
      /^The loss of the entitlement Travel, the role EXP_APPROVER is held by the deactivation guard: 1 person has lost access within 1 h/,
    );
    await delivery.change(id, { title: 'Doctor', entitlements: ['Expense'] });
    await delivery.reaches(id, 'held', 'guard');
    expect(delivery.inConcur(name)).toMatchObject({ title: 'Doctor' });
    expect([...accessOf(delivery, name)].sort()).toEqual([...ALL, 'Expense'].sort());
  });

  it('is given again: the hold ends', async () => {
    const [delivery, ids, group] = await travellers();
    const [name, id] = await leave(delivery, ids, group);
    await members(delivery, group, { kind: 'add', ids: [id] });
    const { provisioning } = await delivery.reaches(id, 'in_sync');
    expect(provisioning.losses).toEqual({});
    expect(accessOf(delivery, name)).toEqual(ALL);
  });

  it('is taken away when it is released', async () => {
    const [delivery, ids, group] = await travellers();
    const [name, id] = await leave(delivery, ids, group);
    await delivery.decide(id, judge('released', ADMIN, null));
    await delivery.reaches(id, 'in_sync');
    expect(accessOf(delivery, name)).toEqual([]);
  });

  it.each(['additive', 'exclusive'] as const)(
    'stays as if somebody else had given it when it is discarded (%s)',
    async (ownership) => {
      const [delivery, ids, group] = await travellers(ownership);
      const [name, id] = await leave(delivery, ids, group);
      await delivery.decide(id, judge('discarded', ADMIN, null));
      const { provisioning } = await delivery.reaches(id, 'in_sync');
      expect(provisioning.owned.filter((key) => /entitlements|roles/.test(key))).toEqual([]);
      await delivery.change(id, { title: 'Doctor', entitlements: ['Expense'] });
      await delivery.reaches(id, 'in_sync');
      delivery.clock.advance(HOUR);
      await delivery.change(id, { entitlements: [] });
      await delivery.reaches(id, 'in_sync');
      expect(accessOf(delivery, name)).toEqual(ALL);
    },
  );

  it('goes without being counted from somebody who loses all access first', async () => {
    const [delivery, ids, group] = await travellers();
    const [first = '', second = ''] = ids;
    await delivery.change(first, { active: false });
    await delivery.reaches(first, 'in_sync');
    await members(delivery, group, { kind: 'remove', ids: [first] });
    await delivery.reaches(first, 'in_sync');
    expect(accessOf(delivery, 'ada')).toEqual([]);
    delivery.clock.advance(HOUR);
    await delivery.change(second, { active: false });
    await delivery.reaches(second, 'in_sync');
  });

  it('of somebody held does not hold up their deactivation where that is allowed', async () => {
    const [delivery, ids, group] = await travellers();
    const [name, id] = await leave(delivery, ids, group);
    delivery.clock.advance(HOUR);
    await delivery.change(id, { active: false });
    await delivery.reaches(id, 'in_sync');
    expect(delivery.inConcur(name)).toMatchObject({ active: false });
    expect(accessOf(delivery, name)).toEqual([]);
  });
});

describe('people who leave the scope', () => {
  const scope = (): Scope => {
    const compiled = compileScope('userType eq "Employee"');
    if (compiled.kind === 'wrong') throw new Error(compiled.message);
    return compiled.scope;
  };

  it('are held beyond the limit, and no more once they are inside again', async () => {
    const delivery = await Delivery.begin({ settings: { scope: scope(), deactivationGuard: ONE } });
    const employee = (name: string) => resource(name, { userType: 'Employee' });
    const ids = await delivery.create(employee('ada'), employee('ben'));
    for (const id of ids) await delivery.comesTo(id, 'in_sync');
    const [first = '', second = ''] = ids;
    await delivery.change(first, { userType: 'Contractor' });
    await delivery.reaches(first, 'unmanaged', 'out_of_scope');
    await delivery.change(second, { userType: 'Contractor' });
    await delivery.reaches(second, 'held', 'guard');
    expect(delivery.inConcur('ben')).toMatchObject({ active: true });
    await delivery.change(second, { userType: 'Employee' });
    await delivery.reaches(second, 'in_sync');
    await delivery.change(second, { userType: 'Contractor' });
    await delivery.reaches(second, 'held', 'guard');
    await delivery.decide(second, judge('discarded', ADMIN, null));
    await delivery.reaches(second, 'partial', 'discarded');
    expect(delivery.inConcur('ben')).toMatchObject({ active: true });
  });
});

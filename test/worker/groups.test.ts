import { describe, expect, it, vi } from 'vitest';
import type { GroupAccess } from '../../src/domain/connection.ts';
import { ENTERPRISE, SPEND_ROLE } from '../../src/domain/extensions.ts';
import type { JsonObject, JsonValue } from '../../src/domain/json.ts';
import { compileGroupRules } from '../../src/mapping/groups/compile.ts';
import type { MemberChange } from '../../src/scim/groups.ts';
import type { FaultRule } from '../../src/simulator/faults.ts';
import { Delivery, resource, spend } from './harness.ts';

const ACTOR = { kind: 'scim', name: 'test' } as const;
const CHANGE = { kind: 'change', actor: ACTOR, unknownMembers: 'accept' } as const;

const RULES = [
  { group: 'Approvers', roles: ['EXP_APPROVER'], entitlements: ['Expense'] },
  { group: 'Managers', roles: ['EXP_APPROVER', { role: 'EXP_PROCESSOR', groups: ['R&D'] }] },
  { group: { matching: 'travel-*' }, travelGroups: [143519480], travelRuleClass: 'Default Travel Class' },
  { group: 'Auditors', roles: ['EXP_CONFIG_ADMIN_RO'] },
  { group: 'Admins', roles: ['EXP_CONFIG_ADMIN'] },
];

function access(
  ownership: GroupAccess['ownership'] = 'additive',
  rules: readonly JsonObject[] = RULES,
): GroupAccess {
  const compiled = compileGroupRules([...rules]);
  expect(compiled.problems).toEqual([]);
  return { ownership, rules: compiled.rules };
}

function createGroup(delivery: Delivery, displayName: string, ...members: string[]): Promise<string> {
  return delivery.group({
    kind: 'create',
    actor: ACTOR,
    resource: { displayName },
    members,
    unknownMembers: 'accept',
  });
}

async function change(delivery: Delivery, id: string, ...members: MemberChange[]): Promise<void> {
  await delivery.group({
    ...CHANGE,
    id,
    decide: (group) => ({ kind: 'change', resource: group.resource, changed: [], members }),
  });
}

/** The roles that somebody holds in Concur, with their groups. */
function rolesOf(delivery: Delivery, name = 'ada'): readonly string[] {
  const part = delivery.inConcur(name)?.[SPEND_ROLE] as {
    roles?: { roleName: string; roleGroups?: string[] }[];
  };
  return (part?.roles ?? [])
    .map(({ roleName, roleGroups = [] }) => [roleName, ...roleGroups].join(' '))
    .sort();
}

async function comeTo(
  delivery: Delivery,
  ids: readonly string[],
  state = 'in_sync',
  reason: string | null = null,
) {
  for (const id of ids) await delivery.comesTo(id, state, reason);
}

/** Somebody whom others made in Concur, and gave these roles. */
function seed(delivery: Delivery, roles: JsonValue[], more: JsonObject = {}): void {
  delivery.simulator.state.seed({
    ...resource('ada'),
    [ENTERPRISE]: { companyId: delivery.simulator.company.id, employeeNumber: 'number-ada' },
    ...(roles.length > 0 ? { [SPEND_ROLE]: { roles } } : {}),
    ...more,
  });
}

async function begin(groups = access()): Promise<Delivery> {
  return await Delivery.begin({ groups });
}

describe('what groups give', () => {
  it('comes and goes with membership, beside a role that somebody gave by hand', async () => {
    const delivery = await Delivery.prepare({ groups: access() });
    seed(delivery, [{ roleName: 'REQ_APPROVER', roleGroups: [] }], {
      'urn:ietf:params:scim:schemas:extension:spend:2.0:User': spend('USD'),
    });
    delivery.start();
    const [ada = ''] = await delivery.create(resource('ada'));
    await comeTo(delivery, [ada]);
    const group = await createGroup(delivery, 'Approvers');
    expect(rolesOf(delivery)).toEqual(['REQ_APPROVER']);

    await change(delivery, group, { kind: 'add', ids: [ada] });
    await comeTo(delivery, [ada]);
    expect(rolesOf(delivery)).toEqual(['EXP_APPROVER', 'REQ_APPROVER']);
    expect(delivery.inConcur('ada')).toMatchObject({ entitlements: ['Expense'] });

    await change(delivery, group, { kind: 'remove', ids: [ada] });
    await comeTo(delivery, [ada]);
    expect(rolesOf(delivery)).toEqual(['REQ_APPROVER']);
    expect(delivery.inConcur('ada')?.entitlements ?? []).toEqual([]);
  });

  it('stays where somebody gave it by hand before the group did', async () => {
    const delivery = await Delivery.prepare({ groups: access() });
    seed(delivery, [{ roleName: 'EXP_APPROVER', roleGroups: [] }], {
      'urn:ietf:params:scim:schemas:extension:spend:2.0:User': spend('USD'),
    });
    delivery.start();
    const [ada = ''] = await delivery.create(resource('ada'));
    const group = await createGroup(delivery, 'Managers', ada);
    await vi.waitFor(() => expect(rolesOf(delivery)).toEqual(['EXP_APPROVER', 'EXP_PROCESSOR R&D']), 10_000);
    await comeTo(delivery, [ada]);
    await change(delivery, group, { kind: 'replace', ids: [] });
    await comeTo(delivery, [ada]);
    expect(rolesOf(delivery)).toEqual(['EXP_APPROVER']);
  });

  it('stays as long as one of several groups gives it, and as long as the client asks for it', async () => {
    const delivery = await begin();
    const [ada = '', bob = ''] = await delivery.create(
      resource('ada'),
      resource('bob', { [SPEND_ROLE]: { roles: [{ roleName: 'EXP_APPROVER', roleGroups: [] }] } }),
    );
    const approvers = await createGroup(delivery, 'Approvers', ada, bob);
    const managers = await createGroup(delivery, 'managers', ada);
    await comeTo(delivery, [ada, bob]);
    expect(rolesOf(delivery)).toEqual(['EXP_APPROVER', 'EXP_PROCESSOR R&D']);
    await change(delivery, approvers, { kind: 'replace', ids: [] });
    await comeTo(delivery, [ada, bob]);
    expect(rolesOf(delivery)).toEqual(['EXP_APPROVER', 'EXP_PROCESSOR R&D']);
    expect(rolesOf(delivery, 'bob')).toEqual(['EXP_APPROVER']);
    await change(delivery, managers, { kind: 'remove', ids: [ada] });
    await comeTo(delivery, [ada]);
    expect(rolesOf(delivery)).toEqual([]);
  });

  it('follows the name of the group, and goes with the group', async () => {
    const delivery = await begin();
    const [ada = ''] = await delivery.create(resource('ada'));
    const group = await createGroup(delivery, 'Something', ada);
    await comeTo(delivery, [ada]);
    expect(rolesOf(delivery)).toEqual([]);
    const rename = (displayName: string) =>
      delivery.group({
        ...CHANGE,
        id: group,
        decide: () => ({ kind: 'change', resource: { displayName }, changed: ['displayName'], members: [] }),
      });
    await rename('APPROVERS');
    await comeTo(delivery, [ada]);
    expect(rolesOf(delivery)).toEqual(['EXP_APPROVER']);
    await rename('Auditors');
    await comeTo(delivery, [ada]);
    expect(rolesOf(delivery)).toEqual(['EXP_CONFIG_ADMIN_RO']);
    await delivery.group({ ...CHANGE, id: group, decide: () => ({ kind: 'delete' }) });
    await comeTo(delivery, [ada]);
    expect(rolesOf(delivery)).toEqual([]);
  });

  it('reaches members who come after their group, and those of groups inside it', async () => {
    const delivery = await begin();
    const id = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';
    const inner = await createGroup(delivery, 'Team', id);
    const outer = await createGroup(delivery, 'Approvers', inner);
    const [result] = await delivery.store.directory.accept([
      { kind: 'create', actor: ACTOR, resource: resource('ada'), id },
    ]);
    expect(result?.kind).toBe('written');
    await comeTo(delivery, [id]);
    expect(rolesOf(delivery)).toEqual(['EXP_APPROVER']);
    await change(delivery, outer, { kind: 'remove', ids: [inner] });
    await comeTo(delivery, [id]);
    expect(rolesOf(delivery)).toEqual([]);
    await change(delivery, outer, { kind: 'add', ids: [inner] });
    await comeTo(delivery, [id]);
    expect(rolesOf(delivery)).toEqual(['EXP_APPROVER']);
    await delivery.group({ ...CHANGE, id: inner, decide: () => ({ kind: 'delete' }) });
    await comeTo(delivery, [id]);
    expect(rolesOf(delivery)).toEqual([]);
  });

  it('is travel groups with a rule class, by a pattern of names', async () => {
    const delivery = await begin();
    const ruleClass = delivery.simulator.company.ruleClasses[0]?.name ?? '';
    expect(ruleClass).toBe('Default Travel Class');
    const [ada = ''] = await delivery.create(resource('ada'));
    const group = await createGroup(delivery, 'Travel-Berlin', ada);
    await comeTo(delivery, [ada]);
    expect(delivery.inConcur('ada')).toMatchObject({ groups: [143519480], ruleClass: { name: ruleClass } });
    await change(delivery, group, { kind: 'remove', ids: [ada] });
    await comeTo(delivery, [ada]);
    // Concur keeps no travel profile without a rule class.
    expect(delivery.inConcur('ada')).toMatchObject({ ruleClass: { name: ruleClass } });
    expect(delivery.inConcur('ada')?.groups ?? []).toEqual([]);
  });

  it('is left out, and told, where two groups give what nobody can have together', async () => {
    const delivery = await begin();
    const [ada = ''] = await delivery.create(resource('ada'));
    const admins = await createGroup(delivery, 'Admins', ada);
    const auditors = await createGroup(delivery, 'Auditors', ada);
    const { provisioning } = await delivery.comesTo(ada, 'partial', 'incomplete');
    expect(provisioning.lastError).toMatch(/group "Auditors" counts, and .* group "Admins" is left out/);
    expect(rolesOf(delivery)).toEqual(['EXP_CONFIG_ADMIN_RO']);
    await change(delivery, auditors, { kind: 'remove', ids: [ada] });
    await comeTo(delivery, [ada]);
    expect(rolesOf(delivery)).toEqual(['EXP_CONFIG_ADMIN']);
    await change(delivery, admins, { kind: 'remove', ids: [ada] });
    await comeTo(delivery, [ada]);
    expect(rolesOf(delivery)).toEqual([]);
    expect(delivery.simulator.violations).toEqual([]);
  });
});

it.each<[what: string, fault: FaultRule]>([
  ['whose answer was lost', { kind: 'drop-after' }],
  ['that Concur began and forgot', { kind: 'stuck' }],
])('a role of a group is ours after a request %s', async (_, fault) => {
  const delivery = await Delivery.prepare({ groups: access() });
  delivery.start();
  const [ada = ''] = await delivery.create(resource('ada'));
  await comeTo(delivery, [ada]);
  delivery.simulator.faults.add({ ...fault, times: 1, match: { method: 'PATCH' } });
  const group = await createGroup(delivery, 'Approvers', ada);
  if (fault.kind === 'stuck') {
    await delivery.reaches(ada, 'processing');
    delivery.clock.advance(140 * 60_000);
  }
  await comeTo(delivery, [ada]);
  expect(rolesOf(delivery)).toEqual(['EXP_APPROVER']);
  await change(delivery, group, { kind: 'remove', ids: [ada] });
  await comeTo(delivery, [ada]);
  expect(rolesOf(delivery)).toEqual([]);
});

describe('a list that is ours alone', () => {
  it('loses what others gave, also of somebody who is in no group, and no other list does', async () => {
    const groups = access('exclusive', [{ group: 'Approvers', roles: ['EXP_APPROVER'] }]);
    const delivery = await Delivery.prepare({ groups });
    seed(delivery, [{ roleName: 'REQ_APPROVER', roleGroups: [] }], {
      'urn:ietf:params:scim:schemas:extension:spend:2.0:User': spend('USD'),
      entitlements: ['Expense', 'Travel'],
    });
    delivery.start();
    const [ada = ''] = await delivery.create(resource('ada'));
    await comeTo(delivery, [ada]);
    expect(rolesOf(delivery)).toEqual([]);
    expect(delivery.inConcur('ada')).toMatchObject({ entitlements: ['Expense', 'Travel'] });
    await createGroup(delivery, 'Approvers', ada);
    await comeTo(delivery, [ada]);
    expect(rolesOf(delivery)).toEqual(['EXP_APPROVER']);
  });
});

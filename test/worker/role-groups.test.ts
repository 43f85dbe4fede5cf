import { expect, it, vi } from 'vitest';
import type { GroupAccess } from '../../src/domain/connection.ts';
import { ENTERPRISE, SPEND, SPEND_ROLE } from '../../src/domain/extensions.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { compileGroupRules } from '../../src/mapping/groups/compile.ts';
import { Delivery, resource, spend } from './harness.ts';

const ACTOR = { kind: 'scim', name: 'test' } as const;

/** The roles that somebody holds in Concur, with their groups. */
function rolesOf(delivery: Delivery): readonly string[] {
  const part = delivery.inConcur('ada')?.[SPEND_ROLE] as {
    roles?: { roleName: string; roleGroups?: string[] }[];
  };
  return (part?.roles ?? [])
    .map(({ roleName, roleGroups = [] }) => [roleName, ...roleGroups.toSorted()].join(' '))
    .sort();
}

function roles(...held: readonly (readonly [roleName: string, ...roleGroups: string[]])[]): JsonObject {
  return { [SPEND_ROLE]: { roles: held.map(([roleName, ...roleGroups]) => ({ roleName, roleGroups })) } };
}

/** Ada, whom others made in Concur, and gave these roles. */
async function begin(held: JsonObject, groups?: GroupAccess): Promise<Delivery> {
  const delivery = await Delivery.prepare(groups === undefined ? {} : { groups });
  delivery.simulator.state.seed({
    ...resource('ada'),
    [ENTERPRISE]: { companyId: delivery.simulator.company.id, employeeNumber: 'number-ada' },
    [SPEND]: spend('USD'),
    ...held,
  });
  delivery.start();
  return delivery;
}

function processorsOf(...groups: string[]): GroupAccess {
  const compiled = compileGroupRules([{ group: 'Processors', roles: [{ role: 'EXP_PROCESSOR', groups }] }]);
  expect(compiled.problems).toEqual([]);
  return { ownership: 'additive', rules: compiled.rules };
}

/** Puts Ada into the group, and takes her out again. */
async function join(delivery: Delivery, ada: string) {
  const id = await delivery.group({
    kind: 'create',
    actor: ACTOR,
    resource: { displayName: 'Processors' },
    members: [ada],
    unknownMembers: 'accept',
  });
  return () =>
    delivery.group({
      kind: 'change',
      id,
      actor: ACTOR,
      unknownMembers: 'accept',
      decide: () => ({ kind: 'delete' }),
    });
}

it('groups of a role come and go beside those that somebody gave by hand', async () => {
  const delivery = await begin(roles(['EXP_PROCESSOR', 'Sales']), processorsOf('R&D', 'Sales'));
  const [ada = ''] = await delivery.create(resource('ada'));
  await delivery.comesTo(ada, 'in_sync', null);
  const leave = await join(delivery, ada);
  await delivery.comesTo(ada, 'in_sync', null);
  expect(rolesOf(delivery)).toEqual(['EXP_PROCESSOR R&D Sales']);
  await leave();
  await delivery.comesTo(ada, 'in_sync', null);
  expect(rolesOf(delivery)).toEqual(['EXP_PROCESSOR Sales']);
  expect(delivery.simulator.violations).toEqual([]);
});

it('groups of a role come and go as a client asks for them', async () => {
  const delivery = await begin(roles(['EXP_PROCESSOR', 'Sales']));
  const [ada = ''] = await delivery.create(resource('ada', roles(['EXP_PROCESSOR', 'R&D'])));
  await delivery.comesTo(ada, 'in_sync', null);
  expect(rolesOf(delivery)).toEqual(['EXP_PROCESSOR R&D Sales']);
  await delivery.change(ada, roles(['EXP_PROCESSOR', 'rg1']));
  await delivery.comesTo(ada, 'in_sync', null);
  expect(rolesOf(delivery)).toEqual(['EXP_PROCESSOR Sales rg1']);
  await delivery.change(ada, { [SPEND_ROLE]: { roles: [] } });
  await delivery.comesTo(ada, 'in_sync', null);
  expect(rolesOf(delivery)).toEqual(['EXP_PROCESSOR Sales']);
});

it('a role that somebody gave for all groups is not narrowed', async () => {
  const delivery = await begin(roles(['EXP_PROCESSOR']), processorsOf('R&D'));
  const [ada = ''] = await delivery.create(resource('ada'));
  const leave = await join(delivery, ada);
  await delivery.comesTo(ada, 'in_sync', null);
  await leave();
  await delivery.comesTo(ada, 'in_sync', null);
  expect(rolesOf(delivery)).toEqual(['EXP_PROCESSOR']);
});

it('a role that somebody gave for some groups is not widened, and that is said', async () => {
  const delivery = await begin(roles(['EXP_PROCESSOR', 'Sales']), processorsOf());
  const [ada = ''] = await delivery.create(resource('ada'));
  const leave = await join(delivery, ada);
  const { provisioning } = await delivery.comesTo(ada, 'partial', 'incomplete');
  expect(provisioning.lastError).toMatch(/EXP_PROCESSOR from somebody else, for Sales: group "Processors"/);
  expect(rolesOf(delivery)).toEqual(['EXP_PROCESSOR Sales']);
  await leave();
  await delivery.comesTo(ada, 'in_sync', null);
  expect(rolesOf(delivery)).toEqual(['EXP_PROCESSOR Sales']);
});

it('a role that Concur does not give is left out, with the reason, and all others are delivered', async () => {
  const delivery = await begin(roles(['REQ_APPROVER']));
  const asked = roles(['EXP_USER'], ['SHD_TAX_ADMIN'], ['EXP_APPROVER'], ['SHD_TAX_ADMIN_RO']);
  const [ada = ''] = await delivery.create(resource('ada', asked));
  const { provisioning } = await delivery.comesTo(ada, 'partial', 'incomplete');
  expect(provisioning.lastError).toMatch(/"EXP_USER" .*follows from the entitlement Expense/);
  expect(rolesOf(delivery)).toEqual(['EXP_APPROVER', 'REQ_APPROVER', 'SHD_TAX_ADMIN']);

  // Of two that exclude each other what Concur holds counts, whichever is named first.
  await delivery.change(ada, roles(['SHD_TAX_ADMIN_RO'], ['SHD_TAX_ADMIN']));
  const second = await delivery.comesTo(ada, 'partial', 'incomplete');
  expect(second.provisioning.lastError).toMatch(
    /"SHD_TAX_ADMIN_RO" .*SHD_TAX_ADMIN, which is there already and counts/,
  );
  expect(rolesOf(delivery)).toEqual(['REQ_APPROVER', 'SHD_TAX_ADMIN']);
  await delivery.change(ada, roles(['SHD_TAX_ADMIN_RO']));
  await delivery.comesTo(ada, 'in_sync', null);
  expect(rolesOf(delivery)).toEqual(['REQ_APPROVER', 'SHD_TAX_ADMIN_RO']);
  expect(delivery.simulator.violations).toEqual([]);
});

it('nobody is kept from being changed otherwise by a role that Concur does not give', async () => {
  const delivery = await begin({});
  const [ada = ''] = await delivery.create(resource('ada', { ...roles(['EXP_USER']), title: 'Analyst' }));
  await delivery.comesTo(ada, 'partial', 'incomplete');
  expect(delivery.inConcur('ada')).toMatchObject({ title: 'Analyst' });
  await delivery.change(ada, { active: false });
  await vi.waitFor(() => expect(delivery.inConcur('ada')).toMatchObject({ active: false }), 10_000);
});

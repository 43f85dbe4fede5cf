import { describe, expect, it, vi } from 'vitest';
import {
  ENTERPRISE,
  SPEND,
  SPEND_APPROVER,
  SPEND_DELEGATE,
  SPEND_ROLE,
} from '../../src/domain/extensions.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { ApproverKind } from '../../src/domain/lists.ts';
import { compileMapping } from '../../src/mapping/configured/compile.ts';
import { compileGroupRules } from '../../src/mapping/groups/compile.ts';
import { Delivery, resource } from './harness.ts';

/** Somebody who uses Expense, under this manager. */
function employee(name: string, manager?: string, more: JsonObject = {}): JsonObject {
  return resource(name, {
    entitlements: [{ value: 'Expense' }],
    ...more,
    [ENTERPRISE]: {
      ...(manager === undefined ? {} : { manager: { value: manager } }),
      ...(more[ENTERPRISE] as JsonObject | undefined),
    },
  });
}

function begin(managerApproves: readonly ApproverKind[] = ['report'], options = {}): Promise<Delivery> {
  return Delivery.begin({ mapping: { managerApproves }, ...options });
}

function rolesOf(delivery: Delivery, name: string): readonly string[] {
  const part = delivery.inConcur(name)?.[SPEND_ROLE] as { roles?: { roleName: string }[] } | undefined;
  return (part?.roles ?? []).map(({ roleName }) => roleName).sort();
}

/** The names of who approves something for somebody in Concur. */
function approversOf(delivery: Delivery, name: string, kind: ApproverKind = 'report'): readonly string[] {
  const part = delivery.inConcur(name)?.[SPEND_APPROVER] as
    | Record<string, { approver: { value: string } }[]>
    | undefined;
  return (part?.[kind] ?? []).map(({ approver }) => nameOf(delivery, approver.value));
}

function nameOf(delivery: Delivery, concurId: string): string {
  const user = delivery.simulator.state.find(concurId);
  return String(user?.identity.userName).replace('@example.com', '');
}

async function inSync(delivery: Delivery, ...ids: string[]): Promise<void> {
  for (const id of ids) await delivery.comesTo(id, 'in_sync');
}

describe('a manager', () => {
  it('becomes the approver, and is given the role first, whoever arrives first', async () => {
    const delivery = await begin(['report', 'request']);
    const [ada = ''] = await delivery.create(employee('ada', 'number-boss'));
    const waiting = await delivery.comesTo(ada, 'partial', 'waiting_for_person');
    expect(waiting.provisioning.lastError).toBe('Waits for number-boss, who is not here yet');
    const [boss = ''] = await delivery.create(employee('boss'));
    await inSync(delivery, ada, boss);
    expect(rolesOf(delivery, 'boss')).toEqual(['EXP_APPROVER', 'REQ_APPROVER']);
    expect(approversOf(delivery, 'ada')).toEqual(['boss']);
    expect(approversOf(delivery, 'ada', 'request')).toEqual(['boss']);
  });

  it('gives way to the next one, and loses the role only when nobody needs it of them any more', async () => {
    const delivery = await begin();
    const [boss = '', chief = ''] = await delivery.create(employee('boss'), employee('chief'));
    const [ada = '', ben = ''] = await delivery.create(
      employee('ada', boss),
      employee('ben', 'boss@example.com'),
    );
    await inSync(delivery, boss, chief, ada, ben);
    await delivery.change(ada, { [ENTERPRISE]: { employeeNumber: 'number-ada', manager: { value: chief } } });
    await vi.waitFor(() => expect(approversOf(delivery, 'ada')).toEqual(['chief']));
    await inSync(delivery, boss, chief, ada);
    expect(rolesOf(delivery, 'boss')).toEqual(['EXP_APPROVER']);
    expect(rolesOf(delivery, 'chief')).toEqual(['EXP_APPROVER']);

    await delivery.change(ben, { [ENTERPRISE]: { employeeNumber: 'number-ben' } });
    await vi.waitFor(() => expect(rolesOf(delivery, 'boss')).toEqual([]));
    expect(approversOf(delivery, 'ben')).toEqual([]);
    await inSync(delivery, boss, ben);
  });

  it('keeps the role that somebody gave them by hand', async () => {
    const delivery = await begin();
    delivery.simulator.state.seed({
      ...employee('boss'),
      entitlements: ['Expense'],
      [ENTERPRISE]: { companyId: delivery.simulator.company.id, employeeNumber: 'number-boss' },
      [SPEND]: { country: 'US', locale: 'en-US', reimbursementCurrency: 'USD' },
      [SPEND_ROLE]: { roles: [{ roleName: 'EXP_APPROVER' }] },
    });
    const [boss = ''] = await delivery.create(employee('boss'));
    const [ada = ''] = await delivery.create(employee('ada', boss));
    await inSync(delivery, boss, ada);
    expect(approversOf(delivery, 'ada')).toEqual(['boss']);
    await delivery.decide(ada, () => ({ kind: 'delete' }));
    await inSync(delivery, ada, boss);
    expect(rolesOf(delivery, 'boss')).toEqual(['EXP_APPROVER']);
  });

  it('loses the role with the last who leaves, and with their own departure leaves their people as they are', async () => {
    const delivery = await begin();
    const [boss = ''] = await delivery.create(employee('boss'));
    const [ada = ''] = await delivery.create(employee('ada', boss));
    await inSync(delivery, boss, ada);
    await delivery.change(ada, { active: false });
    await inSync(delivery, ada);
    await vi.waitFor(() => expect(rolesOf(delivery, 'boss')).toEqual([]));
    await delivery.change(ada, { active: true });
    await vi.waitFor(() => expect(rolesOf(delivery, 'boss')).toEqual(['EXP_APPROVER']));
    await inSync(delivery, boss, ada);
    expect(await delivery.store.reports.leavingApprovers(10)).toEqual([]);
    await delivery.change(boss, { active: false });
    await inSync(delivery, boss, ada);
    expect(approversOf(delivery, 'ada')).toEqual(['boss']);
    expect(delivery.warnings).toContainEqual({
      person: boss,
      userName: 'boss@example.com',
      approves: ['report'],
    });
    const leaver = { id: boss, userName: 'boss@example.com', people: 1 };
    expect(await delivery.store.reports.leavingApprovers(10)).toEqual([leaver]);
    const { provisioning } = await delivery.record(boss);
    expect(await delivery.store.reports.approvesFor(provisioning.concurId ?? '', 10)).toEqual([
      { id: ada, userName: 'ada@example.com', kinds: ['report'] },
    ]);
  });

  it('without access is nobody’s new approver, and is waited for in that alone', async () => {
    const delivery = await begin();
    const [boss = ''] = await delivery.create(employee('boss', undefined));
    await inSync(delivery, boss);
    await delivery.change(boss, { active: false });
    await inSync(delivery, boss);
    const [ada = ''] = await delivery.create(employee('ada', boss));
    const { provisioning } = await delivery.comesTo(ada, 'partial', 'waiting_for_person');
    expect(provisioning.lastError).toBe(`Waits for ${boss}, who has no access`);
    expect(delivery.inConcur('ada')).toMatchObject({
      [ENTERPRISE]: { manager: { value: expect.any(String) } },
    });
    await delivery.change(boss, { active: true });
    await inSync(delivery, boss, ada);
    expect(approversOf(delivery, 'ada')).toEqual(['boss']);
  });

  it('may stand in a circle', async () => {
    const delivery = await begin();
    const [ada = '', ben = '', eve = ''] = await delivery.create(
      employee('ada', 'ben@example.com'),
      employee('ben', 'ada@example.com'),
      employee('eve', 'eve@example.com'),
    );
    await inSync(delivery, ada, ben, eve);
    expect(approversOf(delivery, 'ada')).toEqual(['ben']);
    expect(approversOf(delivery, 'ben')).toEqual(['ada']);
    expect(approversOf(delivery, 'eve')).toEqual([]);
    expect(rolesOf(delivery, 'eve')).toEqual([]);
  });

  it('whose spend profile lacks a value is told so, and the report waits for the role', async () => {
    const delivery = await begin();
    const [boss = ''] = await delivery.create(resource('boss', { addresses: [] }));
    const [ada = ''] = await delivery.create(employee('ada', boss));
    const { provisioning } = await delivery.comesTo(boss, 'partial', 'incomplete');
    expect(provisioning.lastError).toContain('The spend profile lacks country');
    const waiting = await delivery.comesTo(ada, 'partial', 'waiting_for_person');
    expect(waiting.provisioning.lastError).toBe(
      `Waits for ${boss}, whom Concur does not hold with the role EXP_APPROVER yet`,
    );
    await delivery.change(boss, { addresses: [{ type: 'work', country: 'US' }] });
    await inSync(delivery, boss, ada);
    expect(approversOf(delivery, 'ada')).toEqual(['boss']);
  });
});

describe('who is named in one of Concur’s own extensions', () => {
  it('is looked up by any name, and waited for', async () => {
    const delivery = await begin([]);
    const roles = { [SPEND_ROLE]: { roles: [{ roleName: 'EXP_APPROVER' }] } };
    const [boss = ''] = await delivery.create(employee('boss', undefined, roles));
    await inSync(delivery, boss);
    const [ada = ''] = await delivery.create(
      employee('ada', undefined, {
        [SPEND_APPROVER]: {
          report: [
            { approver: { value: boss }, primary: true },
            { approver: { employeeNumber: 'number-chief' }, primary: false },
          ],
        },
        [SPEND_DELEGATE]: { expense: [{ delegate: { value: 'help@example.com' }, canPrepare: true }] },
      }),
    );
    const { provisioning } = await delivery.comesTo(ada, 'partial', 'waiting_for_person');
    expect(provisioning.lastError).toBe(
      'Waits for number-chief, who is not here yet. Waits for help@example.com, who is not here yet',
    );
    expect(approversOf(delivery, 'ada')).toEqual(['boss']);

    const others = await delivery.create(employee('chief', undefined, roles), employee('help'));
    await inSync(delivery, ada, ...others);
    expect(approversOf(delivery, 'ada').toSorted()).toEqual(['boss', 'chief']);
    expect(delivery.inConcur('ada')).toMatchObject({
      [SPEND_DELEGATE]: { expense: [{ delegate: { value: expect.any(String) }, canPrepare: true }] },
    });
  });

  it('is asked for as an approver once more when they have gained the role', async () => {
    const groups = {
      ownership: 'additive',
      rules: compileGroupRules([{ group: 'Approvers', roles: ['EXP_APPROVER'] }]).rules,
    } as const;
    const delivery = await begin([], { groups });
    const [boss = ''] = await delivery.create(employee('boss'));
    const [ada = ''] = await delivery.create(
      employee('ada', undefined, {
        [SPEND_APPROVER]: { report: [{ approver: { value: boss }, primary: true }] },
      }),
    );
    await delivery.comesTo(ada, 'partial', 'refused');
    await delivery.group({
      kind: 'create',
      actor: { kind: 'scim', name: 'test' },
      resource: { displayName: 'Approvers' },
      members: [boss],
      unknownMembers: 'accept',
    });
    await inSync(delivery, ada, boss);
    expect(approversOf(delivery, 'ada')).toEqual(['boss']);
  });

  it('is sent by Concur’s own UUID if nobody here is meant', async () => {
    const delivery = await begin([]);
    const chief = delivery.simulator.state.seed({
      ...resource('chief'),
      entitlements: ['Expense'],
      [ENTERPRISE]: { companyId: delivery.simulator.company.id, employeeNumber: 'number-chief' },
      [SPEND]: { country: 'US', locale: 'en-US', reimbursementCurrency: 'USD' },
      [SPEND_ROLE]: { roles: [{ roleName: 'EXP_APPROVER' }] },
    });
    const [ada = '', ben = ''] = await delivery.create(
      employee('ada', undefined, {
        [SPEND_APPROVER]: { report: [{ approver: { value: chief.id.toUpperCase() }, primary: true }] },
      }),
      employee('ben', undefined, {
        [SPEND_APPROVER]: { report: [{ approver: { employeeNumber: 'number-chief' }, primary: true }] },
      }),
    );
    await inSync(delivery, ada, ben);
    expect(approversOf(delivery, 'ada')).toEqual(['chief']);
    expect(delivery.inConcur('ben')?.[SPEND_APPROVER]).toMatchObject({
      report: [{ approver: { employeeNumber: 'number-chief' }, primary: true }],
    });
  });
});

it('a circle blocks nothing but biManager of whoever would close it', async () => {
  const { attributes } = compileMapping({
    attributes: { 'spend:biManager.value': 'enterprise:manager.value' },
    placeOf: () => 'bridge.yaml:1',
    readFile: () => '',
  });
  const delivery = await Delivery.begin({ mapping: { attributes } });
  const [ada = '', ben = ''] = await delivery.create(employee('ada', 'ben@example.com'), employee('ben'));
  await inSync(delivery, ada, ben);
  await delivery.change(ben, {
    [ENTERPRISE]: { employeeNumber: 'number-ben', manager: { value: 'ada@example.com' } },
  });
  const { provisioning } = await delivery.comesTo(ben, 'partial', 'incomplete');
  expect(provisioning.lastError).toContain('ada@example.com stands below this person already');
  expect(delivery.inConcur('ben')).toMatchObject({
    [ENTERPRISE]: { manager: { value: expect.any(String) } },
  });
  const biManagerOf = (name: string) =>
    (delivery.inConcur(name)?.[SPEND] as { biManager?: { value: string } } | undefined)?.biManager?.value;
  expect(nameOf(delivery, biManagerOf('ada') ?? '')).toBe('ben');
  expect(biManagerOf('ben')).toBeUndefined();
});

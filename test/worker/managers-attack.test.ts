import { describe, expect, it, vi } from 'vitest';
import { ENTERPRISE, SPEND, SPEND_APPROVER, SPEND_ROLE } from '../../src/domain/extensions.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { ApproverKind } from '../../src/domain/lists.ts';
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

function under(name: string, manager?: string): JsonObject {
  return { [ENTERPRISE]: { employeeNumber: `number-${name}`, ...(manager === undefined ? {} : { manager: { value: manager } }) } };
}

function begin(managerApproves: readonly ApproverKind[] = ['report'], options = {}): Promise<Delivery> {
  return Delivery.begin({ mapping: { managerApproves }, ...options });
}

function rolesOf(delivery: Delivery, name: string): readonly string[] {
  const part = delivery.inConcur(name)?.[SPEND_ROLE] as { roles?: { roleName: string }[] } | undefined;
  return (part?.roles ?? []).map(({ roleName }) => roleName).sort();
}

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

function seedBoss(delivery: Delivery, name = 'boss', role = true) {
  return delivery.simulator.state.seed({
    ...employee(name),
    entitlements: ['Expense'],
    [ENTERPRISE]: { companyId: delivery.simulator.company.id, employeeNumber: `number-${name}` },
    [SPEND]: { country: 'US', locale: 'en-US', reimbursementCurrency: 'USD' },
    ...(role ? { [SPEND_ROLE]: { roles: [{ roleName: 'EXP_APPROVER' }] } } : {}),
  });
}

describe('T1 same batch', () => {
  it('report and manager in one batch', async () => {
    const delivery = await begin();
    const people = Array.from({ length: 8 }, (_, i) => [employee(`ada${i}`, `boss${i}@example.com`), employee(`boss${i}`)]).flat();
    const ids = await delivery.create(...people);
    await inSync(delivery, ...ids);
    for (let i = 0; i < 8; i += 1) expect(approversOf(delivery, `ada${i}`)).toEqual([`boss${i}`]);
  });
  it('reference form changes while the boss is claimed too (both only rest)', async () => {
    const delivery = await begin();
    const [boss = '', chief = ''] = await delivery.create(employee('boss'), employee('chief'));
    const [ada = ''] = await delivery.create(employee('ada', boss));
    await inSync(delivery, boss, chief, ada);
    await delivery.stop();
    await delivery.change(ada, under('ada', chief));
    await delivery.change(chief, { displayName: 'nothing to send' });
    await delivery.change(boss, { displayName: 'nothing to send' });
    delivery.start();
    await inSync(delivery, chief, ada, boss);
    await vi.waitFor(() => expect(approversOf(delivery, 'ada')).toEqual(['chief']), 10_000);
    await vi.waitFor(() => expect(rolesOf(delivery, 'boss')).toEqual([]), 10_000);
  });
});

it('T2 manager named by Concur UUID', async () => {
  const delivery = await begin();
  const user = seedBoss(delivery, 'boss', false);
  const [ada = ''] = await delivery.create(employee('ada', user.id));
  await delivery.comesTo(ada, 'partial', 'waiting_for_person');
  const [boss = ''] = await delivery.create(employee('boss'));
  await delivery.comesTo(boss, 'in_sync');
  await inSync(delivery, ada, boss);
  expect(approversOf(delivery, 'ada')).toEqual(['boss']);
});

it('T3 somebody takes over the name of their manager, and then has another', async () => {
  const delivery = await begin();
  const [lead = '', zoe = ''] = await delivery.create(employee('lead'), employee('zoe'));
  const [ada = ''] = await delivery.create(employee('ada', 'lead@example.com'));
  await inSync(delivery, lead, zoe, ada);
  await delivery.change(lead, { userName: 'former@example.com', emails: [{ type: 'work', value: 'former@example.com' }] });
  await inSync(delivery, lead);
  await delivery.change(ada, { userName: 'lead@example.com' });
  await inSync(delivery, ada);
  await delivery.change(ada, under('ada', 'zoe@example.com'));
  await inSync(delivery, ada, zoe);
  expect(approversOf(delivery, 'lead')).toEqual(['zoe']);
  await delivery.change(ada, { title: 'One' });
  await inSync(delivery, ada);
  expect(delivery.inConcur('lead')).toMatchObject({ title: 'One' });
});

it('T5 deactivated manager is given no role', async () => {
  const delivery = await begin();
  const [boss = ''] = await delivery.create(employee('boss'));
  await inSync(delivery, boss);
  await delivery.change(boss, { active: false });
  await inSync(delivery, boss);
  const before = delivery.simulator.requests.length;
  const [ada = ''] = await delivery.create(employee('ada', boss));
  await delivery.comesTo(ada, 'partial', 'waiting_for_person');
  await delivery.comesTo(boss, 'in_sync');
  await vi.waitFor(async () => expect((await delivery.record(boss)).provisioning.state).toBe('in_sync'));
  await new Promise((r) => setTimeout(r, 1500));
  console.log(delivery.simulator.requests.slice(before).filter((r) => r.method !== 'GET').map((r) => `${r.method} ${r.path} ${JSON.stringify(r.body).slice(0, 300)}`));
  expect(rolesOf(delivery, 'boss')).toEqual([]);
});

  it('somebody else comes by a surer name', async () => {
    const delivery = await begin();
    const [ben = ''] = await delivery.create(employee('ben'));
    const [ada = ''] = await delivery.create(employee('ada', 'number-ben'));
    await inSync(delivery, ben, ada);
    const [eve = ''] = await delivery.create({ ...employee('eve'), externalId: 'number-ben' });
    await inSync(delivery, eve, ada, ben);
    await new Promise((r) => setTimeout(r, 1500));
    await inSync(delivery, eve, ada, ben);
    console.log('T6c', approversOf(delivery, 'ada'), rolesOf(delivery, 'eve'), rolesOf(delivery, 'ben'));
    const approver = approversOf(delivery, 'ada')[0];
    expect(['ben', 'eve'].filter((n) => rolesOf(delivery, n).length > 0)).toEqual([approver]);
  });

it('T6a release to another user', async () => {
    const delivery = await begin();
    const [boss = ''] = await delivery.create(employee('boss'));
    const [ada = ''] = await delivery.create(employee('ada', boss));
    await inSync(delivery, boss, ada);
    const other = seedBoss(delivery, 'other', false);
    await delivery.decide(boss, () => ({ kind: 'release', concurId: other.id }));
    await vi.waitFor(() => expect(JSON.stringify(delivery.inConcur('ada')?.[SPEND_APPROVER])).toContain(other.id), 10_000);
    await inSync(delivery, ada);
    expect(JSON.stringify(delivery.inConcur('ada')?.[ENTERPRISE])).toContain(other.id);
});

it('T7 a further approver of the client is the manager as well', async () => {
  const delivery = await begin();
  const [boss = ''] = await delivery.create(employee('boss'));
  await inSync(delivery, boss);
  const [ada = ''] = await delivery.create(
    employee('ada', boss, { [SPEND_APPROVER]: { report: [{ approver: { value: 'boss@example.com' }, primary: false }] } }),
  );
  const r = await delivery.comesTo(ada, 'in_sync').catch(() => delivery.record(ada));
  console.log('T7', r.provisioning.state, r.provisioning.reason, r.provisioning.lastError, approversOf(delivery, 'ada'), rolesOf(delivery, 'boss'));
  console.log('T7', JSON.stringify(r.provisioning.refused), JSON.stringify(r.provisioning.waitingFor), r.provisioning.manager, JSON.stringify(r.provisioning.applied));
});

it('T8 circle with roles that fail for a time', async () => {
  const [delivery, gateway] = await Delivery.throughGateway({ mapping: { managerApproves: ['report'] } });
  gateway.alter({ method: 'GET', path: /provisions\// }, ({ body }) => {
    const json = JSON.parse(body);
    const walk = (o: any): any => {
      if (Array.isArray(o)) return o.map(walk);
      if (o === null || typeof o !== 'object') return o;
      const out: any = Object.fromEntries(Object.entries(o).map(([k, v]) => [k, walk(v)]));
      if (typeof out.name === 'string' && out.name.includes('spend:2.0:Role')) { out.status = { ...out.status, completed: true, success: false, result: 'error', code: '500' }; Object.assign(out, {success: false, result:'error', code:'500', completed: true}); }
      return out;
    };
    return { body: JSON.stringify(walk(json)) };
  }, 'all');
  gateway.alter({ method: 'GET', path: /spend\/v4.*Users\// }, ({ body }) => {
    const json = JSON.parse(body);
    for (const k of Object.keys(json)) if (k.includes('Role')) json[k] = { roles: [] };
    return { body: JSON.stringify(json) };
  }, 'all');
  delivery.start();
  const ids = await delivery.create(employee('ada', 'ben@example.com'), employee('ben', 'ada@example.com'));
  await new Promise((r) => setTimeout(r, 3000));
  const before = delivery.calls('PATCH', /Users/);
  const bulk = delivery.calls('POST', /Bulk/);
  await new Promise((r) => setTimeout(r, 5000));
  console.log('T8', before, bulk, delivery.calls('PATCH', /Users/), delivery.calls('POST', /Bulk/));
  for (const id of ids) { const p = (await delivery.record(id)).provisioning; console.log('T8', p.state, p.reason, p.attempts, p.lastError, (p.due ?? 0) - delivery.clock.now()); }
});

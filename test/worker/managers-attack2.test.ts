import { describe, expect, it, vi } from 'vitest';
import { ENTERPRISE, SPEND, SPEND_APPROVER, SPEND_ROLE } from '../../src/domain/extensions.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { ApproverKind } from '../../src/domain/lists.ts';
import { judge } from '../../src/http/admin/decisions.ts';
import { replan } from '../../src/worker/replan.ts';
import { Delivery, resource } from './attack-harness.ts';

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


it('W1 guard', async () => {
  const delivery = await begin(['report'], { settings: { deactivationGuard: { people: 1, percent: null, within: 3_600_000 } } });
  const ids = await delivery.create(employee('boss'), employee('eve'), employee('zoe'), employee('kim'));
  const [boss = '', eve = '', zoe = ''] = ids;
  await inSync(delivery, ...ids);
  for (const id of [eve, zoe, boss]) await delivery.change(id, { active: false });
  for (const id of [eve, zoe, boss]) await delivery.rests(id);
  console.log('W1', (await delivery.record(boss)).provisioning.state, (await delivery.record(boss)).provisioning.reason);
  const [ada = ''] = await delivery.create(employee('ada', boss));
  const a = await delivery.rests(ada);
  console.log('W1', a.provisioning.state, a.provisioning.lastError, (await delivery.record(boss)).provisioning.state);
  await new Promise((r) => setTimeout(r, 1000));
  await delivery.change(boss, { active: true });
  await delivery.comesTo(boss, 'in_sync');
  await delivery.comesTo(ada, 'in_sync').catch(() => 0);
  const b = await delivery.record(ada);
  console.log('W1', b.provisioning.state, b.provisioning.lastError, approversOf(delivery, 'ada'));
  expect(approversOf(delivery, 'ada')).toEqual(['boss']);
});

it('W2 guard discarded with role given meanwhile', async () => {
  const delivery = await begin(['report'], { settings: { deactivationGuard: { people: 1, percent: null, within: 3_600_000 } } });
  const ids = await delivery.create(employee('boss'), employee('eve'), employee('zoe'), employee('kim'));
  const [boss = '', eve = '', zoe = ''] = ids;
  await inSync(delivery, ...ids);
  for (const id of [eve, zoe, boss]) await delivery.change(id, { active: false });
  for (const id of [eve, zoe, boss]) await delivery.rests(id);
  const [ada = ''] = await delivery.create(employee('ada', boss));
  await delivery.rests(ada);
  await delivery.decide(boss, judge('discarded', { kind: 'admin', name: 'api' } as any, 'a mistake') as any).catch((e) => console.log('W2', String(e)));
  await new Promise((r) => setTimeout(r, 2000));
  const b = await delivery.record(ada);
  const c = await delivery.record(boss);
  console.log('W2', b.provisioning.state, b.provisioning.lastError, 'boss', c.provisioning.state, c.provisioning.reason, c.person.resource.active, rolesOf(delivery, 'boss'));
});

const SILENT = { info() {}, warn() {}, error() {} };

function reload(delivery: Delivery, managerApproves: readonly ApproverKind[], mode: 'preview' | 'apply') {
  const { store, clock, simulator } = delivery;
  return replan({
    people: store.replanning, provisioning: store.provisioning,
    settings: { ...(delivery as any).settings, mapping: { companyId: simulator.company.id, defaults: {}, currencies: {}, managerApproves }, deletion: 'deactivate', scope: null, scopeExit: 'deactivate' } as any,
    granted: delivery.client().granted, clock: clock.now, log: SILENT, stopping: new AbortController().signal,
  } as any, mode);
}

for (const [from, to] of [[['report'], []], [['report'], ['request']], [[], ['report']]] as [ApproverKind[], ApproverKind[]][]) {
  it(`W3 reload ${from} to ${to}`, async () => {
    const mapping: any = { managerApproves: from };
    const delivery = await Delivery.prepare({ mapping });
    const settings = (Object.getOwnPropertySymbols(delivery), delivery as any);
    delivery.start();
    const ids = await delivery.create(employee('boss'), employee('ada', 'boss@example.com'), employee('ben', 'boss@example.com'), employee('eve', 'ada@example.com'));
    await inSync(delivery, ...ids);
    await delivery.stop();
    delivery.remap({ managerApproves: to });
    const preview = await reload(delivery, to, 'preview');
    console.log('W3 preview', JSON.stringify(preview));
    const applied = await reload(delivery, to, 'apply');
    expect(applied).toEqual(preview);
    const before = delivery.simulator.requests.length;
    delivery.start();
    await inSync(delivery, ...ids);
    await new Promise((r) => setTimeout(r, 500));
    await inSync(delivery, ...ids);
    const sent = delivery.simulator.requests.slice(before).filter((r) => r.method === 'PATCH' || /Bulk/.test(r.path)).map((r) => JSON.stringify(r.body));
    console.log('W3', sent.length, JSON.stringify(sent).length);
    for (const kind of ['report', 'request'] as const) console.log('W3', kind, approversOf(delivery, 'ada', kind), approversOf(delivery, 'ben', kind), approversOf(delivery, 'eve', kind), rolesOf(delivery, 'boss'), rolesOf(delivery, 'ada'));
    const again = await reload(delivery, to, 'apply');
    console.log('W3 again', JSON.stringify(again));
    expect(again).toMatchObject({ changed: 0 });
    const due = await delivery.store.reports.people({ state: 'queued', limit: 10 } as any);
    expect(due.items.length).toBe(0);
  });
}

it('W4 self-named reload rouses nobody', async () => {
  const delivery = await begin();
  const ids = await delivery.create(employee('boss'), employee('eve', 'eve@example.com'), employee('ada', '  BOSS@example.com '), employee('kim', 'Nobody '));
  for (const id of ids) await delivery.rests(id);
  await new Promise((r) => setTimeout(r, 1500));
  for (const id of ids) await delivery.rests(id);
  await delivery.stop();
  console.log('W4', JSON.stringify(await reload(delivery, ['report'], 'apply')));
  const due = await delivery.store.reports.people({ state: 'queued', limit: 10 } as any);
  expect(due.items.map((r) => r.person.resource.userName)).toEqual([]);
});

it('W5 approver refused, and what the boss keeps', async () => {
  const delivery = await begin();
  const [boss = '', chief = ''] = await delivery.create(employee('boss'), employee('chief'));
  const [ada = ''] = await delivery.create(employee('ada', boss));
  await inSync(delivery, boss, chief, ada);
  // group-role beside
  await delivery.change(ada, { active: false });
  await delivery.change(boss, { active: false });
  await inSync(delivery, boss, ada);
  await new Promise((r) => setTimeout(r, 1500));
  await inSync(delivery, boss, ada);
  const n = delivery.simulator.requests.length;
  await delivery.change(ada, under('ada', chief));
  await inSync(delivery, ada);
  await new Promise((r) => setTimeout(r, 1000));
  console.log('W5', delivery.simulator.requests.slice(n).filter((r) => r.method !== 'GET').map((r) => r.method + JSON.stringify(r.body).slice(0, 300)), rolesOf(delivery, 'boss'), rolesOf(delivery, 'chief'));
  await delivery.change(ada, { active: true });
  await inSync(delivery, ada, chief);
  expect(approversOf(delivery, 'ada')).toEqual(['chief']);
});

it('W6 restless after everything: nothing is claimed', async () => {
  const claims: string[] = [];
  const delivery = await begin(['report', 'request'], { watch: (store: any) => ({ ...store, claim: async (...a: any[]) => { const r = await store.claim(...a); for (const x of r) claims.push(x.person.resource.userName); return r; } }) });
  const names = Array.from({ length: 12 }, (_, i) => `p${i}`);
  const ids = await delivery.create(...names.map((n, i) => employee(n, `p${(i + 1) % 12}@example.com`)));
  await inSync(delivery, ...ids);
  for (let i = 0; i < 12; i += 1) await delivery.change(ids[i] ?? '', under(names[i] ?? '', `p${(i + 5) % 12}@example.com`));
  await inSync(delivery, ...ids);
  await vi.waitFor(() => { for (let i = 0; i < 12; i += 1) expect(approversOf(delivery, `p${i}`)).toEqual([`p${(i + 5) % 12}`]); }, 10_000);
  await new Promise((r) => setTimeout(r, 1000));
  const before = claims.length;
  await new Promise((r) => setTimeout(r, 2000));
  expect(claims.length).toBe(before);
  console.log('W6', before);
});

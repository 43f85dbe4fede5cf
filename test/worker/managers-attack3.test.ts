import { expect, it, vi } from 'vitest';
import { ENTERPRISE, SPEND, SPEND_APPROVER, SPEND_DELEGATE, SPEND_ROLE } from '../../src/domain/extensions.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { Delivery, resource } from './harness.ts';
const wait = (ms: number) => new Promise((r) => setTimeout(r, ms));
function under(name: string, manager?: string): JsonObject {
  return { [ENTERPRISE]: { employeeNumber: `number-${name}`, ...(manager === undefined ? {} : { manager: { value: manager } }) } };
}
function employee(name: string, manager?: string, more: JsonObject = {}): JsonObject {
  return resource(name, { entitlements: [{ value: 'Expense' }], ...under(name, manager), ...more });
}
const begin = (o = {}) => Delivery.begin({ mapping: { managerApproves: ['report'] }, ...o });
const rolesOf = (d: Delivery, n: string) => ((d.inConcur(n)?.[SPEND_ROLE] as any)?.roles ?? []).map((r: any) => r.roleName).sort();
const approversOf = (d: Delivery, n: string) => ((d.inConcur(n)?.[SPEND_APPROVER] as any)?.report ?? []).map((r: any) => String(d.simulator.state.find(r.approver.value)?.identity.userName).replace('@example.com', ''));
async function inSync(delivery: Delivery, ...ids: string[]): Promise<void> {
  for (const id of ids) await delivery.comesTo(id, 'in_sync');
}
it('Y1 client approver and manager, same', async () => {
  const delivery = await begin();
  const [boss = ''] = await delivery.create(employee('boss'));
  await inSync(delivery, boss);
  const [ada = ''] = await delivery.create(employee('ada', boss, { [SPEND_APPROVER]: { report: [{ approver: { value: 'boss@example.com' }, primary: true }] } }));
  await delivery.comesTo(ada, 'in_sync').catch(() => 0);
  expect(approversOf(delivery, 'ada')).toEqual(['boss']);
});
it('Y2 client approver, role by group later', async () => {
  const groups: any = { ownership: 'additive', rules: [{ group: { by: 'displayName', value: 'A' }, entitlements: [], roles: [{ code: 'EXP_APPROVER', groups: [] }], travelGroups: [], travelRuleClass: null }] };
  const delivery = await Delivery.begin({ groups });
  const [boss = ''] = await delivery.create(employee('boss'));
  const [ada = ''] = await delivery.create(employee('ada', undefined, { [SPEND_APPROVER]: { report: [{ approver: { value: 'boss@example.com' }, primary: true }] } }));
  await inSync(delivery, boss);
  const r = await delivery.comesTo(ada, 'partial', 'refused');
  await delivery.change(boss, { [SPEND_ROLE]: { roles: [{ roleName: 'EXP_APPROVER' }] } });
  await inSync(delivery, boss);
  await wait(2000);
  const s = await delivery.record(ada);
  console.log('Y2', s.provisioning.state, s.provisioning.reason, approversOf(delivery, 'ada'), rolesOf(delivery, 'boss'));
});
it('Y3 report deleted and created anew; boss too', async () => {
  const delivery = await begin();
  const [boss = ''] = await delivery.create(employee('boss'));
  let [ada = ''] = await delivery.create(employee('ada', 'boss@example.com'));
  await inSync(delivery, boss, ada);
  await delivery.decide(boss, () => ({ kind: 'delete' }));
  await delivery.decide(ada, () => ({ kind: 'delete' }));
  const [ada2 = ''] = await delivery.create(employee('ada', 'boss@example.com'));
  await delivery.comesTo(boss, 'in_sync');
  await wait(500);
  const [boss2 = ''] = await delivery.create(employee('boss'));
  await inSync(delivery, boss2, ada2);
  expect(approversOf(delivery, 'ada')).toEqual(['boss']);
  expect(rolesOf(delivery, 'boss')).toEqual(['EXP_APPROVER']);
  // the role is given up with the last, though it was given to the former person
  await delivery.change(ada2, under('ada'));
  await inSync(delivery, ada2); await wait(1200); await inSync(delivery, boss2);
  console.log('Y3', rolesOf(delivery, 'boss'), approversOf(delivery, 'ada'));
  expect(rolesOf(delivery, 'boss')).toEqual([]);
});
it('Y4 override and lift of the boss while Concur is down', async () => {
  const delivery = await begin();
  const [boss = ''] = await delivery.create(employee('boss'));
  const [ben = ''] = await delivery.create(employee('ben', boss));
  await inSync(delivery, boss, ben);
  const at = { reason: 'x', by: 'cli:root', since: 1, active: false as const };
  await delivery.stop();
  await delivery.decide(boss, () => ({ kind: 'override', override: at, reason: 'x' } as any));
  const [ada = ''] = await delivery.create(employee('ada', boss));
  delivery.start();
  await delivery.decide(boss, () => ({ kind: 'override', override: null, reason: 'x' } as any));
  await inSync(delivery, boss, ada);
  expect(approversOf(delivery, 'ada')).toEqual(['boss']);
});
it('Y5 boss renamed, reports by the old and then the new name', async () => {
  const delivery = await begin();
  const [boss = ''] = await delivery.create(employee('boss'));
  const [ada = '', ben = ''] = await delivery.create(employee('ada', 'boss@example.com'), employee('ben', 'boss@example.com'));
  await inSync(delivery, boss, ada, ben);
  await delivery.change(ada, under('ada', 'chief@example.com'));
  await delivery.comesTo(ada, 'partial', 'waiting_for_person');
  await delivery.change(boss, { userName: 'chief@example.com' });
  await inSync(delivery, boss, ada);
  await delivery.change(ben, under('ben', 'chief@example.com'));
  await inSync(delivery, ben, boss); await wait(800); await inSync(delivery, boss);
  expect(approversOf(delivery, 'ada')).toEqual(['chief']);
  expect(rolesOf(delivery, 'chief')).toEqual(['EXP_APPROVER']);
});
it('Y6 role taken by hand and the approver refused', async () => {
  const delivery = await begin();
  const [boss = ''] = await delivery.create(employee('boss'));
  const [ben = ''] = await delivery.create(employee('ben', boss));
  await inSync(delivery, boss, ben);
  const user: any = (delivery.simulator as any).state.find('boss@example.com');
  user.extensions?.set?.(SPEND_ROLE, { roles: [] });
  console.log('Y6', Object.keys(user), rolesOf(delivery, 'boss'));
});

import { randomUUID } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Difference } from '../../src/domain/difference.ts';
import {
  ENTERPRISE,
  type Service,
  SPEND,
  SPEND_APPROVER,
  SPEND_APPROVER_LIMIT,
  SPEND_INVOICE_PREFERENCE,
  SPEND_ROLE,
  TRAVEL,
} from '../../src/domain/extensions.ts';
import type { OutgoingOperation, RequestStatus } from '../../src/domain/ports.ts';
import type { Profile } from '../../src/domain/profile.ts';
import { type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts';
import { COMPANY, client } from './scripted-server.ts';

const ALL: readonly Service[] = ['identity', 'spend', 'travel'];

const start = async (options: SimulatorOptions = {}) => {
  const simulator = await startSimulator({
    pollInterval: 0,
    strictRotation: true,
    ...options,
    company: {
      id: COMPANY,
      clientId: 'client',
      clientSecret: 'secret+&=',
      refreshToken: 'seed',
      ...options.company,
    },
  });
  onTestFinished(() => simulator.close());
  const { concur } = client(simulator.url);
  return { simulator, concur };
};

type Started = Awaited<ReturnType<typeof start>>;

const ada = (number = 1): Profile => ({
  userName: `ada${number}@example.com`,
  externalId: `external-${number}`,
  active: true,
  'name.givenName': 'Ada',
  'name.familyName': 'Lovelace',
  'emails[work].value': `ada${number}@example.com`,
  'entitlements[Expense]': true,
  [`${ENTERPRISE}:companyId`]: COMPANY,
  [`${ENTERPRISE}:employeeNumber`]: `${number}`,
  [`${ENTERPRISE}:startDate`]: '2024-01-01T00:00:00',
});
const spend: Profile = {
  [`${SPEND}:country`]: 'US',
  [`${SPEND}:locale`]: 'en-US',
  [`${SPEND}:reimbursementCurrency`]: 'USD',
};
const operation = (
  method: 'POST' | 'PATCH',
  concurId: string | null,
  base: Profile,
  difference: Difference,
) => ({
  id: randomUUID(),
  personId: 'person',
  method,
  concurId,
  base,
  difference,
  initial: [],
  desired: difference.set,
});
const create = (profile: Profile): OutgoingOperation =>
  operation('POST', null, {}, { set: profile, remove: [] });
const change = (concurId: string, base: Profile, set: Profile, remove: string[] = []): OutgoingOperation =>
  operation('PATCH', concurId, base, { set, remove });

async function sent({ concur }: Started, outgoing: OutgoingOperation) {
  const { outcome } = await concur.send(outgoing);
  if (outcome.kind !== 'identity_confirmed') throw new Error(JSON.stringify(outcome));
  return { concurId: outcome.concurId, status: await completed(concur, outcome.provisionId ?? '') };
}

async function completed(concur: Started['concur'], provisionId: string): Promise<RequestStatus> {
  const { outcome } = await concur.status(provisionId);
  if (outcome.kind !== 'status' || !outcome.completed) throw new Error(JSON.stringify(outcome));
  return outcome;
}

async function profileOf({ concur }: Started, concurId: string): Promise<Profile> {
  const { outcome } = await concur.read(concurId, ALL);
  if (outcome.kind !== 'read') throw new Error(JSON.stringify(outcome));
  expect(outcome.unreadable).toEqual([]);
  return outcome.profile;
}

describe('the client against the simulator', () => {
  it('creates a person, and reads back what it wrote', async () => {
    const started = await start();
    const profile: Profile = {
      ...ada(),
      ...spend,
      title: 'Countess',
      'phoneNumbers[mobile].value': '5551234567',
      'phoneNumbers[mobile].primary': true,
      'addresses[work].country': 'US',
      'addresses[work].locality': 'Bellevue',
      'entitlements[Travel]': true,
      [`${SPEND}:customData[custom1].value`]: 'testing',
      [`${SPEND_ROLE}:roles[EXP_APPROVER].roleName`]: 'EXP_APPROVER',
    };
    const { concurId, status } = await sent(started, create(profile));
    expect(status.operations).toMatchObject([
      { concurId, completed: true, success: true, operationId: null },
    ]);
    expect(await profileOf(started, concurId)).toMatchObject(profile);
    expect(started.simulator.violations).toEqual([]);
  });

  it('changes values, replaces lists whole and takes away', async () => {
    const started = await start();
    const manager = await sent(started, create(ada(2)));
    const { concurId } = await sent(started, create({ ...ada(), ...spend, title: 'Countess' }));
    const base = await profileOf(started, concurId);
    const set: Profile = {
      active: false,
      'name.givenName': 'Augusta',
      'emails[home].value': 'home@example.com',
      'entitlements[Travel]': true,
      [`${ENTERPRISE}:terminationDate`]: '2026-01-31T00:00:00',
      [`${ENTERPRISE}:manager.value`]: manager.concurId,
      [`${ENTERPRISE}:leavesOfAbsence[2025-01-01].startDate`]: '2025-01-01',
      [`${ENTERPRISE}:leavesOfAbsence[2025-01-01].endDate`]: '2025-02-01',
      [`${SPEND}:customData[custom2].value`]: 'two',
    };
    await sent(started, change(concurId, base, set, ['title', 'entitlements[Expense]']));
    const after = await profileOf(started, concurId);
    expect(after).toMatchObject({ ...set, 'emails[work].value': 'ada1@example.com' });
    expect(after).not.toHaveProperty('title');
    expect(Object.keys(after).filter((key) => key.startsWith('entitlements'))).toEqual([
      'entitlements[Travel]',
    ]);

    await sent(started, change(concurId, after, {}, [`${ENTERPRISE}:manager.value`, 'entitlements[Travel]']));
    const last = await profileOf(started, concurId);
    const gone = Object.keys(last).filter((key) => /manager|entitlements/.test(key));
    expect(gone).toEqual([]);
    expect(started.simulator.violations).toEqual([]);
  });

  it('sets approvers and roles, and reads back the same', async () => {
    const started = await start();
    const role = { [`${SPEND_ROLE}:roles[EXP_APPROVER].roleName`]: 'EXP_APPROVER' };
    const approver = await sent(started, create({ ...ada(2), ...spend, ...role }));
    const { concurId } = await sent(started, create({ ...ada(), ...spend }));
    const base = await profileOf(started, concurId);
    const set = {
      ...role,
      [`${SPEND_APPROVER}:report[primary].approver.value`]: approver.concurId,
    };
    const { status } = await sent(started, change(concurId, base, set));
    expect(status.operations[0]?.success).toBe(true);
    expect(await profileOf(started, concurId)).toMatchObject(set);
  });

  it('sets limits of approvers, and reads back those of every group', async () => {
    const started = await start();
    const [group = ''] = started.simulator.company.groups;
    const limits = `${SPEND_APPROVER_LIMIT}:authorizedApprover`;
    const set = {
      [`${SPEND_ROLE}:roles[EXP_APPROVER].roleName`]: 'EXP_APPROVER',
      [`${limits}[report].approvalLimit`]: 500,
      [`${limits}[report/${group}].approvalLimit`]: 99.5,
      [`${limits}[report/${group}].reimbursementCurrency`]: 'USD',
      [`${SPEND_INVOICE_PREFERENCE}:autoOpenImage`]: true,
    };
    const { concurId } = await sent(started, create({ ...ada(), ...spend, ...set }));
    const read = await profileOf(started, concurId);
    expect(read).toMatchObject(set);
    const raised = change(concurId, read, { [`${limits}[report].approvalLimit`]: 700 });
    await sent(started, raised);
    expect(await profileOf(started, concurId)).toMatchObject({
      ...set,
      [`${limits}[report].approvalLimit`]: 700,
    });
  });

  it('reads the travel profile', async () => {
    const started = await start();
    const [ruleClass] = started.simulator.company.ruleClasses;
    const set = { [`${TRAVEL}:ruleClass.name`]: ruleClass?.name ?? '', 'entitlements[Travel]': true };
    const { concurId } = await sent(started, create({ ...ada(), ...set }));
    expect(await profileOf(started, concurId)).toMatchObject({
      [`${TRAVEL}:ruleClass.name`]: ruleClass?.name,
      [`${TRAVEL}:ruleClass.id`]: ruleClass?.id,
    });
  });

  it('sends a Bulk and matches every result, whatever happens to the others', async () => {
    const started = await start();
    const { concurId } = await sent(started, create({ ...ada(), ...spend }));
    const refused = create({ ...ada(3), userName: 'not a login' });
    const halfway = create({ ...ada(4), ...spend, [`${SPEND}:country`]: 'XX' });
    const operations = [create(ada(2)), refused, halfway, change(concurId, ada(), { title: 'Countess' })];
    const { outcome } = await started.concur.sendBulk(operations);
    if (outcome.kind !== 'accepted') throw new Error(JSON.stringify(outcome));
    const status = await completed(started.concur, outcome.provisionId);
    expect(status.operations.map(({ operationId, success }) => [operationId, success])).toEqual([
      [operations[0]?.id, true],
      [refused.id, false],
      [halfway.id, false],
      [operations[3]?.id, true],
    ]);
    const failed = status.operations[2]?.extensions.find(({ success }) => success === false);
    expect(failed).toMatchObject({
      extension: SPEND,
      result: 'error',
      messages: [{ message: expect.any(String) }],
    });
    expect(started.simulator.violations).toEqual([]);
  });

  it('finds people by any key', async () => {
    const started = await start();
    const first = await sent(started, create(ada(1)));
    const second = await sent(started, create(ada(2)));
    const third = await sent(started, create({ ...ada(3), active: false }));
    const { outcome } = await started.concur.find([
      { userName: 'ADA1@example.com', externalId: null, employeeNumber: null },
      { userName: 'nobody"\\@example.com', externalId: 'external-2', employeeNumber: null },
      { userName: 'nobody@example.com', externalId: null, employeeNumber: '3' },
    ]);
    if (outcome.kind !== 'found') throw new Error(JSON.stringify(outcome));
    expect(new Map(outcome.candidates.map(({ concurId, active }) => [concurId, active]))).toEqual(
      new Map([
        [first.concurId, true],
        [second.concurId, true],
        [third.concurId, false],
      ]),
    );
    expect(outcome.candidates.find(({ concurId }) => concurId === third.concurId)).toMatchObject({
      userName: 'ada3@example.com',
      externalId: 'external-3',
      employeeNumber: '3',
    });
  });

  it('hands over refusals', async () => {
    const { concur, simulator } = await start({ company: { takenUserNames: ['ada1@example.com'] } });
    expect((await concur.send(create(ada()))).outcome).toMatchObject({
      kind: 'refused',
      uniqueness: true,
      messages: [{ code: 'UNIQUENESS', type: 'error' }],
    });
    expect((await concur.send(create({ ...ada(2), 'emails[work].value': '' }))).outcome).toMatchObject({
      kind: 'refused',
      uniqueness: false,
    });
    expect((await concur.send(change(randomUUID(), {}, { active: false }))).outcome.kind).toBe('missing');
    expect((await concur.read(randomUUID(), ['identity'])).outcome.kind).toBe('missing');
    expect((await concur.status(randomUUID())).outcome.kind).toBe('missing');
    expect(simulator.state.users.size).toBe(0);
  });

  it('takes what it may not read as unreadable', async () => {
    const scopes = [
      'user.provision.write',
      'user.provision.read',
      'identity.user.coreenterprise.writeonly',
      'identity.user.externalID.writeonly',
      'identity.user.ids.read',
      'identity.user.core.read',
      'identity.user.coresensitive.read',
      'identity.user.enterprise.read',
    ];
    const { concur } = await start({ company: { scopes } });
    const { outcome } = await concur.send(create(ada()));
    if (outcome.kind !== 'identity_confirmed') throw new Error(JSON.stringify(outcome));
    const read = await concur.read(outcome.concurId, ALL);
    expect(read.outcome).toMatchObject({ kind: 'read', profile: ada() });
    expect(read.outcome.kind === 'read' && read.outcome.unreadable).toContain(SPEND);
    expect(read.outcome.kind === 'read' && read.outcome.unreadable).toContain(TRAVEL);
  });

  it.each([
    ['drop-before', 'unknown', 0],
    ['drop-after', 'unknown', 1],
    ['malformed', 'unknown', 1],
  ] as const)('does not know what became of a create after %s', async (kind, expected, users) => {
    const { concur, simulator } = await start();
    simulator.faults.add({ kind, match: { method: 'POST', path: '/Users$' }, times: 1 });
    expect((await concur.send(create(ada()))).outcome.kind).toBe(expected);
    expect(simulator.state.users.size).toBe(users);
  });
});

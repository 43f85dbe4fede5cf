import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SPEND, SPEND_APPROVER, SPEND_ROLE } from '../../src/domain/extensions.ts';
import type { Applied, PersonRecord } from '../../src/domain/person.ts';
import type { ProvisioningUpdate } from '../../src/domain/ports.ts';
import type { Profile } from '../../src/domain/profile.ts';
import { type Bench, change, create, ENGINES, openBench, replace } from './engines.ts';

const REPORT = `${SPEND_APPROVER}:report[primary].approver.value`;
const REST = { state: 'in_sync', reason: null, due: null } as const;

describe.each(ENGINES)('relations on $name', (engine) => {
  let bench: Bench;
  let boss: PersonRecord;
  let ann: PersonRecord;
  let bob: PersonRecord;
  beforeEach(async () => {
    bench = await openBench(engine);
    const [first, second, third] = await create(
      bench.connection,
      ...['boss', 'ann', 'bob'].map((userName) => ({ userName, externalId: `x-${userName}` })),
    );
    if (!first || !second || !third) throw new Error('not created');
    [boss, ann, bob] = [first, second, third];
    for (const { person } of [boss, ann, bob]) {
      const concurId = `c-${String(person.resource.userName)}`;
      await settle(bench, person.id, { ...REST, concurId, applied: holding({}) });
    }
  });
  afterEach(() => bench.close());

  const recordOf = async ({ person }: PersonRecord): Promise<PersonRecord> => {
    const record = await bench.connection.reports.person(person.id);
    const [related] = record === null ? [] : await bench.connection.provisioning.withRelations([record]);
    if (related === undefined) throw new Error('gone');
    return related;
  };
  const isDue = async (one: PersonRecord) => (await recordOf(one)).provisioning.state === 'queued';
  const rest = async (one: PersonRecord) => settle(bench, one.person.id, REST);

  it('say that somebody manages, by whatever they are named, but not themselves', async () => {
    for (const manager of ['boss', 'X-BOSS', boss.person.id]) {
      await settle(bench, ann.person.id, { manager: manager.toLowerCase() });
      expect((await recordOf(boss)).approvals).toEqual({ manages: true, approves: [] });
    }
    await settle(bench, ann.person.id, { manager: null });
    expect((await recordOf(boss)).approvals).toEqual({ manages: false, approves: [] });
    await settle(bench, boss.person.id, { manager: 'boss' });
    expect((await recordOf(boss)).approvals?.manages).toBe(false);
  });

  it('say no more that somebody manages who turns out to be named by themselves', async () => {
    await settle(bench, ann.person.id, { manager: 'chief' });
    await change(bench.connection, ann.person.id, replace({ userName: 'chief', externalId: 'x-ann' }));
    expect((await recordOf(ann)).approvals?.manages).toBe(true);
    await settle(bench, ann.person.id, { manager: 'chief' });
    expect((await recordOf(ann)).approvals?.manages).toBe(false);
  });

  it('say of nobody who has the name only after somebody with a surer claim to it', async () => {
    await change(bench.connection, bob.person.id, replace({ userName: 'x-boss', externalId: 'x-bob' }));
    await settle(bench, ann.person.id, { manager: 'x-boss' });
    expect((await recordOf(boss)).approvals?.manages).toBe(true);
    expect((await recordOf(bob)).approvals?.manages).toBe(false);
  });

  it('make a manager due with the first who names them, and with the last who does no more', async () => {
    await settle(bench, ann.person.id, { manager: 'boss' });
    expect(await isDue(boss)).toBe(true);
    await rest(boss);
    await settle(bench, bob.person.id, { manager: 'boss' });
    await settle(bench, bob.person.id, { manager: null });
    expect(await isDue(boss)).toBe(false);
    await settle(bench, ann.person.id, { manager: null });
    expect(await isDue(boss)).toBe(true);
  });

  it('say what Concur holds somebody to approve, for people with access', async () => {
    await settle(bench, ann.person.id, { applied: holding({ [REPORT]: 'C-BOSS' }) });
    expect((await recordOf(boss)).approvals).toEqual({ manages: false, approves: ['report'] });
    expect(await isDue(boss)).toBe(false);
    await settle(bench, ann.person.id, { applied: holding({ [REPORT]: 'C-BOSS', active: false }) });
    expect((await recordOf(boss)).approvals?.approves).toEqual([]);
    expect(await isDue(boss)).toBe(true);
  });

  it('make nobody due who approves for others still', async () => {
    for (const { person } of [ann, bob]) {
      await settle(bench, person.id, { applied: holding({ [REPORT]: 'c-boss' }) });
    }
    await settle(bench, ann.person.id, { applied: holding({ [REPORT]: 'c-bob' }) });
    expect(await isDue(boss)).toBe(false);
    await settle(bench, bob.person.id, { applied: holding({}) });
    expect(await isDue(boss)).toBe(true);
  });

  it('wake who waits when somebody gains a role, or access, but not when they rest as they were', async () => {
    await settle(bench, ann.person.id, {
      waitingFor: ['boss'],
      state: 'partial',
      reason: 'waiting_for_person',
    });
    await settle(bench, boss.person.id, { ...REST, applied: holding({ title: 'Boss' }) });
    expect(await isDue(ann)).toBe(false);
    await settle(bench, boss.person.id, {
      ...REST,
      applied: holding({ [`${SPEND_ROLE}:roles[A].roleName`]: 'A' }),
    });
    expect(await isDue(ann)).toBe(true);
    await settle(bench, ann.person.id, { ...REST, state: 'partial', waitingFor: ['boss'] });
    await settle(bench, boss.person.id, { ...REST, applied: holding({ active: false }) });
    expect(await isDue(ann)).toBe(false);
    await settle(bench, boss.person.id, { ...REST, applied: holding({}) });
    expect(await isDue(ann)).toBe(true);
  });

  it('wake who waits only when an operation is over', async () => {
    const [newcomer] = await create(bench.connection, { userName: 'chief' });
    if (!newcomer) throw new Error('not created');
    await settle(bench, ann.person.id, {
      waitingFor: ['chief'],
      state: 'partial',
      reason: 'waiting_for_person',
    });
    await settle(bench, newcomer.person.id, { state: 'processing', concurId: 'c-chief', due: null });
    expect(await isDue(ann)).toBe(false);
    await settle(bench, newcomer.person.id, REST);
    expect(await isDue(ann)).toBe(true);
  });

  it('tell who stands above somebody in Concur, also in a circle', async () => {
    const above = (concurId: string) => holding({ [`${SPEND}:biManager.value`]: concurId });
    await settle(bench, ann.person.id, { applied: above('c-bob') });
    await settle(bench, bob.person.id, { applied: above('c-boss') });
    const found = await bench.connection.provisioning.resolve(['ann', 'boss']);
    expect(found.get('ann')?.above).toEqual(['c-bob', 'c-boss']);
    expect(found.get('boss')?.above).toEqual([]);
    await settle(bench, boss.person.id, { applied: above('c-ann') });
    const circle = await bench.connection.provisioning.resolve(['ann']);
    expect(circle.get('ann')?.above.toSorted()).toEqual(['c-ann', 'c-bob', 'c-boss']);
  });
});

function settle(bench: Bench, id: string, update: ProvisioningUpdate): Promise<void> {
  return bench.connection.provisioning.commit({ people: [id], decide: async () => update }, bench.now);
}

function holding(profile: Profile): Applied {
  return { profile: { active: true, ...profile }, unknown: [] };
}

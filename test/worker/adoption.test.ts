import { describe, expect, it } from 'vitest';
import { ENTERPRISE, SPEND, SPEND_ROLE } from '../../src/domain/extensions.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { Delivery, resource, spend } from './harness.ts';

/** Somebody whom Concur has always held. */
function seed(delivery: Delivery, employeeNumber: string, more: JsonObject = {}): void {
  delivery.simulator.state.seed({
    ...resource('ada'),
    ...more,
    [ENTERPRISE]: { companyId: delivery.simulator.company.id, employeeNumber },
  });
}

const GATEWAY_404 = { kind: 'status', status: 404, times: 1, body: '<html>no such route</html>' } as const;

describe('somebody who was deleted', () => {
  it('while their creation is unknown, and created again, is one Concur user with access', async () => {
    const delivery = await Delivery.prepare();
    const match = { method: 'POST', path: /v4\/Users$/ };
    delivery.simulator.faults.add({ kind: 'drop-after', times: 1, match });
    const [id = ''] = await delivery.create(resource('ada'));
    delivery.start();
    await delivery.reaches(id, 'queued', 'outcome_unknown');
    await delivery.decide(id, () => ({ kind: 'delete' }));
    const [again = ''] = await delivery.create(resource('ada'));
    await delivery.comesTo(again, 'in_sync');
    await delivery.rests(id);
    expect(delivery.inConcur('ada')).toMatchObject({ active: true });
    expect(delivery.simulator.state.users.size).toBe(1);
  });

  it('before anything was sent takes nothing from a stranger of the same name', async () => {
    const delivery = await Delivery.prepare();
    seed(delivery, 'another');
    const [id = ''] = await delivery.create(resource('ada'));
    await delivery.decide(id, () => ({ kind: 'delete' }));
    delivery.start();
    await delivery.comesTo(id, 'in_sync', 'not_created');
    expect(delivery.inConcur('ada')).toMatchObject({ active: true });
  });

  it('after a lost creation takes nothing from a stranger of the same name', async () => {
    const delivery = await Delivery.prepare();
    const match = { method: 'POST', path: /v4\/Users$/ };
    delivery.simulator.faults.add({ kind: 'drop-before', times: 1, match });
    const [id = ''] = await delivery.create(resource('ada'));
    delivery.start();
    await delivery.reaches(id, 'queued', 'outcome_unknown');
    seed(delivery, 'another', { externalId: 'another' });
    await delivery.decide(id, () => ({ kind: 'delete' }));
    await delivery.comesTo(id, 'in_sync', 'not_created');
    expect(delivery.inConcur('ada')).toMatchObject({ active: true });
  });

  it('and comes back has what is asked for now and nothing of what we had set before', async () => {
    const delivery = await Delivery.begin();
    const before = {
      entitlements: ['Expense', 'Invoice'],
      [SPEND]: spend('USD'),
      [SPEND_ROLE]: { roles: [{ roleName: 'EXP_APPROVER', roleGroups: [] }] },
    };
    const [id = ''] = await delivery.create(resource('ada', before));
    await delivery.reaches(id, 'in_sync');
    await delivery.decide(id, () => ({ kind: 'delete' }));
    await delivery.reaches(id, 'in_sync');
    const [again = ''] = await delivery.create(resource('ada', { entitlements: ['Expense'] }));
    await delivery.comesTo(again, 'in_sync');
    expect(delivery.inConcur('ada')).toMatchObject({ active: true, entitlements: ['Expense'] });
    expect(JSON.stringify(delivery.inConcur('ada')?.[SPEND_ROLE] ?? null)).not.toContain('EXP_APPROVER');
  });
});

describe('a name that one of ours gives up', () => {
  it('is taken over by somebody new', async () => {
    const delivery = await Delivery.begin();
    const [ada = ''] = await delivery.create(resource('ada'));
    await delivery.reaches(ada, 'in_sync');
    await delivery.stop();
    await delivery.change(ada, { userName: 'ada2@example.com' });
    const lease = { token: 'another worker', until: delivery.clock.now() + 10_000 };
    await delivery.store.provisioning.claim('others', 1, lease, delivery.clock.now());
    const other = { externalId: 'other', [ENTERPRISE]: { employeeNumber: 'other' } };
    const [newcomer = ''] = await delivery.create(resource('ada', other));
    delivery.start();
    await delivery.reaches(newcomer, 'queued', 'waiting_for_person');
    delivery.clock.advance(11_000);
    await delivery.comesTo(ada, 'in_sync');
    const { provisioning } = await delivery.comesTo(newcomer, 'in_sync');
    expect(delivery.inConcur('ada')?.id).toBe(provisioning.concurId);
    expect(delivery.simulator.state.users.size).toBe(2);
  });

  it('is taken over by somebody who asked for it too early', async () => {
    const delivery = await Delivery.begin();
    const [ada = '', ben = ''] = await delivery.create(resource('ada'), resource('ben'));
    for (const id of [ada, ben]) await delivery.reaches(id, 'in_sync');
    await delivery.stop();
    await delivery.change(ada, { userName: 'ada2@example.com' });
    const lease = { token: 'another worker', until: delivery.clock.now() + 10_000 };
    const [claimed] = await delivery.store.provisioning.claim('others', 1, lease, delivery.clock.now());
    expect(claimed?.person.id).toBe(ada);
    // Both in one millisecond are claimed in the order of their random ids.
    await delivery.change(ben, { userName: 'ada@example.com' });
    delivery.start();
    await delivery.reaches(ben, 'failed', 'refused');
    delivery.clock.advance(11_000);
    await delivery.comesTo(ada, 'in_sync');
    const { provisioning } = await delivery.comesTo(ben, 'in_sync');
    expect(delivery.inConcur('ada')?.id).toBe(provisioning.concurId);
  });

  it('is taken over by those who are before its holders in one Bulk', async () => {
    const delivery = await Delivery.begin();
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const holders = await delivery.create(...names.map((name) => resource(name)));
    const takers = await delivery.create(...names.map((name) => resource(`${name}-taker`)));
    for (const id of [...holders, ...takers]) await delivery.reaches(id, 'in_sync');
    await delivery.stop();
    for (const [index, id] of holders.entries()) {
      await delivery.change(id, { userName: `${names[index]}-former@example.com` });
    }
    for (const [index, id] of takers.entries()) {
      await delivery.change(id, { userName: `${names[index]}@example.com` });
    }
    // Whoever changes last is due last.
    for (const id of holders) await delivery.change(id, { title: 'Former' });
    delivery.clock.advance(1_000);
    delivery.start();
    for (const id of [...holders, ...takers]) await delivery.reaches(id, 'in_sync');
    const refused = delivery.simulator.requests.filter(({ path }) => /Bulk/.test(path));
    expect(refused.length).toBeGreaterThan(2);
  });
});

describe('a name whose holder does not get another one', () => {
  it('is held for an admin after some looks, and taken over once the holder is put right', async () => {
    const delivery = await Delivery.begin({ company: { takenUserNames: ['taken@example.com'] } });
    const [ada = ''] = await delivery.create(resource('ada'));
    await delivery.reaches(ada, 'in_sync');
    await delivery.change(ada, { userName: 'taken@example.com' });
    await delivery.reaches(ada, 'failed', 'refused');
    const other = { externalId: 'other', [ENTERPRISE]: { employeeNumber: 'other' } };
    const [newcomer = ''] = await delivery.create(resource('ada', other));
    await delivery.reaches(newcomer, 'queued', 'waiting_for_person');
    const { provisioning } = await delivery.comesTo(newcomer, 'held', 'ambiguous');
    expect(provisioning.lastError).toContain('taken@example.com');
    await delivery.change(ada, { userName: 'ada2@example.com' });
    await delivery.comesTo(ada, 'in_sync');
    await delivery.decide(newcomer, () => ({ kind: 'retry' }));
    await delivery.comesTo(newcomer, 'in_sync');
    expect(delivery.simulator.state.users.size).toBe(2);
  });
});

describe('two people with one externalId', () => {
  it('are two Concur users, whether they come together or one after the other', async () => {
    const delivery = await Delivery.begin();
    const [ada = ''] = await delivery.create(resource('ada', { externalId: 'same' }));
    await delivery.reaches(ada, 'in_sync');
    const later = await delivery.create(
      resource('ben', { externalId: 'same' }),
      resource('cara', { externalId: 'same' }),
    );
    for (const id of later) await delivery.reaches(id, 'in_sync');
    expect(delivery.simulator.state.users.size).toBe(3);
  });
});

describe('a 404 of a gateway says nothing about a user', () => {
  it('a leaver who was renamed is deactivated all the same', async () => {
    const delivery = await Delivery.begin();
    const [id = ''] = await delivery.create(resource('ada', { externalId: null }));
    await delivery.reaches(id, 'in_sync');
    delivery.simulator.faults.add({ ...GATEWAY_404, match: { method: 'PATCH' } });
    await delivery.change(id, { active: false, userName: 'zz-ada@example.com', [ENTERPRISE]: {} });
    await delivery.comesTo(id, 'in_sync');
    const users = [...delivery.simulator.state.users.values()];
    expect(users.map(({ identity }) => identity.active)).toEqual([false]);
  });

  it('people in a Bulk who were renamed are still the same users', async () => {
    const delivery = await Delivery.begin();
    const keyless = { externalId: null, [ENTERPRISE]: { employeeNumber: '' } };
    const [ada = '', ben = ''] = await delivery.create(resource('ada', keyless), resource('ben', keyless));
    for (const id of [ada, ben]) await delivery.reaches(id, 'in_sync');
    await delivery.stop();
    await delivery.change(ada, { userName: 'ada2@example.com' });
    await delivery.change(ben, { userName: 'ben2@example.com' });
    delivery.simulator.faults.add({ ...GATEWAY_404, match: { path: /Bulk/ } });
    delivery.start();
    for (const id of [ada, ben]) await delivery.comesTo(id, 'in_sync');
    expect(delivery.calls('POST', /Bulk/)).toBeGreaterThan(1);
    expect(delivery.simulator.state.users.size).toBe(2);
  });
});

describe('a user who is adopted', () => {
  it('and has all that is desired already is ours: it is taken away when nobody asks for it any more', async () => {
    const delivery = await Delivery.prepare();
    seed(delivery, 'number-ada', { nickName: 'Addie', [SPEND]: spend('USD') });
    const [id = ''] = await delivery.create(resource('ada', { nickName: 'Addie' }));
    delivery.start();
    await delivery.comesTo(id, 'in_sync');
    await delivery.decide(id, ({ person }) => {
      const { nickName: _, ...others } = person.resource;
      return { kind: 'replace', resource: others, changed: ['nickName'] };
    });
    await delivery.comesTo(id, 'in_sync');
    expect(delivery.inConcur('ada')?.nickName ?? null).toBeNull();
  });
});

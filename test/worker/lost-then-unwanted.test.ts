import { expect, it, vi } from 'vitest';
import { Delivery, resource } from './harness.ts';

const ROLE = 'urn:ietf:params:scim:schemas:extension:spend:2.0:Role';

it('a role that nobody asks for any more is taken away also if the answer to giving it was lost', async () => {
  const delivery = await Delivery.begin();
  const [ada = ''] = await delivery.create(resource('ada'));
  await delivery.reaches(ada, 'in_sync');
  delivery.simulator.faults.add({ kind: 'drop-after', times: 1, match: { method: 'PATCH' } });
  await delivery.change(ada, { [ROLE]: { roles: [{ roleName: 'EXP_APPROVER', roleGroups: [] }] } });
  await delivery.reaches(ada, 'queued', 'outcome_unknown');
  await delivery.decide(ada, ({ person }) => {
    const { [ROLE]: _, ...others } = person.resource;
    return { kind: 'replace', resource: others, changed: [ROLE] };
  });
  await delivery.comesTo(ada, 'in_sync');
  expect(delivery.inConcur('ada')).not.toHaveProperty([ROLE, 'roles', 0]);
});

it('so is what somebody who comes back never had, though the answer to creating the one deleted was lost', async () => {
  const delivery = await Delivery.begin();
  const { faults } = delivery.simulator;
  faults.add({ kind: 'drop-after', times: 1, match: { method: 'POST', path: /v4\/Users$/ } });
  const [before = ''] = await delivery.create(resource('ada', { title: 'Engineer', nickName: 'Addie' }));
  await delivery.reaches(before, 'queued', 'outcome_unknown');
  // The leaver's own search fails, so that who comes back finds the user first.
  faults.add({ kind: 'drop-before', times: 1, match: { path: /search/ } });
  await delivery.decide(before, () => ({ kind: 'delete' }));
  await vi.waitFor(async () =>
    expect((await delivery.record(before)).provisioning.attempts).toBeGreaterThan(0),
  );
  const [after = ''] = await delivery.create(resource('ada', { nickName: 'Addie' }));
  await delivery.comesTo(after, 'in_sync');
  expect(delivery.inConcur('ada')).toMatchObject({ active: true, nickName: 'Addie' });
  expect(delivery.inConcur('ada')).not.toHaveProperty('title');
  const { provisioning } = await delivery.comesTo(before, 'in_sync', 'not_created');
  expect(provisioning.lastError).toBeNull();
  expect(delivery.simulator.state.users.size).toBe(1);
});

it.each([
  ['by hand', 'deactivate'],
  ['by us', 'delete'],
] as const)(
  'but nothing of a user made by hand after the one of a lost create was deleted %s',
  async (_, deletion) => {
    const delivery = await Delivery.begin({ settings: { deletion } });
    delivery.simulator.faults.add({
      kind: 'drop-after',
      times: 1,
      match: { method: 'POST', path: /v4\/Users$/ },
    });
    const [before = ''] = await delivery.create(resource('ada', { title: 'Engineer' }));
    await delivery.comesTo(before, 'in_sync');
    await delivery.decide(before, () => ({ kind: 'delete' }));
    const { provisioning } = await delivery.rests(before);
    await delivery.deleteByHand(provisioning.concurId);
    expect(delivery.inConcur('ada')).toBeUndefined();
    delivery.makeByHand('ada', { title: 'Chief' });
    const [after = ''] = await delivery.create(resource('ada'));
    await delivery.comesTo(after, 'in_sync');
    expect(delivery.inConcur('ada')).toMatchObject({ active: true, title: 'Chief' });
  },
);

it('nor is a lost create asked for anything once somebody else stands for what it made', async () => {
  const delivery = await Delivery.begin();
  const match = { method: 'POST', path: /v4\/Users$/ };
  delivery.simulator.faults.add({ kind: 'drop-after', times: 1, match });
  const [before = ''] = await delivery.create(resource('ada'));
  await delivery.comesTo(before, 'in_sync');
  await delivery.decide(before, () => ({ kind: 'delete' }));
  await delivery.rests(before);
  const lost = () => delivery.store.provisioning.lostCreates([before]);
  expect(await lost()).toHaveLength(1);
  delivery.clock.advance(10 * 60_000);
  const [after = ''] = await delivery.create(resource('ada'));
  await delivery.comesTo(after, 'in_sync');
  expect(await lost()).toEqual([]);
});

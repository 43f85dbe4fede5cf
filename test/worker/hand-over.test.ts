import { describe, expect, it } from 'vitest';
import { ENTERPRISE } from '../../src/domain/extensions.ts';
import { Delivery, resource } from './harness.ts';

/** What became of everything that was asked of Concur for somebody. */
async function outcomes({ store }: Delivery, personId: string): Promise<readonly string[]> {
  const { items } = await store.reports.requests({ personId, limit: 50 });
  return items
    .flatMap(({ operations }) => operations)
    .filter((operation) => operation.personId === personId)
    .map(({ state }) => state);
}

describe('somebody who is deactivated while their create is in flight', () => {
  it.each([1, 3])('ends inactive, among %i', async (people) => {
    const [delivery, gateway] = await Delivery.throughGateway();
    const create = gateway.hold({ method: 'POST', path: /v4(\.1)?\/(Users|Bulk)$/ });
    const names = Array.from({ length: people }, (_, index) => `person${index}`);
    const ids = await delivery.create(...names.map((name) => resource(name)));
    delivery.start();
    await create.here;
    const [leaver = '', ...others] = ids;
    await delivery.change(leaver, { active: false });
    create.release();
    for (const id of ids) await delivery.comesTo(id, 'in_sync');
    expect(delivery.inConcur('person0')).toMatchObject({ active: false });
    for (const [index] of others.entries()) {
      expect(delivery.inConcur(`person${index + 1}`)).toMatchObject({ active: true });
    }
    expect(delivery.simulator.state.users.size).toBe(people);
  });
});

describe('a value that goes from one of our people to another', () => {
  const number = (employeeNumber: string) => ({ [ENTERPRISE]: { employeeNumber } });

  it.each([
    ['userName', { userName: 'ada.new@example.com' }, { userName: 'ada@example.com' }],
    ['employee number', number('number-new'), number('number-ada')],
  ])('%s: both changes arrive, one after the other', async (_, given, taken) => {
    const delivery = await Delivery.begin();
    // Whoever takes the value comes first by every other order.
    const [ben = '', ada = ''] = await delivery.create(resource('ben'), resource('ada'));
    for (const id of [ada, ben]) await delivery.comesTo(id, 'in_sync');
    await delivery.stop();
    await delivery.change(ada, given);
    delivery.clock.advance(1);
    await delivery.change(ben, taken);
    delivery.start();
    for (const id of [ada, ben]) await delivery.comesTo(id, 'in_sync');
    for (const [id, value] of [
      [ada, given],
      [ben, taken],
    ] as const) {
      const { concurId } = (await delivery.record(id)).provisioning;
      const user = [...delivery.simulator.state.users.values()].find((one) => one.id === concurId);
      expect(user?.identity).toMatchObject(value);
    }
    // The one was taken before the other asked for it: Concur refused nothing.
    expect([...(await outcomes(delivery, ada)), ...(await outcomes(delivery, ben))]).not.toContain('refused');
  });

  it('passes along a chain of people', async () => {
    const delivery = await Delivery.begin();
    const names = ['ada', 'ben', 'carl', 'dora'];
    const ids = await delivery.create(...names.map((name) => resource(name)));
    for (const id of ids) await delivery.comesTo(id, 'in_sync');
    await delivery.stop();
    const shifted = ['free', ...names].map((name) => `${name}@example.com`);
    for (const [index, id] of ids.entries()) await delivery.change(id, { userName: shifted[index] ?? '' });
    delivery.start();
    for (const id of ids) await delivery.comesTo(id, 'in_sync');
    for (const [index, id] of ids.entries()) {
      const { provisioning } = await delivery.record(id);
      expect(delivery.inConcur(shifted[index]?.split('@')[0] ?? '')?.id).toBe(provisioning.concurId);
    }
  });

  it('of a leaver is free for a newcomer once the leaver has given it up', async () => {
    const delivery = await Delivery.begin();
    const [ada = ''] = await delivery.create(resource('ada'));
    await delivery.reaches(ada, 'in_sync');
    await delivery.stop();
    await delivery.change(ada, { active: false, userName: 'left.ada@example.com' });
    const [next = ''] = await delivery.create(
      resource('eve', { userName: 'ada@example.com', externalId: 'external-eve' }),
    );
    delivery.start();
    for (const id of [ada, next]) await delivery.comesTo(id, 'in_sync');
    expect(delivery.inConcur('left.ada')).toMatchObject({ active: false });
    expect(delivery.inConcur('ada')).toMatchObject({ active: true, externalId: 'external-eve' });
  });
});

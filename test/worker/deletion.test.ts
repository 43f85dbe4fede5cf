import { describe, expect, it } from 'vitest';
import { ALL_SCOPES } from '../../src/simulator/company.ts';
import { Delivery, type DeliveryOptions, resource } from './harness.ts';

const USER = /v4\.1\/Users\/./;
const ADMIN = { kind: 'admin', name: 'root' } as const;
const REMOVED = { kind: 'delete' } as const;

const deleting = (more: DeliveryOptions = {}) =>
  Delivery.begin({ ...more, settings: { deletion: 'delete', ...more.settings } });

async function provisioned(delivery: Delivery, name: string): Promise<string> {
  const [id = ''] = await delivery.create(resource(name));
  await delivery.reaches(id, 'in_sync');
  return id;
}

describe('a deletion that deactivates', () => {
  it('deactivates, deletes nobody, and a rehire is given the same Concur user', async () => {
    const delivery = await Delivery.begin();
    const ada = await provisioned(delivery, 'ada');
    await delivery.decide(ada, () => REMOVED);
    const gone = await delivery.reaches(ada, 'in_sync');
    expect(delivery.inConcur('ada')).toMatchObject({ active: false });
    const [again = ''] = await delivery.create(resource('ada', { title: 'Chief' }));
    const back = await delivery.reaches(again, 'in_sync');
    expect(back.provisioning.concurId).toBe(gone.provisioning.concurId);
    expect(delivery.inConcur('ada')).toMatchObject({ active: true, title: 'Chief' });
    expect(delivery.simulator.state.users.size).toBe(1);
    expect(delivery.calls('DELETE', USER)).toBe(0);
  });
});

describe('a deletion that deletes', () => {
  it('deactivates first, then deletes, and says so', async () => {
    const delivery = await deleting();
    const ada = await provisioned(delivery, 'ada');
    await delivery.decide(ada, () => REMOVED);
    const { provisioning } = await delivery.reaches(ada, 'in_sync', 'deleted');
    expect(provisioning.due).toBeNull();
    expect(delivery.inConcur('ada')).toBeUndefined();
    const writes = delivery.simulator.requests
      .filter(({ method, path }) => method !== 'GET' && path.includes(String(provisioning.concurId)))
      .map(({ method }) => method);
    expect(writes).toEqual(['PATCH', 'DELETE']);
    const { items } = await delivery.store.reports.requests({ personId: ada, limit: 1 });
    expect(items[0]?.operations[0]).toMatchObject({ method: 'DELETE', state: 'applied' });
    // An admin who retries finds that all is done, and whoever comes back is a new user.
    await delivery.store.directory.accept([
      { kind: 'change', actor: ADMIN, id: ada, decide: () => ({ kind: 'retry' }) },
    ]);
    await delivery.reaches(ada, 'in_sync', 'deleted');
    const again = await provisioned(delivery, 'ada');
    expect((await delivery.record(again)).provisioning.concurId).not.toBe(provisioning.concurId);
    expect(delivery.inConcur('ada')).toMatchObject({ active: true });
  });

  it('deletes nobody who is only inactive', async () => {
    const delivery = await deleting();
    const ada = await provisioned(delivery, 'ada');
    await delivery.change(ada, { active: false });
    await delivery.reaches(ada, 'in_sync');
    expect(delivery.inConcur('ada')).toMatchObject({ active: false });
  });

  it('leaves them deactivated without the scope, and follows once it is granted', async () => {
    const scopes = ALL_SCOPES.filter((scope) => scope !== 'identity.user.delete');
    const delivery = await deleting({ company: { scopes } });
    const [ada, bob] = [await provisioned(delivery, 'ada'), await provisioned(delivery, 'bob')];
    await delivery.decide(bob, () => REMOVED);
    await delivery.decide(ada, () => REMOVED);
    await delivery.reaches(bob, 'partial', 'not_granted');
    const { provisioning } = await delivery.reaches(ada, 'partial', 'not_granted');
    expect(provisioning.lastError).toBe(
      'The company did not grant identity.user.delete: the user stays in Concur, deactivated',
    );
    expect(delivery.inConcur('ada')).toMatchObject({ active: false });
    expect(delivery.calls('DELETE', USER)).toBe(0);
    // Nor does it stand in the way of a rehire.
    const [again = ''] = await delivery.create(resource('ada'));
    const back = await delivery.reaches(again, 'in_sync');
    expect(back.provisioning.concurId).toBe(provisioning.concurId);
    delivery.simulator.company.scopes = [...ALL_SCOPES];
    delivery.simulator.state.tokens.revoke('access');
    await delivery.create(resource('newcomer'));
    await delivery.reaches(bob, 'in_sync', 'deleted');
    expect(delivery.inConcur('ada')).toMatchObject({ active: true });
  });

  it('takes a user who is not there any more for deleted', async () => {
    const [delivery, gateway] = await Delivery.throughGateway({ settings: { deletion: 'delete' } });
    delivery.start();
    const ada = await provisioned(delivery, 'ada');
    const unknown = {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: '404',
      detail: 'Unknown',
    };
    gateway.alter({ method: 'DELETE' }, () => ({ status: 404, body: JSON.stringify(unknown) }));
    await delivery.decide(ada, () => REMOVED);
    await delivery.reaches(ada, 'in_sync', 'deleted');
    expect(delivery.calls('DELETE', USER)).toBe(1);
  });

  it('looks the user up where the answer was lost', async () => {
    const [delivery, gateway] = await Delivery.throughGateway({
      settings: { deletion: 'delete' },
      timeout: 300,
    });
    delivery.start();
    const [ada, bob] = [await provisioned(delivery, 'ada'), await provisioned(delivery, 'bob')];
    gateway.alter({ method: 'DELETE' }, () => ({ status: 500, body: '' }));
    await delivery.decide(ada, () => REMOVED);
    await delivery.comesTo(ada, 'in_sync', 'deleted');
    expect(delivery.calls('DELETE', USER)).toBe(1);
    // One that never arrived is sent again.
    delivery.simulator.faults.add({ kind: 'drop-before', match: { method: 'DELETE' }, times: 1 });
    await delivery.decide(bob, () => REMOVED);
    await delivery.comesTo(bob, 'in_sync', 'deleted');
    expect(delivery.inConcur('bob')).toBeUndefined();
  });

  it('finds out that the scope lacks where Concur does not name any', async () => {
    const [delivery, gateway] = await Delivery.throughGateway({ settings: { deletion: 'delete' } });
    delivery.start();
    const ada = await provisioned(delivery, 'ada');
    gateway.alter({ method: 'DELETE' }, () => ({ status: 403, body: '{"detail":"Forbidden"}' }), 'all');
    await delivery.decide(ada, () => REMOVED);
    const { provisioning } = await delivery.reaches(ada, 'partial', 'not_granted');
    expect(provisioning.lastError).toContain('identity.user.delete');
  });

  it('rests deactivated where Concur refuses it', async () => {
    const [delivery, gateway] = await Delivery.throughGateway({ settings: { deletion: 'delete' } });
    delivery.start();
    const ada = await provisioned(delivery, 'ada');
    gateway.alter({ method: 'DELETE' }, () => ({
      status: 400,
      body: JSON.stringify({ detail: 'The user has transactions', status: '400' }),
    }));
    await delivery.decide(ada, () => REMOVED);
    const { provisioning } = await delivery.reaches(ada, 'partial', 'refused');
    expect(provisioning.lastError).toContain('Deactivated, but not deleted: ');
    expect(provisioning.lastError).toContain('The user has transactions');
  });

  it('never deletes somebody who lives here again', async () => {
    const [delivery, gateway] = await Delivery.throughGateway({ settings: { deletion: 'delete' } });
    delivery.start();
    const ada = await provisioned(delivery, 'ada');
    const deactivating = gateway.hold({ method: 'PATCH' });
    await delivery.decide(ada, () => REMOVED);
    await deactivating.here;
    const [again = ''] = await delivery.create(resource('ada'));
    deactivating.release();
    const back = await delivery.comesTo(again, 'in_sync');
    expect(delivery.calls('DELETE', USER)).toBe(0);
    expect(delivery.inConcur('ada')).toMatchObject({ id: back.provisioning.concurId, active: true });
    expect(delivery.simulator.state.users.size).toBe(1);
    expect((await delivery.record(ada)).provisioning.state).toBe('in_sync');
  });

  it('creates somebody anew who comes back while the deletion is on its way', async () => {
    const [delivery, gateway] = await Delivery.throughGateway({ settings: { deletion: 'delete' } });
    delivery.start();
    const ada = await provisioned(delivery, 'ada');
    // Another process, which is not held up by the deletion.
    delivery.start();
    const former = (await delivery.record(ada)).provisioning.concurId;
    const held = gateway.hold({ method: 'DELETE' });
    await delivery.decide(ada, () => REMOVED);
    await held.here;
    const [again = ''] = await delivery.create(resource('ada'));
    await delivery.reaches(again, 'queued', 'waiting_for_person');
    held.release();
    await delivery.reaches(ada, 'in_sync', 'deleted');
    const { provisioning } = await delivery.comesTo(again, 'in_sync');
    expect(provisioning.concurId).not.toBe(former);
    expect(delivery.inConcur('ada')).toMatchObject({ id: provisioning.concurId, active: true });
  });
});

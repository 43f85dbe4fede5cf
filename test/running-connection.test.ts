import { describe, expect, it, vi } from 'vitest';
import { ReloadingBridge } from './reloading-bridge.ts';
import { resource } from './worker/harness.ts';

const PATIENCE = { timeout: 15_000, interval: 20 };
const EXTENSION = 'urn:ietf:params:scim:schemas:extension:concur-bridge:2.0:User';

const user = (name: string, more = {}) => ({
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
  ...resource(name, more),
});

/** The requests that reached Concur about people. */
const requests = ({ simulator }: ReloadingBridge) =>
  simulator.requests.filter(({ path }) => /\/(Users|Bulk)/.test(path)).length;

describe('a DELETE', () => {
  it('deactivates, is final for clients, and a later POST is a rehire of the same Concur user', async () => {
    const bridge = await ReloadingBridge.prepare();
    await bridge.start();
    const [ada = ''] = await bridge.create(user('ada'));
    const { id } = bridge.inConcur('ada');
    expect((await bridge.scim('DELETE', `/Users/${ada}`)).status).toBe(204);
    expect((await bridge.scim('GET', `/Users/${ada}`)).status).toBe(404);
    expect((await bridge.scim('DELETE', `/Users/${ada}`)).status).toBe(404);
    expect((await bridge.scim('PUT', `/Users/${ada}`, user('ada'))).status).toBe(404);
    await vi.waitFor(() => expect(bridge.inConcur('ada').active).toBe(false), PATIENCE);
    const [again = ''] = await bridge.create(user('ada', { title: 'Chief' }));
    expect(again).not.toBe(ada);
    expect(bridge.inConcur('ada')).toMatchObject({ id, active: true, title: 'Chief' });
    expect(bridge.simulator.state.users.size).toBe(1);
  });

  it('deletes in Concur where the configuration says so, from the reload on', async () => {
    const bridge = await ReloadingBridge.prepare();
    await bridge.start();
    const [ada = ''] = await bridge.create(user('ada'));
    bridge.connection = { deletion: 'delete' };
    await bridge.reload();
    expect((await bridge.scim('DELETE', `/Users/${ada}`)).status).toBe(204);
    await bridge.reaches(ada, 'in_sync', 'deleted');
    expect(bridge.simulator.state.users.size).toBe(0);
  });
});

describe('a scope', () => {
  it('keeps the users of a connection test out of Concur, whatever they look like, and says so', async () => {
    const bridge = await ReloadingBridge.prepare();
    bridge.connection = { scope: 'userType eq "Employee"' };
    await bridge.start();
    // Concur would refuse this one for ever.
    const tester = await bridge.scim('POST', '/Users', user('tester', { timezone: 'Mars/Olympus' }));
    expect(tester.status).toBe(201);
    const { body } = await bridge.scimBody('GET', `/Users/${tester.id}`);
    expect(body[EXTENSION]).toMatchObject({ state: 'unmanaged' });
    const seen = await bridge.admin('GET', `/users/${tester.id}`);
    expect(seen.body).toMatchObject({
      state: 'unmanaged',
      reason: 'out_of_scope',
      reasonText: 'Outside the scope of this connection: nothing is sent to Concur',
      difference: { set: {}, remove: [] },
    });
    expect((await bridge.scim('DELETE', `/Users/${tester.id}`)).status).toBe(204);
    await bridge.reaches(tester.id, 'in_sync', 'not_created');
    const inside = await bridge.scim(
      'POST',
      '/Users',
      user('bob', { userType: 'Employee', timezone: 'Mars/Olympus' }),
    );
    expect(inside.status).toBe(400);
    expect(requests(bridge)).toBe(0);
  });

  it('that is narrowed and widened by a reload takes access away and gives it back', async () => {
    const bridge = await ReloadingBridge.prepare();
    await bridge.start();
    const [ada = '', bob = ''] = await bridge.create(user('ada', { userType: 'Employee' }), user('bob'));
    bridge.connection = { scope: 'userType eq "Employee"' };
    expect(await bridge.reload('GET')).toMatchObject({ people: 2, changed: 1, losingAccess: 1 });
    await bridge.reload();
    await bridge.reaches(bob, 'unmanaged', 'out_of_scope');
    expect(bridge.inConcur('bob').active).toBe(false);
    bridge.connection = {};
    await bridge.reload();
    await bridge.reaches(bob, 'in_sync');
    await bridge.reaches(ada, 'in_sync');
    expect(bridge.inConcur('bob').active).toBe(true);
    bridge.connection = { scope: 'userType eq "Employee"', scopeExit: 'keep' };
    await bridge.reload();
    await bridge.reaches(bob, 'unmanaged', 'out_of_scope');
    expect(bridge.inConcur('bob').active).toBe(true);
  });
});

it('the delivery switch takes effect in a running bridge, and the configuration wins over it', async () => {
  const bridge = await ReloadingBridge.prepare();
  await bridge.start();
  const [ada = ''] = await bridge.create(user('ada'));
  const turn = (delivery: string) => bridge.admin('PUT', '/connections/default', { delivery });
  expect((await turn('off')).body).toMatchObject({ delivery: 'off', offBy: 'switch' });
  await bridge.says('delivery is switched off: changes are accepted and planned, and none is sent');
  const before = requests(bridge);
  const { id: bob, status } = await bridge.scim('POST', '/Users', user('bob'));
  expect(status).toBe(201);
  expect((await bridge.scim('DELETE', `/Users/${ada}`)).status).toBe(204);
  bridge.connection = { delivery: 'off' };
  await bridge.reload();
  expect((await turn('on')).body).toMatchObject({ delivery: 'off', offBy: 'configuration' });
  await bridge.says(
    'delivery is off in the configuration: changes are accepted and planned, and none is sent',
  );
  expect((await bridge.admin('GET', '/summary')).body).toMatchObject({ openDeactivations: 1 });
  expect(requests(bridge)).toBe(before);
  bridge.connection = {};
  await bridge.reload();
  await bridge.reaches(bob, 'in_sync');
  await bridge.reaches(ada, 'in_sync');
  expect(bridge.inConcur('ada').active).toBe(false);
});

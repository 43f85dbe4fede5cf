import { describe, expect, it, vi } from 'vitest';
import { SPEND, SPEND_ROLE } from '../src/domain/extensions.ts';
import { ReloadingBridge } from './reloading-bridge.ts';
import { resource } from './worker/harness.ts';

const PLANNED = 'everybody was planned by the settings';
const BERLIN = { mapping: { defaults: { timezone: 'Europe/Berlin' } } };
const PATIENCE = { timeout: 15_000, interval: 20 };

function rolesOf(bridge: ReloadingBridge, name: string): readonly string[] {
  const { roles = [] } = (bridge.inConcur(name)[SPEND_ROLE] ?? {}) as { roles?: { roleName: string }[] };
  return roles.map(({ roleName }) => roleName);
}

describe('a reload', () => {
  it('tells before whom it changes, and changes exactly those', async () => {
    const bridge = await ReloadingBridge.prepare();
    await bridge.start();
    await bridge.create(resource('ada'), resource('bob', { timezone: 'America/New_York' }), resource('cid'));
    const before = bridge.writes();

    bridge.connection = BERLIN;
    const preview = await bridge.reload('GET');
    expect(preview).toMatchObject({ people: 3, changed: 2, losingAccess: 0, underWay: 0 });
    expect(preview.examples.map(({ userName, attributes }) => [userName, attributes]).sort()).toEqual([
      ['ada@example.com', ['timezone']],
      ['cid@example.com', ['timezone']],
    ]);
    expect(bridge.inConcur('ada').timezone).not.toBe('Europe/Berlin');
    expect(await bridge.reload()).toEqual(preview);
    await bridge.says(PLANNED);
    await vi.waitFor(() => {
      for (const name of ['ada', 'cid']) expect(bridge.inConcur(name).timezone).toBe('Europe/Berlin');
    }, PATIENCE);
    expect(bridge.inConcur('bob').timezone).toBe('America/New_York');
    expect(bridge.writes() - before).toBeLessThanOrEqual(2);
    const numbers = bridge.lines.filter(({ changed }) => changed !== undefined).map(({ changed }) => changed);
    expect(numbers).toEqual([2, 2]);

    await vi.waitFor(async () => {
      expect(await bridge.reload('GET')).toMatchObject({ changed: 0, examples: [] });
    }, PATIENCE);
    const [dan = ''] = await bridge.create(resource('dan'));
    expect(dan).not.toBe('');
    expect(bridge.inConcur('dan').timezone).toBe('Europe/Berlin');
  });

  it('takes away what a rule gave when the rule goes, and gives it when it comes', async () => {
    const bridge = await ReloadingBridge.prepare();
    await bridge.start();
    const spend = { country: 'US', locale: 'en-US', reimbursementCurrency: 'USD' };
    const [ada = '', bob = ''] = await bridge.create(
      resource('ada', { [SPEND]: spend }),
      resource('bob', { [SPEND]: spend }),
    );
    const { id: group } = await bridge.scim('POST', '/Groups', {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
      displayName: 'Approvers',
      members: [{ value: ada }],
    });

    bridge.connection = { groups: { rules: [{ group: 'Approvers', roles: ['EXP_APPROVER'] }] } };
    expect(await bridge.reload()).toMatchObject({ people: 2, changed: 1, losingAccess: 0 });
    await vi.waitFor(() => expect(rolesOf(bridge, 'ada')).toEqual(['EXP_APPROVER']), PATIENCE);
    await bridge.says(PLANNED);
    // A change of a group is judged by the rules as they are now.
    await bridge.scim('PATCH', `/Groups/${group}`, {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: [{ op: 'add', path: 'members', value: [{ value: bob }] }],
    });
    await vi.waitFor(() => expect(rolesOf(bridge, 'bob')).toEqual(['EXP_APPROVER']), PATIENCE);
    for (const id of [ada, bob]) await bridge.reaches(id, 'in_sync');

    bridge.connection = {};
    const preview = await bridge.reload('GET');
    expect(preview).toMatchObject({ people: 2, changed: 2, losingAccess: 2 });
    expect(preview.examples[0]?.attributes[0]).toContain(`${SPEND_ROLE}:roles[EXP_APPROVER]`);
    await bridge.reload();
    await vi.waitFor(() => expect(rolesOf(bridge, 'ada')).toEqual([]), PATIENCE);
    await bridge.reaches(ada, 'in_sync');
  });

  it('of a configuration that is wrong changes nothing, and names everything that is', async () => {
    const bridge = await ReloadingBridge.prepare();
    const running = await bridge.start();
    const [ada = ''] = await bridge.create(resource('ada'));
    bridge.connection = { ...BERLIN, validation: 'perhaps', delivery: 'maybe' };
    for (const method of ['GET', 'POST']) {
      const { status, body } = await bridge.admin<{ error: { message: string } }>(method, '/reload');
      expect(status).toBe(400);
      expect(body.error.message).toMatch(
        /connections\.default\.validation: .*connections\.default\.delivery: /,
      );
    }
    await running.reload();
    const errors = bridge.lines.filter(({ level }) => level >= 50).map(({ msg }) => msg);
    expect(errors).toEqual([
      expect.stringContaining('connections.default.validation'),
      expect.stringContaining('connections.default.delivery'),
    ]);
    await bridge.scim('PATCH', `/Users/${ada}`, {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: [{ op: 'replace', path: 'title', value: 'Boss' }],
    });
    await vi.waitFor(() => expect(bridge.inConcur('ada').title).toBe('Boss'), PATIENCE);
    expect(bridge.inConcur('ada').timezone).not.toBe('Europe/Berlin');
  });

  it('that would change what only a restart can is refused as a whole', async () => {
    const bridge = await ReloadingBridge.prepare();
    await bridge.start();
    const [ada = ''] = await bridge.create(resource('ada'));
    bridge.connection = {
      ...BERLIN,
      clientSecret: 'another',
      companyId: '3f2504e0-4f89-11d3-9a0c-0305e82c3301',
    };
    const { status, body } = await bridge.admin<{ error: { message: string } }>('POST', '/reload');
    expect(status).toBe(409);
    expect(body.error.message).toContain('connections.default.companyId, connections.default.clientSecret');
    bridge.connection = {};
    expect(await bridge.reload('GET')).toMatchObject({ changed: 0 });
    await bridge.reaches(ada, 'in_sync');
  });

  it('while another is under way is refused', async () => {
    const bridge = await ReloadingBridge.prepare();
    const running = await bridge.start();
    await bridge.create(resource('ada'));
    bridge.connection = BERLIN;
    await Promise.all([running.reload(), running.reload()]);
    const errors = bridge.lines.filter(({ level }) => level >= 50).map(({ msg }) => msg);
    expect(errors).toEqual([expect.stringContaining('a reload is under way')]);
    await bridge.says(PLANNED);
    expect(await bridge.reload()).toMatchObject({ changed: 0 });
  });

  it('leaves nobody out who is under way', async () => {
    const bridge = await ReloadingBridge.prepare({ latency: { identity: 20, extensions: 600 } });
    await bridge.start();
    const { id } = await bridge.scim(
      'POST',
      '/Users',
      resource('ada', { [SPEND]: { country: 'US', locale: 'en-US', reimbursementCurrency: 'USD' } }),
    );
    await bridge.reaches(id, 'processing');
    bridge.connection = BERLIN;
    expect(await bridge.reload()).toMatchObject({ people: 1, changed: 0, underWay: 1 });
    await vi.waitFor(() => expect(bridge.inConcur('ada').timezone).toBe('Europe/Berlin'), PATIENCE);
    await bridge.reaches(id, 'in_sync');
  });

  it('switches delivery, validation and the limit of requests', async () => {
    const bridge = await ReloadingBridge.prepare();
    bridge.connection = { delivery: 'off' };
    await bridge.start();
    const { id } = await bridge.scim('POST', '/Users', resource('ada'));
    const wrong = () => bridge.scim('POST', '/Users', resource('bob', { title: 'x'.repeat(1_000) }));
    expect((await wrong()).status).toBe(400);
    bridge.connection = { validation: 'accept', rateLimit: 2 };
    await bridge.reload();
    await bridge.reaches(id, 'in_sync');
    expect((await wrong()).status).toBe(201);
    const statuses = await Promise.all([1, 2, 3, 4].map(async () => (await wrong()).status));
    expect(statuses).toContain(429);
  });
});

describe('a start with another configuration', () => {
  it('reaches everybody once, and not again at the next', async () => {
    const bridge = await ReloadingBridge.prepare();
    await bridge.start();
    await bridge.create(resource('ada'), resource('bob', { timezone: 'America/New_York' }));
    expect(bridge.said(PLANNED)).toBe(0);
    await bridge.stop();

    bridge.connection = BERLIN;
    await bridge.start();
    await bridge.says(PLANNED);
    await vi.waitFor(() => expect(bridge.inConcur('ada').timezone).toBe('Europe/Berlin'), PATIENCE);
    await bridge.stop();
    const before = bridge.writes();
    await bridge.start();
    const [cid = ''] = await bridge.create(resource('cid'));
    expect(cid).not.toBe('');
    await bridge.stop();
    expect(bridge.said(PLANNED)).toBe(1);
    expect(bridge.writes() - before).toBe(1);
  });

  it('plans nobody where the process only serves the API', async () => {
    const bridge = await ReloadingBridge.prepare();
    await bridge.start();
    const [ada = ''] = await bridge.create(resource('ada'));
    await bridge.stop();
    bridge.connection = BERLIN;
    await bridge.start('api');
    bridge.connection = { mapping: { defaults: { timezone: 'Europe/Paris' } } };
    expect(await bridge.reload()).toMatchObject({ changed: 1 });
    await bridge.reaches(ada, 'in_sync');
    await bridge.stop();
    await bridge.start();
    await bridge.says(PLANNED);
    await vi.waitFor(() => expect(bridge.inConcur('ada').timezone).toBe('Europe/Paris'), PATIENCE);
  });
});

import { describe, expect, it, vi } from 'vitest';
import { ENTERPRISE, SPEND } from '../../src/domain/extensions.ts';
import { Delivery, resource, spend } from './harness.ts';

const PATIENCE = { timeout: 15_000, interval: 20 };
const MINUTE = 60_000;

describe('a person', () => {
  it('alone is created through /Users, after Concur was asked whether they are there', async () => {
    const delivery = await Delivery.begin();
    const [id = ''] = await delivery.create(resource('ada'));
    const { provisioning } = await delivery.reaches(id, 'in_sync');
    expect(delivery.inConcur('ada')).toMatchObject({
      id: provisioning.concurId,
      externalId: 'external-ada',
      active: true,
      [ENTERPRISE]: { employeeNumber: 'number-ada' },
      [SPEND]: { country: 'US', locale: 'en-US', reimbursementCurrency: 'USD' },
    });
    const order = delivery.simulator.requests.map(({ method, path }) => `${method} ${path}`);
    expect(order.indexOf('POST /profile/identity/v4.1/Users/.search')).toBeLessThan(
      order.indexOf('POST /profile/v4/Users'),
    );
    expect(delivery.calls('POST', /Users$/)).toBe(1);
    expect(delivery.simulator.violations).toEqual([]);
  });

  it('among several is created in one Bulk, searched for in one search', async () => {
    const delivery = await Delivery.prepare();
    const names = Array.from({ length: 30 }, (_, index) => `person${index}`);
    const ids = await delivery.create(...names.map((name) => resource(name)));
    delivery.start();
    for (const id of ids) await delivery.reaches(id, 'in_sync');
    expect(delivery.calls('POST', /Bulk/)).toBe(1);
    expect(delivery.calls('POST', /\.search/)).toBe(1);
    expect(delivery.calls('POST', /v4\/Users/)).toBe(0);
    expect(delivery.simulator.state.users.size).toBe(30);
    expect(delivery.simulator.violations).toEqual([]);
  });

  it('is updated by one PATCH that names only what changed', async () => {
    const delivery = await Delivery.begin();
    const [id = ''] = await delivery.create(resource('ada', { title: 'Countess' }));
    await delivery.reaches(id, 'in_sync');
    await delivery.change(id, { title: 'Analyst' });
    await vi.waitFor(() => expect(delivery.inConcur('ada')).toMatchObject({ title: 'Analyst' }), PATIENCE);
    const [patch] = delivery.simulator.requests.filter(({ method }) => method === 'PATCH');
    expect(patch?.body).toMatchObject({ Operations: [{ op: 'replace', path: 'title', value: 'Analyst' }] });
  });

  it('to whom nothing changes costs Concur nothing', async () => {
    const delivery = await Delivery.begin();
    const [id = ''] = await delivery.create(resource('ada'));
    await delivery.reaches(id, 'in_sync');
    const before = delivery.simulator.requests.length;
    await delivery.change(id, { displayName: 'Only shown here' });
    await delivery.reaches(id, 'in_sync');
    expect(delivery.simulator.requests.length).toBe(before);
  });

  it('keeps what nobody here named, and loses what we had set and nobody asks for any more', async () => {
    const delivery = await Delivery.begin();
    delivery.simulator.state.seed({
      userName: 'ada@example.com',
      active: true,
      name: { givenName: 'Ada', familyName: 'Example' },
      emails: [
        { type: 'work', value: 'ada@example.com' },
        { type: 'home', value: 'ada@home.example' },
      ],
      timezone: 'Europe/London',
      title: 'By hand',
      [ENTERPRISE]: { companyId: delivery.simulator.company.id, employeeNumber: 'number-ada' },
    });
    const [id = ''] = await delivery.create(resource('ada', { nickName: 'Addie' }));
    await delivery.reaches(id, 'in_sync');
    expect(delivery.simulator.state.users.size).toBe(1);
    expect(delivery.inConcur('ada')).toMatchObject({ nickName: 'Addie', timezone: 'Europe/London' });
    await delivery.decide(id, ({ person }) => {
      const { nickName: _, ...others } = person.resource;
      return { kind: 'replace', resource: others, changed: ['nickName'] };
    });
    await vi.waitFor(() => expect(delivery.inConcur('ada')?.nickName ?? null).toBeNull(), PATIENCE);
    const { emails, title } = delivery.inConcur('ada') ?? {};
    expect(title).toBe('By hand');
    expect(emails).toMatchObject([
      { type: 'work', value: 'ada@example.com' },
      { type: 'home', value: 'ada@home.example' },
    ]);
  });

  it('refused in one part is partial with Concur’s words, is not sent again, and goes on once corrected', async () => {
    const delivery = await Delivery.begin();
    const [id = ''] = await delivery.create(resource('ada', { [SPEND]: spend('THB') }));
    const { provisioning } = await delivery.reaches(id, 'partial', 'refused');
    expect(provisioning.lastError).toMatch(/reimbursementCurrency/);
    expect(provisioning.concurId).not.toBeNull();
    const before = delivery.simulator.requests.length;
    await delivery.change(id, { displayName: 'No difference to Concur' });
    await delivery.reaches(id, 'partial', 'refused');
    expect(delivery.simulator.requests.length).toBe(before);
    await delivery.change(id, { [SPEND]: spend('USD') });
    await delivery.reaches(id, 'in_sync');
    expect(delivery.inConcur('ada')).toMatchObject({ [SPEND]: { reimbursementCurrency: 'USD' } });
  });

  it('refused in identity is failed, and a new value makes it good', async () => {
    const delivery = await Delivery.begin({ company: { timeZones: ['Europe/Berlin'] } });
    const [id = ''] = await delivery.create(resource('ada', { timezone: 'Asia/Tokyo' }));
    const { provisioning } = await delivery.reaches(id, 'failed', 'refused');
    expect(provisioning.lastError).toMatch(/timezone/i);
    await delivery.change(id, { timezone: 'Europe/Berlin' });
    await delivery.reaches(id, 'in_sync');
  });

  it('whose name another Concur company holds is failed with that reason, and made again on request', async () => {
    const taken = { takenUserNames: ['ada@example.com'] };
    const delivery = await Delivery.begin({ company: taken });
    const [id = ''] = await delivery.create(resource('ada'));
    await delivery.reaches(id, 'failed', 'name_taken');
    expect(delivery.calls('POST', /v4\/Users/)).toBe(1);
    taken.takenUserNames.length = 0;
    await delivery.decide(id, () => ({ kind: 'retry' }));
    await delivery.reaches(id, 'in_sync');
  });

  it('waits for a manager in that attribute alone, and gets it when the manager exists', async () => {
    const delivery = await Delivery.begin();
    const manager = resource('boss');
    const [id = ''] = await delivery.create(
      resource('ada', { [ENTERPRISE]: { manager: { value: 'boss@example.com' } } }),
    );
    await delivery.reaches(id, 'partial', 'waiting_for_person');
    expect(delivery.inConcur('ada')).toMatchObject({ active: true });
    const [boss = ''] = await delivery.create(manager);
    const { provisioning } = await delivery.reaches(boss, 'in_sync');
    await delivery.reaches(id, 'in_sync');
    expect(delivery.inConcur('ada')).toMatchObject({
      [ENTERPRISE]: { manager: { value: provisioning.concurId } },
    });
  });
});

describe('a leaver', () => {
  it('is deactivated by a PATCH of active alone, before anything else about them', async () => {
    const delivery = await Delivery.begin();
    const [id = ''] = await delivery.create(resource('ada'));
    await delivery.reaches(id, 'in_sync');
    await delivery.change(id, { active: false, title: 'Left' });
    await vi.waitFor(() => expect(delivery.inConcur('ada')).toMatchObject({ title: 'Left' }), PATIENCE);
    expect(delivery.inConcur('ada')).toMatchObject({ active: false });
    const patches = delivery.simulator.requests.filter(({ method }) => method === 'PATCH');
    expect(patches[0]?.body).toMatchObject({
      Operations: [{ op: 'replace', path: 'active', value: false }],
    });
    await delivery.reaches(id, 'in_sync');
  });

  it('does not wait for an operation of theirs that is still open', async () => {
    const delivery = await Delivery.begin();
    const [id = ''] = await delivery.create(resource('ada'));
    await delivery.reaches(id, 'in_sync');
    delivery.simulator.faults.add({ kind: 'stuck', match: { method: 'PATCH' }, times: 1 });
    await delivery.change(id, { [SPEND]: spend('EUR') });
    await delivery.reaches(id, 'processing');
    await delivery.change(id, { [SPEND]: spend('EUR'), active: false });
    await vi.waitFor(() => expect(delivery.inConcur('ada')).toMatchObject({ active: false }), PATIENCE);
    await delivery.reaches(id, 'processing');
    delivery.clock.advance(140 * MINUTE);
    await delivery.reaches(id, 'in_sync');
    expect(delivery.inConcur('ada')).toMatchObject({
      active: false,
      [SPEND]: { reimbursementCurrency: 'EUR' },
    });
  });

  it('overtakes even an open operation that would give access', async () => {
    const delivery = await Delivery.prepare();
    const ids = await delivery.create(resource('ada'), resource('ben'));
    delivery.start();
    for (const id of ids) await delivery.reaches(id, 'in_sync');
    for (const id of ids) await delivery.change(id, { active: false });
    for (const id of ids) await delivery.reaches(id, 'in_sync');
    await delivery.stop();
    delivery.simulator.faults.add({ kind: 'stuck', match: { path: /Bulk/ }, times: 1 });
    for (const id of ids) await delivery.change(id, { active: true });
    delivery.start();
    for (const id of ids) await delivery.reaches(id, 'processing');
    const patches = delivery.calls('PATCH', /Users/);
    await delivery.change(ids[0] ?? '', { active: false });
    await vi.waitFor(() => expect(delivery.calls('PATCH', /Users/)).toBe(patches + 1), PATIENCE);
    delivery.clock.advance(140 * MINUTE);
    for (const id of ids) await delivery.reaches(id, 'in_sync');
    expect(delivery.inConcur('ada')).toMatchObject({ active: false });
    expect(delivery.inConcur('ben')).toMatchObject({ active: true });
  });

  it('who was deleted and comes back is the same Concur user', async () => {
    const delivery = await Delivery.begin();
    const [id = ''] = await delivery.create(resource('ada'));
    const { provisioning } = await delivery.reaches(id, 'in_sync');
    await delivery.decide(id, () => ({ kind: 'delete' }));
    const [again = ''] = await delivery.create(resource('ada', { title: 'Back' }));
    const back = await delivery.reaches(again, 'in_sync');
    expect(back.provisioning.concurId).toBe(provisioning.concurId);
    expect(delivery.inConcur('ada')).toMatchObject({ active: true, title: 'Back' });
    expect(delivery.simulator.state.users.size).toBe(1);
    expect(delivery.simulator.violations).toEqual([]);
  });

  it('who was never in Concur is not created there', async () => {
    const delivery = await Delivery.begin();
    const [id = ''] = await delivery.create(resource('ada', { active: false }));
    await delivery.reaches(id, 'in_sync', 'not_created');
    expect(delivery.simulator.state.users.size).toBe(0);
  });

  it('is not handed to a stranger with a recycled name', async () => {
    const delivery = await Delivery.begin();
    const leaver = delivery.simulator.state.seed({
      userName: 'ada@example.com',
      active: false,
      name: { givenName: 'Ada', familyName: 'Elder' },
      emails: [{ type: 'work', value: 'ada@example.com' }],
      [ENTERPRISE]: { companyId: delivery.simulator.company.id, employeeNumber: 'another' },
    });
    const [id = ''] = await delivery.create(resource('ada'));
    const { provisioning } = await delivery.reaches(id, 'held', 'ambiguous');
    expect(provisioning.candidates.map(({ concurId }) => concurId)).toEqual([leaver.id]);
    expect(delivery.inConcur('ada')).toMatchObject({ active: false });
  });
});

import { describe, expect, it, vi } from 'vitest';
import type { JsonObject } from '../../src/domain/json.ts';
import type { Answer, Gateway } from './gateway.ts';
import { Delivery, resource } from './harness.ts';

const PATIENCE = { timeout: 15_000, interval: 20 };

/** Changes what Identity says when a user is read, as if Concur had not kept what it confirmed. */
function shows(gateway: Gateway, change: (user: JsonObject) => JsonObject): void {
  gateway.alter(
    { method: 'GET', path: /identity\/v4\.1\/Users\// },
    ({ body }: Answer) => ({ body: JSON.stringify(change(JSON.parse(body))) }),
    'all',
  );
}

/** What was sent in PATCHes, operation by operation. */
function patched({ simulator }: Delivery, path: string): unknown[] {
  return simulator.requests
    .filter(({ method }) => method === 'PATCH')
    .flatMap(({ body }) => (body as { Operations: { path: string; value?: unknown }[] }).Operations)
    .filter((one) => one.path === path)
    .map(({ value }) => value);
}

describe('a value that Concur confirms and does not keep', () => {
  async function untitled(): Promise<[Delivery, string]> {
    const [delivery, gateway] = await Delivery.throughGateway();
    shows(gateway, ({ title, ...others }) =>
      title === 'Countess' ? others : { ...others, title: title ?? null },
    );
    delivery.start();
    const [id = ''] = await delivery.create(
      resource('ada', { title: 'Countess', entitlements: ['Expense'] }),
    );
    await delivery.reaches(id, 'in_sync');
    // A list is read before it is sent, and so it is seen that the title is not there.
    await delivery.change(id, { entitlements: ['Invoice'] });
    await delivery.reaches(id, 'in_sync');
    expect(patched(delivery, 'title')).toEqual(['Countess']);
    await delivery.change(id, { entitlements: ['Expense'] });
    const { provisioning } = await delivery.reaches(id, 'partial', 'not_kept');
    expect(provisioning.lastError).toBe('Concur does not keep title');
    expect(patched(delivery, 'title')).toEqual(['Countess']);
    expect(delivery.inConcur('ada')).toMatchObject({ entitlements: ['Expense'] });
    return [delivery, id];
  }

  it('is sent twice, and then the person is partial', async () => {
    const [delivery, id] = await untitled();
    const before = delivery.simulator.requests.length;
    await delivery.change(id, { displayName: 'Shown here only' });
    await delivery.reaches(id, 'partial', 'not_kept');
    expect(delivery.simulator.requests.length).toBe(before);
  });

  it('is sent again when it changes', async () => {
    const [delivery, id] = await untitled();
    await delivery.change(id, { title: 'Analyst' });
    await delivery.reaches(id, 'in_sync');
    expect(delivery.inConcur('ada')).toMatchObject({ title: 'Analyst' });
  });

  it('is sent again when an admin retries', async () => {
    const [delivery, id] = await untitled();
    await delivery.decide(id, () => ({ kind: 'retry' }));
    await delivery.reaches(id, 'in_sync');
    expect(patched(delivery, 'title')).toEqual(['Countess', 'Countess']);
  });

  it('counts once for a request whose identity part is confirmed before the rest', async () => {
    const delivery = await Delivery.begin();
    const [id = ''] = await delivery.create(resource('ada', { title: 'Countess' }));
    const { provisioning } = await delivery.reaches(id, 'in_sync');
    expect(provisioning.confirmed.title).toEqual({ value: 'Countess', times: 1 });
  });
});

describe('a value that Concur confirms to be gone and goes on showing', () => {
  async function showing(lasting: JsonObject): Promise<[Delivery, string]> {
    const [delivery, gateway] = await Delivery.throughGateway();
    let taken = false;
    shows(gateway, (user) => (taken ? { ...user, ...lasting } : user));
    delivery.start();
    const more = { title: 'Countess', entitlements: ['Expense', 'Invoice'] };
    const [id = ''] = await delivery.create(resource('ada', more));
    await delivery.reaches(id, 'in_sync');
    taken = true;
    return [delivery, id];
  }

  it('is taken away twice, and then the person is partial', async () => {
    const [delivery, id] = await showing({ title: 'Countess' });
    await delivery.change(id, { title: null });
    await delivery.reaches(id, 'in_sync');
    await delivery.change(id, { entitlements: ['Expense'] });
    await delivery.reaches(id, 'in_sync');
    await delivery.change(id, { entitlements: ['Expense', 'Travel'] });
    const { provisioning } = await delivery.reaches(id, 'partial', 'not_kept');
    expect(provisioning.lastError).toBe('Concur does not keep title');
    expect(patched(delivery, 'title')).toHaveLength(2);
  });

  it('is in no list that is sent later', async () => {
    const [delivery, id] = await showing({ entitlements: ['Expense', 'Invoice'] });
    await delivery.change(id, { entitlements: ['Expense'] });
    await delivery.reaches(id, 'in_sync');
    for (const other of ['Travel', 'Request', 'Travel']) {
      await delivery.change(id, { entitlements: ['Expense', other] });
      await delivery.reaches(id, 'in_sync');
      expect(patched(delivery, 'entitlements').at(-1)).toEqual(['Expense', other]);
    }
  });
});

it('a leaver whom Concur does not keep inactive is deactivated for ever, and ever more slowly', async () => {
  const [delivery, gateway] = await Delivery.throughGateway();
  let keeps = false;
  shows(gateway, (user) => (keeps ? user : { ...user, active: true }));
  delivery.start();
  const [id = ''] = await delivery.create(resource('ada', { entitlements: ['Expense'] }));
  await delivery.reaches(id, 'in_sync');
  await delivery.change(id, { active: false, entitlements: ['Invoice'] });
  const waits: number[] = [];
  for (let times = 2; times <= 6; times += 1) {
    const due = await vi.waitFor(async () => {
      const { provisioning } = await delivery.record(id);
      expect(provisioning).toMatchObject({ state: 'queued', confirmed: { active: { value: false, times } } });
      return provisioning.due ?? 0;
    }, PATIENCE);
    waits.push(due - delivery.clock.now());
    expect(patched(delivery, 'active')).toHaveLength(times);
    delivery.clock.advance(due - delivery.clock.now());
  }
  expect(waits[0]).toBeGreaterThan(0);
  for (const [index, wait] of waits.slice(1).entries()) expect(wait).toBeGreaterThan(waits[index] ?? 0);
  keeps = true;
  await delivery.comesTo(id, 'in_sync');
  expect(delivery.inConcur('ada')).toMatchObject({ active: false, entitlements: ['Invoice'] });
});

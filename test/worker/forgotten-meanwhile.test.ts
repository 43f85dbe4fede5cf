import { expect, it, vi } from 'vitest';
import { Delivery, resource } from './harness.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const REQUEST_LIFETIME = 120 * MINUTE;
const PATIENCE = { timeout: 10_000, interval: 20 };

it('a part that becomes unknown after it was read, and before the person rests, is read again', async () => {
  const [delivery, gateway] = await Delivery.throughGateway();
  delivery.start();
  const { simulator, clock } = delivery;
  const ids = await delivery.create(resource('ada'), resource('ben'));
  const [ada = ''] = ids;
  for (const id of ids) await delivery.reaches(id, 'in_sync');
  const bens = new RegExp(`identity.*/Users/${simulator.state.find('ben@example.com')?.id}$`);

  async function lose(title: string): Promise<void> {
    await delivery.stop();
    simulator.faults.add({ kind: 'drop-after', times: 1, match: { path: /Bulk/ } });
    for (const id of ids) await delivery.change(id, { title });
    delivery.start();
    for (const id of ids) await delivery.reaches(id, 'queued', 'outcome_unknown');
  }
  const open = async () => {
    const { items } = await delivery.store.reports.requests({ limit: 10 });
    return items.filter(({ completedAt }) => completedAt === null);
  };

  await lose('first');
  for (const id of ids) await delivery.comesTo(id, 'in_sync');
  const [first] = await open();
  const over = (first?.sentAt ?? 0) + REQUEST_LIFETIME;
  // Another Bulk is lost, whose people are read a minute later: three seconds before the time of the first is over.
  clock.advance(over - MINUTE - 3 * SECOND - clock.now());
  await lose('second');
  const held = gateway.hold({ method: 'GET', path: bens });
  clock.advance(MINUTE);
  await held.here;
  expect(await open()).toHaveLength(2);
  // Ada is read, and Ben is being read, when the time of the first is over.
  clock.advance(4 * SECOND);
  await vi.waitFor(async () => expect(await open()).toHaveLength(1), PATIENCE);
  held.release();

  const { provisioning } = await delivery.comesTo(ada, 'in_sync');
  expect(provisioning.applied.unknown).not.toContain('urn:ietf:params:scim:schemas:core:2.0:User');
}, 60_000);

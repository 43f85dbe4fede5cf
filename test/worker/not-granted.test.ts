import { expect, it, vi } from 'vitest';
import { ENTERPRISE, SPEND } from '../../src/domain/extensions.ts';
import {
  EXTERNAL_ID_WRITE,
  IDENTITY_WRITE,
  PROVISION_WRITE,
  SPEND_WRITE,
  VERIFIED_WRITE,
} from '../../src/domain/granted.ts';
import { ALL_SCOPES } from '../../src/simulator/company.ts';
import { Delivery, resource, spend } from './harness.ts';

const without = (...scopes: string[]) => ALL_SCOPES.filter((scope) => !scopes.includes(scope));

/** The company grants these scopes from now on, and the tokens given out before are over. */
function grant({ simulator }: Delivery, scopes: readonly string[]): void {
  simulator.company.scopes = [...scopes];
  simulator.state.tokens.revoke('access');
}

/** Somebody new, for whom the bridge needs a token. */
async function needToken(delivery: Delivery): Promise<void> {
  const [id = ''] = await delivery.create(resource('newcomer'));
  await delivery.rests(id);
}

const withSpend = (name: string) => resource(name, { [SPEND]: spend('USD') });
const SPEND_LACKS =
  'The company did not grant spend.user.general.writeonly: the spend profile cannot be written';

it('a part that is not granted waits, without a further request, until the company grants it', async () => {
  const delivery = await Delivery.begin({ company: { scopes: without(SPEND_WRITE) } });
  const [id = ''] = await delivery.create(withSpend('ada'));
  const { provisioning } = await delivery.reaches(id, 'partial', 'not_granted');
  expect(provisioning.lastError).toBe(SPEND_LACKS);
  expect(delivery.inConcur('ada')).toMatchObject({ userName: 'ada@example.com', active: true });
  expect(delivery.inConcur('ada')?.[SPEND]).toBeUndefined();
  const asked = delivery.simulator.requests.length;

  await delivery.change(id, { [SPEND]: spend('EUR') });
  await vi.waitFor(async () => {
    const { provisioning: now } = await delivery.record(id);
    expect(now).toMatchObject({ state: 'partial', reason: 'not_granted', due: null });
  });
  expect(delivery.simulator.requests.length).toBe(asked);

  grant(delivery, ALL_SCOPES);
  await needToken(delivery);
  await delivery.comesTo(id, 'in_sync');
  expect(delivery.inConcur('ada')).toMatchObject({ [SPEND]: { reimbursementCurrency: 'EUR' } });
});

it('what may not be written any more is not taken away', async () => {
  const delivery = await Delivery.begin();
  const [id = ''] = await delivery.create(
    resource('ada', { [SPEND]: { ...spend('USD'), ledgerCode: 'DEFAULT' } }),
  );
  await delivery.comesTo(id, 'in_sync');
  grant(delivery, without(SPEND_WRITE));
  await needToken(delivery);
  await delivery.change(id, { [SPEND]: spend('USD'), title: 'Doctor' });
  await delivery.comesTo(id, 'partial', 'not_granted');
  expect(delivery.inConcur('ada')).toMatchObject({ title: 'Doctor', [SPEND]: { ledgerCode: 'DEFAULT' } });
});

it('a grant that comes while nothing runs is found at the start', async () => {
  const delivery = await Delivery.begin({ company: { scopes: without(SPEND_WRITE) } });
  const [id = ''] = await delivery.create(withSpend('ada'));
  await delivery.reaches(id, 'partial', 'not_granted');
  await delivery.stop();
  grant(delivery, ALL_SCOPES);
  delivery.start();
  await delivery.comesTo(id, 'in_sync');
  expect(delivery.inConcur('ada')).toMatchObject({ [SPEND]: { country: 'US' } });
});

it('without User Provisioning everybody is written one by one through Identity', async () => {
  const delivery = await Delivery.prepare({ company: { scopes: without(PROVISION_WRITE) } });
  const names = Array.from({ length: 30 }, (_, index) => `person${index}`);
  const ids = await delivery.create(...names.map(withSpend));
  delivery.start();
  for (const id of ids) await delivery.reaches(id, 'partial', 'not_granted');
  expect((await delivery.record(ids[0] ?? '')).provisioning.lastError).toContain(PROVISION_WRITE);
  for (const name of names) expect(delivery.inConcur(name)).toMatchObject({ active: true });
  expect(delivery.calls('POST', /Bulk/)).toBe(0);
  expect(delivery.calls('POST', /^\/profile\/v4\//)).toBe(0);

  for (const id of ids) await delivery.change(id, { active: false });
  for (const id of ids) await delivery.comesTo(id, 'partial', 'not_granted');
  for (const name of names) expect(delivery.inConcur(name)).toMatchObject({ active: false });
  expect(delivery.calls('POST', /Bulk/)).toBe(0);
});

it('quiet attributes are left out, and sent to everybody once they are granted', async () => {
  const delivery = await Delivery.begin({ company: { scopes: without(EXTERNAL_ID_WRITE, VERIFIED_WRITE) } });
  const [id = ''] = await delivery.create(resource('ada'));
  await delivery.reaches(id, 'in_sync');
  expect(delivery.inConcur('ada')?.externalId).toBeUndefined();

  grant(delivery, ALL_SCOPES);
  await needToken(delivery);
  await vi.waitFor(() => expect(delivery.inConcur('ada')?.externalId).toBe('external-ada'), 10_000);
  await delivery.reaches(id, 'in_sync');
});

it('what Concur has in a list and may not be written is not sent with the list', async () => {
  const delivery = await Delivery.prepare({ company: { scopes: without(VERIFIED_WRITE) } });
  delivery.simulator.state.seed({
    ...resource('ada'),
    emails: [{ type: 'work', value: 'ada@example.com', verified: true }],
    [ENTERPRISE]: { companyId: delivery.simulator.company.id, employeeNumber: 'number-ada' },
  });
  const emails = [
    { type: 'work', value: 'ada@example.com' },
    { type: 'home', value: 'ada@home.example' },
  ];
  const [id = ''] = await delivery.create(resource('ada', { emails }));
  delivery.start();
  await delivery.comesTo(id, 'in_sync');
  expect(JSON.stringify(delivery.inConcur('ada')?.emails)).toContain('ada@home.example');
  const writes = delivery.simulator.requests.filter(({ method }) => method === 'PATCH');
  expect(writes.map(({ body }) => JSON.stringify(body)).join()).toContain('ada@home.example');
  expect(writes.map(({ body }) => JSON.stringify(body)).join()).not.toContain('verified');
});

it('a leaver is deactivated whatever the scopes say', async () => {
  const delivery = await Delivery.begin();
  const [id = ''] = await delivery.create(resource('ada'));
  await delivery.comesTo(id, 'in_sync');
  grant(delivery, without(IDENTITY_WRITE));
  const [newcomer = ''] = await delivery.create(resource('newcomer'));
  await delivery.comesTo(newcomer, 'failed', 'not_granted');
  expect(delivery.inConcur('newcomer')).toBeUndefined();
  const sent = delivery.calls('PATCH', /Users/);
  await delivery.change(id, { active: false });
  await vi.waitFor(() => expect(delivery.calls('PATCH', /Users/)).toBeGreaterThan(sent), 10_000);
  expect((await delivery.record(id)).provisioning.state).not.toBe('partial');

  grant(delivery, ALL_SCOPES);
  await delivery.comesTo(id, 'in_sync');
  expect(delivery.inConcur('ada')).toMatchObject({ active: false });
  await delivery.comesTo(newcomer, 'in_sync');
});

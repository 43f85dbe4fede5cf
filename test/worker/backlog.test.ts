import { sql } from 'kysely';
import { expect, it, vi } from 'vitest';
import { Delivery, resource } from './harness.ts';

const PATIENCE = { timeout: 15_000, interval: 5 };
const WAITING = 50_000;

/** So many more people like Ben, each of whom waits for an update that is due. */
async function backlog({ database: { db }, clock }: Delivery, size: number): Promise<void> {
  const counter = sql`with recursive counter (n) as (select 1 union all select n + 1 from counter where n < ${size})`;
  const like = sql`select * from people where user_name = 'ben@example.com'`;
  await sql`insert into people (connection, id, resource, version, created, last_modified, deleted, override, user_name,
      user_name_key, employee_number_key, external_id, external_id_key, display_name_key, manager, active)
    ${counter} select connection, ${uuid}, replace(resource, 'ben', 'ben' || n), version, created, last_modified, deleted,
      override, 'ben' || n, 'ben' || n, null, null, null, null, null, active
    from counter, (${like})`.execute(db);
  await sql`insert into provisionings (connection, person_id, user_name_key, state, concur_id, applied, owned, refused,
      candidates, lane, due, attempts, pending_since, has_access)
    ${counter} select provisionings.connection, ${uuid}, 'ben' || n, 'queued', 'concur-' || n, replace(applied, 'ben', 'ben' || n),
      owned, refused, candidates, 'update', ${clock.now()}, 0, ${clock.now()}, 1
    from counter, provisionings where user_name_key = 'ben@example.com'`.execute(db);
  await sql`update people set resource = json_set(resource, '$.title', 'Doctor') where user_name like 'ben%'`.execute(
    db,
  );
}

const uuid = sql`printf('00000000-0000-4000-8000-%012d', n)`;

it('a deactivation accepted while 50,000 updates wait is the very next request, alone', async () => {
  const [delivery, gateway] = await Delivery.throughGateway();
  const [ada = '', ben = ''] = await delivery.create(resource('ada'), resource('ben'));
  delivery.start();
  for (const id of [ada, ben]) await delivery.comesTo(id, 'in_sync');
  await delivery.stop();
  await backlog(delivery, WAITING);
  expect((await delivery.store.reports.summary()).states.queued).toBe(WAITING);
  const bulk = gateway.hold({ path: /Bulk/ });
  delivery.start();
  await bulk.here;
  const before = delivery.simulator.requests.length;
  await delivery.change(ada, { active: false, title: 'Leaver' });
  await vi.waitFor(() => expect(delivery.inConcur('ada')).toMatchObject({ active: false }), PATIENCE);
  const { provisioning } = await delivery.record(ada);
  const [next, ...others] = delivery.simulator.requests.slice(before);
  expect(next).toMatchObject({ method: 'PATCH' });
  expect(next?.path).toContain(String(provisioning.concurId));
  expect(others.filter(({ path }) => /Bulk/.test(path))).toEqual([]);
  const [request] = (await delivery.store.reports.requests({ personId: ada, limit: 9 })).items.filter(
    ({ operations }) => operations.some(({ difference }) => difference.set.active === false),
  );
  expect(request?.operations).toHaveLength(1);
  expect(request?.operations[0]?.difference).toEqual({ set: { active: false }, remove: [] });
  expect((await delivery.store.reports.summary()).states.queued).toBeGreaterThanOrEqual(WAITING - 100);
  const stopped = delivery.stop();
  bulk.release();
  await stopped;
}, 60_000);

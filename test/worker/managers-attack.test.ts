import { describe, expect, it, vi } from 'vitest';
import { ENTERPRISE, SPEND, SPEND_APPROVER, SPEND_ROLE } from '../../src/domain/extensions.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/domain/json.ts';
import { replan } from '../../src/worker/replan.ts';
import { Delivery, type DeliveryOptions, resource } from './harness.ts';

const PATIENCE = { timeout: 15_000, interval: 20 };

/** Somebody who uses Expense, under this manager. */
function employee(name: string, manager?: string, more: JsonObject = {}): JsonObject {
  return resource(name, { entitlements: [{ value: 'Expense' }], ...under(name, manager), ...more });
}

function under(name: string, manager?: string): JsonObject {
  const named = manager === undefined ? {} : { manager: { value: manager } };
  return { [ENTERPRISE]: { employeeNumber: `number-${name}`, ...named } };
}

const MAPPING = { managerApproves: ['report'] } as const;

function begin(options: DeliveryOptions = {}): Promise<Delivery> {
  return Delivery.begin({ mapping: MAPPING, ...options });
}

function rolesOf(delivery: Delivery, name: string): readonly string[] {
  const part = delivery.inConcur(name)?.[SPEND_ROLE] as { roles?: { roleName: string }[] } | undefined;
  return (part?.roles ?? []).map(({ roleName }) => roleName).sort();
}

/** The UUIDs of who approves reports of somebody in Concur. */
function approverIdsOf(delivery: Delivery, name: string): readonly string[] {
  const part = delivery.inConcur(name)?.[SPEND_APPROVER] as
    | { report?: { approver: { value: string } }[] }
    | undefined;
  return (part?.report ?? []).map(({ approver }) => approver.value);
}

/** The names of who approves reports of somebody in Concur. */
function approversOf(delivery: Delivery, name: string): readonly string[] {
  return approverIdsOf(delivery, name).map((concurId) => {
    const user = delivery.simulator.state.find(concurId);
    return String(user?.identity.userName).replace('@example.com', '');
  });
}

async function inSync(delivery: Delivery, ...ids: string[]): Promise<void> {
  for (const id of ids) await delivery.comesTo(id, 'in_sync');
}

/** Puts somebody into Concur without the bridge, as a user of Expense without any role. */
function seed({ simulator }: Delivery, name: string): string {
  const user = simulator.state.seed({
    ...resource(name),
    entitlements: ['Expense'],
    [ENTERPRISE]: { companyId: simulator.company.id, employeeNumber: `number-${name}` },
    [SPEND]: { country: 'US', locale: 'en-US', reimbursementCurrency: 'USD' },
  });
  return user.id;
}

describe('whoever waits for their manager', () => {
  /*
   * A commit read all of its people before it wrote the first. Where a report and its manager were settled by one Bulk,
   * the report's relation made the manager due, and the manager was then written by what had been read before: at rest,
   * managing nobody. Nothing ever woke them again, and the report waited for the role for ever.
   */
  it('gets them though both were created by one request', async () => {
    const delivery = await begin();
    const names = Array.from({ length: 6 }, (_, index) => index);
    const ids = await delivery.create(
      ...names.flatMap((index) => [
        employee(`ada${index}`, `boss${index}@example.com`),
        employee(`boss${index}`),
      ]),
    );
    await inSync(delivery, ...ids);
    for (const index of names) expect(approversOf(delivery, `ada${index}`)).toEqual([`boss${index}`]);
  });

  /* References are resolved by Concur's UUID too, but nobody was woken, or given the role, by that name. */
  it('gets them though they are named by Concur’s UUID, and are here only later', async () => {
    const delivery = await begin();
    const [ada = ''] = await delivery.create(employee('ada', seed(delivery, 'boss').toUpperCase()));
    await delivery.comesTo(ada, 'partial', 'waiting_for_person');
    const [boss = ''] = await delivery.create(employee('boss'));
    await inSync(delivery, ada, boss);
    expect(approversOf(delivery, 'ada')).toEqual(['boss']);
    expect(rolesOf(delivery, 'boss')).toEqual(['EXP_APPROVER']);
  });

  /* The names of a person were compared as words: whoever has them by a surer one was never given the role. */
  it('gets them though they are themselves named so, by a less sure name', async () => {
    const delivery = await begin();
    const ids = await delivery.create(
      employee('eve', undefined, { externalId: 'ada@example.com' }),
      employee('ada', 'ada@example.com'),
    );
    await inSync(delivery, ...ids);
    expect(approversOf(delivery, 'ada')).toEqual(['eve']);
  });

  /*
   * An approver whom a client names is sent at once, and Concur has the last word. It refused the manager, who was given
   * the role a second later, and the refusal stood.
   */
  it('gets them though the client names them as approver, too', async () => {
    const delivery = await begin();
    const [boss = ''] = await delivery.create(employee('boss'));
    await inSync(delivery, boss);
    const report = [{ approver: { employeeNumber: 'number-boss' }, primary: true }];
    const [ada = ''] = await delivery.create(employee('ada', boss, { [SPEND_APPROVER]: { report } }));
    await inSync(delivery, boss, ada);
    expect(approversOf(delivery, 'ada')).toEqual(['boss']);
  });

  /*
   * Whoever waited for somebody's access was woken when Concur gave it again. Where the guard held the deactivation,
   * and a client took it back, Concur had given it all the time.
   */
  it('gets them when a deactivation that the guard held is taken back', async () => {
    const deactivationGuard = { people: 1, percent: null, within: 3_600_000 };
    const delivery = await begin({ settings: { deactivationGuard } });
    const leavers = await delivery.create(employee('boss'), employee('eve'), employee('zoe'));
    const [boss = '', eve = '', zoe = ''] = leavers;
    const [ben = ''] = await delivery.create(employee('ben', boss));
    await inSync(delivery, ...leavers, ben);
    for (const id of [eve, zoe, boss]) await delivery.change(id, { active: false });
    await delivery.reaches(boss, 'held', 'guard');
    const [ada = ''] = await delivery.create(employee('ada', boss));
    const { provisioning } = await delivery.comesTo(ada, 'partial', 'waiting_for_person');
    expect(provisioning.lastError).toContain('who has no access');
    await delivery.change(boss, { active: true });
    await inSync(delivery, boss, ada);
    expect(approversOf(delivery, 'ada')).toEqual(['boss']);
  });
});

describe('whose manager is named so', () => {
  /*
   * Only who waited was looked at again. Somebody whom the name stands for more surely was given the role, and whoever
   * names them kept the other approver.
   */
  it('follows the name to somebody who has a surer claim to it', async () => {
    const delivery = await begin();
    const [ben = ''] = await delivery.create(employee('ben'));
    const [ada = ''] = await delivery.create(employee('ada', 'number-ben'));
    await inSync(delivery, ben, ada);
    const [eve = ''] = await delivery.create(employee('eve', undefined, { externalId: 'number-ben' }));
    await vi.waitFor(() => expect(approversOf(delivery, 'ada')).toEqual(['eve']), PATIENCE);
    await vi.waitFor(() => expect(rolesOf(delivery, 'ben')).toEqual([]), PATIENCE);
    await inSync(delivery, ben, ada, eve);
  });

  it('follows them to another Concur user', async () => {
    const delivery = await begin();
    const [boss = ''] = await delivery.create(employee('boss'));
    const [ada = ''] = await delivery.create(employee('ada', boss));
    await inSync(delivery, boss, ada);
    const concurId = seed(delivery, 'other');
    await delivery.decide(boss, () => ({ kind: 'release', concurId }));
    await vi.waitFor(() => expect(approverIdsOf(delivery, 'ada')).toEqual([concurId]), PATIENCE);
    expect(delivery.inConcur('ada')?.[ENTERPRISE]).toMatchObject({ manager: { value: concurId } });
  });

  /*
   * The relation to a manager was compared with what it would be by the names of now. Whoever took over the name of
   * their manager kept a row that was then written once more, and their every commit failed, with all others in it.
   */
  it('may take over that name, and have another manager then', async () => {
    const delivery = await begin();
    const [lead = '', zoe = ''] = await delivery.create(employee('lead'), employee('zoe'));
    const [ada = ''] = await delivery.create(employee('ada', 'lead@example.com'));
    await inSync(delivery, lead, zoe, ada);
    await delivery.change(lead, { userName: 'former@example.com' });
    await inSync(delivery, lead);
    await delivery.change(ada, { userName: 'lead@example.com' });
    await inSync(delivery, ada);
    await delivery.change(ada, under('ada', 'zoe@example.com'));
    await inSync(delivery, ada, zoe);
    expect(approversOf(delivery, 'lead')).toEqual(['zoe']);
    await delivery.change(ada, { title: 'Head of Sales' });
    await inSync(delivery, ada);
    expect(delivery.inConcur('lead')).toMatchObject({ title: 'Head of Sales' });
  });
});

describe('a leaver', () => {
  it('is given no role because somebody names them', async () => {
    const delivery = await begin();
    const [boss = ''] = await delivery.create(employee('boss'));
    await inSync(delivery, boss);
    await delivery.change(boss, { active: false });
    await inSync(delivery, boss);
    const patches = delivery.calls('PATCH', /Users/);
    const [ada = ''] = await delivery.create(employee('ada', boss));
    await delivery.comesTo(ada, 'partial', 'waiting_for_person');
    await inSync(delivery, boss);
    expect(delivery.calls('PATCH', /Users/)).toBe(patches);
    await delivery.change(boss, { active: true });
    await inSync(delivery, boss, ada);
    expect(approversOf(delivery, 'ada')).toEqual(['boss']);
  });

  /* Nobody is given a role for the sake of a leaver, so that a leaver who waited for it did so for ever. */
  it('waits for no approver, and keeps the one they had', async () => {
    const delivery = await begin();
    const [boss = '', chief = ''] = await delivery.create(employee('boss'), employee('chief'));
    const [ada = ''] = await delivery.create(employee('ada', boss));
    await inSync(delivery, boss, chief, ada);
    await delivery.change(ada, { active: false, ...under('ada', chief) });
    await inSync(delivery, ada);
    expect(approversOf(delivery, 'ada')).toEqual(['boss']);
    expect(rolesOf(delivery, 'chief')).toEqual([]);
    await delivery.change(ada, { active: true });
    await inSync(delivery, chief, ada);
    expect(approversOf(delivery, 'ada')).toEqual(['chief']);
  });
});

/*
 * Who waits for somebody is woken when an operation of theirs is over, and was due at once then, however often Concur had
 * failed on them: two who wait for each other were tried without any rest while Concur's spend service was out of order.
 */
it('a circle whose roles Concur fails on is tried ever more slowly', async () => {
  const [delivery, gateway] = await Delivery.throughGateway({ mapping: MAPPING });
  let statuses = 0;
  gateway.alter(
    { method: 'GET', path: /provisions\// },
    ({ body }) => {
      statuses += 1;
      return { body: JSON.stringify(withFailedRoles(JSON.parse(body))) };
    },
    'all',
  );
  gateway.alter(
    { method: 'GET', path: /spend\/.*Users/ },
    ({ body }) => ({ body: JSON.stringify({ ...JSON.parse(body), [SPEND_ROLE]: { roles: [] } }) }),
    'all',
  );
  delivery.start();
  const ids = await delivery.create(employee('ada', 'ben@example.com'), employee('ben', 'ada@example.com'));
  for (const attempts of [2, 3, 4]) {
    await vi.waitFor(async () => {
      for (const id of ids) {
        const { provisioning } = await delivery.record(id);
        const wait = (provisioning.due ?? 0) - delivery.clock.now();
        if (provisioning.attempts < attempts && provisioning.state === 'queued' && wait > 0) {
          delivery.clock.advance(wait);
        }
        expect(provisioning).toMatchObject({ state: 'queued', attempts });
        expect(wait).toBeGreaterThan(0);
      }
    }, PATIENCE);
  }
  expect(statuses).toBeGreaterThan(0);
});

/** The status of a provisioning request whose part of roles failed by Concur's own fault. */
function withFailedRoles(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withFailedRoles);
  if (!isJsonObject(value)) return value;
  const all = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withFailedRoles(one)]));
  return value.name === SPEND_ROLE
    ? { ...all, status: { completed: true, success: false, code: '500', result: 'error' } }
    : all;
}

/* The stored manager of whoever is named as their own was never the one that is wanted, so that each reload queued them. */
it('a reload rouses nobody who is named as their own manager', async () => {
  const delivery = await begin();
  const [eve = ''] = await delivery.create(employee('eve', 'eve@example.com'));
  await inSync(delivery, eve);
  await delivery.stop();
  const { store, clock, simulator } = delivery;
  const effect = await replan(
    {
      people: store.replanning,
      provisioning: store.provisioning,
      settings: {
        mapping: { companyId: simulator.company.id, defaults: {}, currencies: {}, ...MAPPING },
        deletion: 'deactivate',
        scopeExit: 'deactivate',
      },
      granted: delivery.client().granted,
      clock: clock.now,
      log: { info() {}, warn() {}, error() {} },
      stopping: new AbortController().signal,
    },
    'apply',
  );
  expect(effect).toMatchObject({ people: 1, changed: 0 });
  expect((await delivery.record(eve)).provisioning.state).toBe('in_sync');
});

import { expect, it, vi } from 'vitest';
import { ENTERPRISE, SPEND_APPROVER, SPEND_ROLE } from '../../src/domain/extensions.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { ReportPage, RequestReport } from '../../src/domain/reports.ts';
import { compileGroupRules } from '../../src/mapping/groups/compile.ts';
import { Delivery, resource } from './harness.ts';

const PEOPLE = 5_000;
/** How many people somebody manages: 1 + 5 + 25 + 125 + 625 + 3,125 and some more make six levels. */
const SPAN = 5.4;
const ACTOR = { kind: 'scim', name: 'test' } as const;
const PROCESSORS = 'Processors';
const SECONDS = 1_000;

const GROUPS = {
  ownership: 'additive',
  rules: compileGroupRules([
    { group: 'Everybody', entitlements: ['Expense', 'Request'] },
    { group: PROCESSORS, roles: ['EXP_PROCESSOR'] },
  ]).rules,
} as const;

/** The number of somebody's manager; nobody's is 0. */
function managerOf(index: number): number | null {
  return index === 0 ? null : Math.floor((index - 1) / SPAN);
}

function levelOf(index: number): number {
  const manager = managerOf(index);
  return manager === null ? 1 : levelOf(manager) + 1;
}

/** The same order in every run: Fisher and Yates, drawn by a linear congruential generator. */
function shuffled<One>(all: readonly One[], seed: number): readonly One[] {
  const mixed = [...all];
  let state = seed;
  for (let last = mixed.length - 1; last > 0; last -= 1) {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    const other = state % (last + 1);
    [mixed[last], mixed[other]] = [mixed[other] as One, mixed[last] as One];
  }
  return mixed;
}

const NAMES = Array.from({ length: PEOPLE }, (_, index) => `p${index}`);

/** Whom a person names, in one of the ways in which clients do. */
function referenceTo(index: number, by: number): string {
  return [`p${index}@example.com`, `external-p${index}`, `number-p${index}`][by % 3] ?? '';
}

function employee(index: number, manager: string | null): JsonObject {
  return resource(`p${index}`, {
    [ENTERPRISE]: manager === null ? {} : { manager: { value: manager } },
  });
}

async function inSync(delivery: Delivery, wanted: Record<string, number>): Promise<void> {
  await vi.waitFor(
    async () => {
      const { states } = await delivery.store.reports.summary();
      expect(states).toMatchObject(wanted);
    },
    { timeout: 200 * SECONDS, interval: 200 },
  );
}

/** What Concur holds of a person, with approvers by number. */
function standing(delivery: Delivery, index: number) {
  const user = delivery.inConcur(`p${index}`);
  const approvers = user?.[SPEND_APPROVER] as Record<string, { approver: { value: string } }[]> | undefined;
  const named = (kind: string) =>
    (approvers?.[kind] ?? []).map(({ approver }) => {
      const { identity } = delivery.simulator.state.find(approver.value) ?? {};
      return Number(String(identity?.userName).replace(/^p|@.*/g, ''));
    });
  const roles = (user?.[SPEND_ROLE] as { roles?: { roleName: string }[] } | undefined)?.roles ?? [];
  return {
    report: named('report'),
    request: named('request'),
    roles: roles.map(({ roleName }) => roleName).sort(),
  };
}

it(
  'of 5,000 people in six levels, who arrive in random order, ends as the org chart says',
  async () => {
    const delivery = await Delivery.begin({
      groups: GROUPS,
      mapping: { managerApproves: ['report', 'request'] },
    });
    const everybody = await group(delivery, 'Everybody');
    const processors = await group(delivery, PROCESSORS);
    expect(Math.max(...NAMES.map((_, index) => levelOf(index)))).toBe(6);

    const isProcessor = (index: number) => index % 7 === 0;
    const order = shuffled([...NAMES.keys()], 42);
    for (let start = 0; start < PEOPLE; start += 50) {
      const part = order.slice(start, start + 50);
      const ids = await delivery.create(
        ...part.map((index) => {
          const manager = managerOf(index);
          return employee(index, manager === null ? null : referenceTo(manager, index));
        }),
      );
      await join(delivery, everybody, ids);
      await join(
        delivery,
        processors,
        ids.filter((_, at) => isProcessor(part[at] ?? 0)),
      );
    }
    await inSync(delivery, { in_sync: PEOPLE });

    const managers = new Set(NAMES.map((_, index) => managerOf(index)));
    for (const index of NAMES.keys()) {
      const manager = managerOf(index);
      const approvers = manager === null ? [] : [manager];
      const roles = [
        ...(managers.has(index) ? ['EXP_APPROVER', 'REQ_APPROVER'] : []),
        ...(isProcessor(index) ? ['EXP_PROCESSOR'] : []),
      ];
      expect([index, standing(delivery, index)]).toEqual([
        index,
        { report: approvers, request: approvers, roles: roles.sort() },
      ]);
    }
    // At most one each for the person, their groups (joined in two writes), their manager and their first report.
    expect(await mostOperations(delivery)).toBeLessThanOrEqual(5);
    expect(delivery.simulator.violations).toEqual([]);
  },
  240 * SECONDS,
);

it('with a circle and managers who never come is provisioned but for what names them', async () => {
  const delivery = await Delivery.begin({
    groups: GROUPS,
    mapping: { managerApproves: ['report', 'request'] },
  });
  const everybody = await group(delivery, 'Everybody');
  const size = 120;
  const isLost = (index: number) => index % 10 === 9;
  // The manager of the head is one of their own people.
  const above = (index: number) => (index === 0 ? 6 : (managerOf(index) ?? 0));
  const order = shuffled([...NAMES.keys()].slice(0, size), 7);
  const ids = await delivery.create(
    ...order.map((index) =>
      employee(index, isLost(index) ? `lost-${index}` : referenceTo(above(index), index)),
    ),
  );
  await join(delivery, everybody, ids);
  await inSync(delivery, { in_sync: size - size / 10, partial: size / 10 });

  for (const [at, index] of order.entries()) {
    const { provisioning } = await delivery.record(ids[at] ?? '');
    const approvers = isLost(index) ? [] : [above(index)];
    expect([index, standing(delivery, index)]).toMatchObject([
      index,
      { report: approvers, request: approvers },
    ]);
    expect(delivery.inConcur(`p${index}`)).toMatchObject({ active: true });
    expect([provisioning.reason, provisioning.lastError]).toEqual(
      isLost(index) ? ['waiting_for_person', `Waits for lost-${index}, who is not here yet`] : [null, null],
    );
  }
}, 60_000);

async function group(delivery: Delivery, displayName: string): Promise<string> {
  return delivery.group({
    kind: 'create',
    actor: ACTOR,
    resource: { displayName },
    members: [],
    unknownMembers: 'accept',
  });
}

async function join(delivery: Delivery, id: string, members: readonly string[]): Promise<void> {
  await delivery.group({
    kind: 'change',
    actor: ACTOR,
    unknownMembers: 'accept',
    id,
    decide: ({ resource: kept }) => ({
      kind: 'change',
      resource: kept,
      changed: ['members'],
      members: [{ kind: 'add', ids: members }],
    }),
  });
}

/** The most operations that anybody took. */
async function mostOperations({ store }: Delivery): Promise<number> {
  const counts = new Map<string, number>();
  let cursor: string | null = null;
  do {
    const page: ReportPage<RequestReport> = await store.reports.requests({
      limit: 50,
      ...(cursor === null ? {} : { cursor }),
    });
    for (const { personId } of page.items.flatMap(({ operations }) => operations)) {
      counts.set(personId, (counts.get(personId) ?? 0) + 1);
    }
    cursor = page.nextCursor;
  } while (cursor !== null);
  return Math.max(...counts.values());
}

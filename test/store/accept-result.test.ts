import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Scope } from '../../src/domain/connection.ts';
import { ENTERPRISE } from '../../src/domain/extensions.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { ProvisioningUpdate } from '../../src/domain/ports.ts';
import type { ScopeSettings } from '../../src/domain/scope.ts';
import type { Decision, Write, WriteResult } from '../../src/scim/directory.ts';
import { toProvisioningColumns } from '../../src/store/person-rows.ts';
import { bindConnection, type ConnectionStore } from '../../src/store/store.ts';
import { ADMIN, type Bench, ENGINES, OKTA, openBench, replace } from './engines.ts';

const NAMES = ['ann', 'Ann ', 'bob', 'cy'];

const resources = fc
  .record({
    userName: fc.constantFrom(...NAMES),
    externalId: fc.option(fc.constantFrom('e1', 'E1', '')),
    active: fc.option(fc.boolean()),
    employeeNumber: fc.option(fc.constantFrom('n1', 'N1', 'n2')),
    manager: fc.option(fc.constantFrom('ann', 'bob')),
    email: fc.option(fc.constantFrom('a@x', 'b@x')),
    userType: fc.constantFrom('in', 'out'),
    number: fc.constantFrom(0, -0, 1.5),
  })
  .map(
    ({ userName, externalId, active, employeeNumber, manager, email, userType, number }): JsonObject => ({
      userName,
      userType,
      number,
      ...(externalId === null ? {} : { externalId }),
      ...(active === null ? {} : { active }),
      ...(email === null ? {} : { emails: [{ type: 'Work', value: email }, { value: 'also' }] }),
      [ENTERPRISE]: {
        ...(employeeNumber === null ? {} : { employeeNumber }),
        ...(manager === null ? {} : { manager: { value: manager } }),
      },
    }),
  );

const override = { active: false, reason: 'left', by: 'cli:root', since: 5 } as const;
const FIXED: readonly Decision[] = [
  { kind: 'unchanged' },
  { kind: 'delete' },
  { kind: 'retry' },
  { kind: 'release', concurId: 'c1' },
  { kind: 'release', concurId: 'c2' },
  { kind: 'override', override, reason: 'left' },
  { kind: 'override', override: null, reason: 'back' },
  { kind: 'judge', verdict: 'released', by: 'cli:root', reason: null },
  { kind: 'judge', verdict: 'discarded', by: 'cli:root', reason: 'kept' },
  { kind: 'withdraw', to: null, changed: [], reason: 'refused' },
];
const decisions: fc.Arbitrary<Decision> = fc.oneof(
  { weight: 4, arbitrary: resources.map((resource) => replace(resource, 'x')) },
  { weight: 4, arbitrary: fc.constantFrom(...FIXED) },
  resources.map((to): Decision => ({ kind: 'withdraw', to, changed: ['x'], reason: 'refused' })),
);

/** What a worker leaves of somebody. */
const rests: fc.Arbitrary<ProvisioningUpdate> = fc.record(
  {
    state: fc.constantFrom('queued', 'processing', 'in_sync', 'partial', 'failed', 'held', 'unmanaged'),
    reason: fc.constantFrom(null, 'refused', 'guard', 'not_created'),
    concurId: fc.constantFrom(null, 'c1', 'c2'),
    applied: fc.constantFrom(
      { profile: {}, unknown: [] },
      { profile: { active: true, userName: 'ann' }, unknown: [] },
      { profile: { active: false }, unknown: [] },
    ),
    owned: fc.constantFrom([], ['active', 'title']),
    losses: fc.constantFrom({}, { active: { state: 'held', at: 3, why: 'too many' } as const }),
    candidates: fc.constantFrom(
      [],
      [{ concurId: 'c1', active: true, userName: null, externalId: null, employeeNumber: null }],
    ),
    lane: fc.constantFrom('deactivation', 'creation', 'update'),
    due: fc.constantFrom(null, 1, 2_000_000),
    attempts: fc.constantFrom(0, 3),
    pendingSince: fc.constantFrom(null, 7),
    lastConfirmed: fc.constantFrom(null, 8),
    lastError: fc.constantFrom(null, 'no'),
    verdictUntil: fc.constantFrom(null, 1_000_010),
  },
  { requiredKeys: [] },
);

/** Whom somebody waits for, or names as their manager. */
const relations = fc.subarray([
  { kind: 'waits', target: 'ann' },
  { kind: 'waits', target: 'bob' },
  { kind: 'manager', target: 'ann' },
] as const);

const who = fc.nat({ max: 1 });
const STEPS = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('create' as const), resource: resources, isAwaited: fc.boolean() }),
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('change' as const), who, decision: decisions }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('rest' as const), who, update: rests, relations }),
    },
  ),
  { minLength: 4, maxLength: 25 },
);

const INSIDE: Scope = {
  filter: 'userType eq "in"',
  usesGroups: false,
  includes: ({ userType }) => userType === 'in',
};
const SCOPES: readonly (ScopeSettings | undefined)[] = [
  undefined,
  ...(['deactivate', 'keep'] as const).map((scopeExit) => ({
    scopeExit,
    scope: INSIDE,
  })),
];

describe.each(ENGINES)('what a write says that it left, on $name', (engine) => {
  it('is what is read afterwards, whatever was written before', async () => {
    const bench = await openBench(engine);
    const seen = new Set<string>();
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(STEPS, fc.constantFrom(...SCOPES), async (steps, scope) => {
        const name = `run-${runs++}`;
        await bindConnection(bench.store, name, `company-${name}`);
        const connection = bench.store.connection(name, undefined, scope);
        const ids: string[] = [];
        for (const step of steps) {
          bench.now += 1;
          if (step.kind === 'rest') {
            await leave(bench, name, ids[step.who], step.update, step.relations);
            continue;
          }
          const [result] = await connection.directory.accept([toWrite(step, ids, bench.now)]);
          if (result?.kind === 'written' && step.kind === 'create') ids.push(result.record.person.id);
          seen.add(`${step.kind === 'create' ? 'create' : step.decision.kind} ${result?.kind}`);
          await expectRead(connection, result);
        }
      }),
      { numRuns: 300 },
    );
    await bench.close();
    expect([...seen]).toEqual(
      expect.arrayContaining(
        ['create', 'replace', 'delete', 'withdraw', 'override', 'retry', 'release', 'judge'].map(
          (kind) => `${kind} written`,
        ),
      ),
    );
    expect([...seen]).toEqual(expect.arrayContaining(['create conflict', 'replace conflict']));
  }, 60_000);
});

type Step = Exclude<typeof STEPS extends fc.Arbitrary<(infer One)[]> ? One : never, { kind: 'rest' }>;

function toWrite(step: Step, ids: readonly string[], now: number): Write {
  if (step.kind === 'create') {
    const { resource, isAwaited } = step;
    return { kind: 'create', actor: OKTA, resource, ...(isAwaited ? { waitUntil: now + 5 } : {}) };
  }
  const { decision } = step;
  const isOfClients = ['replace', 'delete', 'unchanged', 'withdraw'].includes(decision.kind);
  const id = ids[step.who] ?? 'nobody';
  return { kind: 'change', actor: isOfClients ? OKTA : ADMIN, id, decide: () => decision };
}

async function leave(
  { store: { db } }: Bench,
  connection: string,
  id: string | undefined,
  update: ProvisioningUpdate,
  relations: readonly { readonly kind: 'waits' | 'manager'; readonly target: string }[],
): Promise<void> {
  const columns = toProvisioningColumns(update);
  if (id === undefined || Object.keys(columns).length === 0) return;
  await db
    .updateTable('provisionings')
    .set(columns)
    .where('connection', '=', connection)
    .where('person_id', '=', id)
    .execute();
  const whose = { connection, person_id: id };
  await db.deleteFrom('relations').where('connection', '=', connection).where('person_id', '=', id).execute();
  if (relations.length === 0) return;
  await db
    .insertInto('relations')
    .values(relations.map((relation) => ({ ...whose, ...relation })))
    .execute();
}

async function expectRead(connection: ConnectionStore, result: WriteResult | undefined): Promise<void> {
  if (result?.kind !== 'written') return;
  const { id } = result.record.person;
  // As a client gets it: JSON knows no negative zero.
  const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
  expect(asJson(result.record)).toEqual(asJson(await connection.reports.person(id)));
}

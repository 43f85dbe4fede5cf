import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createConcur } from '../../src/concur/concur.ts';
import type { ConnectionSettings } from '../../src/domain/connection.ts';
import { ENTERPRISE, SPEND } from '../../src/domain/extensions.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { PersonRecord } from '../../src/domain/person.ts';
import type { ProvisioningStore } from '../../src/domain/ports.ts';
import type { Directory, Write } from '../../src/scim/directory.ts';
import { bindConnection, openStore } from '../../src/store/store.ts';
import { startWorker } from '../../src/worker/worker.ts';
import { withFaultPoints } from './fault-points.ts';

/** What the test tells this process, as JSON in its first argument. */
export interface CrashOrder {
  readonly database: string;
  readonly simulator: string;
  readonly companyId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly refreshToken: string;
  /** The point at which to die, and at which of its passings; null: live to the end of the day. */
  readonly dieAt: { readonly point: string; readonly passing: number } | null;
  /** The file that whoever dies leaves: of the processes that share it only the first dies. Null: nobody shares. */
  readonly grave: string | null;
  /** Whether the day begins only once something is read from standard input; when that ends, it never does. */
  readonly waits: boolean;
  /** How long its leases last without being renewed, in ms. */
  readonly leaseDuration: number;
  /** How far this process's clock is ahead, in ms: leases of the dead have lapsed for it. */
  readonly ahead: number;
  /** Whether every point passed is written to standard output. */
  readonly trace: boolean;
}

const ACTOR = { kind: 'scim', name: 'crash' } as const;

const order: CrashOrder = JSON.parse(process.argv[2] ?? '');
const passings = new Map<string, number>();

function reach(point: string): void {
  const passing = (passings.get(point) ?? 0) + 1;
  passings.set(point, passing);
  if (order.trace) process.stdout.write(`${point} ${passing}\n`);
  const { dieAt, grave } = order;
  if (dieAt?.point === point && dieAt.passing === passing && isFirst(grave))
    process.kill(process.pid, 'SIGKILL');
}

function isFirst(grave: string | null): boolean {
  try {
    if (grave !== null) writeFileSync(grave, '', { flag: 'wx' });
    return true;
  } catch {
    // The file is there: another process has died.
    return false;
  }
}

const clock = () => Date.now() + order.ahead;
const store = await openStore({
  url: `sqlite:${order.database}`,
  secretKey: Buffer.alloc(32, 7),
  clock,
  newId: randomUUID,
});
await bindConnection(store, 'default', order.companyId);
const connection = store.connection('default');
await connection.credentials.seedRefreshToken(order.refreshToken);
const directory = withFaultPoints(connection.directory, reach);
const settings: ConnectionSettings = {
  name: 'default',
  companyId: order.companyId,
  baseUrl: order.simulator,
  allowedHosts: ['127.0.0.1'],
  writeApi: 'auto',
  mapping: { companyId: order.companyId, defaults: {}, currencies: {} },
  polling: { interval: 60 },
  batching: { operations: 100, bytes: 400_000 },
  delivery: 'on',
  verdictWindow: 0,
  deletion: 'deactivate',
  scopeExit: 'deactivate',
  deactivationGuard: { people: 100, percent: null, within: 3_600_000 },
};
const log = {
  info() {},
  warn() {},
  error: (fields: object) => process.stderr.write(`${JSON.stringify(fields)}\n`),
};
const concur = createConcur({
  settings,
  secrets: { clientId: order.clientId, clientSecret: order.clientSecret, refreshToken: null },
  // `read` is a method of Concur's too.
  credentials: withFaultPoints(connection.credentials, (point) => reach(`credential-${point}`)),
  clock,
  newId: randomUUID,
  log,
});
const worker = startWorker(
  {
    store: insideTransactions(withFaultPoints(connection.provisioning, reach)),
    concur: withFaultPoints(concur, reach),
    settings,
    clock,
    random: Math.random,
    newId: randomUUID,
    log,
  },
  order.leaseDuration,
);
process.stdout.write('working\n');

if (!order.waits || (await isTold())) await wholeDay();
await worker.stop();
await concur.close();
await store.close();

async function isTold(): Promise<boolean> {
  for await (const _ of process.stdin) return true;
  return false;
}

async function wholeDay(): Promise<void> {
  for (const part of [morning, noon, evening]) {
    await part();
    await everybodyRests();
  }
}

/** Four people arrive at once, and a fifth alone. */
async function morning(): Promise<void> {
  await assign(['ada', 'ben', 'cleo', 'dan'].map((name) => person(name)));
  await everybodyRests();
  await assign([person('eve')]);
}

/** Two change in identity and expense, one leaves, one is deleted: all accepted at once. */
async function noon(): Promise<void> {
  const dan = await find('dan@example.com');
  await accept([
    await becoming('ada', { title: 'Director', [SPEND]: spend('EUR') }),
    await becoming('ben', { title: 'Manager', [SPEND]: spend('GBP') }),
    await becoming('cleo', { active: false }),
    ...(dan === undefined || dan.person.resource.title === 'Rehired' ? [] : [deletion(dan)]),
  ]);
}

/** The deleted one is hired again, and the leaver comes back. */
async function evening(): Promise<void> {
  await assign([person('dan', { title: 'Rehired' })]);
  await accept([await becoming('cleo', { active: true })]);
}

function person(name: string, more: JsonObject = {}): JsonObject {
  return {
    userName: `${name}@example.com`,
    active: true,
    name: { givenName: name, familyName: 'Example' },
    emails: [{ type: 'work', value: `${name}@example.com` }],
    preferredLanguage: 'en-US',
    addresses: [{ type: 'work', country: 'US' }],
    [ENTERPRISE]: { employeeNumber: `number-${name}` },
    ...more,
  };
}

function spend(reimbursementCurrency: string): JsonObject {
  return { country: 'US', locale: 'en-US', reimbursementCurrency };
}

/** Creates whoever is not there: a client that was not answered asks again. */
async function assign(resources: readonly JsonObject[]): Promise<void> {
  const missing: Write[] = [];
  for (const resource of resources) {
    if ((await find(String(resource.userName))) === undefined)
      missing.push({ kind: 'create', actor: ACTOR, resource });
  }
  if (missing.length > 0) await accept(missing);
}

async function find(key: string): Promise<PersonRecord | undefined> {
  const [known] = await connection.reports.search({ key, limit: 1 });
  return known?.person.deleted === null ? known : undefined;
}

async function becoming(name: string, more: JsonObject): Promise<Write> {
  const known = await find(`${name}@example.com`);
  if (known === undefined) throw new Error(`${name} was lost`);
  return {
    kind: 'change',
    actor: ACTOR,
    id: known.person.id,
    decide: ({ person: { resource } }) => ({
      kind: 'replace',
      resource: { ...resource, ...more },
      changed: Object.keys(more),
    }),
  };
}

function deletion({ person: { id } }: PersonRecord): Write {
  return { kind: 'change', actor: ACTOR, id, decide: () => ({ kind: 'delete' }) };
}

async function accept(writes: Parameters<Directory['accept']>[0]): Promise<void> {
  for (const result of await directory.accept(writes)) {
    if (result.kind !== 'written') throw new Error(`Not written: ${result.kind}`);
  }
  worker.wake();
}

async function everybodyRests(): Promise<void> {
  while (true) {
    const { states } = await connection.reports.summary();
    if (states.queued + states.sending + states.processing === 0) return;
    await new Promise((resume) => {
      setTimeout(resume, 20);
    });
  }
}

/** A commit is one transaction; this point is in the middle of it. */
function insideTransactions(provisioning: ProvisioningStore): ProvisioningStore {
  return new Proxy(provisioning, {
    get(target, name, receiver) {
      if (name !== 'commit') return Reflect.get(target, name, receiver);
      const commit: ProvisioningStore['commit'] = (step, now) =>
        target.commit(
          {
            ...step,
            decide: async (record, resolve) => {
              const update = await step.decide(record, resolve);
              reach('commit:inside');
              return update;
            },
          },
          now,
        );
      return commit;
    },
  });
}

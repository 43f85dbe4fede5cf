import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../../src/domain/json.ts';
import type { PersonRecord } from '../../src/domain/person.ts';
import type { Lease, OutgoingOperation, ProvisioningUpdate } from '../../src/domain/ports.ts';
import type { Actor, Decision, ListQuery, WriteResult } from '../../src/scim/directory.ts';
import type { Filter } from '../../src/scim/filter/filter.ts';
import type { GroupRecord, Member } from '../../src/scim/groups.ts';
import { bindConnection, type ConnectionStore, openStore, type Store } from '../../src/store/store.ts';

/** A kind of database that the conformance suite runs on: every test gets an empty one. */
export interface Engine {
  readonly name: string;
  create(): Promise<{ readonly url: string; remove(): Promise<void> }>;
}

export const ENGINES: readonly Engine[] = [
  {
    name: 'SQLite',
    create: () => {
      const folder = mkdtempSync(join(tmpdir(), 'bridge-store-'));
      return Promise.resolve({
        url: `sqlite:${join(folder, 'bridge.db')}`,
        remove: () => Promise.resolve(rmSync(folder, { recursive: true, force: true })),
      });
    },
  },
];

export const SECRET_KEY = Buffer.alloc(32, 7);
export const OKTA: Actor = { kind: 'scim', name: 'okta' };
export const ADMIN: Actor = { kind: 'admin', name: 'root' };

/** Asks for the first page of those who match, oldest first. */
export function firstPage(filter: Filter | null, count: number): ListQuery {
  return { filter, sort: null, paging: { kind: 'index', startIndex: 1, count } };
}

/** A database of one test, with a clock that stands still unless it is moved. */
export interface Bench {
  now: number;
  readonly url: string;
  readonly store: Store;
  readonly connection: ConnectionStore;
  /** Opens the same database once more, as another process would. */
  reopen(secretKey?: Buffer): Promise<Store>;
  close(): Promise<void>;
}

export async function openBench(engine: Engine): Promise<Bench> {
  const { url, remove } = await engine.create();
  const stores: Store[] = [];
  let ids = 0;
  const open = async (secretKey = SECRET_KEY) => {
    const store = await openStore({ url, secretKey, clock: () => bench.now, newId });
    stores.push(store);
    return store;
  };
  const newId = () => {
    ids += 1;
    return `00000000-0000-4000-8000-${String(ids).padStart(12, '0')}`;
  };
  const bench = { now: 1_000_000 };
  const store = await open();
  await bindConnection(store, 'default', 'company-1');
  return Object.assign(bench, {
    url,
    store,
    connection: store.connection('default'),
    reopen: open,
    close: async () => {
      for (const one of stores) await one.close();
      await remove();
    },
  });
}

/** The members of a group that were read with it, or are read now. */
export async function allMembers({ members }: GroupRecord): Promise<readonly Member[]> {
  if (members === null) return [];
  if (!(Symbol.asyncIterator in members)) return members;
  const all: Member[] = [];
  for await (const part of members) all.push(...part);
  return all;
}

/** Creates people in one batch; fails when one of them is refused. */
export async function create(
  connection: ConnectionStore,
  ...resources: readonly JsonObject[]
): Promise<readonly PersonRecord[]> {
  const results = await connection.directory.accept(
    resources.map((resource) => ({ kind: 'create', actor: OKTA, resource })),
  );
  return results.map(written);
}

export async function createOne(connection: ConnectionStore, resource: JsonObject): Promise<PersonRecord> {
  const [record] = await create(connection, resource);
  if (record === undefined) throw new Error('nothing was written');
  return record;
}

export async function change(
  connection: ConnectionStore,
  id: string,
  decide: Decision | ((record: PersonRecord) => Decision),
  actor = OKTA,
): Promise<WriteResult> {
  const [result] = await connection.directory.accept([
    { kind: 'change', actor, id, decide: typeof decide === 'function' ? decide : () => decide },
  ]);
  if (result === undefined) throw new Error('no result');
  return result;
}

export function replace(resource: JsonObject, ...changed: readonly string[]): Decision {
  return { kind: 'replace', resource, changed };
}

export function written(result: WriteResult): PersonRecord {
  if (result.kind !== 'written') throw new Error(`not written: ${JSON.stringify(result)}`);
  return result.record;
}

export function lease(token: string, until: number): Lease {
  return { token, until };
}

export function operation(
  record: PersonRecord,
  id: string,
  set: OutgoingOperation['difference']['set'] = { title: 'x' },
): OutgoingOperation {
  return {
    id,
    method: record.provisioning.concurId === null ? 'POST' : 'PATCH',
    personId: record.person.id,
    concurId: record.provisioning.concurId,
    difference: { set, remove: [] },
    base: { userName: 'base' },
    initial: ['timezone'],
    desired: { ...set, timezone: 'UTC' },
  };
}

/** A decision for `commit` that does not look at the person. */
export function becomes(update: ProvisioningUpdate): () => Promise<ProvisioningUpdate> {
  return () => Promise.resolve(update);
}

/** Creates a person, claims them under the lease `l` and records the request `r` with their operation `o`. */
export async function send(
  { connection, now }: Bench,
  resource = { userName: 'ann' },
  set: OutgoingOperation['difference']['set'] = {},
): Promise<PersonRecord> {
  const record = await createOne(connection, resource);
  const held = lease('l', now + 1_000);
  await connection.provisioning.claim('others', 10, held, now);
  const request = { id: 'r', kind: 'user', operations: [operation(record, 'o', set)] } as const;
  const lost = await connection.provisioning.recordRequest(request, held, now);
  if (lost.length > 0) throw new Error('the person was not under the lease');
  return record;
}

/** Claims people and lets them rest as `update` says, as a worker does who finds or sends something. */
export async function settle(bench: Bench, id: string, update: ProvisioningUpdate): Promise<PersonRecord> {
  const { provisioning, reports } = bench.connection;
  const held = lease(`settle-${id}`, bench.now + 1);
  const before = await reports.people({ limit: 100 });
  const dues = new Map(before.items.map(({ person, provisioning: { due } }) => [person.id, due]));
  await provisioning.claim('deactivation', 100, held, bench.now);
  await provisioning.claim('lookup', 100, held, bench.now);
  await provisioning.claim('others', 100, held, bench.now);
  const decide = (record: PersonRecord) =>
    Promise.resolve<ProvisioningUpdate>(
      record.person.id === id ? update : { state: 'queued', due: dues.get(record.person.id) ?? bench.now },
    );
  const sending = await reports.people({ state: 'sending', limit: 100 });
  await provisioning.commit(
    { lease: held.token, people: sending.items.map(({ person }) => person.id), decide },
    bench.now,
  );
  return await load(bench, id);
}

export async function load({ connection }: Bench, id: string): Promise<PersonRecord> {
  const record = await connection.reports.person(id);
  if (record === null) throw new Error(`no person ${id}`);
  return record;
}

import type { Credential } from '../../src/domain/credential.ts';
import { deliveryStanding } from '../../src/domain/delivery.ts';
import type { JsonObject, JsonValue } from '../../src/domain/json.ts';
import { isJsonObject } from '../../src/domain/json.ts';
import type { Person, PersonRecord, Provisioning } from '../../src/domain/person.ts';
import type { ChangeReport, Reports, RequestReport, Summary } from '../../src/domain/reports.ts';
import type { Description, HttpConnection } from '../../src/http/connection.ts';
import { personResource } from '../../src/http/scim/person-resource.ts';
import type { Actor, Decision, Directory, Write, WriteResult } from '../../src/scim/directory.ts';
import { matches } from '../../src/scim/filter/match.ts';
import { userResourceType } from '../../src/scim/registry.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const CREATED = Date.UTC(2026, 0, 1);

/** A connection in memory, as faithful as the transport can tell: versions, uniqueness, deletion, an audit trail. */
export interface FakeConnection extends HttpConnection {
  readonly records: Map<string, PersonRecord>;
  readonly requests: RequestReport[];
  /** What `describe` answers. */
  description: Description;
  /** What `credential` answers. */
  held: Credential | null;
  /** How often the worker was woken. */
  woken: number;
  /** Makes the next call of the directory fail with it. */
  failure: Error | null;
  /** What the summary says besides the people. */
  counts: Pick<Summary, 'reasons' | 'deactivations'>;
  /** Changes what is known of a person's provisioning. */
  settle(id: string, update: Partial<Provisioning>): void;
}

export function fakeConnection(name = 'default', tokens: Record<string, string> = { 'secret-okta': 'okta' }) {
  const records = new Map<string, PersonRecord>();
  const changes: ChangeReport[] = [];
  let moment = CREATED;
  let switched: 'on' | 'off' = 'on';

  const living = () => [...records.values()].filter(({ person }) => person.deleted === null);
  const failing = () => {
    const { failure } = connection;
    connection.failure = null;
    if (failure !== null) throw failure;
  };

  const recordOf = (id: string) => {
    failing();
    return living().find(({ person }) => person.id === id) ?? null;
  };

  const directory: Directory = {
    accept: async (writes) => {
      failing();
      return writes.map(acceptOne);
    },
    get: async (id) => recordOf(id),
    record: async (id) => recordOf(id),
    list: async ({ filter, paging }) => {
      failing();
      const found = living().filter(
        (record) =>
          filter === null || matches(filter, personResource(record, '', undefined), userResourceType),
      );
      const start = paging.kind === 'index' ? paging.startIndex - 1 : 0;
      return { total: found.length, items: found.slice(start, start + paging.count), nextCursor: null };
    },
    groupsOf: async () => new Map(),
    groups: {
      accept: async () => [],
      get: async () => null,
      list: async () => ({ total: 0, items: [], nextCursor: null }),
    },
  };

  const reports: Reports = {
    summary: async () => ({
      connection: name,
      people: living().length,
      states: {
        queued: living().length,
        sending: 0,
        processing: 0,
        in_sync: 0,
        partial: 0,
        failed: 0,
        held: 0,
        unmanaged: 0,
      },
      openRequests: 0,
      openDeactivations: 1,
      oldestOpenDeactivation: CREATED,
      ...connection.counts,
    }),
    people: async ({ state, reason, cursor, limit }) => {
      const found = [...records.values()].filter(
        ({ provisioning }) =>
          (state === undefined || provisioning.state === state) &&
          (reason === undefined || provisioning.reason === reason),
      );
      return page(found, cursor, limit);
    },
    search: async ({ key, state, limit }) => {
      const found = [...records.values()].filter((record) => keysOf(record).includes(key.toLowerCase()));
      const alive = found.filter(({ person }) => person.deleted === null);
      const gone = found.toSorted((left, right) => (right.person.deleted ?? 0) - (left.person.deleted ?? 0));
      return (alive.length > 0 ? alive : gone)
        .filter(({ provisioning }) => state === undefined || provisioning.state === state)
        .slice(0, limit);
    },
    approvesFor: async () => [],
    leavingApprovers: async () => [],
    earlier: async ({ id, resource }) =>
      [...records.values()].filter(
        ({ person }) =>
          person.deleted !== null && person.id !== id && person.resource.userName === resource.userName,
      ),
    person: async (id) => records.get(id) ?? null,
    requests: async ({ personId, state, cursor, limit }) => {
      const found = connection.requests.filter(
        (request) =>
          (personId === undefined || request.operations.some((one) => one.personId === personId)) &&
          (state === undefined || request.state === state),
      );
      return page(found, cursor, limit);
    },
    request: async (prefix) => connection.requests.find(({ id }) => id.startsWith(prefix)) ?? null,
    changes: async ({ personId, cursor, limit }) =>
      page(
        changes.filter((change) => personId === undefined || change.personId === personId).toReversed(),
        cursor,
        limit,
      ),
  };

  const connection: FakeConnection = {
    name,
    directory,
    unknownMembers: 'accept',
    rateLimit: null,
    writeApi: 'auto',
    held: null,
    credential: async () => connection.held,
    reports,
    records,
    requests: [],
    description: { desired: {}, initial: {}, waitingFor: [], gaps: [], missingFor: () => null },
    woken: 0,
    counts: { reasons: {}, deactivations: { confirmed: 0, p50: null, p99: null } },
    failure: null,
    tokens: {
      verify: async (token) => {
        const known = new Map(Object.entries(tokens)).get(token);
        return known === undefined ? null : { name: known };
      },
    },
    onProvisionCompleted: async () => {},
    verdicts: null,
    onAccepted: () => {
      connection.woken += 1;
    },
    describe: async () => connection.description,
    delivery: async () => deliveryStanding('on', switched),
    switchDelivery: async (to) => {
      switched = to;
    },
    settle: (id, update) => {
      const record = records.get(id);
      if (record === undefined) throw new Error(`Nobody has the id ${id}`);
      records.set(id, { ...record, provisioning: { ...record.provisioning, ...update } });
    },
  };
  return connection;

  function acceptOne(write: Write): WriteResult {
    moment += 1000;
    if (write.kind === 'create') {
      const id = `00000000-0000-4000-8000-${String(records.size + 1).padStart(12, '0')}`;
      return (
        conflict(id, write.resource) ??
        store(newRecord(name, id, write.resource, moment), write.actor, 'create')
      );
    }
    const record = records.get(write.id);
    const isGone = record?.person.deleted != null;
    if (record === undefined || (isGone && write.actor.kind === 'scim')) return { kind: 'missing' };
    try {
      return decided(record, write.decide(record), write.actor);
    } catch (error) {
      return { kind: 'rejected', error };
    }
  }

  function decided(record: PersonRecord, decision: Decision, actor: Actor): WriteResult {
    const next = (update: Partial<Person>): PersonRecord => ({
      ...record,
      person: { ...record.person, version: record.person.version + 1, lastModified: moment, ...update },
    });
    switch (decision.kind) {
      case 'unchanged':
        return { kind: 'written', record, changed: false };
      case 'replace':
        return (
          conflict(record.person.id, decision.resource) ??
          store(next({ resource: decision.resource }), actor, 'update', decision.changed)
        );
      case 'delete':
        return store(next({ deleted: moment }), actor, 'delete');
      case 'withdraw': {
        const { to, changed, reason } = decision;
        const undone = to === null ? { deleted: moment } : { resource: to };
        return store(next(undone), actor, 'withdraw', changed, reason);
      }
      case 'override':
        return store(
          next({ override: decision.override }),
          actor,
          decision.override === null ? 'lift' : 'override',
          [],
          decision.reason,
        );
      case 'judge':
        return store(
          { ...record, provisioning: { ...record.provisioning, state: 'queued', losses: {} } },
          actor,
          decision.verdict === 'released' ? 'release' : 'discard',
          [],
          decision.reason,
        );
      case 'release': {
        const provisioning = { ...record.provisioning, concurId: decision.concurId, candidates: [] };
        return store({ ...record, provisioning: { ...provisioning, state: 'queued' } }, actor, 'release');
      }
      case 'retry':
        return store(
          { ...record, provisioning: { ...record.provisioning, state: 'queued', refused: {} } },
          actor,
          'retry',
        );
    }
  }

  function conflict(id: string, resource: JsonObject): WriteResult | undefined {
    for (const attribute of ['userName', 'employeeNumber'] as const) {
      const value = uniqueValue(resource, attribute);
      const taken = living().some(
        ({ person }) =>
          person.id !== id &&
          uniqueValue(person.resource, attribute)?.toLowerCase() === value?.toLowerCase() &&
          value !== undefined,
      );
      if (taken && value !== undefined) return { kind: 'conflict', attribute, value };
    }
    return undefined;
  }

  function store(
    record: PersonRecord,
    actor: Actor,
    action: ChangeReport['action'],
    attributes: readonly string[] = [],
    reason: string | null = null,
  ): WriteResult {
    const { id, version } = record.person;
    records.set(id, record);
    changes.push({
      id: changes.length + 1,
      personId: id,
      at: moment,
      actor: `${actor.kind}:${actor.name}`,
      action,
      version,
      attributes,
      reason,
    });
    return { kind: 'written', record, changed: true };
  }
}

function newRecord(connection: string, id: string, resource: JsonObject, now: number): PersonRecord {
  return {
    person: {
      connection,
      id,
      resource,
      version: 1,
      created: now,
      lastModified: now,
      deleted: null,
      override: null,
    },
    provisioning: {
      state: 'queued',
      reason: null,
      concurId: null,
      applied: { profile: {}, unknown: [] },
      owned: [],
      refused: {},
      confirmed: {},
      losses: {},
      candidates: [],
      waitingFor: [],
      manager: null,
      lane: 'creation',
      due: now,
      attempts: 0,
      pendingSince: now,
      lastConfirmed: null,
      lastError: null,
      lastRequestId: null,
      verdictUntil: null,
      openOperations: 0,
    },
  };
}

function uniqueValue(resource: JsonObject, attribute: 'userName' | 'employeeNumber'): string | undefined {
  const enterprise: JsonValue | undefined = resource[ENTERPRISE];
  const source = attribute === 'userName' ? resource : isJsonObject(enterprise) ? enterprise : {};
  const value = source[attribute];
  return typeof value === 'string' ? value : undefined;
}

function keysOf({ person }: PersonRecord): readonly string[] {
  const { resource, id } = person;
  const keys = [
    id,
    resource.externalId,
    uniqueValue(resource, 'userName'),
    uniqueValue(resource, 'employeeNumber'),
    ...(Array.isArray(resource.emails) ? resource.emails : []).map((email) =>
      isJsonObject(email) ? email.value : undefined,
    ),
  ];
  return keys.filter((key) => typeof key === 'string').map((key) => key.toLowerCase());
}

function page<Item>(items: readonly Item[], cursor: string | undefined, limit: number) {
  const start = Number(cursor ?? 0);
  const end = start + limit;
  return { items: items.slice(start, end), nextCursor: end < items.length ? String(end) : null };
}

import fc from 'fast-check';
import type { JsonObject } from '../../src/domain/json.ts';
import type { SeenPerson } from '../../src/domain/person.ts';
import type { GroupName, GroupRecord } from '../../src/scim/groups.ts';
import { groupResourceType, userResourceType } from '../../src/scim/registry.ts';
import { represent } from '../../src/scim/representation.ts';
import { parseResource } from '../../src/scim/resource.ts';
import { bindConnection, type ConnectionStore, type Store } from '../../src/store/store.ts';
import { allMembers, type Bench, firstPage, OKTA } from './engines.ts';
import { randomBodies } from './random-resources.ts';

/** What to fill a directory with. */
export interface Content {
  readonly people: readonly JsonObject[];
  readonly groups: readonly JsonObject[];
}

/** A filled directory, and how clients see what is in it, oldest first. */
export interface FilledDirectory {
  readonly name: string;
  readonly store: ConnectionStore;
  readonly people: readonly Shown[];
  readonly groups: readonly Shown[];
}

/** A resource as clients see it. */
export interface Shown {
  readonly id: string;
  readonly shown: JsonObject;
}

export function randomContent(people: number): fc.Arbitrary<Content> {
  return fc.record({
    people: fc.array(randomBodies(userResourceType), { minLength: 1, maxLength: people }),
    groups: fc.uniqueArray(randomBodies(groupResourceType), {
      maxLength: 3,
      selector: ({ displayName }) => String(displayName).toLowerCase(),
    }),
  });
}

/** Fills a connection of its own, beside which there are others: what is in them must not matter. */
export async function fill(bench: Bench, name: string, content: Content): Promise<FilledDirectory> {
  await bindConnection(bench.store, name, `company-${name}`);
  const store = bench.store.connection(name);
  const results = await store.directory.accept(
    content.people.map((body) => ({
      kind: 'create',
      actor: OKTA,
      resource: parseResource(userResourceType, body),
    })),
  );
  // Who has the userName or number of another is refused, which is no matter here.
  const ids = results.flatMap((result) => (result.kind === 'written' ? [result.record.person.id] : []));
  await mark(bench.store, name, ids[0] ?? '', bench.now);
  await store.directory.groups.accept(
    content.groups.map((body, index) => ({
      kind: 'create',
      actor: OKTA,
      resource: parseResource(groupResourceType, { ...body, members: [] }),
      members: [...ids.slice(index), 'a'],
      unknownMembers: 'accept',
    })),
  );
  const groupsOf = await store.directory.groupsOf(ids);
  const people = await store.directory.list(firstPage(null, 100));
  const groups = await store.directory.groups.list(firstPage(null, 100), true);
  return {
    name,
    store,
    people: people.items.map((record) => personAsShown(record, groupsOf.get(record.person.id) ?? [])),
    groups: await Promise.all(groups.items.map(groupAsShown)),
  };
}

/** Sets what only the worker or an admin sets, and a change. */
async function mark({ db }: Store, connection: string, id: string, at: number): Promise<void> {
  const override = JSON.stringify({ active: false, reason: 'Ä', by: 'a', since: at });
  await db
    .updateTable('provisionings')
    .set({ concur_id: 'A', last_error: 'aB', last_request_id: 'ab', last_confirmed: at, state: 'in_sync' })
    .where('connection', '=', connection)
    .where('person_id', '=', id)
    .execute();
  await db
    .updateTable('people')
    .set({ override, last_modified: at + 1, version: 2 })
    .where('connection', '=', connection)
    .where('id', '=', id)
    .execute();
}

function personAsShown({ person, provisioning }: SeenPerson, groups: readonly GroupName[]): Shown {
  const { state, concurId, lastRequestId, lastError, lastConfirmed, pendingSince } = provisioning;
  const { id, override, resource } = person;
  const memberships = groups.map((group) => ({ value: group.id, display: group.display, type: 'direct' }));
  const shown = represent(
    userResourceType,
    // Who does not say is active.
    { ...resource, active: resource.active !== false, groups: memberships },
    identityOf(person),
    {
      ...{ state, concurId, lastRequestId, lastError },
      lastConfirmed: iso(lastConfirmed),
      pendingSince: iso(pendingSince),
      override: override === null ? null : { ...override, since: iso(override.since) },
    },
  );
  return { id, shown };
}

async function groupAsShown(record: GroupRecord): Promise<Shown> {
  const { group } = record;
  const elements = (await allMembers(record)).map(({ id, type, display }) => ({ value: id, type, display }));
  const shown = represent(groupResourceType, { ...group.resource, members: elements }, identityOf(group));
  return { id: group.id, shown };
}

function identityOf(resource: { id: string; version: number; created: number; lastModified: number }) {
  const { id, version } = resource;
  const created = new Date(resource.created).toISOString();
  const lastModified = new Date(resource.lastModified).toISOString();
  return { id, meta: { created, lastModified, version, location: 'x' } };
}

function iso(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}

import { isDeepStrictEqual } from 'node:util';
import type { Insertable, Kysely, RawBuilder, Updateable } from 'kysely';
import { ENTERPRISE } from '../domain/extensions.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../domain/json.ts';
import type { Person, PersonRecord, Provisioning } from '../domain/person.ts';
import type { ProvisioningUpdate } from '../domain/ports.ts';
import type { Lane } from '../domain/provisioning.ts';
import { folded } from '../scim/filter/fold.ts';
import { changedOf, type Places, statement, statementOfColumns } from './statement.ts';
import type { Database } from './tables.ts';

/**
 * The form in which two keys are compared: without the blanks around it, composed (NFC) and without case. A name
 * that differs from another's in nothing that a reader sees is the same name.
 */
export function keyText(value: string): string {
  return folded(value.trim().normalize('NFC'));
}

/** A person's keys: what people are found and told apart by. Those ending in `Key` are as `keyText` makes them. */
export interface PersonKeys {
  readonly userName: string;
  readonly userNameKey: string;
  readonly employeeNumber: string | null;
  readonly employeeNumberKey: string | null;
  readonly externalId: string | null;
  readonly externalIdKey: string | null;
}

/** Reads the keys of a SCIM resource. Fails when there is no userName, which RFC 7643 §4.1.1 requires. */
export function keysOf(resource: JsonObject): PersonKeys {
  const userName = text(resource.userName);
  if (userName === null || keyText(userName) === '')
    throw new Error('A person without userName cannot be stored');
  const employeeNumber = text(enterprise(resource).employeeNumber);
  const externalId = text(resource.externalId);
  return {
    userName,
    userNameKey: keyText(userName),
    employeeNumber,
    employeeNumberKey: text(keyText(employeeNumber ?? '')),
    externalId,
    externalIdKey: text(keyText(externalId ?? '')),
  };
}

/** RFC 7643 §4.1.1 leaves the default of `active` to the server: who does not say is active. */
export function isActive(resource: JsonObject): boolean {
  return resource.active !== false;
}

/** Reads people with their provisioning, in the order of `ids`; who does not exist is left out. */
export async function loadRecords(
  db: Kysely<Database>,
  connection: string,
  ids: readonly string[],
): Promise<readonly PersonRecord[]> {
  const [first] = ids;
  if (first === undefined) return [];
  if (ids.length === 1) {
    const record = await loadRecord(db, connection, first);
    return record === null ? [] : [record];
  }
  const rows = await selectRecords(db, connection).where('people.id', 'in', ids).execute();
  const records = await toRecords(db, connection, rows);
  const byId = new Map(records.map((record) => [record.person.id, record]));
  return ids.map((id) => byId.get(id)).filter((record) => record !== undefined);
}

/** Reads one person with their provisioning, deleted or not. */
export async function loadRecord(
  db: Kysely<Database>,
  connection: string,
  id: string,
): Promise<PersonRecord | null> {
  const [row] = await RECORD(db, { connection, id });
  if (row === undefined) return null;
  return toRecord(row, await RELATIONS(db, { connection, id }));
}

type PersonRow = Insertable<Database['people']>;

const insertPerson = statementOfColumns<PersonRow, object>((db, columns) =>
  db.insertInto('people').values(columns),
);

const updatePerson = statementOfColumns<PersonRow, { whose: string; id: string }>((db, columns, place) =>
  db
    .updateTable('people')
    .set(columns)
    .where('connection', '=', place('whose'))
    .where('id', '=', place('id')),
);

/**
 * Writes a person as they are now, with what they are found by.
 *
 * @param before the person as they were; null: they are new
 */
export async function savePerson(db: Kysely<Database>, person: Person, before: Person | null): Promise<void> {
  const row = toPersonRow(person);
  if (before === null) await insertPerson(db, row, {});
  else {
    await updatePerson(db, changedOf(toPersonRow(before), row), { whose: person.connection, id: person.id });
  }
  await saveValues(db, person, before, 'person_emails', 'emails');
  await saveValues(db, person, before, 'person_phones', 'phoneNumbers');
}

type ValueTable = 'person_emails' | 'person_phones';
type ValueRow = Pick<Database[ValueTable], 'connection' | 'person_id' | 'type' | 'value_key'>;

const insertValue = (table: ValueTable) =>
  statement((db, place: Places<ValueRow>) =>
    db.insertInto(table).values({
      connection: place('connection'),
      person_id: place('person_id'),
      type: place('type'),
      value_key: place('value_key'),
    }),
  );
const INSERT_VALUE = {
  person_emails: insertValue('person_emails'),
  person_phones: insertValue('person_phones'),
};

async function saveValues(
  db: Kysely<Database>,
  { connection, id, resource }: Person,
  before: Person | null,
  table: ValueTable,
  attribute: 'emails' | 'phoneNumbers',
): Promise<void> {
  const values = valuesOf(resource[attribute]);
  if (before !== null) {
    // Most changes leave both alone.
    if (isDeepStrictEqual(values, valuesOf(before.resource[attribute]))) return;
    await db.deleteFrom(table).where('connection', '=', connection).where('person_id', '=', id).execute();
  }
  for (const value of values) await INSERT_VALUE[table](db, { connection, person_id: id, ...value });
}

/**
 * The provisioning of a person who was just created: due, and nothing is known of them in Concur.
 *
 * @param otherwise where they are instead of being due
 */
export function newProvisioning(
  person: Person,
  lane: Lane,
  now: number,
  otherwise: Pick<ProvisioningUpdate, 'state' | 'reason' | 'due' | 'pendingSince'> = {},
): Insertable<Database['provisionings']> {
  const { state = 'queued', reason = null, due = now, pendingSince = now } = otherwise;
  return {
    connection: person.connection,
    person_id: person.id,
    user_name_key: keysOf(person.resource).userNameKey,
    state,
    reason,
    applied: JSON.stringify({ profile: {}, unknown: [] }),
    owned: '[]',
    refused: '{}',
    candidates: '[]',
    confirmed: '{}',
    losses: '{}',
    lane,
    due,
    attempts: 0,
    pending_since: pendingSince,
  };
}

/** The columns that an update of a provisioning changes; what the update leaves out is left out. */
export function toProvisioningColumns(update: ProvisioningUpdate): Updateable<Database['provisionings']> {
  const columns = {
    state: update.state,
    reason: update.reason,
    concur_id: update.concurId,
    applied: update.applied && JSON.stringify(update.applied),
    owned: update.owned && JSON.stringify(update.owned),
    refused: update.refused && JSON.stringify(update.refused),
    confirmed: update.confirmed && JSON.stringify(update.confirmed),
    losses: update.losses && JSON.stringify(update.losses),
    has_access: update.applied && (update.applied.profile.active === true ? 1 : null),
    candidates: update.candidates && JSON.stringify(update.candidates),
    lane: update.lane,
    due: update.due,
    attempts: update.attempts,
    pending_since: update.pendingSince,
    last_confirmed: update.lastConfirmed,
    last_error: update.lastError,
    verdict_until: update.verdictUntil,
  };
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
}

/** The value that a column of JSON text holds; the store alone writes it, in the form it is read. */
export function fromJson<Stored>(json: string): Stored {
  return JSON.parse(json);
}

function selectRecords(db: Kysely<Database>, connection: string | RawBuilder<string>) {
  return db
    .selectFrom('people')
    .innerJoin('provisionings', (join) =>
      join
        .onRef('provisionings.connection', '=', 'people.connection')
        .onRef('provisionings.person_id', '=', 'people.id'),
    )
    .select([
      'people.connection',
      'people.id',
      'people.resource',
      'people.version',
      'people.created',
      'people.last_modified',
      'people.deleted',
      'people.override',
      'provisionings.state',
      'provisionings.reason',
      'provisionings.concur_id',
      'provisionings.applied',
      'provisionings.owned',
      'provisionings.refused',
      'provisionings.confirmed',
      'provisionings.losses',
      'provisionings.candidates',
      'provisionings.lane',
      'provisionings.due',
      'provisionings.attempts',
      'provisionings.pending_since',
      'provisionings.last_confirmed',
      'provisionings.last_error',
      'provisionings.last_request_id',
      'provisionings.verdict_until',
    ])
    .select((row) =>
      row
        .selectFrom('operations')
        .select((operation) => operation.fn.countAll<number>().as('open'))
        .whereRef('operations.connection', '=', 'people.connection')
        .whereRef('operations.person_id', '=', 'people.id')
        .where('operations.state', '=', 'open')
        .as('open_operations'),
    )
    .where('people.connection', '=', connection);
}

const RECORD = statement((db, place: Places<{ connection: string; id: string }>) =>
  selectRecords(db, place('connection')).where('people.id', '=', place('id')),
);

const RELATIONS = statement((db, place: Places<{ connection: string; id: string }>) =>
  selectRelations(db, place('connection')).where('person_id', '=', place('id')),
);

function selectRelations(db: Kysely<Database>, connection: string | RawBuilder<string>) {
  return db
    .selectFrom('relations')
    .select(['person_id', 'kind', 'target'])
    .where('connection', '=', connection)
    .where('kind', 'in', ['waits', 'manager'])
    .orderBy('target');
}

type RecordRow = Awaited<ReturnType<ReturnType<typeof selectRecords>['execute']>>[number];

async function toRecords(
  db: Kysely<Database>,
  connection: string,
  rows: readonly RecordRow[],
): Promise<readonly PersonRecord[]> {
  if (rows.length === 0) return [];
  const relations = await selectRelations(db, connection)
    .where(
      'person_id',
      'in',
      rows.map(({ id }) => id),
    )
    .execute();
  const byPerson = Map.groupBy(relations, ({ person_id }) => person_id);
  return rows.map((row) => toRecord(row, byPerson.get(row.id) ?? []));
}

function toRecord(
  row: RecordRow,
  relations: readonly Pick<Database['relations'], 'kind' | 'target'>[],
): PersonRecord {
  const waitingFor = relations.filter(({ kind }) => kind === 'waits').map(({ target }) => target);
  const manager = relations.find(({ kind }) => kind === 'manager')?.target ?? null;
  return { person: toPerson(row), provisioning: toProvisioning(row, { waitingFor, manager }) };
}

function toPerson(row: RecordRow): Person {
  return {
    connection: row.connection,
    id: row.id,
    resource: fromJson(row.resource),
    version: row.version,
    created: row.created,
    lastModified: row.last_modified,
    deleted: row.deleted,
    override: row.override === null ? null : fromJson(row.override),
  };
}

function toProvisioning(
  row: RecordRow,
  relations: Pick<Provisioning, 'waitingFor' | 'manager'>,
): Provisioning {
  return {
    state: row.state,
    reason: row.reason,
    concurId: row.concur_id,
    applied: fromJson(row.applied),
    owned: fromJson(row.owned),
    refused: fromJson(row.refused),
    confirmed: fromJson(row.confirmed),
    losses: fromJson(row.losses),
    candidates: fromJson(row.candidates),
    ...relations,
    lane: row.lane,
    due: row.due,
    attempts: row.attempts,
    pendingSince: row.pending_since,
    lastConfirmed: row.last_confirmed,
    lastError: row.last_error,
    lastRequestId: row.last_request_id,
    verdictUntil: row.verdict_until,
    openOperations: Number(row.open_operations ?? 0),
  };
}

function toPersonRow(person: Person): PersonRow {
  const keys = keysOf(person.resource);
  const { manager } = enterprise(person.resource);
  return {
    connection: person.connection,
    id: person.id,
    resource: JSON.stringify(person.resource),
    version: person.version,
    created: person.created,
    last_modified: person.lastModified,
    deleted: person.deleted,
    override: person.override === null ? null : JSON.stringify(person.override),
    user_name: keys.userName,
    user_name_key: keys.userNameKey,
    employee_number_key: keys.employeeNumberKey,
    external_id: keys.externalId,
    external_id_key: keys.externalIdKey,
    display_name_key: text(keyText(text(person.resource.displayName) ?? '')),
    manager: isJsonObject(manager) ? text(manager.value) : null,
    active: isActive(person.resource) ? 1 : 0,
  };
}

function valuesOf(elements: JsonValue | undefined): readonly { type: string | null; value_key: string }[] {
  if (!Array.isArray(elements)) return [];
  return elements.filter(isJsonObject).flatMap((element) => {
    const value = text(element.value);
    return value === null ? [] : [{ type: foldedOrNull(text(element.type)), value_key: keyText(value) }];
  });
}

function foldedOrNull(value: string | null): string | null {
  return value === null ? null : folded(value);
}

function enterprise(resource: JsonObject): JsonObject {
  const extension = resource[ENTERPRISE];
  return isJsonObject(extension) ? extension : {};
}

function text(value: JsonValue | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

import type { Kysely, RawBuilder, Selectable } from 'kysely';
import type { Person, PersonRecord, Provisioning } from '../domain/person.ts';
import { type Places, statement } from './statement.ts';
import type { Database } from './tables.ts';

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
  return toRecord(row, row.related === null ? [] : await RELATIONS(db, { connection, id }));
}

/** The value that a column of JSON text holds; the store alone writes it, in the form it is read. */
export function fromJson<Stored>(json: string): Stored {
  return JSON.parse(json);
}

/** A query of people, each with their provisioning. */
export function peopleWithProvisionings(db: Kysely<Database>) {
  return db
    .selectFrom('people')
    .innerJoin('provisionings', (join) =>
      join
        .onRef('provisionings.connection', '=', 'people.connection')
        .onRef('provisionings.person_id', '=', 'people.id'),
    );
}

/** The columns that a person is read from. */
export const PERSON_COLUMNS = [
  'people.connection',
  'people.id',
  'people.resource',
  'people.version',
  'people.created',
  'people.last_modified',
  'people.deleted',
  'people.override',
] as const;

/** With whether they stand to others: few do, and for them alone is it worth a statement of its own to read how. */
function selectRecords(db: Kysely<Database>, connection: string | RawBuilder<string>) {
  return peopleWithProvisionings(db)
    .select([
      ...PERSON_COLUMNS,
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
    .select((row) =>
      row
        .selectFrom('relations')
        .select('target')
        .whereRef('relations.connection', '=', 'people.connection')
        .whereRef('relations.person_id', '=', 'people.id')
        .limit(1)
        .as('related'),
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

type PersonRow = Pick<
  Selectable<Database['people']>,
  'connection' | 'id' | 'resource' | 'version' | 'created' | 'last_modified' | 'deleted' | 'override'
>;

type RecordRow = Awaited<ReturnType<ReturnType<typeof selectRecords>['execute']>>[number];

async function toRecords(
  db: Kysely<Database>,
  connection: string,
  rows: readonly RecordRow[],
): Promise<readonly PersonRecord[]> {
  const related = rows.filter((row) => row.related !== null).map(({ id }) => id);
  const relations =
    related.length === 0
      ? []
      : await selectRelations(db, connection).where('person_id', 'in', related).execute();
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

/** The person that a row holds. */
export function toPerson(row: PersonRow): Person {
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

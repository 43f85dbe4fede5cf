import { isDeepStrictEqual } from 'node:util';
import type { Insertable, Kysely } from 'kysely';
import { isJsonObject, type JsonObject, type JsonValue } from '../domain/json.ts';
import type { Person, Provisioning } from '../domain/person.ts';
import type { ProvisioningUpdate } from '../domain/ports.ts';
import type { Lane } from '../domain/provisioning.ts';
import { folded } from '../scim/filter/fold.ts';
import { keysOf, keyText, managerOf, text } from './keys.ts';
import { changedOf, type Places, statement, statementOfColumns } from './statement.ts';
import type { Database } from './tables.ts';

/** RFC 7643 §4.1.1 leaves the default of `active` to the server: who does not say is active. */
export function isActive(resource: JsonObject): boolean {
  return resource.active !== false;
}

type PersonRow = Insertable<Database['people']>;

const INSERT_PERSON = statementOfColumns<PersonRow, object>((db, columns) =>
  db.insertInto('people').values(columns),
);

const UPDATE_PERSON = statementOfColumns<PersonRow, { whose: string; id: string }>((db, columns, place) =>
  db
    .updateTable('people')
    .set(columns)
    .where('connection', '=', place('whose'))
    .where('id', '=', place('id')),
);

/** Writes a person who is new, with what they are found by. */
export async function insertPerson(db: Kysely<Database>, person: Person): Promise<void> {
  await INSERT_PERSON(db, toPersonRow(person), {});
  await saveValues(db, person, null, 'person_emails', 'emails');
  await saveValues(db, person, null, 'person_phones', 'phoneNumbers');
}

/** Writes what has changed about a person, and about what they are found by. */
export async function updatePerson(db: Kysely<Database>, person: Person, before: Person): Promise<void> {
  const changed = changedOf(toPersonRow(before), toPersonRow(person));
  if (Object.keys(changed).length > 0) {
    await UPDATE_PERSON(db, changed, { whose: person.connection, id: person.id });
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
  lane: Lane,
  now: number,
  verdictUntil: number | null,
  otherwise: Pick<ProvisioningUpdate, 'state' | 'reason' | 'due' | 'pendingSince'> = {},
): Provisioning {
  const { state = 'queued', reason = null, due = now, pendingSince = now } = otherwise;
  return {
    state,
    reason,
    concurId: null,
    applied: { profile: {}, unknown: [] },
    owned: [],
    refused: {},
    confirmed: {},
    losses: {},
    candidates: [],
    waitingFor: [],
    manager: null,
    lane,
    due,
    attempts: 0,
    pendingSince,
    lastConfirmed: null,
    lastError: null,
    lastRequestId: null,
    verdictUntil,
    openOperations: 0,
  };
}

const INSERT_PROVISIONING = statementOfColumns<Insertable<Database['provisionings']>, object>((db, columns) =>
  db.insertInto('provisionings').values(columns),
);

/** Writes the provisioning of a person who is new, as `newProvisioning` has made it. */
export async function insertProvisioning(
  db: Kysely<Database>,
  { connection, id, resource }: Person,
  provisioning: Provisioning,
): Promise<void> {
  const row = {
    connection,
    person_id: id,
    user_name_key: keysOf(resource).userNameKey,
    ...toProvisioningColumns(provisioning),
  };
  await INSERT_PROVISIONING(db, row, {});
}

/** The columns that an update of a provisioning changes; what the update leaves out is left out. */
export function toProvisioningColumns(
  update: ProvisioningUpdate,
): Partial<Insertable<Database['provisionings']>> {
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

function toPersonRow(person: Person): PersonRow {
  const keys = keysOf(person.resource);
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
    manager: managerOf(person.resource),
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

import { ENTERPRISE } from '../../domain/extensions.ts';
import { isJsonObject, type JsonValue } from '../../domain/json.ts';
import type { PersonRecord } from '../../domain/person.ts';
import { folded } from '../../scim/filter/fold.ts';
import type { HttpConnection } from '../connection.ts';
import { personReport } from './presenters.ts';

/** Everything about one person, as the admin API answers it. */
export type PersonReport = ReturnType<typeof personReport>;

/** Who is meant by the name that an admin gave. */
export type Found =
  | { readonly kind: 'one'; readonly record: PersonRecord }
  | { readonly kind: 'nobody' }
  | { readonly kind: 'several'; readonly records: readonly PersonRecord[] };

/** How many of those whom a person approves for are named. */
const APPROVED = 100;

/** How many people of one name are told apart. */
const NAMESAKES = 50;

/**
 * Looks a person up by SCIM id, userName, e-mail, employee number or externalId. Whose userName it
 * is comes before others who only have it as an e-mail. Where nobody living matches, it is whoever was deleted last.
 */
export async function lookUpPerson(
  { reports }: Pick<HttpConnection, 'reports'>,
  name: string,
): Promise<Found> {
  const byId = await reports.person(name);
  if (byId !== null) return { kind: 'one', record: byId };
  const [record, ...others] = await reports.search({ key: name, limit: NAMESAKES });
  if (record === undefined) return { kind: 'nobody' };
  if (others.length === 0 || record.person.deleted !== null) return { kind: 'one', record };
  const records = [record, ...others];
  const named = ownerOfUserName(records, name);
  return named === undefined ? { kind: 'several', records } : { kind: 'one', record: named };
}

/** Whoever has the userName, where all others are found by an e-mail alone; undefined: it is not certain. */
function ownerOfUserName(records: readonly PersonRecord[], name: string): PersonRecord | undefined {
  const isName = (value: JsonValue | undefined) =>
    typeof value === 'string' && comparable(value) === comparable(name);
  const [first, ...others] = records.filter(({ person: { resource } }) => {
    const { [ENTERPRISE]: enterprise, userName, externalId } = resource;
    const employeeNumber = isJsonObject(enterprise) ? enterprise.employeeNumber : undefined;
    return [userName, externalId, employeeNumber].some(isName);
  });
  return others.length === 0 && isName(first?.person.resource.userName) ? first : undefined;
}

/** A name in the form in which the directory compares names: without the blanks around it, composed, and without case. */
function comparable(name: string): string {
  return folded(name.trim().normalize('NFC'));
}

/**
 * Reads everything about one person.
 *
 * @param history how many requests and changes are read at most, the newest first
 */
export async function readPersonReport(
  { reports, describe }: Pick<HttpConnection, 'reports' | 'describe'>,
  record: PersonRecord,
  history: number,
): Promise<PersonReport> {
  const wanted = { personId: record.person.id, limit: history };
  const { concurId } = record.provisioning;
  const [description, earlier, approved, requests, changes] = await Promise.all([
    describe(record),
    reports.earlier(record.person),
    concurId === null ? [] : reports.approvesFor(concurId, APPROVED),
    reports.requests(wanted),
    reports.changes(wanted),
  ]);
  return personReport(record, {
    description,
    earlier,
    approved,
    requests: requests.items,
    changes: changes.items,
  });
}

import type { PersonRecord } from '../../domain/person.ts';
import type { HttpConnection } from '../connection.ts';
import { personReport } from './presenters.ts';

/** Everything about one person, as the admin API answers it. */
export type PersonReport = ReturnType<typeof personReport>;

/** Who is meant by the name that an admin gave. */
export type Found =
  | { readonly kind: 'one'; readonly record: PersonRecord }
  | { readonly kind: 'nobody' }
  | { readonly kind: 'several'; readonly records: readonly PersonRecord[] };

/** Looks a person up by SCIM id (deleted people too), userName, e-mail, employee number or externalId. */
export async function lookUpPerson(
  { directory, reports }: Pick<HttpConnection, 'directory' | 'reports'>,
  name: string,
): Promise<Found> {
  const byId = await reports.person(name);
  if (byId !== null) return { kind: 'one', record: byId };
  const [record, ...others] = await directory.search(name);
  if (record === undefined) return { kind: 'nobody' };
  return others.length === 0 ? { kind: 'one', record } : { kind: 'several', records: [record, ...others] };
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
  const [description, requests, changes] = await Promise.all([
    describe(record),
    reports.requests(wanted),
    reports.changes(wanted),
  ]);
  return personReport(record, { description, requests: requests.items, changes: changes.items });
}

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

/** How many of those whom a person approves for are named. */
const APPROVED = 100;

/** How many people of one name are told apart. */
const NAMESAKES = 50;

/**
 * Looks a person up by SCIM id, userName, e-mail, employee number or externalId. Where nobody living
 * matches, it is whoever was deleted last.
 */
export async function lookUpPerson(
  { reports }: Pick<HttpConnection, 'reports'>,
  name: string,
): Promise<Found> {
  const byId = await reports.person(name);
  if (byId !== null) return { kind: 'one', record: byId };
  const [record, ...others] = await reports.search({ key: name, limit: NAMESAKES });
  if (record === undefined) return { kind: 'nobody' };
  const isCertain = others.length === 0 || record.person.deleted !== null;
  return isCertain ? { kind: 'one', record } : { kind: 'several', records: [record, ...others] };
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

import type { PersonRecord } from '../domain/person.ts';
import { personReport } from '../http/admin/presenters.ts';
import type { OpenConnection } from '../main.ts';

/** How many requests and changes of a person are read, the newest first. */
const HISTORY = 100;

/** Everything about one person, in the form of the admin API. */
export type PersonReport = ReturnType<typeof personReport>;

/** Reads everything about one person. */
export async function readPersonReport(
  { store: { reports }, describe }: OpenConnection,
  record: PersonRecord,
): Promise<PersonReport> {
  const wanted = { personId: record.person.id, limit: HISTORY };
  const [description, requests, changes] = await Promise.all([
    describe(record),
    reports.requests(wanted),
    reports.changes(wanted),
  ]);
  return personReport(record, { description, requests: requests.items, changes: changes.items });
}

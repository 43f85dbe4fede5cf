import type { Kysely } from 'kysely';
import { APPROVER_KINDS } from '../domain/lists.ts';
import type { ApprovedPerson, LeavingApprover } from '../domain/reports.ts';
import type { Read } from './list.ts';
import type { Database } from './tables.ts';

/** Whom a Concur user approves for: see `Reports.approvesFor`. */
export async function approvesFor(
  db: Kysely<Database>,
  connection: string,
  concurId: string,
  limit: number,
): Promise<readonly ApprovedPerson[]> {
  const rows = await db
    .selectFrom('relations')
    .innerJoin('people', (join) =>
      join
        .onRef('people.connection', '=', 'relations.connection')
        .onRef('people.id', '=', 'relations.person_id'),
    )
    .select(['people.id', 'people.user_name', 'relations.kind'])
    .where('relations.connection', '=', connection)
    .where('relations.kind', 'in', APPROVER_KINDS)
    .where('relations.target', '=', concurId)
    .orderBy('people.user_name_key')
    .limit(limit * APPROVER_KINDS.length)
    .execute();
  const byPerson = [...Map.groupBy(rows, ({ id }) => id)].slice(0, limit);
  return byPerson.map(([id, those]) => ({
    id,
    userName: those[0]?.user_name ?? '',
    kinds: APPROVER_KINDS.filter((kind) => those.some((row) => row.kind === kind)),
  }));
}

/** Leavers whom Concur holds as approvers: see `Reports.leavingApprovers`. It looks at all approvers, so it is read apart. */
export async function leavingApprovers(
  db: Kysely<Database>,
  readApart: Read,
  connection: string,
  limit: number,
): Promise<readonly LeavingApprover[]> {
  const query = db
    .selectFrom('relations')
    .innerJoin('provisionings', (join) =>
      join
        .onRef('provisionings.connection', '=', 'relations.connection')
        .onRef('provisionings.concur_id', '=', 'relations.target'),
    )
    .innerJoin('people', (join) =>
      join
        .onRef('people.connection', '=', 'relations.connection')
        .onRef('people.id', '=', 'provisionings.person_id'),
    )
    .select((row) => [
      'people.id',
      'people.user_name as userName',
      row.fn.count<number>('relations.person_id').distinct().as('people'),
    ])
    .where('relations.connection', '=', connection)
    .where('relations.kind', 'in', APPROVER_KINDS)
    .where((row) =>
      row.or([
        row('people.active', '=', 0),
        row('people.deleted', 'is not', null),
        row('people.override', 'is not', null),
      ]),
    )
    .groupBy(['people.id', 'people.user_name'])
    .orderBy('people', 'desc')
    .orderBy('people.user_name')
    .limit(limit);
  const [found = []] = (await readApart([query.compile()])) as [LeavingApprover[]?];
  return found.map(({ id, userName, people }) => ({ id, userName, people: Number(people) }));
}

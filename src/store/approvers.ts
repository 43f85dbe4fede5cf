import { type Kysely, type SqlBool, sql } from 'kysely';
import { APPROVER_KINDS, type ApproverKind } from '../domain/lists.ts';
import type { Approvals, PersonRecord } from '../domain/person.ts';
import type { ApprovedPerson, LeavingApprover } from '../domain/reports.ts';
import { namesOf } from './keys.ts';
import type { Read } from './list.ts';
import type { Memberships } from './memberships.ts';
import { resolve } from './references.ts';
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

/** The records, each with whether anybody names its person as manager, and as whose approver Concur holds them. */
export async function withApprovals(
  place: Memberships,
  records: readonly PersonRecord[],
): Promise<readonly PersonRecord[]> {
  const { db, connection } = place;
  const managers = await named(
    place,
    ['manager'],
    records.flatMap(({ person, provisioning }) => namesOf(person, provisioning.concurId)),
  );
  const references = [...new Set(managers)];
  const found = references.length === 0 ? new Map() : await resolve(db, connection, references);
  const managing = new Set([...found.values()].map(({ personId }) => personId));
  const concurIds = records.map(({ provisioning }) => provisioning.concurId).filter((id) => id !== null);
  const kinds = await kindsNamed(place, concurIds);
  return records.map((record): PersonRecord => {
    const { concurId } = record.provisioning;
    const approvals: Approvals = {
      manages: managing.has(record.person.id),
      approves: kinds.get(concurId ?? '') ?? [],
    };
    return { ...record, approvals };
  });
}

/** The kinds of which somebody names a target, by target. */
async function kindsNamed(
  place: Memberships,
  targets: readonly string[],
): Promise<ReadonlyMap<string, readonly ApproverKind[]>> {
  // Hardly anybody approves: only of those who do it is asked what.
  const approving = await named(place, APPROVER_KINDS, targets);
  const kinds = new Map<string, ApproverKind[]>();
  for (const kind of approving.length === 0 ? [] : APPROVER_KINDS) {
    for (const target of await named(place, [kind], approving)) {
      kinds.set(target, [...(kinds.get(target) ?? []), kind]);
    }
  }
  return kinds;
}

/** The targets that somebody names as any of the kinds. */
async function named(
  { db, engine, connection }: Memberships,
  kinds: readonly Database['relations']['kind'][],
  targets: readonly string[],
): Promise<readonly string[]> {
  if (targets.length === 0) return [];
  const rows = await db
    .selectFrom(engine.texts(targets))
    .select('texts.value')
    .where((row) =>
      row.exists(
        row
          .selectFrom('relations')
          .select(sql<SqlBool>`1`.as('one'))
          .where('relations.connection', '=', connection)
          .where('relations.kind', 'in', kinds)
          .whereRef('relations.target', '=', 'texts.value'),
      ),
    )
    .execute();
  return rows.map(({ value }) => value);
}
